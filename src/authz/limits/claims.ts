import { createStoreTime, TIME_KEY, type TimeRow } from '../../adapters/store/kernel/store-time.ts';
import { type AgentId, CastellanError, type Clock, type Command, type Doc, type Json, type Store, storeKey } from '../../core/index.ts';
import { type HeldClaims, MAX_HELD, parseHeld, withClaim, withoutClaim } from './held-claims.ts';

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
   * Takes an action that is free or whose claim is over; prolongs one's own and never shortens it. An agent has at most 128 at a
   * time, and begins at most 10,000 in an hour. Fails closed: under a wrong clock nothing is taken.
   * @throws REQUEST_INVALID, CLOCK_SKEW, REQUEST_DENIED (retryable) where the agent has too many, STORE_UNAVAILABLE
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
/**
 * How long a claim that is over stays as a row, ms. A key that is made anew begins with the same versions again: so long must no process
 * stand still between its look and its write, or it takes the action from whoever got it meanwhile.
 */
const KEEP_MS = 3_600_000;
/** Most claims that one agent begins in that time: each leaves such a row, given back or not. */
const MAX_BEGUN = 10_000;
const PREFIX = 'claim/';
/** Which claims an agent has, beside them. */
const HOLDER = 'claimant/';

/**
 * Claims over the Store port. A claim ends by the time that lateness opens, min(host, store), so that no clock that runs ahead
 * takes an action from its holder; it begins by the time that lateness closes, so that it never ends before its ttl.
 */
