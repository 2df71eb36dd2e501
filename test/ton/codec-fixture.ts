import { createTonCodec } from '../../src/adapters/ton/codec.ts';
import type { CodecChain } from '../../src/adapters/ton/codec-chain.ts';
import { factsOf } from '../../src/adapters/ton/decode/index.ts';
import { DEFAULT_GAS_PRICES, feeOf } from '../../src/adapters/ton/fees.ts';
import { sendsOf } from '../../src/adapters/ton/sends-of.ts';
import type { AccountFact, AccountId, Action, AssetId, BuildContext, ChainId } from '../../src/core/index.ts';
import { createAttestationKey, nativeAssetId, tokenAsset } from '../../src/core/index.ts';

export const TESTNET = 'ton:-3' as ChainId;
export const MAINNET = 'ton:-239' as ChainId;
export const NATIVE = nativeAssetId(TESTNET);
/** An account of repeated hex digits: `on('b0')`. */
export const on = (pair: string, chain: ChainId = TESTNET): AccountId => `${chain}:0:${pair.repeat(32)}` as AccountId;
export const BOB = on('b0');
export const NEW = on('e0');
export const POOL = on('c0');
export const MINTER = on('a1');
export const OTHER_MINTER = on('a2');
export const JETTON_WALLET = on('d1');
export const OTHER_JETTON_WALLET = on('d2');
export const USD: AssetId = tokenAsset(TESTNET, MINTER);
export const UNLISTED: AssetId = tokenAsset(TESTNET, OTHER_MINTER);
export const VALID_UNTIL_MS = 1_800_000_000_000;

export const SEED = new Uint8Array(32).fill(7);
export const PUBLIC_KEY = createAttestationKey('test', SEED).publicKey;

const chainOf = (chain: ChainId, globalId: -239 | -3): CodecChain => ({
  tokens: {
    chain,
    globalId,
    native: { asset: nativeAssetId(chain), symbol: 'TON', decimals: 9 },
    jettons: chain === TESTNET ? [{ minter: MINTER, token: { asset: USD, symbol: 'USD', decimals: 6 } }] : [],
  },
  prices: DEFAULT_GAS_PRICES,
  validForMs: 120_000,
  jettonGas: 50_000_000n,
});

export const testChain = chainOf(TESTNET, -3);
export const mainChain = chainOf(MAINNET, -239);
export const codec = createTonCodec(
  new Map([
    [TESTNET, testChain],
    [MAINNET, mainChain],
  ]),
);
export const WALLET = codec.walletOf(PUBLIC_KEY, TESTNET);

export const FACTS: readonly AccountFact[] = [
  { account: BOB, state: 'wallet', holds: null },
  { account: NEW, state: 'empty', holds: null },
  { account: POOL, state: 'contract', holds: null },
  { account: JETTON_WALLET, state: 'contract', holds: USD },
  { account: OTHER_JETTON_WALLET, state: 'contract', holds: UNLISTED },
];

/** Context for an action, with the fee that belongs to it. */
export function contextFor(action: Action, more: Partial<BuildContext> = {}): BuildContext {
  const facts = more.facts ?? FACTS;
  const wallet = more.wallet ?? WALLET;
  const sends = sendsOf(action, testChain, wallet, factsOf(facts));
  const fee = feeOf({ sends, extended: [] }, TESTNET, wallet, testChain.prices);
  return { chain: TESTNET, wallet, slot: 7, fee, validUntilMs: VALID_UNTIL_MS, publicKey: PUBLIC_KEY, facts, ...more };
}

/** Builds with the fee that belongs to the action. */
export const buildOf = (action: Action, more: Partial<BuildContext> = {}) => codec.build(action, contextFor(action, more));
