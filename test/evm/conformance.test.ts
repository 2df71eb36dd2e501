import { describe, expect, it } from 'vitest';
import { startAnvil } from '../../src/testing/anvil.ts';
import type { ChainHarness } from '../../src/testing/chain-conformance.ts';
import { chainConformance } from '../../src/testing/chain-conformance.ts';
import { deploy } from '../fixtures/evm-contracts.ts';
import { assetOf, CHAIN, connect, NATIVE, signer } from './chain-fixture.ts';

async function open(): Promise<ChainHarness> {
  const anvil = await startAnvil();
  const [wallet, counterparty, stranger] = [signer(1), signer(2), signer(3)];
  const token = await deploy(anvil, 'PlainToken', ['USD', 6]);
  await token.send('mint', [wallet.address, 1_000n]);
  await anvil.rpc('evm_setAutomine', [false]);
  await anvil.rpc('anvil_mine', ['0x4']);
  const { adapter, node } = connect(anvil, { confirmations: 3, tokens: [{ symbol: 'USD', address: token.address, decimals: 6 }] });
  return {
    adapter,
    chain: CHAIN,
    confirmations: 3,
    replacedAfter: 3,
    wallet: wallet.wallet,
    counterparty: counterparty.wallet,
    token: assetOf(token.address),
    sign: (hash, who) => (who === 'stranger' ? stranger : wallet).sign(hash),
    async balance(account, asset) {
      const address = account.slice(CHAIN.length + 1);
      if (asset === NATIVE) return BigInt((await anvil.rpc('eth_getBalance', [address, 'latest'])) as string);
      return BigInt((await anvil.rpc('eth_call', [{ to: token.address, data: token.data('balanceOf', [address]) }, 'latest'])) as string);
    },
    advance: async (blocks) => void (await anvil.rpc('anvil_mine', [`0x${blocks.toString(16)}`])),
    reorganise: async (blocks) => void (await anvil.rpc('anvil_reorg', [blocks, []])),
    async [Symbol.asyncDispose]() {
      await node.close();
      await anvil.stop();
    },
  };
}

chainConformance({ describe, it, expect }, 'EVM on anvil', open);
