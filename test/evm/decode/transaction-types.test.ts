import { type Hex, hexToBytes, serializeTransaction, type TransactionSerializable } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { assemble } from '../../../src/adapters/evm/assemble.ts';
import { readEnvelope } from '../../../src/adapters/evm/envelope.ts';
import { adopt, readAction } from '../../../src/adapters/evm/parse.ts';
import { decodeRlp, encodeRlp } from '../../../src/adapters/evm/rlp.ts';
import { readSigned, readSignedOn, readUnsigned } from '../../../src/adapters/evm/signed-transaction.ts';
import type { ChainId } from '../../../src/core/index.ts';
import { isCastellanError, toHex } from '../../../src/core/index.ts';
import { CHAIN, DELEGATE, decodePayload, NATIVE, on, only, outflows, PAYEE, THIEF, TOKEN, transfer } from './scene.ts';

const key = generatePrivateKey();
const account = privateKeyToAccount(key);
const wallet = on(account.address);
const base = { chainId: 31_337, nonce: 7, gas: 100_000n, to: TOKEN, data: transfer(), value: 0n } as const;
const fees = { maxFeePerGas: 3n, maxPriorityFeePerGas: 1n } as const;
const blob = `0x01${'ab'.repeat(31)}` as const;
const authorize = (contractAddress: Hex, chainId: number) => account.signAuthorization({ contractAddress, chainId, nonce: 8 });

async function transactions(): Promise<Readonly<Record<string, TransactionSerializable>>> {
  return {
    legacy: { type: 'legacy', ...base, gasPrice: 3n },
    eip2930: { type: 'eip2930', ...base, gasPrice: 3n, accessList: [{ address: TOKEN, storageKeys: [] }] },
    eip1559: { type: 'eip1559', ...base, ...fees },
    eip4844: { type: 'eip4844', ...base, ...fees, maxFeePerBlobGas: 5n, blobVersionedHashes: [blob] },
    eip7702: { type: 'eip7702', ...base, ...fees, authorizationList: [await authorize(DELEGATE, 31_337)] },
  };
}
const bytesOf = (transaction: TransactionSerializable): Uint8Array => hexToBytes(serializeTransaction(transaction));

function refusal(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    if (isCastellanError(error) && error.code === 'PAYLOAD_UNDECODABLE') return error.details['reason'];
    throw error;
  }
  return 'nothing thrown';
}

describe('every type of transaction', () => {
  it.each(['legacy', 'eip2930', 'eip1559', 'eip4844', 'eip7702'])(
    '%s is adopted as it stands, decoded, and signed as the library signs it',
    async (type) => {
      const transaction = (await transactions())[type] as TransactionSerializable;
      const payload = bytesOf(transaction);
      const tx = adopt(payload, CHAIN, wallet);
      expect(tx).toMatchObject({
        payload,
        slot: 7,
        fee: { asset: NATIVE, ceiling: type === 'eip4844' ? 300_000n + 5n * 131_072n : 300_000n },
      });
      const decoded = decodePayload(payload, account.address.toLowerCase() as Hex);
      expect(decoded.complete).toBe(true);
      expect(outflows(decoded)).toEqual([`${account.address} → ${PAYEE}: 5 erc20:${TOKEN}`.toLowerCase()]);

      const theirs = hexToBytes(await account.signTransaction(transaction as never));
      expect(toHex(readUnsigned(theirs))).toBe(toHex(payload));
      const signed = readSignedOn(theirs, CHAIN);
      expect(signed).toMatchObject({ chainId: 31_337n, sender: account.address.toLowerCase(), envelope: { type, nonce: 7n, to: TOKEN } });
      const ours = assemble(tx, signatureOf(theirs));
      expect(toHex(ours.raw)).toBe(toHex(theirs));
      expect(ours.hash).toBe(signed.hash);
      expect(refusal(() => readSignedOn(theirs, 'eip155:1' as ChainId))).toBe('chain_id_mismatch');
      expect(refusal(() => readSigned(payload))).toMatch(/^(not_signed|signature_invalid)$/);
    },
  );

  it('a legacy one for no chain in particular is refused by name, signed or not', async () => {
    const { chainId: _, ...loose } = base;
    const payload = bytesOf({ type: 'legacy', ...loose, gasPrice: 3n });
    expect(refusal(() => adopt(payload, CHAIN, wallet))).toBe('not_replay_protected');
    expect(refusal(() => readAction(payload, CHAIN, wallet))).toBe('not_replay_protected');
    const signed = hexToBytes(await account.signTransaction({ type: 'legacy', ...loose, gasPrice: 3n }));
    expect(readSigned(signed)).toMatchObject({ chainId: null, sender: account.address.toLowerCase() });
    for (const read of [readUnsigned, (raw: Uint8Array) => readSignedOn(raw, CHAIN)])
      expect(refusal(() => read(signed))).toBe('not_replay_protected');
  });

  it('blobs and authorizations are more than calls: nobody makes an action of them', async () => {
    const made = await transactions();
    for (const type of ['eip4844', 'eip7702'])
      expect(refusal(() => readAction(bytesOf(made[type] as TransactionSerializable), CHAIN, wallet))).toBe('type_unsupported');
  });

  it.each([
    ['no blob', { blobVersionedHashes: [] as readonly Hex[] }],
    ['a blob of another version', { blobVersionedHashes: [`0x02${'ab'.repeat(31)}` as Hex] }],
    ['ten blobs', { blobVersionedHashes: Array.from({ length: 10 }, () => blob) }],
  ])('%s is refused', (_name, change) => {
    const good = bytesOf({ type: 'eip4844', ...base, ...fees, maxFeePerBlobGas: 5n, blobVersionedHashes: [blob] });
    expect(() => adopt(good, CHAIN, wallet)).not.toThrow();
    expect(refusal(() => adopt(rewriteBlobs(good, change.blobVersionedHashes), CHAIN, wallet))).toBe('field_invalid');
  });
});

