import { secp256k1 } from '@noble/curves/secp256k1.js';
import { serializeTransaction } from 'viem';
import { expect } from 'vitest';
import { coSigningOf } from '../../src/adapters/evm/accounts/safe/co-signing.ts';
import { readExec } from '../../src/adapters/evm/accounts/safe/safe-exec.ts';
import { isOrder, writeOrder } from '../../src/adapters/evm/accounts/safe/safe-order.ts';
import { readEnvelope } from '../../src/adapters/evm/envelope.ts';
import { fromHex, type Json, keccak256, type Store } from '../../src/core/index.ts';
import type { CoSignings, KeyInfo } from '../../src/custody/index.ts';
import { type Bench, createBench } from './bench.ts';

export const GROUP = { algorithm: 'secp256k1', purpose: 'signing', mode: 'mpc' } as const;
export const NAMES = ['user', 'platform', 'backup'];
/** What the parties of a Safe sign. */
export const CO_SIGNING: CoSignings = { secp256k1: (payload) => (isOrder(payload) ? coSigningOf(payload) : undefined) };

/** An order of a Safe to pay this much. */
function order(amount = 5n): Uint8Array {
  const word = (value: bigint): string => value.toString(16).padStart(64, '0');
  const words = [0xc0ffeen, amount, 320n, 0n, 0n, 0n, 0n, 0n, 0n, 352n, 0n, 0n];
  const outer = serializeTransaction({
    type: 'eip1559',
    chainId: 31_337,
    nonce: 7,
    gas: 200_000n,
    maxFeePerGas: 30n,
    maxPriorityFeePerGas: 2n,
    to: '0x5afe5afe5afe5afe5afe5afe5afe5afe5afe5afe',
    value: 0n,
    data: `0x6a761202${words.map(word).join('')}`,
  });
  return writeOrder(4n, fromHex(outer.slice(2)));
}
/** An order to pay 5. */
export const ORDER = order();

/** A bench whose key is one of parties. */
export const openBench = (options: Parameters<typeof createBench>[0] = {}): Promise<Bench> =>
  createBench({ key: { ...GROUP, parties: NAMES }, coSigning: CO_SIGNING, ...options });

/** The id of a party's own key. */
export const partyKey = (key: KeyInfo, name: string): string => key.coSigners?.parties.find(({ party }) => party === name)?.keyId ?? '';

/** Names of the parties whose signatures a completed payload carries, and whether the key's own is over it. */
export function signedBy(key: KeyInfo, signed: { readonly payload?: Uint8Array; readonly signature: Uint8Array }): readonly string[] {
  if (signed.payload === undefined) throw new Error('nothing was completed');
  const exec = readExec(readEnvelope(signed.payload).data);
  if (exec === null) throw new Error('no execTransaction');
  const recover = (hash: Uint8Array, bytes: Uint8Array, v: number): string =>
    secp256k1.Signature.fromBytes(bytes.subarray(0, 64)).addRecoveryBit(v).recoverPublicKey(hash).toHex(true);
  expect(recover(keccak256(signed.payload), signed.signature, signed.signature[64] as number)).toBe(key.publicKey);
  expect((exec.signatures.length - 32) % 65).toBe(0);
  const { hash } = coSigningOf(ORDER);
  const names: string[] = [];
  for (let at = 0; at + 65 <= exec.signatures.length; at += 65) {
    const own = exec.signatures.subarray(at, at + 65);
    const publicKey = recover(hash, own, (own[64] as number) - 27);
    names.push(key.coSigners?.parties.find((party) => party.publicKey === publicKey)?.party ?? 'a stranger');
  }
  return names.sort();
}

/** What the log holds. */
export async function events(store: Store): Promise<readonly { readonly details: Record<string, Json> }[]> {
  return (await store.log(0)).map(({ entry }) => JSON.parse(entry));
}
