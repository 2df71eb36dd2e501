import type { Hex } from 'viem';
import { coSigningOf } from '../../src/adapters/evm/accounts/safe/co-signing.ts';
import { readOrder } from '../../src/adapters/evm/accounts/safe/safe-order.ts';
import { createEvmAdapter } from '../../src/adapters/evm/index.ts';
import { encodeRlp, integerBytes } from '../../src/adapters/evm/rlp.ts';
import { systemClock } from '../../src/adapters/host/index.ts';
import { type Action, type FeeQuote, isCastellanError, type SmartAccount, toHex, type UnsignedTransaction } from '../../src/core/index.ts';
import { bytes, CHAIN, NATIVE, on, signer } from './chain-fixture.ts';
import { type Party, party } from './safe-bench.ts';

export const SAFE_ADDRESS = '0x5afe5afe5afe5afe5afe5afe5afe5afe5afe5afe';
export const TOKEN = '0x7000000000000000000000000000000000000007';
export const PAYEE = '0x00000000000000000000000000000000000c0ffe';
export const NOBODY = `0x${'0'.repeat(40)}`;
export const { codec } = createEvmAdapter({
  chains: [
    {
      chain: CHAIN,
      rpcUrl: 'http://127.0.0.1:9',
      confirmations: 1,
      tokens: [{ symbol: 'USD', address: TOKEN, decimals: 6 }],
    },
  ],
  clock: systemClock(),
});
export const parties = [party(1), party(2), party(3)] as const;
export const sender = signer(5);
export const owners = parties.map(({ address }) => address).sort();
export const smart: SmartAccount = {
  kind: 'safe',
  account: on(SAFE_ADDRESS),
  sender: sender.wallet,
  terms: { owners: owners.join(','), threshold: '2' },
};
export const fee: FeeQuote = {
  asset: NATIVE,
  ceiling: 200_000n * 30n,
  params: { gas: '200000', maxFeePerGas: '30', maxPriorityFeePerGas: '2', orderBase: '-3' },
};
export const context = { chain: CHAIN, wallet: smart.account, slot: 7, fee, validUntilMs: null, smart } as const;
export const pay = { kind: 'transfer', asset: NATIVE, amount: 5n, to: on(PAYEE) } as const satisfies Action;
export const build = (action: Action = pay): UnsignedTransaction => codec.build(action, context);
export const adopt = (payload: Uint8Array, as: SmartAccount = smart): UnsignedTransaction =>
  codec.adopt(payload, CHAIN, as.account, undefined, as);

/** The sender's transaction with this calldata instead of an order's. */
export function outerWith(data: Hex, changes: { readonly to?: string; readonly value?: bigint } = {}): Uint8Array {
  const { fields } = readOrder(build().payload).outer;
  const own = [...fields];
  own[7] = bytes(data);
  if (changes.to !== undefined) own[5] = bytes(changes.to);
  if (changes.value !== undefined) own[6] = integerBytes(changes.value);
  return encodeRlp(own, 2);
}

export const plain = [PAYEE, 5n, '0x', 0, 0n, 0n, 0n, NOBODY, NOBODY, '0x'] as const;

export async function completed(action: Action, by: readonly Party[] = [parties[0], parties[1]]): Promise<UnsignedTransaction> {
  const { hash, attach } = coSigningOf(build(action).payload);
  return adopt(attach(await Promise.all(by.map(({ coSign }) => coSign(hash)))));
}

/** What decoding says, or why it refuses. */
export function read(
  payload: Uint8Array,
  as: SmartAccount = smart,
): { readonly refused: string } | { readonly said: string; readonly isKnown: boolean } {
  try {
    const tx = adopt(payload, as);
    const { effects, calls, complete } = codec.decode(tx);
    const json = JSON.stringify([tx.slot, tx.fee.ceiling, tx.fee.params, effects, calls], (_, value: unknown) =>
      typeof value === 'bigint' ? `${value}n` : value instanceof Uint8Array ? toHex(value) : value,
    );
    return { said: json, isKnown: complete };
  } catch (error) {
    if (!isCastellanError(error)) throw error;
    return { refused: `${error.code}/${String(error.details['reason'])}` };
  }
}
