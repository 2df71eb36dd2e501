import { type Abi, encodeFunctionData, type Hex, parseAbi, type TransactionSerializable, type TypedDataDefinition } from 'viem';

/** What a key may be asked to sign. */
export type EvmOrder =
  /** `price`: per unit of gas, where the order insists on one. */
  | { readonly kind: 'call'; readonly to: Hex; readonly value?: bigint; readonly data?: Hex; readonly price?: bigint }
  /** Fields that a call has no words for; chain, nonce, gas and price are filled in. */
  | { readonly kind: 'transaction'; readonly fields: Partial<TransactionSerializable> }
  | { readonly kind: 'message'; readonly bytes: Hex }
  | { readonly kind: 'typed_data'; readonly data: TypedDataDefinition }
  | { readonly kind: 'authorization'; readonly chainId: number; readonly address: Hex };

/** Calldata of a signature, by the library. */
export function encode(signature: string, args: readonly unknown[]): Hex {
  const abi = parseAbi([`function ${signature}`] as readonly string[]) as Abi;
  return encodeFunctionData({ abi, args } as never);
}

/** An order to call. */
export const call = (to: Hex, signature: string, args: readonly unknown[], value = 0n): EvmOrder => ({
  kind: 'call',
  to,
  value,
  data: encode(signature, args),
});

/** `address spender,uint256 value` as typed data has it. */
const members = (text: string): { name: string; type: string }[] =>
  text.split(',').map((member) => {
    const [type = '', name = ''] = member.split(' ');
    return { name, type };
  });

/** Typed data of a contract of the local chain; `types` begin with the primary one. */
export function typed(contract: Hex, types: Readonly<Record<string, string>>, message: object): EvmOrder {
  const [primaryType = ''] = Object.keys(types);
  const domain = { name: 'Test', version: '1', chainId: 31_337, verifyingContract: contract };
  const named = Object.fromEntries(Object.entries(types).map(([name, text]) => [name, members(text)]));
  return { kind: 'typed_data', data: { domain, types: named, primaryType, message } as unknown as TypedDataDefinition };
}

/** A message of text. */
export const text = (words: string): EvmOrder => ({ kind: 'message', bytes: `0x${Buffer.from(words, 'utf8').toString('hex')}` });
