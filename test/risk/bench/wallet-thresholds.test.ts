import { describe, expect, it } from 'vitest';
import { scoreByShippedModel } from '../../../src/integrations/bench/detector.ts';
import { judgeCampaigns } from '../../../src/integrations/bench/judge-campaigns.ts';
import { makeStreams } from '../../../src/integrations/bench/make-streams.ts';
import { countedRows } from '../../../src/integrations/bench/stream-row.ts';
import { createWalletThresholds } from '../../../src/integrations/bench/wallet-thresholds.ts';

describe('thresholds of wallets of their own', () => {
  it('catch most campaigns among made-up agents at few false alarms, where one threshold for all catches next to none', {
    timeout: 60_000,
  }, () => {
    const stream = makeStreams({ seed: 77, walletsOfEach: 6, days: 180 });
    const rows = countedRows(stream);
    const { scores, isAlarm } = scoreByShippedModel(stream);
    const [own, one] = [judgeCampaigns(rows, isAlarm), judgeCampaigns(rows, (row) => (scores[row] as number) >= 0.864056)];
    expect(own.caught / own.campaigns).toBeGreaterThan(0.65);
    expect(own.falsePer1000).toBeLessThan(5);
    expect(one.caught / one.campaigns).toBeLessThan(0.25);
  });

  it('follow from the wallet’s own past alone: what others do, and what comes later, changes nothing', () => {
    const actions = Array.from({ length: 300 }, (_, n) => ({
      odds: -7 + ((n * 37) % 11) / 2,
      atMs: 1_700_000_000_000 + n * 86_400_000,
      isBad: false,
    }));
    const alone = createWalletThresholds();
    const first = actions.map((action) => alone.isAlarm('one', action));
    const among = createWalletThresholds();
    const again = actions.map((action) => {
      among.isAlarm('other', { ...action, odds: 3 });
      return among.isAlarm('one', action);
    });
    expect(again).toEqual(first);
    expect(first.slice(0, 120)).toEqual(
      actions.slice(0, 120).map(
        (
          (past) => (action) =>
            past.isAlarm('one', action)
        )(createWalletThresholds()),
      ),
    );
  });
});