export function createClaims({ store, clock }: { readonly store: Store; readonly clock: Clock }): Claims {
  const time = createStoreTime(clock);
  let taken = 0;
  let sweptTo: string | undefined;

  const look = async (actionKey: string, agentId: AgentId) => {
    const keys = [storeKey.doc(PREFIX + actionKey), storeKey.doc(HOLDER + agentId), TIME_KEY];
    const [row, holderRow, timeRow] = await store.get(keys);
    const none = { version: 0, value: null };
    const { version, value } = (row ?? none) as unknown as Doc;
    const holder = (holderRow ?? none) as unknown as Doc;
    return {
      version,
      record: value as unknown as ClaimRecord | null,
      held: parseHeld(holder.value),
      heldVersion: holder.version,
      moment: time.read(timeRow as unknown as TimeRow | undefined),
    };
  };
  const toPut = (actionKey: string, value: ClaimRecord | null, ifVersion: number): Command => {
    const kept = value === null ? null : { agent: value.agent, expiresAtMs: value.expiresAtMs };
    return { kind: 'doc.put', key: PREFIX + actionKey, value: kept, ifVersion };
  };
  /** The list stays when it is empty: made anew, it would begin with the same versions again. */
  const toHold = (agentId: AgentId, held: HeldClaims | undefined, ifVersion: number): readonly Command[] =>
    held === undefined ? [] : [{ kind: 'doc.put', key: HOLDER + agentId, value: held as unknown as Json, ifVersion }];
  const toBegin = (agentId: AgentId): Command => ({
    kind: 'rate.take',
    key: `claims:${agentId}`,
    windowMs: KEEP_MS,
    max: MAX_BEGUN,
    cooldownMs: 0,
  });
  const apply = async (...commands: readonly Command[]): Promise<'done' | 'rate_limited' | 'again'> => {
    const [result] = await store.apply([{ commands }]);
    if (result?.ok === true) return 'done';
    return result?.reason.code === 'rate_limited' ? 'rate_limited' : 'again';
  };
  /** One after the other for an agent: they write the same list. No more wait than it can have. */
  const turns = new Map<AgentId, { last: Promise<unknown>; waiting: number }>();
  const inTurn = async <T>(agentId: AgentId, work: () => Promise<T>): Promise<T> => {
    const queue = turns.get(agentId) ?? { last: Promise.resolve(), waiting: 0 };
    if (queue.waiting >= 2 * MAX_HELD) throw tooMany(undefined);
    const turn = queue.last.then(work, work);
    queue.last = turn;
    queue.waiting += 1;
    turns.set(agentId, queue);
    try {
      return await turn;
    } finally {
      queue.waiting -= 1;
      if (queue.waiting === 0) turns.delete(agentId);
    }
  };
  /** Drops claims that are over, some at a time: keys that nobody asks for again would stay for ever. */
  const sweep = async (openAtMs: number): Promise<void> => {
    const rows = await store.scan(storeKey.doc(PREFIX), { limit: SWEEP_ROWS, ...(sweptTo === undefined ? {} : { after: sweptTo }) });
    sweptTo = rows.length < SWEEP_ROWS ? undefined : rows.at(-1)?.key;
    for (const { key, value } of rows) {
      const { version, value: record } = value as unknown as Doc;
      if ((record as unknown as ClaimRecord).expiresAtMs + KEEP_MS < openAtMs)
        await apply(toPut(key.slice(storeKey.doc(PREFIX).length), null, version));
    }
  };

  const take = async (actionKey: string, agentId: AgentId, ttlMs: number): Promise<ClaimResult> => {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const { version, record, held, heldVersion, moment } = await look(actionKey, agentId);
      if (moment.skewed) throw new CastellanError('CLOCK_SKEW', { message: 'Host clock and store time are over 2 s apart.' });
      const isOwn = record?.agent === agentId;
      if (record !== null && !isOwn && record.expiresAtMs >= moment.openAtMs)
        return { claimed: false, claimedBy: record.agent, expiresAt: record.expiresAtMs };
      const expiresAtMs = Math.max(moment.closeAtMs + ttlMs, isOwn ? record.expiresAtMs : 0);
      const after = withClaim(held, actionKey, expiresAtMs, moment.openAtMs);
      if (after === undefined) throw tooMany(held);
      const begins = isOwn && record.expiresAtMs >= moment.openAtMs ? [] : [toBegin(agentId)];
      const taking = [toPut(actionKey, { agent: agentId, expiresAtMs }, version), ...toHold(agentId, after, heldVersion), ...begins];
      const end = await apply(...taking);
      if (end === 'rate_limited') throw tooMany(undefined);
      if (end === 'again') continue;
      if (++taken % SWEEP_EVERY === 0) await sweep(moment.openAtMs);
      return { claimed: true, claimedBy: agentId, expiresAt: expiresAtMs };
    }
    throw overrun();
  };
  const give = async (actionKey: string, agentId: AgentId): Promise<boolean> => {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const { version, record, held, heldVersion, moment } = await look(actionKey, agentId);
      if (record?.agent !== agentId || record.expiresAtMs < moment.openAtMs) return false;
      const over = { agent: agentId, expiresAtMs: moment.openAtMs - 1 };
      const giving = [toPut(actionKey, over, version), ...toHold(agentId, withoutClaim(held, actionKey), heldVersion)];
      if ((await apply(...giving)) === 'done') return true;
    }
    throw overrun();
  };

  return {
    async claim(actionKey, agentId, ttlMs) {
      checkKey(actionKey);
      if (!Number.isSafeInteger(ttlMs) || ttlMs < 1 || ttlMs > MAX_TTL_MS) throw invalid('ttlMs', `ttlMs is from 1 to ${MAX_TTL_MS}`);
      return inTurn(agentId, () => take(actionKey, agentId, ttlMs));
    },
    async release(actionKey, agentId) {
      checkKey(actionKey);
      return inTurn(agentId, () => give(actionKey, agentId));
    },
  };
}

function overrun(): CastellanError {
  return new CastellanError('STORE_UNAVAILABLE', { message: 'Too many agents ask for the same action at once.', retryable: true });
}

function tooMany(held: HeldClaims | undefined): CastellanError {
  const endsMs = held?.map(([, expiresAtMs]) => expiresAtMs) ?? [];
  const message = `The agent has ${MAX_HELD} claims, or began ${MAX_BEGUN} within an hour.`;
  const details = { reason: 'claims_exhausted', limit: MAX_HELD, ...(endsMs.length === 0 ? {} : { freeAtMs: Math.min(...endsMs) }) };
  return new CastellanError('REQUEST_DENIED', { message, details, retryable: true });
}

function checkKey(actionKey: unknown): asserts actionKey is string {
  if (typeof actionKey !== 'string' || !/^[!-~]{1,256}$/.test(actionKey))
    throw invalid('actionKey', 'An action key is 1 to 256 printable ASCII characters without spaces');
}

function invalid(field: string, message: string): CastellanError {
  return new CastellanError('REQUEST_INVALID', { message, details: { field } });
}
