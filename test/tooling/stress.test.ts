import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { type StressReport, stressTest } from '../../src/authz/index.ts';
import type { Clock, Command, LedgerCap, Store } from '../../src/core/index.ts';
import { policyOf } from '../authz/fixture.ts';

const policy = policyOf({ limits: { perTransaction: 1, daily: 4, weekly: 100, monthly: 200 } });
const LOAD = { agents: 3, transactions: 60 };
const attack = (openStore: (clock: Clock) => Store): Promise<StressReport> =>
  stressTest({ policy, ...LOAD, openStore: async (clock) => openStore(clock) });
/** The real ledger with one thing wrong. */
const broken = (change: (command: Command) => Command | null) =>
  attack((clock) => {
    const store = createMemoryStore({ clock });
    const changed = (commands: readonly Command[]): readonly Command[] => commands.flatMap((command) => change(command) ?? []);
    return {
      ...store,
      apply: (steps) => store.apply(steps.map(({ commands }) => ({ commands: changed(commands) }))),
      close: () => store.close(),
    };
  });
const wide = (cap: LedgerCap): LedgerCap => ({
  ...cap,
  windows: cap.windows.map((window) => ({ ...window, limit: `${window.limit}000` })),
});
const failing = ({ results }: StressReport): readonly string[] => results.filter(({ held }) => !held).map(({ schedule }) => schedule);

describe('stressTest', () => {
  it('finds that the real ledger holds, to the last unit, and says what was tried', async () => {
    const report = await attack((clock) => createMemoryStore({ clock }));
    expect(report.results.flatMap(({ findings }) => findings)).toEqual([]);
    expect(report.held).toBe(true);
    for (const { tried, accepted } of report.results) expect(tried).toBeGreaterThan(accepted);
  });

  it('finds a ledger whose caps are wider than they are said to be', async () => {
    const report = await broken((command) => (command.kind === 'ledger.reserve' ? { ...command, caps: command.caps.map(wide) } : command));
    expect(report.held).toBe(false);
    expect(failing(report)).toEqual(expect.arrayContaining(['splitting', 'racing', 'replaying', 'window-edge', 'clock-jump']));
  });

  it('finds a window that opens early', async () => {
    const short = (ms: number | null): number | null => (ms === null || ms === 0 ? ms : ms - 600_000);
    const report = await broken((command) =>
      command.kind === 'ledger.reserve'
        ? {
            ...command,
            caps: command.caps.map((cap) => ({ ...cap, windows: cap.windows.map((w) => ({ ...w, windowMs: short(w.windowMs) })) })),
          }
        : command,
    );
    expect(failing(report)).toContain('window-edge');
  });

  it('finds a ledger that takes an amount for another, and one that lets nothing through', async () => {
    const halved = await broken((command) =>
      command.kind === 'ledger.reserve'
        ? {
            ...command,
            request: {
              ...command.request,
              lines: command.request.lines.map((line) => ({ ...line, amount: String(BigInt(line.amount || '0') / 2n) })),
            },
          }
        : command,
    );
    expect(halved.held).toBe(false);
    const closed = await broken((command) =>
      command.kind === 'ledger.reserve' ? { ...command, caps: [{ account: 'x', windows: [] }] } : command,
    );
    expect(closed.held).toBe(false);
  });

  it('finds permits that are redeemed more than once', async () => {
    const report = await attack((clock) => {
      const store = createMemoryStore({ clock });
      return {
        ...store,
        close: () => store.close(),
        async apply(steps) {
          const redeems = steps.some(({ commands }) => commands.some(({ kind }) => kind === 'permit.redeem'));
          const results = await store.apply(steps);
          return redeems ? results.map((result) => ({ ok: true, atMs: result.atMs, logIndex: null, epoch: 0, replayed: false })) : results;
        },
      };
    });
    expect(failing(report)).toEqual(['replaying']);
  });

  it('says that nothing fits where nothing does, and ends where a window takes more transactions than there are', async () => {
    const none = policyOf({ limits: { perTransaction: 0, daily: 4, weekly: 100, monthly: 200 } });
    const small = policyOf({ limits: { perTransaction: '0.000000001', daily: 4_000, weekly: 100_000, monthly: 200_000 } });
    const under = (limits: typeof none): Promise<StressReport> =>
      stressTest({ policy: limits, ...LOAD, openStore: async (clock) => createMemoryStore({ clock }) });
    const refused = await under(none);
    expect(refused.results.find(({ schedule }) => schedule === 'window-edge')?.findings).toEqual([
      'no transaction of any amount fits under the limits',
    ]);
    expect(failing(await under(small))).toEqual([]);
  });
});

