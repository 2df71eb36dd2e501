import { createStoreTime, TIME_KEY, type TimeRow } from '../../adapters/store/kernel/store-time.ts';
import { type AgentId, CastellanError, type Clock, type Doc, type Store, storeKey } from '../../core/index.ts';

/** Who has an action, and until when. */
export interface ClaimResult {
  /** True where the asking agent has it now. */
  readonly claimed: boolean;
  /** Who has it. */
  readonly claimedBy: AgentId;
  /** Until when, ms since the epoch of store time. What an agent has not done by then another may begin. */
  readonly expiresAt: number;
}

/** Actions that at most one agent does at a time, in every process that shares the store. */
export interface Claims {
  /**
   * Takes an action that is free or whose claim is over; prolongs one's own and never shortens it. Fails closed: under a wrong clock
   * nothing is taken. @throws REQUEST_INVALID, CLOCK_SKEW, STORE_UNAVAILABLE
   */
  claim(actionKey: string, agentId: AgentId, ttlMs: number): Promise<ClaimResult>;
  /** Gives one's own claim back; false where another has it or nobody. @throws REQUEST_INVALID, STORE_UNAVAILABLE */
  release(actionKey: string, agentId: AgentId): Promise<boolean>;
}

interface ClaimRecord {
  readonly agent: AgentId;
  readonly expiresAtMs: number;
}

/** Longest claim, ms: a week. What takes longer is prolonged on the way, so that a dead agent blocks nobody for ever. */
const MAX_TTL_MS = 604_800_000;
/** Most tries where others write the same claim: each of them got it or gave it back meanwhile. */
const MAX_TRIES = 16;
/** How often this process looks for claims that are over, in claims, and at how many then. */
const SWEEP_EVERY = 32;
const SWEEP_ROWS = 64;
const PREFIX = 'claim/';

/**
 * Claims over the Store port. A claim ends by the time that lateness opens, min(host, store), so that no clock that runs ahead
 * takes an action from its holder; it begins by the time that lateness closes, so that it never ends before its ttl.
 */
export function createClaims({ store, clock }: { readonly store: Store; readonly clock: Clock }): Claims {
  const time = createStoreTime(clock);
  let taken = 0;
  let sweptTo: string | undefined;

  const look = async (actionKey: string) => {
    const [row, timeRow] = await store.get([storeKey.doc(PREFIX + actionKey), TIME_KEY]);
    const { version, value } = (row ?? { version: 0, value: null }) as unknown as Doc;
    return { version, record: value as unknown as ClaimRecord | null, moment: time.read(timeRow as unknown as TimeRow | undefined) };
  };
  const put = async (actionKey: string, value: ClaimRecord | null, ifVersion: number): Promise<boolean> => {
    const kept = value === null ? null : { agent: value.agent, expiresAtMs: value.expiresAtMs };
    const [result] = await store.apply([{ commands: [{ kind: 'doc.put', key: PREFIX + actionKey, value: kept, ifVersion }] }]);
    return result?.ok === true;
  };
  /** Drops claims that are over, some at a time: keys that nobody asks for again would stay for ever. */
  const sweep = async (openAtMs: number): Promise<void> => {
    const rows = await store.scan(storeKey.doc(PREFIX), { limit: SWEEP_ROWS, ...(sweptTo === undefined ? {} : { after: sweptTo }) });
    sweptTo = rows.length < SWEEP_ROWS ? undefined : rows.at(-1)?.key;
    for (const { key, value } of rows) {
      const { version, value: record } = value as unknown as Doc;
      if ((record as unknown as ClaimRecord).expiresAtMs < openAtMs) await put(key.slice(storeKey.doc(PREFIX).length), null, version);
    }
  };

  return {
    async claim(actionKey, agentId, ttlMs) {
      checkKey(actionKey);
      if (!Number.isSafeInteger(ttlMs) || ttlMs < 1 || ttlMs > MAX_TTL_MS) throw invalid('ttlMs', `ttlMs is from 1 to ${MAX_TTL_MS}`);
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const { version, record, moment } = await look(actionKey);
        if (moment.skewed) throw new CastellanError('CLOCK_SKEW', { message: 'Host clock and store time are over 2 s apart.' });
        const isOwn = record?.agent === agentId;
        if (record !== null && !isOwn && record.expiresAtMs >= moment.openAtMs)
          return { claimed: false, claimedBy: record.agent, expiresAt: record.expiresAtMs };
        const expiresAtMs = Math.max(moment.closeAtMs + ttlMs, isOwn ? record.expiresAtMs : 0);
        if (!(await put(actionKey, { agent: agentId, expiresAtMs }, version))) continue;
        if (++taken % SWEEP_EVERY === 0) await sweep(moment.openAtMs);
        return { claimed: true, claimedBy: agentId, expiresAt: expiresAtMs };
      }
      throw new CastellanError('STORE_UNAVAILABLE', { message: 'Too many agents ask for the same action at once.', retryable: true });
    },
    async release(actionKey, agentId) {
      checkKey(actionKey);
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const { version, record } = await look(actionKey);
        if (record?.agent !== agentId) return false;
        if (await put(actionKey, null, version)) return true;
      }
      throw new CastellanError('STORE_UNAVAILABLE', { message: 'Too many agents ask for the same action at once.', retryable: true });
    },
  };
}

function checkKey(actionKey: unknown): asserts actionKey is string {
  if (typeof actionKey !== 'string' || !/^[!-~]{1,256}$/.test(actionKey))
    throw invalid('actionKey', 'An action key is 1 to 256 printable ASCII characters without spaces');
}

function invalid(field: string, message: string): CastellanError {
  return new CastellanError('REQUEST_INVALID', { message, details: { field } });
}
