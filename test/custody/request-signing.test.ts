import { beforeEach, describe, expect, it } from 'vitest';
import { payloadDigest } from '../../src/core/index.ts';
import { type Bench, createBench, expectRefused, PAYLOAD } from './bench.ts';
import { openWalletBook, type WalletBook } from './wallet-book.ts';

const SIGNING = { algorithm: 'secp256k1', purpose: 'signing' } as const;

let bench: Bench;
let book: WalletBook;
beforeEach(async () => {
  bench = await createBench({
    usage: (store) => {
      book = openWalletBook(store);
      return book.usage;
    },
  });
});

describe('requestSigning', () => {
  const other = new Uint8Array(40).fill(7);

  it('signs the very message that a permit is for, with the very key', async () => {
    const { custodian } = bench.custody;
    const held = await bench.hold(PAYLOAD);
    const changing = Uint8Array.from(PAYLOAD);
    const signing = custodian.requestSigning(bench.key.id, changing, { permit: held.permit });
    changing.fill(0);
    const signature = await signing;
    expect(signature).toMatchObject({ keyId: bench.key.id, algorithm: 'secp256k1' });
    expect((await bench.row(held)).state).toBe('redeemed');
    expect((await custodian.resume(held)).signature).toEqual(signature.signature);
    await expectRefused(bench, custodian.requestSigning(bench.key.id, PAYLOAD, { permit: held.permit }), 'permit_used');
  });

  it('refuses without a permit, and with one of another message, key, time or maker, and spends none of them', async () => {
    const { custodian, keys } = bench.custody;
    const next = await keys.generateKey(SIGNING);
    const held = await bench.hold(PAYLOAD);
    const ask = (keyId: string, message: Uint8Array, options?: unknown) => custodian.requestSigning(keyId, message, options as never);
    for (const options of [undefined, {}, { permit: undefined }, { permit: null }, { permit: 7 }, { permit: 'x/y/z' }, null])
      await expectRefused(bench, ask(bench.key.id, PAYLOAD, options), 'permit_unknown');
    const forged = `${held.permit.slice(0, -32)}${'0'.repeat(32)}`;
    await expectRefused(bench, ask(bench.key.id, PAYLOAD, { permit: forged }), 'permit_unknown');
    await expectRefused(bench, ask(bench.key.id, other, { permit: held.permit }), 'permit_payload_mismatch');
    await expectRefused(bench, ask(bench.key.id, 'text' as never, { permit: held.permit }), 'permit_payload_mismatch');
    for (const keyId of [next.id, 'test/log', '', undefined as never])
      await expectRefused(bench, ask(keyId, PAYLOAD, { permit: held.permit }), 'permit_key_mismatch');
    expect((await bench.row(held)).state).toBe('held');
    bench.clock.advance(60_000);
    await expectRefused(bench, ask(bench.key.id, PAYLOAD, { permit: held.permit }), 'permit_expired');
  });

  it('signs for the old key only with permits of the old key, and for the new one with none of those', async () => {
    const { custodian, keys } = bench.custody;
    const before = await bench.hold(PAYLOAD);
    const { newKeyId } = await keys.rotateKey(bench.key.id);
    await expectRefused(bench, custodian.requestSigning(newKeyId, PAYLOAD, { permit: before.permit }), 'permit_key_mismatch');
    expect((await custodian.requestSigning(bench.key.id, PAYLOAD, { permit: before.permit })).keyId).toBe(bench.key.id);
    const after = await bench.hold(PAYLOAD, { keyId: newKeyId, payloadDigest: payloadDigest(PAYLOAD) });
    expect((await custodian.requestSigning(newKeyId, PAYLOAD, { permit: after.permit })).keyId).toBe(newKeyId);
    const last = await bench.hold(PAYLOAD);
    await keys.revokeKey(bench.key.id, 'stolen');
    await expectRefused(bench, custodian.requestSigning(bench.key.id, PAYLOAD, { permit: last.permit }), 'key_revoked', 'KEY_REVOKED');
  });
});
