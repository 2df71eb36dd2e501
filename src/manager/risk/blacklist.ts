import { z } from 'zod';
import { accountChain, accountKey, parseAccount } from '../../core/account.ts';
import type { Authority, Authorization } from '../../core/authority.ts';
import { chainNamespace } from '../../core/chain-id.ts';
import { CastellanError } from '../../core/errors.ts';
import type { SecurityEvent } from '../../core/event.ts';
import { newId } from '../../core/id.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';
import { describeIssues } from '../../core/schema.ts';
import { type Command, type Json, type Store, storeKey } from '../../core/store.ts';
import { parseScreening, SCREENING_KINDS, SCREENING_SEVERITIES, type ScreeningEntry } from '../../risk/index.ts';
import type { Host } from '../config.ts';
import { docKey, docValue, docVersion } from '../directory.ts';
import type { Journal } from '../journal.ts';
import { NotPlainData, snapshot } from '../snapshot.ts';
import { blacklistRemovalFacts } from './removal-facts.ts';

/** What the block list stands on. */
export interface BlacklistParts {
  readonly host: Host;
  readonly tenant: string;
  readonly store: Store;
  readonly journal: Journal;
  readonly authority: Pick<Authority, 'require'>;
  /** Chains behind the gate. */
  readonly chainIds: readonly ChainId[];
}

const detailsSchema = z.strictObject({
  reason: z.string().min(1).max(500),
  source: z.string().min(1).max(200).default('manual'),
  severity: z.enum(SCREENING_SEVERITIES).default('high'),
  kind: z.enum(SCREENING_KINDS).exclude(['malformed']).default('manual'),
});

/** Why an account is listed. Every severity denies. */
export type BlacklistDetails = z.input<typeof detailsSchema>;

/** The durable block list: the documents that every gate on the store screens by. */
export interface Blacklist {
  /**
   * Lists an account, on every chain of its kind behind the gate. Needs nobody. Durable when it resolves; from then on every
   * process on the store denies whatever deals with it. Idempotent. @throws ADDRESS_INVALID, REQUEST_INVALID
   */
  add(address: string, details: unknown): Promise<readonly ScreeningEntry[]>;
  /** Takes it off again, which is a loosening; false where it was not listed. @throws ADDRESS_INVALID, AUTHORITY_REQUIRED */
  remove(address: string, options?: { readonly authorization?: Authorization }): Promise<boolean>;
  /** @throws ADDRESS_INVALID: what cannot be read is not "not listed" */
  has(address: string): Promise<boolean>;
}

const ATTEMPTS = 16;

/** The one or more ids of an account that people write without its chain: the same key on every chain of its kind. */
export function accountsOn(address: string, chainIds: readonly ChainId[]): readonly AccountId[] {
  const found = new Set<AccountId>();
  const add = (account: AccountId): void => {
    found.add(account);
    const kind = chainNamespace(accountChain(account));
    for (const chain of chainIds) if (chainNamespace(chain) === kind) found.add(`${chain}:${accountKey(account)}` as AccountId);
  };
  let failure: unknown;
  try {
    add(parseAccount(address));
  } catch (error) {
    failure = error;
    for (const chain of chainIds) {
      try {
        add(parseAccount(address, chain));
      } catch (other) {
        failure = other;
      }
    }
  }
  if (found.size === 0) throw failure;
  return [...found].sort();
}

function readDetails(details: unknown): z.output<typeof detailsSchema> {
  let problems: readonly string[] = ['details: is no plain data'];
  try {
    const parsed = detailsSchema.safeParse(snapshot(details));
    if (parsed.success) return parsed.data;
    problems = describeIssues(parsed.error);
  } catch (error) {
    if (!(error instanceof NotPlainData)) throw error;
  }
  throw new CastellanError('REQUEST_INVALID', {
    message: `The listing is wrong: ${problems.slice(0, 8).join('; ')}`,
    details: { problems },
  });
}

