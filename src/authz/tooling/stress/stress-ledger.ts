import {
  type AccountId,
  type Command,
  isCastellanError,
  type LedgerWindow,
  permitId,
  type RequestRow,
  type Store,
  sha256Hex,
} from '../../../core/index.ts';
import type { StressClock } from './stress-clock.ts';

/** One attempt, as a schedule makes it. */
export interface Attempt {
  readonly agent: string;
  readonly id: string;
  readonly amount: string;
  /** Another body under the same id is another request. */
  readonly body?: string;
}

/** The real ledger under attack, and a plain list beside it that says what was let through when. */
export interface StressLedger {
  readonly clock: StressClock;
  readonly windows: readonly LedgerWindow[];
  readonly tried: () => number;
  readonly accepted: () => number;
  /** Tries to reserve; true where room was taken. */
  reserve(attempt: Attempt): Promise<boolean>;
  /** Redeems as `redeemer`; true where it counted. */
  redeem(attempt: Attempt, redeemer: string): Promise<boolean>;
  /** Takes a redeemed request to final. */
  settle(attempt: Attempt): Promise<void>;
  /** Every window that holds more than its limit at this moment, by the list. */
  overspent(): readonly string[];
  /** Sum of everything let through. */
  total(): bigint;
}

/** Life of a hold: longer than any schedule waits without settling. */
const HOLD_MS = 3_600_000;

/** Creates the pair over one account. */
export function createStressLedger(store: Store, clock: StressClock, name: string, windows: readonly LedgerWindow[]): StressLedger {
  const account = `stress:${name}|unit`;
  const caps = [{ account, windows }];
  const passed: { readonly id: string; readonly amount: bigint; readonly atMonotonicMs: number; settledMs: number | null }[] = [];
  const counts = { tried: 0, accepted: 0 };

  const secretOf = ({ agent, id }: Attempt): string => sha256Hex(`${name}/${agent}/${id}`).slice(0, 32);
  const rowOf = ({ agent, id, amount, body }: Attempt): RequestRow => ({
    agent,
    requestId: id,
    bodyDigest: sha256Hex(body ?? id),
    actionDigest: sha256Hex(`action ${id}`),
    payloadDigest: sha256Hex(`payload ${id}`),
    decisionId: `${name}-${agent}-${id}`,
    logIndex: -1,
    state: 'held',
    wallet: 'stress' as AccountId,
    slot: null,
    lines: [{ account, amount }],
    dueMs: clock.nowMs() + HOLD_MS,
    permit: null,
    feeLines: [],
    feeCeiling: '0',
    payload: null,
    sealed: null,
    txHash: null,
    updatedMs: 0,
  });
  async function apply(commands: readonly Command[]): Promise<{ readonly ok: boolean; readonly replayed: boolean }> {
    try {
      const [result] = await store.apply([{ commands }]);
      return { ok: result?.ok === true, replayed: result?.ok === true && result.replayed };
    } catch (error) {
      // A refusal may also be an error with a code; anything else is a fault of the store, and ends the run.
      if (isCastellanError(error)) return { ok: false, replayed: false };
      throw error;
    }
  }

  return {
    clock,
    windows,
    tried: () => counts.tried,
    accepted: () => counts.accepted,
    async reserve(attempt) {
      counts.tried += 1;
      const permit = {
        secret: secretOf(attempt),
        payloadDigest: sha256Hex(`payload ${attempt.id}`),
        actionDigest: sha256Hex(`action ${attempt.id}`),
        keyId: 'k1',
        policy: 'none',
        registry: 'none',
        epoch: 0,
        expiresAtMs: clock.nowMs() + HOLD_MS,
        approvals: [],
        approvalsExpireAtMs: null,
        redeemedBy: null,
      };
      const { agent, id } = attempt;
      const { ok } = await apply([
        { kind: 'ledger.reserve', request: rowOf(attempt), caps },
        { kind: 'permit.issue', agent, requestId: id, permit },
      ]);
      if (!ok) return false;
      counts.accepted += 1;
      const known = passed.some((entry) => entry.id === `${agent}/${id}`);
      if (!known)
        passed.push({ id: `${agent}/${id}`, amount: BigInt(attempt.amount), atMonotonicMs: clock.monotonicMs(), settledMs: null });
      return true;
    },
    async redeem(attempt, redeemer) {
      const { agent, id } = attempt;
      const payloadDigest = sha256Hex(`payload ${id}`);
      return (
        await apply([{ kind: 'permit.redeem', permitId: permitId(agent, id, secretOf(attempt)), payloadDigest, keyId: 'k1', redeemer }])
      ).ok;
    },
    async settle({ agent, id }) {
      const moves = [{ to: 'signed', sealed: 'c2VhbGVk', txHash: `h-${id}` }, { to: 'broadcast' }, { to: 'final' }] as const;
      for (const move of moves) await apply([{ kind: 'ledger.settle', agent, requestId: id, ...move }]);
      const entry = passed.find((one) => one.id === `${agent}/${id}`);
      if (entry !== undefined) entry.settledMs = clock.monotonicMs();
    },
    overspent() {
      const nowMs = clock.monotonicMs();
      return windows.flatMap(({ windowMs, limit, rule }) => {
        const counted = passed.filter(({ settledMs }) => windowMs === null || settledMs === null || nowMs - settledMs < windowMs);
        const sum = windowMs === 0 ? largest(passed.map(({ amount }) => amount)) : counted.reduce((all, { amount }) => all + amount, 0n);
        return sum > BigInt(limit) ? [`${rule}: ${sum} of ${limit}`] : [];
      });
    },
    total: () => passed.reduce((all, { amount }) => all + amount, 0n),
  };
}

const largest = (amounts: readonly bigint[]): bigint => amounts.reduce((most, amount) => (amount > most ? amount : most), 0n);