describe('authorizations (EIP-7702)', () => {
  const decodeWith = async (list: readonly Awaited<ReturnType<typeof authorize>>[], as: Hex = account.address) =>
    decodePayload(bytesOf({ type: 'eip7702', ...base, ...fees, authorizationList: [...list] }), as.toLowerCase() as Hex);

  it('are power over the code of whoever signed them', async () => {
    const decoded = await decodeWith([await authorize(DELEGATE, 31_337)]);
    expect(only(decoded, 'control')).toMatchObject([{ account: wallet, aspect: 'code', to: on(DELEGATE) }]);
    expect(only(decoded, 'hazard')).toEqual([]);
    expect(only(decoded, 'message')).toEqual([]);
    expect(only(await decodeWith([await authorize(`0x${'0'.repeat(40)}`, 31_337)]), 'control')).toMatchObject([{ to: null }]);
  });

  it('on every chain are a hazard; for another chain, or of another account, they say so', async () => {
    const everywhere = await decodeWith([await authorize(DELEGATE, 0)]);
    expect(only(everywhere, 'hazard')).toMatchObject([{ account: wallet, hazard: 'valid_on_every_chain' }]);
    const elsewhere = await decodeWith([await authorize(DELEGATE, 1)]);
    expect(only(elsewhere, 'message')[0]?.text).toContain('for chain 1');
    const others = await decodeWith([await authorize(DELEGATE, 31_337)], PAYEE);
    expect(only(others, 'control')).toMatchObject([{ account: wallet }]);
    expect(only(others, 'message')[0]?.text).toContain(`of another account, ${wallet}`);
  });

  it('of code that nobody listed may do anything', async () => {
    const decoded = await decodeWith([await authorize(THIEF, 31_337)]);
    expect(decoded.complete).toBe(false);
    expect(only(decoded, 'unknown')).toMatchObject([{ contract: on(THIEF), detail: expect.stringContaining('not listed') }]);
  });

  it('by nobody make all of it unknown', async () => {
    const bad = { ...(await authorize(DELEGATE, 31_337)), s: `0x${'ff'.repeat(32)}` as const };
    const decoded = await decodeWith([bad]);
    expect(decoded.complete).toBe(false);
    expect(only(decoded, 'unknown')[0]?.detail).toContain('signed by nobody');
  });
});

/** The signature behind a signed transaction's fields, as 65 bytes r‖s‖parity. */
function signatureOf(raw: Uint8Array): Uint8Array {
  const fields = decodeRlp((raw[0] as number) < 0xc0 ? raw.subarray(1) : raw) as readonly Uint8Array[];
  const [v, r, s] = fields.slice(-3) as [Uint8Array, Uint8Array, Uint8Array];
  const parity = v.length < 2 ? (v[0] ?? 0) : ((v.at(-1) as number) + 1) % 2;
  return Uint8Array.of(...pad32(r), ...pad32(s), parity);
}
const pad32 = (part: Uint8Array): Uint8Array => Uint8Array.of(...new Uint8Array(32 - part.length), ...part);

/** The same blob transaction with other hashes, which the library would not write. */
function rewriteBlobs(payload: Uint8Array, hashes: readonly Hex[]): Uint8Array {
  const { fields } = readEnvelope(payload);
  return encodeRlp([...fields.slice(0, 10), hashes.map((hash) => hexToBytes(hash))], 3);
}
