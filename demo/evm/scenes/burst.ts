import assert from 'node:assert/strict';
import { endOf, type Scene, until } from '../../scene.ts';
import type { EvmStage } from '../stage.ts';

/** A loop that does not stop by itself. */
export const burst: Scene<EvmStage> = {
  title: 'A burst trips the automatic pause',
  story: 'The courier runs into a loop: 0.001 ETH to the supplier, again and again, five of them at once.',
  expected: '5 paid, 3 × anomaly_burst, then paused',
  async play({ security, chain, wallets, supplier }) {
    const courier = security.agent('courier');
    const pay = (index: number) => courier.execute({ id: `loop-${index}`, to: supplier, amount: '0.001', asset: 'ETH' });
    const paid = await Promise.all([1, 2, 3, 4, 5].map(pay));
    const denied = [await pay(6), await pay(7), await pay(8)];
    await until(async () => (await security.emergency.getActiveEmergencies()).length > 0);
    const after = await pay(9);

    const stops = await security.emergency.getActiveEmergencies();
    assert.deepEqual(
      stops.map(({ kind, agent, by }) => [kind, agent, by]),
      [['pause', 'courier', 'trigger:anomaly_detected']],
      'one agent is paused, nobody else',
    );
    assert.equal(await chain.nonce(wallets.courier.address), 5, 'five payments reached the chain');
    const codes = new Set(denied.map(({ reasons }) => reasons[0]?.code));
    const [sample] = denied;
    return {
      actual: `${paid.filter((result) => endOf(result) === 'success').length} paid, ${denied.length} × ${[...codes].join(' or ')}, then ${after.reasons[0]?.code === 'agent_paused' ? 'paused' : endOf(after)}`,
      ...(sample === undefined ? {} : { decision: sample.decision }),
      line: 'The sixth within ten seconds is a burst; three of those paused the courier by themselves, and nobody else.',
    };
  },
};
