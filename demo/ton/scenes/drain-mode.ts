import assert from 'node:assert/strict';
import { Address, SendMode } from '@ton/core';
import { payment } from '../../../test/fixtures/ton-deploy.ts';
import { endOf, type Scene } from '../../scene.ts';
import type { TonStage } from '../stage.ts';

/** One number of the message makes it take everything along. */
export const drainMode: Scene<TonStage> = {
  title: 'Send mode 128 takes everything along',
  story: 'A web page asks the explorer for 0.1 TON, twice: the second message differs in its send mode alone.',
  expected: 'success, then denied: hazard_not_allowed',
  async play({ security, chain, wallets, shop }) {
    const explorer = security.agent('explorer');
    const { address } = wallets.explorer;
    const pay = (mode: number) => chain.message(address, [payment({ to: Address.parse(shop), value: 100_000_000n, mode })]);
    const harmless = SendMode.PAY_GAS_SEPARATELY + SendMode.IGNORE_ERRORS;
    const honest = await explorer.execute({ id: 'ticket-1', transaction: await pay(harmless) });
    assert.equal(endOf(honest), 'success');

    const before = await chain.balance(address);
    const bytes = await pay(SendMode.CARRY_ALL_REMAINING_BALANCE + SendMode.IGNORE_ERRORS);
    const result = await explorer.execute({ id: 'ticket-2', transaction: bytes });
    const hazard = result.decision.effects.find(({ kind }) => kind === 'hazard');
    assert.ok(hazard?.kind === 'hazard' && hazard.hazard === 'carries_whole_balance', 'the hazard is named');
    assert.equal(await chain.balance(address), before, 'nothing was sent');
    return {
      actual: `${endOf(honest)}, then ${endOf(result)}`,
      decision: result.decision,
      line: `Mode 130 in place of 3: the same words on the screen, and the whole balance gone. Named ${hazard.hazard}, and denied.`,
    };
  },
};
