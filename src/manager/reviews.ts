import { CastellanError } from '../core/errors.ts';
import { newId } from '../core/id.ts';
import { type Doc, type Json, type Store, storeKey } from '../core/store.ts';
import type { Host } from './config.ts';
import { docKey } from './directory.ts';
import type { Journal } from './journal.ts';

/** Something that a rule over an agent's history asks a person to look at. */
export interface ReviewItem {
  readonly agentId: string;
  /** Id of the rule, such as `temporal.simulation_failure_rate`. */
  readonly rule: string;
  /** The rule in words. */
  readonly label: string;
  /** What it found lately, and where it begins: counts, or base units. */
  readonly found: string;
  readonly limit: string;
  /** The newest decision that it matched, and when that was, ms. */
  readonly decisionId: string;
  readonly requestId: string;
  readonly atMs: number;
  /** How often it matched since the item was opened. */
  readonly times: number;
}

/** What reviews stand on. */
export interface ReviewParts {
  readonly host: Host;
  readonly store: Store;
  readonly journal: Journal;
  readonly tenant: string;
}

/** Items that rules opened. One for each rule of an agent, so that they do not grow beyond the rules. */
export interface Reviews {
  /** Open items, of one agent or of all. @throws STORE_UNAVAILABLE */
  list(agentId?: string): Promise<readonly ReviewItem[]>;
  /**
   * Closes an item; the next match opens it anew. Closing loosens nothing and needs nobody; who did it stands in the log.
   * Returns false where there is none. @throws REQUEST_INVALID, STORE_UNAVAILABLE
   */
  close(agentId: string, rule: string, by: { readonly by: string; readonly notes?: string }): Promise<boolean>;
}

const PAGE = 500;
const ATTEMPTS = 8;
const ID = /^[A-Za-z0-9_.-]{1,128}$/;

/** Reads open items. */
export async function listReviews({ store }: Pick<ReviewParts, 'store'>, agentId?: string): Promise<readonly ReviewItem[]> {
  if (agentId !== undefined && !ID.test(agentId)) throw invalid('agentId');
  const prefix = storeKey.doc(agentId === undefined ? 'review/' : docKey.review(agentId, ''));
  const found: ReviewItem[] = [];
  for (let after: string | undefined; ; ) {
    const page = await store.scan(prefix, { limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const { value } of page) found.push(toItem(value as unknown as Doc));
    after = page.at(-1)?.key;
    if (page.length < PAGE || after === undefined) return found;
  }
}

/** Closes one; see {@link Reviews}. */
export async function closeReview(
  { host, store, journal, tenant }: ReviewParts,
  agentId: string,
  rule: string,
  given: { readonly by: string; readonly notes?: string },
): Promise<boolean> {
  const by: unknown = given?.by;
  const notes: unknown = given?.notes ?? '';
  if (!ID.test(String(agentId)) || !ID.test(String(rule))) throw invalid('agentId, rule');
  if (typeof by !== 'string' || by.length === 0 || by.length > 64 || typeof notes !== 'string' || notes.length > 1_024) throw invalid('by');
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const key = docKey.review(agentId, rule);
    const [row] = await store.get([storeKey.doc(key)]);
    if (row === undefined) return false;
    const { decisionId, times } = toItem(row as unknown as Doc);
    const at = host.clock.nowMs();
    const details = { action: 'review_closed', rule, decisionId, times, by, notes };
    const event = {
      v: 1,
      id: newId(host.random, at),
      tenant,
      at,
      agent: agentId,
      severity: 'info',
      type: 'incident_event',
      details,
    } as const;
    const closed = await journal.apply([
      { kind: 'doc.put', key, value: null, ifVersion: (row as unknown as Doc).version },
      journal.command(event),
    ]);
    if (closed.ok) return true;
  }
  throw new CastellanError('STORE_UNAVAILABLE', { message: 'The item was opened again each time; try again.', retryable: true });
}

function toItem({ version, value }: Doc): ReviewItem {
  const { agent, rule, label, found, limit, decisionId, requestId, atMs } = value as unknown as Record<string, Json>;
  return {
    agentId: String(agent),
    rule: String(rule),
    label: String(label),
    found: String(found),
    limit: String(limit),
    decisionId: String(decisionId),
    requestId: String(requestId),
    atMs: Number(atMs),
    times: version,
  };
}

function invalid(field: string): CastellanError {
  return new CastellanError('REQUEST_INVALID', { message: `${field} cannot be read`, details: { field } });
}
