import assert from 'node:assert/strict';
import { Address } from '@ton/core';
import { jettonWalletAddress } from '../../../test/fixtures/ton-contracts.ts';
import { payment } from '../../../test/fixtures/ton-deploy.ts';
import { jettonTransferBody } from '../../../test/fixtures/ton-messages.ts';
import { endOf, type Scene } from '../../scene.ts';
import type { TonStage } from '../stage.ts';

/** A contract that says it is the agent's token account; only the minter knows better. */
export const fakeAccount: Scene<TonStage> = {
  title: 'A token account that is none',
  story: 'A web page makes the explorer a transfer of 10 USDT; it goes to a contract that claims to be its token account.',
  expected: 'denied: effect_unknown',
  async play({ security, chain, wallets, usdt, shop, fake }) {
    const { address } = wallets.explorer;
    const wallet = Address.parse(address);
    const { stack } = await chain.client.runMethod(fake.address, 'get_wallet_data');
    stack.skip(1);
    assert.ok(stack.readAddress().equals(wallet) && stack.readAddress().equals(usdt.address), 'it claims owner and minter');
    const body = jettonTransferBody({ amount: 10_000_000n, to: Address.parse(shop), responseTo: wallet });
    const transaction = await chain.message(address, [payment({ to: fake.address, value: 1_000_000_000n, body })]);
    const before = await chain.balance(address);
    const result = await security.agent('explorer').execute({ id: 'from-a-shop-page', transaction });
    const unknown = result.decision.effects.find(({ kind }) => kind === 'unknown');
    assert.ok(unknown?.kind === 'unknown' && unknown.source === 'bytes', 'the bytes are no transfer of a token');
    assert.equal(await chain.balance(address), before, 'nothing was sent');
    const own = jettonWalletAddress(usdt, wallet).toString();
    return {
      actual: endOf(result),
      decision: result.decision,
      notes: [`by its own word   ${fake.address.toString()}`, `by the minter's   ${own}`, `· ${unknown.detail}`],
      line: 'A token account is believed only through its minter. The 1 TON that came with the order would have stayed there.',
    };
  },
};
