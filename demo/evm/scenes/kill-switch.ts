import assert from 'node:assert/strict';
import { countSignatures } from '../../count-signatures.ts';
import type { Scene } from '../../scene.ts';
import type { AgentName } from '../cast.ts';
import type { EvmStage } from '../stage.ts';

const AGENTS: readonly AgentName[] = ['bookkeeper', 'buyer', 'trader', 'courier'];
const TRIES = 5;

/** Everything stops, whatever is under way. */
export const killSwitch: Scene<EvmStage> = {
  title: 'The kill switch, while agents keep trying',
  story: 'The bookkeeper holds a permit already when somebody pulls the switch; then every agent tries five more times.',
  expected: '21 × halted, 0 signatures',
  async play({ security, chain, wallets, supplier, storePath }) {
    const payment = { id: 'invoice-4', to: supplier, amount: '0.1', asset: 'ETH' };
    const authorized = await security.agent('bookkeeper').authorize(payment);
    assert.ok(authorized.approved && authorized.permit !== undefined, 'it was allowed, a moment ago');
    const nonces = () => Promise.all(AGENTS.map((agent) => chain.nonce(wallets[agent].address)));
    const before = { nonces: await nonces(), signatures: countSignatures(storePath) };

    const { epoch } = await security.emergency.activateKillSwitch({ reason: 'something is wrong', triggeredBy: 'anna' });
    const permitted = await security.agent('bookkeeper').execute(payment);
    const tries = AGENTS.flatMap((agent) =>
      Array.from({ length: TRIES }, () => security.agent(agent).execute({ to: supplier, amount: '0.01', asset: 'ETH' })),
    );
    const results = [permitted, ...(await Promise.all(tries))];
    const codes = new Set(results.map(({ reasons }) => reasons[0]?.code));

    assert.ok(security.emergency.isKillSwitchActive());
    assert.deepEqual(await nonces(), before.nonces, 'no account sent anything');
    assert.equal(await chain.waiting(), 0, 'nothing waits in the pool');
    return {
      actual: `${results.length} × ${[...codes].join(' or ')}, ${countSignatures(storePath) - before.signatures} signatures`,
      decision: permitted.decision,
      notes: [
        `All eight layers had said yes. With the switch thrown the epoch is ${epoch}, and the permit in hand is void.`,
        `Nonces of the four wallets on chain: ${before.nonces.join(' ')} before, ${(await nonces()).join(' ')} after.`,
      ],
      line: `${results.length} attempts by four agents, not one signature.`,
    };
  },
};
