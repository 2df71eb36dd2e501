/**
 * What an adapter for another kind of chain is written with: the ports, the ids, and the few functions that every adapter shares.
 *
 * @packageDocumentation
 */
export { accountChain, accountKey, parseAccount } from './account.ts';
export type { ChainFamily } from './address/family.ts';
export { assetAddress, assetChain, nativeAssetId, parseAssetId, tokenAsset } from './asset.ts';
export * from './chain-adapter.ts';
export { registerChainFamily } from './chain-family.ts';
export { parseChainId } from './chain-id.ts';
export type { ChainAnswer, ChainQuestion } from './chain-look-up.ts';
export type { Clock } from './clock.ts';
export { payloadDigest, sha256Hex } from './digest.ts';
export type { Effect } from './effect.ts';
export { CastellanError, type ErrorCode, isCastellanError } from './errors.ts';
export type { AccountId, AssetId, ChainId, Digest, TimeMs } from './ids.ts';
export type { MarketData, MarketFee, MarketPool, MarketPrice, MarketReading } from './market.ts';
export type { SignatureMark, SignatureOrder, SignatureReading, SignatureStatus } from './signature-order.ts';
export type {
  AccountFact,
  Action,
  Call,
  DecodedTransaction,
  FeeQuote,
  Receipt,
  SignedTransaction,
  Slot,
  UnsignedTransaction,
} from './transaction.ts';
