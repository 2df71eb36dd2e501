import assert from 'node:assert/strict';
import { Address } from '@ton/core';
import { rawWallet } from '../../../test/fixtures/ton-deploy.ts';
import { endOf, type Scene } from '../../scene.ts';
import type { TonStage } from '../stage.ts';

const TON = 1_000_000_000n;

/** A payment that the chain takes and does not make. */
export const skippedPayment: Scene<TonStage> = {
  title: 'A payment that would be skipped without a word',
  story: 'The treasurer wants to pay 4 TON and has 3. With "ignore errors" the chain takes such a message, and skips the payment.',
  expected: 'denied: insufficient_funds',
  async play({ security, chain, wallets, shop, devChain }) {
    const { address } = wallets.treasurer;
    const seqno = await chain.seqno(address);
    const result = await security.agent('treasurer').execute({ id: 'rent-0', to: shop, amount: '4', asset: 'TON' });
    assert.equal(await chain.seqno(address), seqno, 'nothing was sent');

    const poor = await rawWallet(devChain, 'poor', TON);
    const before = await chain.balance(shop);
    await poor.pay({ to: Address.parse(shop), value: 2n * TON });
    const took = await chain.seqno(poor.address.toString());
    assert.ok(took === 1 && (await chain.balance(shop)) === before, 'without the gate: taken, and nothing paid');
    return {
      actual: endOf(result),
      decision: result.decision,
      notes: [
        `· the dry run ended with ${String(result.reasons[0]?.facts?.['errors'])}`,
        `A wallet with 1 TON and no gate sends 2: its message is executed, its seqno is ${took}, and the shop has got nothing.`,
      ],
      line: 'The dry run counts the messages that leave: none of one. A message that is taken is not yet a payment.',
    };
  },
};