interface Row {
  readonly account: AccountId;
  readonly entry: ScreeningEntry | undefined;
  readonly version: number;
  /** In force now. */
  readonly isListed: boolean;
}

/** Creates the list over the store's screening documents. */
export function createBlacklist(parts: BlacklistParts): Blacklist {
  const { host, tenant, store, journal } = parts;

  async function read(accounts: readonly AccountId[]): Promise<readonly Row[]> {
    const rows = await store.get(accounts.map((account) => storeKey.doc(docKey.screen(account))));
    const nowMs = host.clock.nowMs();
    return accounts.map((account, index) => {
      const entry = parseScreening(docValue<Json>(rows[index]), account);
      const isListed = entry !== undefined && (entry.expiresMs === null || !(entry.expiresMs <= nowMs));
      return { account, entry, version: docVersion(rows[index]), isListed };
    });
  }

  async function write(rows: readonly Row[], next: (row: Row) => ScreeningEntry, details: Record<string, Json>): Promise<boolean> {
    const at = host.clock.nowMs();
    const event: SecurityEvent = {
      v: 1,
      id: newId(host.random, at),
      tenant,
      at,
      agent: null,
      severity: 'warning',
      type: 'permission_changed',
      details: { ...details, accounts: rows.map(({ account }) => account) },
    };
    const puts = rows.map(
      (row): Command => ({ kind: 'doc.put', key: docKey.screen(row.account), value: next(row), ifVersion: row.version }),
    );
    const result = await journal.apply([...puts, journal.command(event)]);
    if (!result.ok && result.reason.code !== 'version_conflict')
      throw new CastellanError('STORE_UNAVAILABLE', { message: result.reason.message, details: { reason: result.reason.code } });
    return result.ok;
  }
  const overrun = (): CastellanError =>
    new CastellanError('STORE_UNAVAILABLE', { message: 'Other writers changed the same records too often', retryable: true });

  return {
    async add(address, details) {
      const { reason, source, severity, kind } = readDetails(details);
      const accounts = accountsOn(address, parts.chainIds);
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const rows = await read(accounts);
        // Whoever is listed for ever stays listed by whom and for what it was: a listing can only be added.
        const open = rows.filter(({ entry, isListed }) => !(isListed && entry?.expiresMs === null));
        const entryOf = (account: AccountId): ScreeningEntry => ({
          account,
          kind,
          severity,
          source,
          addedMs: host.clock.nowMs(),
          expiresMs: null,
        });
        const entries = rows.map((row) => (open.includes(row) || row.entry === undefined ? entryOf(row.account) : row.entry));
        if (open.length === 0) return entries;
        if (await write(open, ({ account }) => entryOf(account), { action: 'blacklist_added', reason, source, severity, kind }))
          return entries;
      }
      throw overrun();
    },
    async remove(address, { authorization } = {}) {
      const accounts = accountsOn(address, parts.chainIds);
      let allowed: string | undefined;
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const listed = (await read(accounts)).filter(({ isListed }) => isListed);
        if (listed.length === 0) return false;
        // What was allowed is taking these listings off, not one that came meanwhile.
        const meant = JSON.stringify(listed.map(({ entry }) => entry));
        if (allowed !== meant) await parts.authority.require('list.change', blacklistRemovalFacts(accounts), authorization);
        allowed = meant;
        const nowMs = host.clock.nowMs();
        // Expired, not deleted: a document's version must not begin anew, or a late removal could hit a later listing.
        const over = ({ account, entry }: Row): ScreeningEntry => ({
          account,
          kind: entry === undefined || entry.kind === 'malformed' ? 'manual' : entry.kind,
          severity: entry?.severity ?? 'high',
          source: entry?.source ?? 'manual',
          addedMs: entry?.addedMs ?? nowMs,
          expiresMs: nowMs,
        });
        if (await write(listed, over, { action: 'blacklist_removed' })) return true;
      }
      throw overrun();
    },
    async has(address) {
      return (await read(accountsOn(address, parts.chainIds))).some(({ isListed }) => isListed);
    },
  };
}
