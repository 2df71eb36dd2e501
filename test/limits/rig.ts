import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { type CompiledPolicy, createJudge, type JudgeInput, type Judgement, judgeKeys, type PolicyBase } from '../../src/authz/index.ts';
import type { ActionRequest, Command, Effect, LayerSignal, PriceSource, Store, UnsignedTransaction } from '../../src/core/index.ts';
import { createDeadlines, permitId } from '../../src/core/index.ts';
import type { Permissions } from '../../src/index.ts';
import { createManualClock, type ManualClock } from '../../src/testing/manual-clock.ts';
import { HOLD_MS, permitTerms, redeemCommand, requestRow, settleCommand } from '../../src/testing/store-conformance/scene.ts';
import { BASE, input, OPEN, policyOf, request, tx, WALLET } from '../authz/fixture.ts';

/** What one spending came to: `ok`, or the code of the first reason against it, of the judges or of the store. */
export interface Spent {
  readonly code: string;
  readonly judgement: Judgement;
  readonly warnings: readonly LayerSignal[];
}

/** The caps and nothing else that could say no. */
const SETTINGS = { riskEnabled: false, fraudDetectionEnabled: false, allowUnenforced: true, anomalyThreshold: 1_000_000_000 };

/** Permissions without bounds that tests do not set themselves. */
export const WIDE: Permissions = {
  ...OPEN,
  capabilities: { ...OPEN.capabilities, approvals: { enabled: true, spenders: [] } },
  allowedDestinations: undefined,
  limits: { perTransaction: 1_000_000_000, daily: 1_000_000_000, weekly: 1_000_000_000, monthly: 1_000_000_000 },
  rateLimiting: { maxPerHour: 1_000_000, cooldownSeconds: 0 },
};

/** Wide permissions with these caps. */
export const withCaps = (
  caps: NonNullable<Permissions['limits']>['caps'],
  over: Permissions = {},
  base: PolicyBase = BASE,
): CompiledPolicy => policyOf({ ...WIDE, ...over, limits: { ...WIDE.limits, ...over.limits, caps } }, base);

/**
 * Judges and store as the gate puts them together: what the judges say is taken in one step, or decided again. `isStored` where the
 * policies stand in the store, so that permits are bound to them.
 */
export function openRig(
  given: { readonly store?: Store; readonly clock?: ManualClock; readonly price?: PriceSource; readonly isStored?: boolean } = {},
) {
  const clock = given.clock ?? createManualClock();
  const store = given.store ?? createMemoryStore({ clock });
  const judge = createJudge({ clock, deadlines: createDeadlines(clock), settings: SETTINGS });
  let count = 0;

  async function once(
    asked: ActionRequest,
    policy: CompiledPolicy,
    effects: readonly Effect[],
    terms: Partial<UnsignedTransaction>,
  ): Promise<Spent> {
    const paying = tx({ wallet: asked.wallet, fee: { asset: tx().fee.asset, ceiling: 0n, params: {} }, ...terms });
    const decoded = { effects, calls: [], complete: true };
    const keys = judgeKeys({ request: asked, tx: paying, decoded, policy });
    const over: Partial<JudgeInput> = {
      tx: paying,
      rows: { keys, values: await store.get(keys) },
      read: (more) => store.get(more),
      nowMs: clock.nowMs(),
      deadlineMs: clock.nowMs() + 30_000,
      price: given.price,
    };
    const judgement = await judge.judge(input({ effects, request: asked, policy, over }));
    if (judgement.verdict !== 'approved') return { code: judgement.reasons[0]?.code ?? 'none', judgement, warnings: [] };
    const now = clock.nowMs();
    const row = {
      ...requestRow(now, { id: asked.id, lines: judgement.lines, agent: asked.agentId, dueMs: now + HOLD_MS }),
      feeLines: judgement.feeLines,
    };
    const commands: Command[] = [
      { kind: 'ledger.reserve', request: row, caps: judgement.caps },
      ...judgement.rates.filter(({ max }) => max !== null),
      {
        kind: 'permit.issue',
        agent: asked.agentId,
        requestId: asked.id,
        permit: permitTerms(now, asked.id, given.isStored === true ? { policy: policy.digest } : {}),
      },
    ];
    const [result] = await store.apply([{ commands }]);
    if (result?.ok === true) return { code: 'ok', judgement, warnings: judgement.signals.filter(({ type }) => type === 'cap_warning') };
    return { code: result?.reason.code ?? 'none', judgement, warnings: [] };
  }

  return {
    clock,
    store,
    /** Spends as `agent` of `user`, from `wallet`; what collides with another commit is decided again. */
    async spend(
      policy: CompiledPolicy,
      effects: readonly Effect[],
      over: Partial<ActionRequest> = {},
      terms: Partial<UnsignedTransaction> = {},
    ): Promise<Spent> {
      const declared = { asset: null, amount: null, destination: null };
      const asked = request({
        id: `r${count++}`,
        type: 'contract_call',
        declared,
        action: { kind: 'calls', calls: [] },
        wallet: WALLET,
        ...over,
      });
      for (let run = 0; ; run++) {
        const spent = await once(asked, policy, effects, terms);
        if (spent.code !== 'version_conflict' || run > 16) return spent;
      }
    },
    /** Uses the permit of a request. */
    async redeem(id: string, agent = 'a1'): Promise<void> {
      const { secret } = permitTerms(0, id);
      const [result] = await store.apply([{ commands: [{ ...redeemCommand(id), permitId: permitId(agent, id, secret) } as Command] }]);
      if (result?.ok !== true) throw new Error(`${id} cannot be redeemed: ${result?.reason.code}`);
    },
    /** Takes a redeemed request to a state. */
    async settle(id: string, agent: string, ...to: readonly ('signed' | 'broadcast' | 'final' | 'released')[]): Promise<void> {
      for (const state of to) {
        const command = settleCommand(id, state);
        const [result] = await store.apply([{ commands: [{ ...command, agent } as Command] }]);
        if (result?.ok !== true) throw new Error(`${id} cannot become ${state}: ${result?.reason.code}`);
      }
    },
    /** Id of the request that comes next. */
    nextId: () => `r${count}`,
  };
}
