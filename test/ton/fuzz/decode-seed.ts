import type { AccountId, DecodedTransaction, UnsignedTransaction } from '../../../src/core/index.ts';
import { PUBLIC_KEY, TESTNET } from '../codec-fixture.ts';
import { fuzzCodec, fuzzFacts } from '../protocol-fixture.ts';

/** Bytes that were taken as an order, and what they do. */
export interface Taken {
  readonly tx: UnsignedTransaction;
  readonly decoded: DecodedTransaction;
}

/** Takes bytes in and decodes them, as one decision does. @throws PAYLOAD_UNDECODABLE */
export function decodeSeed(payload: Uint8Array, wallet: AccountId): Taken {
  const tx = { ...fuzzCodec.adopt(payload, TESTNET, wallet, PUBLIC_KEY), facts: fuzzFacts };
  return { tx, decoded: fuzzCodec.decode(tx) };
}
