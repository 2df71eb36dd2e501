import { CastellanError, isCastellanError } from '../../../core/errors.ts';
import type { EventDetails, SecurityEvent } from '../../../core/event.ts';
import { newId } from '../../../core/id.ts';
import type { ListReport, ListState, ListUpdate, RecordList, Screening } from '../../../risk/index.ts';
import { type ConfiguredList, sourceOf } from './configured-list.ts';
import type { ListDeskParts } from './desk-parts.ts';
import { type KeptList, keepCommand, readKept } from './list-book.ts';
import { type LoadStatus, UNTRIED } from './list-status.ts';

/** Loads configured lists: checked against what was last in force, swapped in at once, recorded. */
export interface ListLoader {
  /**
   * Loads a list; undefined where its signer has nothing newer, and where the owners let it go (unless `isAnew`). What was loaded
   * before stays in force where this fails. @throws REQUEST_INVALID, SIGNATURE_INVALID, STORE_UNAVAILABLE, or what reading it threw
   */
  load(name: string, isAnew?: boolean): Promise<ListReport | undefined>;
  status(name: string): LoadStatus;
  /** Notes that the owners let a list go. */
  dropped(name: string): void;
}

/** What loading stands on. */
export interface ListLoaderParts extends ListDeskParts {
  readonly screening: Screening;
}

/** An event of the lists, for the log. */
export function listEvent({ host, tenant }: Pick<ListDeskParts, 'host' | 'tenant'>, details: EventDetails): SecurityEvent {
  const at = host.clock.nowMs();
  return { v: 1, id: newId(host.random, at), tenant, at, agent: null, severity: 'warning', type: 'permission_changed', details };
}

const ATTEMPTS = 16;

/** Creates the loader of the configured lists. */
export function createListLoader(parts: ListLoaderParts): ListLoader {
  const { store, journal, screening, chains, config } = parts;
  const states = new Map<string, LoadStatus>();
  const runs = new Map<string, number>();
  const status = (name: string): LoadStatus => states.get(name) ?? UNTRIED;
  const set = (name: string, change: Partial<LoadStatus>): void => void states.set(name, { ...status(name), ...change });
  const log = (details: EventDetails) => journal.command(listEvent(parts, details));

  async function bring(list: ConfiguredList, last: ListState | null, record: RecordList): Promise<ListReport | undefined> {
    const source = sourceOf(list, chains.ids);
    const given = await list.read(last);
    const isSigned = Object.keys(source.signers ?? {}).length > 0;
    if (!isSigned) {
      if (Array.isArray(given)) throw new CastellanError('REQUEST_INVALID', { message: 'A list that nobody signs comes in bytes.' });
      return screening.load(source, given as Parameters<Screening['load']>[1], record);
    }
    if (!Array.isArray(given)) throw new CastellanError('SIGNATURE_INVALID', { message: 'A signed list comes in signed updates.' });
    const isThere = screening.view().lists.some(({ list: known }) => known === list.name);
    return given.length === 0 && isThere
      ? undefined
      : (await screening.update(source, given as readonly ListUpdate[], last, record)).report;
  }

  async function take(list: ConfiguredList, isAnew: boolean): Promise<ListReport | undefined> {
    const { name } = list;
    const kept = await readKept(store, name);
    if (!kept.isSound) throw new CastellanError('STORE_CORRUPT', { message: 'What was last in force of a list cannot be read.' });
    if (kept.isDropped && !isAnew) {
      set(name, { isDropped: true });
      screening.drop(name);
      return undefined;
    }
    // Letting go of a list that speaks for accounts made the gate stricter: taking it back would not.
    if (kept.isDropped && list.basis === 'ordinary')
      throw new CastellanError('AUTHORITY_REQUIRED', {
        message: 'A list of ordinary accounts that was let go stays away.',
        details: { list: name },
      });
    const report = await bring(list, kept.state, (read, state) => record(list, kept, read, state));
    set(name, report === undefined ? { lastError: null } : { report, isDropped: false, lastError: null });
    return report;
  }

  /** Before it is in force. What was read of the book may be old by now: between two processes the newer version of a list stays. */
  async function record(list: ConfiguredList, kept: KeptList, report: ListReport, state: ListState | null): Promise<void> {
    const { name } = list;
    const { accounts, rows, unread, body } = report;
    const details = { action: 'screening_loaded', list: name, accounts, rows, unread, body, sequence: state?.sequence ?? null };
    let now = kept;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (now.state !== null && !isNewer(state, now.state)) throw refused(name, 'rolled_back');
      // Somebody let it go while it was being loaded.
      if (now.isDropped && !kept.isDropped) throw refused(name, 'dropped');
      if (state === null && list.basis !== 'ordinary' && isCutOff(accounts, now.accounts))
        throw new CastellanError('REQUEST_INVALID', {
          message: 'The list has lost more than half of its accounts: the owners let the former one go, or it stays.',
          details: { list: name, problem: 'it lost more than half of its accounts', accounts, before: now.accounts },
        });
      const result = await journal.apply([keepCommand(name, now.version, state, accounts), log(details)]);
      if (result.ok) return;
      if (result.reason.code !== 'version_conflict')
        throw new CastellanError('STORE_UNAVAILABLE', { message: result.reason.message, details: { reason: result.reason.code } });
      now = await readKept(store, name);
    }
    throw new CastellanError('STORE_UNAVAILABLE', { message: 'Other writers changed the same records too often', retryable: true });
  }

  return {
    status,
    dropped: (name) => set(name, { isDropped: true }),
    async load(name, isAnew = false) {
      const list = config.lists.find((one) => one.name === name);
      if (list === undefined)
        throw new CastellanError('REQUEST_INVALID', { message: 'No such list is configured.', details: { list: name } });
      const run = (runs.get(name) ?? 0) + 1;
      runs.set(name, run);
      try {
        return await take(list, isAnew);
      } catch (error) {
        const why = whyOf(error);
        // A later attempt knows better.
        if (runs.get(name) === run) set(name, { lastError: why });
        await journal.apply([log({ action: 'screening_refused', list: name, why })]).catch(() => undefined);
        throw error;
      }
    },
  };
}

/** Below so many accounts a list may well be kept by hand. */
const LEAST_GUARDED = 100;

/** Nobody signs for it that so many were let go. */
function isCutOff(accounts: number, before: number | null): boolean {
  return before !== null && before >= LEAST_GUARDED && accounts * 2 < before;
}

/** Newer than what was in force, or that very update. */
function isNewer(state: ListState | null, before: ListState): boolean {
  if (state === null || state.sequence < before.sequence) return false;
  return state.sequence > before.sequence || state.digest === before.digest;
}

function refused(list: string, reason: 'rolled_back' | 'dropped'): CastellanError {
  return new CastellanError('SIGNATURE_INVALID', { message: 'The list is not taken.', details: { list, reason } });
}

/** The error's code, and its reason where it has one; never its words, which somebody else may have written. */
function whyOf(error: unknown): string {
  if (!isCastellanError(error)) return 'unreadable';
  const { reason, problem } = error.details as { readonly reason?: unknown; readonly problem?: unknown };
  const more = reason ?? problem;
  return typeof more === 'string' ? `${error.code}: ${more.slice(0, 80)}` : error.code;
}
