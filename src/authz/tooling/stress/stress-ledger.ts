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
  /** Gives the room of a request back that was not redeemed. */
  release(attempt: Attempt): Promise<void>;
  /** Takes a redeemed request to final. */
  settle(attempt: Attempt): Promise<void>;
  /** Every window that holds more than its limit at this moment, by the list. */
  overspent(): readonly string[];
  /** Sum of everything let through. */
  total(): bigint;
}

const AMOUNT = /^[0-9]{1,96}$/;
/** Life of a hold: longer than any schedule waits without settling. */
const HOLD_MS = 3_600_000;

/** Creates the pair over one account. */
export function createStressLedger(store: Store, clock: StressClock, name: string, windows: readonly LedgerWindow[]): StressLedger {
  const account = `stress:${name}|unit`;
  const caps = [{ account, windows }];
  const passed = new Map<string, { readonly amount: bigint; settledMs: number | null }>();
  const counts = { tried: 0, accepted: 0, total: 0n };

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
      if (!passed.has(`${agent}/${id}`)) {
        // What is no amount and was taken all the same is the schedule's finding.
        const amount = AMOUNT.test(attempt.amount) ? BigInt(attempt.amount) : 0n;
        passed.set(`${agent}/${id}`, { amount, settledMs: null });
        counts.total += amount;
      }
      return true;
    },
    async redeem(attempt, redeemer) {
      const { agent, id } = attempt;
      const payloadDigest = sha256Hex(`payload ${id}`);
      return (
        await apply([{ kind: 'permit.redeem', permitId: permitId(agent, id, secretOf(attempt)), payloadDigest, keyId: 'k1', redeemer }])
      ).ok;
    },
    async release({ agent, id }) {
      await apply([{ kind: 'ledger.expire', agent, requestId: id }]);
      counts.total -= passed.get(`${agent}/${id}`)?.amount ?? 0n;
      passed.delete(`${agent}/${id}`);
    },
    async settle({ agent, id }) {
      const moves = [{ to: 'signed', sealed: 'c2VhbGVk', txHash: `h-${id}` }, { to: 'broadcast' }, { to: 'final' }] as const;
      for (const move of moves) await apply([{ kind: 'ledger.settle', agent, requestId: id, ...move }]);
      const entry = passed.get(`${agent}/${id}`);
      if (entry !== undefined) entry.settledMs = clock.monotonicMs();
    },
    overspent() {
      const nowMs = clock.monotonicMs();
      const all = [...passed.values()];
      return windows.flatMap(({ windowMs, limit, rule }) => {
        const counted = all.filter(({ settledMs }) => windowMs === null || settledMs === null || nowMs - settledMs < windowMs);
        const most = windowMs === 0 ? largest(all.map(({ amount }) => amount)) : counted.reduce((sum, { amount }) => sum + amount, 0n);
        return most > BigInt(limit) ? [`${rule}: ${most} of ${limit}`] : [];
      });
    },
    total: () => counts.total,
  };
}

const largest = (amounts: readonly bigint[]): bigint => amounts.reduce((most, amount) => (amount > most ? amount : most), 0n);
