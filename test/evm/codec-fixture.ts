import { createEvmCodec } from '../../src/adapters/evm/codec.ts';
import { readOptions } from '../../src/adapters/evm/config.ts';
import { chainTokens } from '../../src/adapters/evm/tokens.ts';
import type { AccountId, AssetId, ChainId, FeeQuote } from '../../src/core/index.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';

export const CHAIN = 'eip155:31337' as ChainId;
export const NATIVE = 'eip155:31337/slip44:60' as AssetId;
export const on = (address: string): AccountId => `${CHAIN}:${address.toLowerCase()}` as AccountId;
export const WALLET = on('0x00000000000000000000000000000000000000aa');
export const BOB = on('0x00000000000000000000000000000000000000bb');
export const TOKEN = on('0x00000000000000000000000000000000000000c1');
export const STRANGE = on('0x00000000000000000000000000000000000000c2');
export const assetOf = (contract: AccountId): AssetId => `${CHAIN}/erc20:${contract.slice(CHAIN.length + 1)}` as AssetId;

const options = readOptions({
  chains: [
    {
      chain: CHAIN,
      rpcUrl: 'http://127.0.0.1:1',
      confirmations: 1,
      tokens: [{ symbol: 'USD', address: TOKEN.slice(CHAIN.length + 1), decimals: 6 }],
    },
  ],
  clock: createManualClock(),
});

export const codec = createEvmCodec(new Map(options.chains.map((config) => [config.chain, chainTokens(config)])));

export const FEE: FeeQuote = {
  asset: NATIVE,
  ceiling: 100_000n * 3_000_000_000n,
  params: { gas: '100000', maxFeePerGas: '3000000000', maxPriorityFeePerGas: '1000000000' },
};

export const context = { chain: CHAIN, wallet: WALLET, slot: 7, fee: FEE, validUntilMs: null };

/** Bytes of hex with `0x`. */
export const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.slice(2), 'hex'));
