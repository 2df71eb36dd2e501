import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import type { CapInput } from '../../src/authz/index.ts';
import type { AccountId, Command, Json } from '../../src/core/index.ts';
import type { CapUse, LimitsReport, Permissions } from '../../src/index.ts';
import { inspectLimits } from '../../src/manager/limits/inspect-limits.ts';
import { createPolicyBook } from '../../src/manager/policy-book.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import { HOLD_MS } from '../../src/testing/store-conformance/scene.ts';
import { account, BOB, ETH, EVE, policyOf, send, WALLET } from '../authz/fixture.ts';
import { LimitLedger } from '../model/limit-ledger.ts';
import { openRig, WIDE } from './rig.ts';

/** Base units: the cap of each account, as ether. */
const ether = (amount: number): string => `0.${String(amount).padStart(18, '0')}`;
const CAPS: readonly CapInput[] = [
  { capId: 'mine', scope: 'agent', window: 'hour', max: ether(90) },
  { capId: 'mine', scope: 'agent', window: 'total', max: ether(400) },
  { capId: 'house', scope: 'fleet', windowMs: 600_000, max: ether(120) },
  { capId: 'to', scope: 'recipient', window: 'day', max: ether(150) },
];
const PERMISSIONS: Permissions = { ...WIDE, limits: { ...WIDE.limits, daily: ether(200), caps: CAPS } };
const POLICY = policyOf(PERMISSIONS);
const WINDOWS: Readonly<Record<string, number | null>> = {
  hour: 3_600_000,
  total: null,
  '600000': 600_000,
  day: 86_400_000,
  week: 604_800_000,
  month: 2_592_000_000,
};

type Op =
  | { readonly op: 'spend'; readonly agent: 'a1' | 'a2'; readonly to: AccountId; readonly amount: number }
  | { readonly op: 'redeem' | 'expire' | 'final' | 'reorg' | 'released'; readonly pick: number }
  | { readonly op: 'advance'; readonly ms: number };
const move = fc.constantFrom<'redeem' | 'expire' | 'final' | 'reorg' | 'released'>(
  'redeem',
  'redeem',
  'expire',
  'final',
  'final',
  'reorg',
  'released',
);
const op: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      op: fc.constant('spend' as const),
      agent: fc.constantFrom('a1' as const, 'a2' as const),
      to: fc.constantFrom(BOB, EVE),
      amount: fc.integer({ min: 1, max: 60 }),
    }),
  },
  { weight: 7, arbitrary: fc.record({ op: move, pick: fc.nat(1_000) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 2_000_000 }) }) },
);

/** One ledger for each account, each a list on paper. */
class Paper {
  readonly #ledgers = new Map<string, LimitLedger>();

  of(name: string): LimitLedger {
    let ledger = this.#ledgers.get(name);
    if (ledger === undefined) this.#ledgers.set(name, (ledger = new LimitLedger()));
    return ledger;
  }

  /** Every account that a spending counts on. */
  static names(agent: string, to: AccountId): readonly string[] {
    return [`limits/${agent}`, `mine/${agent}`, 'house', `to/${to}`];
  }

  static nameOf({ capId, subject }: CapUse, agent: string): string {
    return capId === 'house' ? 'house' : capId === 'to' ? `to/${subject}` : `${capId}/${agent}`;
  }
}

function compare(report: LimitsReport, paper: Paper, nowMs: number): void {
  for (const cap of report.caps) {
    if (cap.window === 'transaction') continue;
    const ledger = paper.of(Paper.nameOf(cap, report.agentId));
    const windowMs = WINDOWS[cap.window] ?? null;
    const [committed, pending, limit] = [BigInt(cap.committed), BigInt(cap.pending), BigInt(cap.limit)];
    const pendingAt = (late: boolean): bigint => ledger.used(null, nowMs, late) - ledger.sum('final');
    const committedAt = (late: boolean): bigint => ledger.used(windowMs, nowMs, late) - pendingAt(late);
    expect(pending >= pendingAt(false) && pending <= pendingAt(true)).toBe(true);
    expect(committed >= committedAt(false) && committed <= committedAt(true)).toBe(true);
    const left = limit - committed - pending;
    expect(cap.remaining).toBe(String(left > 0n ? left : 0n));
    if (cap.resetsAt !== null) expect(cap.resetsAt).toBeGreaterThan(nowMs);
    else expect(committed === 0n || windowMs === null).toBe(true);
  }
}

