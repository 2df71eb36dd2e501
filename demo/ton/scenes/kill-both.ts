import assert from 'node:assert/strict';
import { killLiftFacts } from '../../../src/index.ts';
import { countSignatures } from '../../count-signatures.ts';
import { authorize } from '../../operator.ts';
import { endOf, type Scene } from '../../scene.ts';
import type { TonStage } from '../stage.ts';

/** One switch, in front of every chain. */
export const killBoth: Scene<TonStage> = {
  title: 'One kill switch for both chains',
  story: 'The traveller holds a permit on TON when Anna pulls the switch. All try on both chains; then Oscar lifts it.',
  expected: '5 × halted, 0 signatures, then success on both',
  async play({ security, people, chain, wallets, shop, evm, storePath }) {
    const permitted = { id: 'trip-4', to: shop, amount: '1', asset: 'TON' };
    const authorized = await security.agent('traveller').authorize(permitted);
    assert.ok(authorized.approved && authorized.permit !== undefined, 'it was allowed, a moment ago');
    const sent = async () => [
      await chain.seqno(wallets.traveller.address),
      await chain.seqno(wallets.clerk.address),
      await chain.seqno(wallets.treasurer.address),
      await evm.chain.nonce(evm.wallet.address),
    ];
    const before = { sent: await sent(), signatures: countSignatures(storePath) };

    await security.emergency.activateKillSwitch({ reason: 'something is wrong', triggeredBy: 'anna' });
    const results = await Promise.all([
      security.agent('traveller').execute(permitted),
      security.agent('traveller').execute({ to: evm.supplier, amount: '0.001', asset: 'ETH' }),
      security.agent('clerk').execute({ to: shop, amount: '0.1', asset: 'TON' }),
      security.agent('clerk').execute({ to: shop, amount: '1', asset: 'USDT' }),
      security.agent('treasurer').execute({ to: shop, amount: '0.1', asset: 'TON' }),
    ]);
    const codes = new Set(results.map(({ reasons }) => reasons[0]?.code));
    const signatures = countSignatures(storePath) - before.signatures;
    const after = await sent();
    assert.deepEqual(after, before.sent, 'no account sent anything, on neither chain');

    const [kill] = await security.emergency.getActiveEmergencies();
    assert.ok(kill?.kind === 'kill');
    const facts = killLiftFacts({ reason: kill.reason, by: kill.by, atMs: kill.atMs ?? 0, untilMs: kill.untilMs });
    await security.emergency.deactivateKillSwitch({
      approvedBy: 'oscar',
      notes: 'looked into it',
      authorization: authorize(people.oscar, 'kill.lift', facts),
    });
    const again = [
      await security.agent('traveller').execute({ id: 'trip-5', to: evm.supplier, amount: '0.001', asset: 'ETH' }),
      await security.agent('treasurer').execute({ id: 'rent-2', to: shop, amount: '0.1', asset: 'TON' }),
    ];
    const ends = new Set(again.map(endOf));
    const [refused] = results;
    return {
      actual: `${results.length} × ${[...codes].join(' or ')}, ${signatures} signatures, then ${[...ends].join(' or ')} on both`,
      ...(refused === undefined ? {} : { decision: refused.decision }),
      notes: [`What the wallets ever sent: ${before.sent.join(' ')} before, ${after.join(' ')} while it was thrown.`],
      line: 'The switch is in the store, in front of every key; chains do not come into it.',
    };
  },
};
