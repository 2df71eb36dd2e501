import assert from 'node:assert/strict';
import { isCastellanError, parseAmount, signApproval } from '../../../src/index.ts';
import { endOf, type Scene } from '../../scene.ts';
import type { EvmStage } from '../stage.ts';

/** Much money to somebody new: a person decides. */
export const askAPerson: Scene<EvmStage> = {
  title: 'An unknown recipient above the threshold',
  story: 'The buyer wants to pay 1 ETH to an address that nobody has seen; above 0.5 ETH Anna decides, with her own key.',
  expected: 'approval_pending, then success',
  async play({ security, chain, wallets, people, stranger }) {
    const buyer = security.agent('buyer');
    const order = { id: 'order-1', to: stranger, amount: '1', asset: 'ETH', context: { intent: 'Pay 1 ETH for the first order' } };
    const before = await chain.balance(stranger);
    const asked = await buyer.execute(order);
    const request = (await security.approvals.get(asked.approvalId ?? ''))?.request;
    assert.ok(request, `${endOf(asked)}: no question is on file`);
    assert.equal(await chain.nonce(wallets.buyer.address), 0, 'nothing is sent while it is open');

    const forged = { ...signApproval(people.mallory, request, 'approve'), approver: 'anna' };
    const refused = await security.approvals.answer(forged).catch((error: unknown) => error);
    assert.ok(isCastellanError(refused) && refused.code === 'APPROVAL_INVALID', 'a signature in her name by another key counts nothing');

    await security.approvals.answer(signApproval(people.anna, request, 'approve'));
    const done = await buyer.execute(order);
    assert.equal(endOf(done), 'success');
    assert.deepEqual(done.decision.approvals, [request.id], 'the decision names the approval it stands on');
    assert.equal((await chain.balance(stranger)) - before, parseAmount('1', 18));
    return {
      actual: `${asked.status}, then ${endOf(done)}`,
      decision: asked.decision,
      notes: ['What Anna read and signed:', ...request.rendered.split('\n').map((text) => `  ${text}`)],
      line: `Mallory’s signature in Anna’s name was refused; Anna’s was taken, and the payment is final in block ${done.receipt?.confirmedAtBlock}.`,
    };
  },
};
