import assert from 'node:assert/strict';
import { agentResumeFacts, killLiftFacts } from '../../../src/emergency/index.ts';
import { isCastellanError } from '../../../src/index.ts';
import { authorize } from '../../operator.ts';
import { endOf, type Scene } from '../../scene.ts';
import type { EvmStage } from '../stage.ts';

/** Stopping needs nobody's leave; going on needs the operator's. */
export const resume: Scene<EvmStage> = {
  title: 'Resume, and a payment works again',
  story: 'Anyone may stop; going on needs Oscar, whose key is the operator’s. He lifts the kill and the courier’s pause.',
  expected: 'AUTHORITY_REQUIRED, then success',
  async play({ security, people, chain, supplier }) {
    const release = { approvedBy: 'oscar', notes: 'looked into it' };
    const unsigned = await security.emergency.deactivateKillSwitch(release).catch((error: unknown) => error);
    assert.ok(isCastellanError(unsigned) && security.emergency.isKillSwitchActive(), 'words alone lift nothing');

    const stops = await security.emergency.getActiveEmergencies();
    for (const { kind, agent, reason, by, atMs, untilMs } of stops) {
      const halt = { reason, by, atMs: atMs ?? 0, untilMs };
      if (kind === 'kill')
        await security.emergency.deactivateKillSwitch({
          ...release,
          authorization: authorize(people.oscar, 'kill.lift', killLiftFacts(halt)),
        });
      else if (agent !== null)
        await security.emergency.resumeAgent(agent, {
          ...release,
          authorization: authorize(people.oscar, 'agent.resume', agentResumeFacts(agent, halt)),
        });
    }
    assert.deepEqual(await security.emergency.getActiveEmergencies(), [], 'nothing is stopped any more');

    const before = await chain.balance(supplier);
    const result = await security.agent('bookkeeper').execute({ id: 'invoice-5', to: supplier, amount: '0.1', asset: 'ETH' });
    assert.equal(endOf(result), 'success');
    assert.equal((await chain.balance(supplier)) - before, 10n ** 17n);
    return {
      actual: `${unsigned.code}, then ${endOf(result)}`,
      decision: result.decision,
      line: `${stops.length} stops lifted, each by a signature over that very stop; invoice 5 is final in block ${result.receipt?.confirmedAtBlock}.`,
    };
  },
};
