import { Address } from '@ton/core';
import { sign } from '@ton/crypto';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { createTonAdapter } from '../../src/adapters/ton/index.ts';
import { accountAddress, accountKey, parseAccount, tokenAsset } from '../../src/core/index.ts';
import type { ChainHarness } from '../../src/testing/chain-conformance.ts';
import { chainConformance } from '../../src/testing/chain-conformance.ts';
import { startTonDevChain } from '../../src/testing/ton-devchain/index.ts';
import { deployJetton, jettonBalance, keysOf, rawWallet, walletOf } from '../fixtures/ton-deploy.ts';

const TON = 1_000_000_000n;
/** Wallet, its token account, the counterparty's token account, notice and rest. */
const HOPS_OF_A_TOKEN = 4;

async function open(): Promise<ChainHarness> {
  const chain = await startTonDevChain({ mining: 'manual' });
  const operator = await rawWallet(chain, 'operator', 0n);
  await chain.fund(operator.address.toString(), 100n * TON);
  const [wallet, counterparty] = [await rawWallet(chain, 'wallet', 10n * TON), walletOf(keysOf('counterparty').publicKey, chain)];
  const minter = await deployJetton(operator, { mint: [[wallet.address, 1_000n]] });
  // Both are there before anything is counted.
  await wallet.pay({ to: operator.address, value: TON / 100n, bounce: false });
  const adapter = createTonAdapter({
    clock: systemClock(),
    chains: [
      { chain: chain.chain, endpoint: chain.url, pollMs: 10, tokens: [{ symbol: 'USD', address: minter.address.toString(), decimals: 6 }] },
    ],
  });
  const account = (address: Address) => parseAccount(address.toRawString(), chain.chain as never);
  const token = tokenAsset(account(wallet.address).slice(0, chain.chain.length) as never, account(minter.address));
  return {
    adapter,
    chain: adapter.chains[0] as never,
    confirmations: HOPS_OF_A_TOKEN,
    replacedAfter: 1,
    wallet: account(wallet.address),
    counterparty: account(counterparty.address),
    publicKey: new Uint8Array(wallet.keys.publicKey),
    token,
    async sign(hash, who) {
      const { secretKey } = who === 'stranger' ? keysOf('stranger') : wallet.keys;
      return new Uint8Array(sign(Buffer.from(hash), secretKey));
    },
    balance: async (holder, asset) =>
      asset === token
        ? jettonBalance(operator.client, minter, Address.parseRaw(accountKey(holder)))
        : chain.balance(accountAddress(holder)),
    advance: async (blocks) => void (await chain.mine(blocks)),
    reorganise: null,
    async [Symbol.asyncDispose]() {
      await adapter.node(adapter.chains[0] as never).close();
      await chain.close();
    },
  };
}

chainConformance({ describe, it, expect }, 'TON on its dev chain', open);