type Apply = Store['apply'];
/** A store whose commands go through `around` first. */
function around(clock: Clock, change: (apply: Apply) => Apply): Store {
  const store = createMemoryStore({ clock });
  const apply = change((steps) => store.apply(steps));
  return { ...store, apply, close: () => store.close() };
}
const mapped = (steps: Parameters<Apply>[0], change: (command: Command) => Command): Parameters<Apply>[0] =>
  steps.map((step) => ({ ...step, commands: step.commands.map(change) }));
const reserving = (change: (command: Command & { kind: 'ledger.reserve' }) => Command) => (clock: Clock) =>
  around(clock, (apply) => (steps) => apply(mapped(steps, (command) => (command.kind === 'ledger.reserve' ? change(command) : command))));
const sumOf = ({ request }: Command & { kind: 'ledger.reserve' }): bigint =>
  request.lines.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
const DAILY = 4n * 10n ** 18n;

/** Ledgers that are wrong in one way, and whose schedule finds that. */
const WRONG: readonly (readonly [what: string, finds: readonly string[], open: (clock: Clock) => Store])[] = [
  [
    'small amounts are for nothing',
    ['splitting', 'racing'],
    reserving((command) =>
      sumOf(command) < 10n ** 18n
        ? { ...command, request: { ...command.request, lines: command.request.lines.map((line) => ({ ...line, amount: '0' })) } }
        : command,
    ),
  ],
  [
    'looks first and takes later',
    ['racing'],
    (clock) => {
      let used = 0n;
      return around(clock, (apply) => async (steps) => {
        const reserve = steps[0]?.commands.find((command) => command.kind === 'ledger.reserve');
        if (reserve?.kind !== 'ledger.reserve' || sumOf(reserve) >= DAILY || (await clock.monotonicMs()) > 0) return apply(steps);
        const seen = used + sumOf(reserve);
        await Promise.resolve();
        if (seen > DAILY) return apply(steps);
        used = seen;
        return apply(
          mapped(steps, (command) => (command.kind === 'ledger.reserve' ? { ...command, caps: command.caps.map(wide) } : command)),
        );
      });
    },
  ],
  [
    'takes whatever comes under an id for something new',
    ['replaying'],
    (clock) => {
      let turn = 0;
      return around(clock, (apply) => (steps) => {
        turn += 1;
        const named = (command: Command): Command => {
          if (command.kind === 'ledger.reserve') return { ...command, request: { ...command.request, requestId: `${turn}` } };
          return command.kind === 'permit.issue' ? { ...command, requestId: `${turn}` } : command;
        };
        return apply(mapped(steps, named));
      });
    },
  ],
  [
    'opens a window late',
    ['window-edge'],
    reserving((command) => ({
      ...command,
      caps: command.caps.map((cap) => ({
        ...cap,
        windows: cap.windows.map((window) => (window.windowMs === 86_400_000 ? { ...window, windowMs: 172_800_000 } : window)),
      })),
    })),
  ],
  ['goes by the wall clock', ['clock-jump'], (clock) => createMemoryStore({ clock: { ...clock, monotonicMs: () => clock.nowMs() } })],
  [
    'takes numbers for amounts',
    ['decimals'],
    reserving((command) => {
      const lines = command.request.lines.map((line) => {
        const number = Number(line.amount.replace(/[_,]/g, ''));
        return { ...line, amount: Number.isFinite(number) && number < 1e15 ? String(Math.abs(Math.trunc(number))) : line.amount };
      });
      return { ...command, request: { ...command.request, lines } };
    }),
  ],
];

describe('each schedule finds the ledger that it is made for', () => {
  it.each(WRONG)('one that %s: %j', async (_what, finds, open) => {
    const report = await attack(open);
    expect(failing(report)).toEqual(expect.arrayContaining([...finds]));
    expect(report.results.filter(({ held }) => !held).every(({ findings }) => findings.length > 0)).toBe(true);
  });

  it('and there is one for every schedule', async () => {
    const { results } = await attack((clock) => createMemoryStore({ clock }));
    expect(new Set(WRONG.flatMap(([, finds]) => finds))).toEqual(new Set(results.map(({ schedule }) => schedule)));
  });
});
