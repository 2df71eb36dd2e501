import { describe, expect, it } from 'vitest';
import { crash } from '../../scripts/scorecard/gate-crash.ts';

describe('kill -9 while executing on SQLite', () => {
  it('loses nothing that was acknowledged, pays nothing twice, and decides again within a second', async () => {
    const report = await crash(6, 20_251_121);
    expect(report.faults).toEqual([]);
    expect(report.kills).toBe(6);
    expect(report.points).toEqual({ timer: 2, 'before-apply': 1, 'after-apply': 1, 'before-send': 1, 'after-send': 1 });
    // The processes did pay, and did acknowledge, before they died: otherwise nothing was shown.
    expect(report.payments - report.denied).toBeGreaterThan(6);
    expect(report.acknowledged).toBeGreaterThan(6);
    expect(Math.max(...report.recoveryMs)).toBeLessThan(1_000);
  });
});
