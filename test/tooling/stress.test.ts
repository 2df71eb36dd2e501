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
});
