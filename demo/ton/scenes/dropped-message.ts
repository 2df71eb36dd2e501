import assert from 'node:assert/strict';
import { parseAmount } from '../../../src/index.ts';
import { endOf, type Scene } from '../../scene.ts';
import type { TonStage } from '../stage.ts';

/** An endpoint says yes, and nothing comes of it. */
export const droppedMessage: Scene<TonStage> = {
  title: 'A message that the network loses',
  story: 'The endpoint accepts the clerk’s payment of 0.5 TON and drops it. The same bytes go out again, and never others.',
  expected: 'success, handed in again, paid once',
  async play({ security, chain, wallets, shop, devChain, handedIn }) {
    const { address } = wallets.clerk;
    const before = { seqno: await chain.seqno(address), nanoton: await chain.balance(address), handedIn: handedIn() };
    devChain.dropNext(1);
    const result = await security
      .agent('clerk')
      .execute({ id: 'invoice-13', to: shop, amount: '0.5', asset: 'TON', comment: 'invoice 13' });
    const times = handedIn() - before.handedIn;
    const paid = parseAmount('0.5', 9);
    assert.deepEqual(await chain.lastArrival(shop), { nanoton: paid, comment: 'invoice 13' });
    assert.equal(before.nanoton - (await chain.balance(address)), paid + (result.receipt?.feePaid ?? 0n), 'once, to the nanoton');
    const messages = (await chain.seqno(address)) - before.seqno;
    return {
      actual: `${endOf(result)}, handed in ${times > 1 ? 'again' : 'once'}, paid ${messages === 1 ? 'once' : `${messages} times`}`,
      decision: result.decision,
      line: 'One signature, kept before it left: the second try could not pay twice, and nobody had to ask anew.',
    };
  },
};