async function play(ops: readonly Op[]): Promise<number> {
  const clock = createManualClock();
  const store = createMemoryStore({ clock });
  const rig = openRig({ clock, store, isStored: true });
  const book = createPolicyBook((permissions) => policyOf(permissions as Permissions));
  const put = (key: string, value: unknown): Command => ({ kind: 'doc.put', key, value: value as Json });
  const agents = ['a1', 'a2'].flatMap((id) => [
    put(`agent/${id}`, { id, user: 'u1', wallets: [WALLET], createdMs: 0 }),
    put(`policy/${id}`, { digest: POLICY.digest, permissions: PERMISSIONS }),
  ]);
  await store.apply([{ commands: agents }]);
  const paper = new Paper();
  const made: { readonly id: string; readonly agent: string; readonly names: readonly string[] }[] = [];
  let granted = 0;
  for (const step of ops) {
    const now = clock.nowMs();
    if (step.op === 'advance') clock.advance(step.ms);
    else if (step.op === 'spend') {
      const id = rig.nextId();
      const { code } = await rig.spend(POLICY, [send(BigInt(step.amount), step.to)], { agentId: step.agent });
      const names = Paper.names(step.agent, step.to);
      if (code !== 'ok') continue;
      granted++;
      for (const name of names) paper.of(name).take(id, BigInt(step.amount), now, now + HOLD_MS);
      made.push({ id, agent: step.agent, names });
    } else {
      const chosen = made[step.pick % Math.max(1, made.length)];
      if (chosen === undefined) continue;
      const { id, agent, names } = chosen;
      const ledgers = names.map((name) => paper.of(name));
      const state = ledgers[0]?.notes.get(id)?.state;
      const each = (play: (ledger: LimitLedger) => boolean): readonly boolean[] => ledgers.map(play);
      if (step.op === 'redeem' && state === 'held') {
        const ok = await rig.redeem(id, agent).then(
          () => true,
          () => false,
        );
        expect(each((ledger) => ledger.redeem(id, now))).toEqual(names.map(() => ok));
      } else if (step.op === 'expire' && state === 'held') {
        await store.apply([{ commands: [{ kind: 'ledger.expire', agent, requestId: id }] }]);
        each((ledger) => ledger.move(id, ['held'], 'gone', now));
      } else if ((step.op === 'final' || step.op === 'released') && state === 'flying') {
        await rig.settle(id, agent, step.op);
        each((ledger) => ledger.move(id, ['flying'], step.op === 'final' ? 'final' : 'gone', now));
      } else if (step.op === 'reorg' && state === 'final') {
        await rig.settle(id, agent, 'broadcast');
        each((ledger) => ledger.move(id, ['final'], 'flying', now));
      }
    }
    const parts = { store, policies: book, nowMs: () => clock.nowMs() };
    for (const agent of ['a1', 'a2']) compare(await inspectLimits(parts, agent), paper, clock.nowMs());
  }
  return granted;
}

describe('limits as they are shown', () => {
  it('are what a list on paper says, after every move', async () => {
    let granted = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(op, { minLength: 5, maxLength: 40 }), async (ops) => {
        granted += await play(ops);
      }),
      { numRuns: 25 },
    );
    expect(granted).toBeGreaterThan(25);
  });

  it('show no more than 256 recipients of a cap, and say that there are more', async () => {
    const clock = createManualClock();
    const store = createMemoryStore({ clock });
    const rig = openRig({ clock, store, isStored: true });
    const permissions: Permissions = {
      ...WIDE,
      limits: { ...WIDE.limits, caps: [{ capId: 'to', scope: 'recipient', window: 'day', max: 1 }] },
    };
    const policy = policyOf(permissions);
    await store.apply([
      {
        commands: [
          { kind: 'doc.put', key: 'agent/a1', value: { id: 'a1', user: 'u1', wallets: [WALLET], createdMs: 0 } },
          { kind: 'doc.put', key: 'policy/a1', value: { digest: policy.digest, permissions: permissions as unknown as Json } },
        ],
      },
    ]);
    const book = createPolicyBook((given) => policyOf(given as Permissions));
    const shown = async () => {
      const { caps, truncated } = await inspectLimits({ store, policies: book, nowMs: () => clock.nowMs() }, 'a1');
      return [caps.filter(({ capId }) => capId === 'to').length, truncated];
    };
    const pay = (from: number, count: number) =>
      rig.spend(
        policy,
        Array.from({ length: count }, (_, n) => send(1n, account((from + n).toString(16).padStart(4, '0').repeat(10)), ETH, String(n))),
      );
    expect((await pay(0, 200)).code).toBe('ok');
    expect(await shown()).toEqual([200, false]);
    expect((await pay(200, 56)).code).toBe('ok');
    expect(await shown()).toEqual([256, false]);
    expect((await pay(256, 1)).code).toBe('ok');
    expect(await shown()).toEqual([256, true]);
  });
});
