import assert from 'node:assert/strict';
import { Address, type Contract, type ContractProvider, type Sender } from '@ton/core';
import { isCastellanError } from '../../../src/index.ts';
import { toGuardedSender } from '../../../src/integrations/wallets/ton/index.ts';
import { jettonWalletAddress } from '../../../test/fixtures/ton-contracts.ts';
import { jettonTransferBody } from '../../../test/fixtures/ton-messages.ts';
import type { Scene } from '../../scene.ts';
import type { TonStage } from '../stage.ts';

/** A wrapper as TON projects have them: it knows its contract, and of no gate. */
class TokenAccount implements Contract {
  readonly address: Address;
  readonly owner: Address;
  constructor(address: Address, owner: Address) {
    this.address = address;
    this.owner = owner;
  }
  async sendTransfer(provider: ContractProvider, via: Sender, to: Address, amount: bigint): Promise<void> {
    const body = jettonTransferBody({ amount, to, responseTo: this.owner });
    await provider.internal(via, { value: '0.05', body });
  }
}

/** Code that was there before the gate, with another sender. */
export const guardedSender: Scene<TonStage> = {
  title: 'Existing code behind the gate',
  story: 'A contract wrapper of @ton/ton pays 25 USDT through a guarded sender; then a bug in it pays the thief.',
  expected: 'paid, then REQUEST_DENIED: destination_not_allowed',
  async play({ security, chain, wallets, usdt, shop, thief }) {
    const sender = toGuardedSender(security.agent('clerk'), wallets.clerk);
    const account = chain.client.open(new TokenAccount(jettonWalletAddress(usdt, sender.address), sender.address));
    const before = await chain.tokens(shop);
    await account.sendTransfer(sender, Address.parse(shop), 25_000_000n);
    assert.equal((await chain.tokens(shop)) - before, 25_000_000n, 'it resolves once the tokens are there');

    const refused = await account.sendTransfer(sender, Address.parse(thief), 25_000_000n).catch((error: unknown) => error);
    assert.ok(isCastellanError(refused), 'a refusal is an error, where code expects one');
    const decision = await security.agent('clerk').explain(String(refused.details['decisionId']));
    assert.equal(await chain.tokens(thief), 0n);
    return {
      actual: `paid, then ${refused.code}: ${String(refused.details['reason'])}`,
      ...(decision === undefined ? {} : { decision }),
      line: 'One line was changed: the sender. The wrapper’s own bytes were decoded, and judged like any others.',
    };
  },
};
