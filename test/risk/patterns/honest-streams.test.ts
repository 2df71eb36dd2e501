import { describe, expect, it } from 'vitest';
import { answerStreams, hasStreams } from './stream-answers.ts';

if (!hasStreams) console.warn('SKIPPED: the labelled streams are not on this machine; set CASTELLAN_DATA to their parent folder.');

/** Alarms of each pattern per 1,000 honest actions, at most; where campaigns of its kind are labelled, how many it finds at least. */
const BOUNDS: readonly (readonly [id: string, alarms: number, type?: string, found?: number])[] = [
  ['structuring', 4.5, 'structuring', 20],
  ['dust_bait', 0.5, 'address_poisoning', 18],
  // Most are first rights without a bound for a spender that was paid or called before: that excuses none of them.
  ['approval_phishing', 16, 'approval_drainer', 18],
  ['fan_out', 4.5, 'velocity_burst', 28],
  ['consolidation_exit', 2],
  // These wallets are no fleet: what many of them begin to pay on one day is in fashion.
  ['fleet_coordination', 4.5],
  ['sandwich_exposure', 0],
  ['fake_token', 0],
  ['mimicked_comment', 0],
  ['authorization_probing', 0],
];

describe.skipIf(!hasStreams)('patterns over real histories with injected attacks', () => {
  it('alarm rarely at honest actions, and find what they are for', () => {
    const alarms = new Map<string, number>();
    const found = new Map<string, Set<string>>();
    let honest = 0;
    let valued = 0;
    let largeToNew = 0;
    let onlyNew = 0;
    answerStreams(({ row, input, assessment: { patterns, score } }) => {
      if (row.isBad) {
        for (const { id } of patterns) {
          const key = `${id} / ${row.type}`;
          found.set(key, (found.get(key) ?? new Set()).add(row.campaign || `${row.wallet} ${row.seq}`));
        }
        return;
      }
      honest += 1;
      const isValued = input.amountsInUnit.outflow !== null;
      if (isValued) valued += 1;
      for (const { id, evidence } of patterns) {
        alarms.set(id, (alarms.get(id) ?? 0) + 1);
        if (id === 'new_dest_large' && isValued) largeToNew += 1;
        if (id === 'approval_phishing' && score < 60 && evidence['standing'] === 'stranger') onlyNew += 1;
      }
    });
    const rate = (id: string) => ((alarms.get(id) ?? 0) * 1_000) / honest;
    process.stdout.write(`${honest} honest actions, ${valued} valued; alarms per 1,000:\n`);
    for (const [id, , type] of BOUNDS) {
      const campaigns = type === undefined ? '' : `; finds ${found.get(`${id} / ${type}`)?.size ?? 0} campaigns of ${type}`;
      process.stdout.write(`  ${id}: ${rate(id).toFixed(2)}${campaigns}\n`);
    }
    process.stdout.write(`  new_dest_large, of valued actions: ${((largeToNew * 1_000) / valued).toFixed(2)}\n`);
    expect(honest).toBeGreaterThan(60_000);
    for (const [id, most, type, least] of BOUNDS) {
      expect(rate(id), id).toBeLessThanOrEqual(most);
      if (type !== undefined) expect(found.get(`${id} / ${type}`)?.size ?? 0, id).toBeGreaterThanOrEqual(least ?? 0);
    }
    expect((largeToNew * 1_000) / valued).toBeLessThan(34);
    // Without facts it stops no stranger that the score of rights without a bound would let pass; it does stop who was only just met.
    expect(onlyNew).toBe(0);
  }, 240_000);
});
