import { type Abi, encodeFunctionData, type Hex, parseAbi, serializeTransaction } from 'viem';
import { decodeTransaction, knownContracts } from '../../../src/adapters/evm/decode/index.ts';
import { adopt } from '../../../src/adapters/evm/parse.ts';
import type { AccountId, AssetId, ChainId, DecodedTransaction, Effect } from '../../../src/core/index.ts';
import { nativeAssetId, tokenAsset } from '../../../src/core/index.ts';

export const CHAIN = 'eip155:31337' as ChainId;
export const NATIVE = nativeAssetId(CHAIN);
export const address = (tail: string): Hex => `0x${tail.padStart(40, '0')}`;
export const on = (hex: string): AccountId => `${CHAIN}:${hex.toLowerCase()}` as AccountId;
export const assetOf = (hex: string): AssetId => tokenAsset(CHAIN, on(hex));

export const WALLET = address('aa');
/** A token that the configuration lists, and a contract that it does not. */
export const TOKEN = address('c1');
export const STRANGE = address('c2');
export const SAFE = address('5afe');
export const PAYEE = address('bb');
export const THIEF = address('bad');
export const PERMIT2 = '0x000000000022D473030F116dDEE9F6B43aC78BA3';

/** Code that accounts may take. */
export const DELEGATE = address('de1e');

const KNOWN = knownContracts(new Map([[TOKEN, assetOf(TOKEN)]]), [], new Set([DELEGATE]));

/** Bytes of hex with `0x`. */
export const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.slice(2), 'hex'));

/** Calldata of one signature, by the library. */
export function encode(signature: string, args: readonly unknown[]): Hex {
  const abi = parseAbi([`function ${signature}`] as readonly string[]) as Abi;
  return encodeFunctionData({ abi, args } as never);
}

export const transfer = (to: Hex = PAYEE, amount = 5n): Hex => encode('transfer(address,uint256)', [to, amount]);

/** What an unsigned transaction of any type does. */
export function decodePayload(payload: Uint8Array, wallet = WALLET): DecodedTransaction {
  return decodeTransaction(adopt(payload, CHAIN, on(wallet)), KNOWN);
}

/** The unsigned bytes of one call. */
export function payloadOf(to: Hex, data: Hex, value = 0n): Uint8Array {
  const fees = { gas: 1_000_000n, maxFeePerGas: 3n, maxPriorityFeePerGas: 1n };
  return bytes(serializeTransaction({ type: 'eip1559', chainId: 31_337, nonce: 7, to, data, value, ...fees }));
}

/** What one call of the wallet does. */
export const decodeCall = (to: Hex, data: Hex, value = 0n): DecodedTransaction => decodePayload(payloadOf(to, data, value));

/** Outflows as `account → counterparty: amount asset`, in order. */
export function outflows({ effects }: DecodedTransaction): readonly string[] {
  const short = (account: AccountId | null): string => (account === null ? 'nobody' : account.slice(CHAIN.length + 1));
  return effects.flatMap((effect) =>
    effect.kind === 'outflow'
      ? [`${short(effect.account)} → ${short(effect.counterparty)}: ${effect.amount} ${effect.asset.slice(CHAIN.length + 1)}`]
      : [],
  );
}

/** One outflow in the same spelling. */
export const flow = (from: Hex, to: Hex, amount: bigint, asset = `erc20:${TOKEN}`): string =>
  `${from} → ${to}: ${amount} ${asset}`.toLowerCase();

/** Effects of one kind. */
export function only<K extends Effect['kind']>({ effects }: DecodedTransaction, kind: K): readonly Extract<Effect, { kind: K }>[] {
  return effects.filter((effect): effect is Extract<Effect, { kind: K }> => effect.kind === kind);
}

/** Why it is not understood. */
export const reasons = (decoded: DecodedTransaction): readonly string[] => only(decoded, 'unknown').map(({ detail }) => detail);
