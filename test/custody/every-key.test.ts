import { secp256k1 } from '@noble/curves/secp256k1.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { payloadDigest, type Store, toHex, verifyEd25519 } from '../../src/core/index.ts';
import { createCustodian, createSoftwareCustody, type GenerateKeyConfig, openVault } from '../../src/custody/index.ts';
import { type Bench, createBench, ENCRYPTION_KEY, expectRefused, HASHES, oneBitOff, PAYLOAD, toLogCommand } from './bench.ts';

interface Kind {
  readonly name: string;
  readonly key: Partial<GenerateKeyConfig>;
  /** One payload has one signature. */
  readonly deterministic: boolean;
}

const KINDS: readonly Kind[] = [
  { name: 'secp256k1', key: {}, deterministic: true },
  { name: 'ed25519, derived', key: { algorithm: 'ed25519' }, deterministic: true },
  { name: 'ed25519, random', key: { algorithm: 'ed25519', source: 'random' }, deterministic: true },
  { name: 'ed25519, 2 of 3 parties', key: { algorithm: 'ed25519', mode: 'mpc' }, deterministic: false },
];

/** Tells whether a signature is the bench key's, over these very bytes. */
function isOver({ key }: Bench, payload: Uint8Array, signature: Uint8Array): boolean {
  const publicKey = Buffer.from(key.publicKey, 'hex');
  if (key.algorithm === 'ed25519') return signature.length === 64 && verifyEd25519(publicKey, HASHES.ed25519(payload), signature);
  const bytes = signature.subarray(0, 64);
  return signature.length === 65 && secp256k1.verify(bytes, HASHES.secp256k1(payload), publicKey, { prehash: false, lowS: true });
}

describe.each(KINDS)('a key: $name', ({ key, deterministic }) => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await createBench({ key });
  });
  const sign = (permit: string, payload: Uint8Array) => bench.custody.custodian.sign(permit, payload);

  it('signs exactly the decided bytes, once', async () => {
    const held = await bench.hold(PAYLOAD);
    const signed = await sign(held.permit, PAYLOAD);
    expect(signed).toMatchObject({ keyId: bench.key.id, algorithm: bench.key.algorithm });
    expect(toHex(signed.publicKey)).toBe(bench.key.publicKey);
    expect(isOver(bench, PAYLOAD, signed.signature)).toBe(true);
    expect(isOver(bench, oneBitOff(PAYLOAD), signed.signature)).toBe(false);
    await expectRefused(bench, sign(held.permit, PAYLOAD), 'permit_used');
  });

  it('signs no byte that differs in one bit, at the store neither', async () => {
    const held = await bench.hold(PAYLOAD);
    for (let bit = 0; bit < PAYLOAD.length * 8; bit += 1) {
      const flipped = Uint8Array.from(PAYLOAD, (byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      await expectRefused(bench, sign(held.permit, flipped), 'permit_payload_mismatch');
      const redeem = {
        kind: 'permit.redeem',
        permitId: held.permit,
        payloadDigest: payloadDigest(flipped),
        keyId: bench.key.id,
        redeemer: 'x',
      } as const;
      expect(await bench.apply(redeem)).toMatchObject({ ok: false, reason: { code: 'permit_payload_mismatch' } });
    }
    expect(isOver(bench, PAYLOAD, (await sign(held.permit, PAYLOAD)).signature)).toBe(true);
  });

  it('signs without a permit, with a forged or an expired one: never', async () => {
    const held = await bench.hold(PAYLOAD);
    const flipped = `${held.permit.slice(0, -1)}${held.permit.endsWith('0') ? '1' : '0'}`;
    for (const forged of ['', undefined, flipped]) await expectRefused(bench, sign(forged as string, PAYLOAD), 'permit_unknown');
    bench.clock.advance(60_000);
    await expectRefused(bench, sign(held.permit, PAYLOAD), 'permit_expired');
  });

  it('is not fooled by a buffer that changes while the store is asked', async () => {
    const { permit } = await bench.hold(PAYLOAD);
    const buffer = Uint8Array.from(PAYLOAD);
    const signing = sign(permit, buffer);
    buffer.set(oneBitOff(PAYLOAD));
    expect(isOver(bench, PAYLOAD, (await signing).signature)).toBe(true);
  });

  it('gives one signature to 12 callers of one permit', async () => {
    const { permit } = await bench.hold(PAYLOAD);
    const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => sign(permit, PAYLOAD)));
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
  });

  it('signs after a crash, here and in the next process, until signed bytes are stored', async () => {
    const held = await bench.hold(PAYLOAD);
    await expectRefused(bench, bench.custody.custodian.resume(held), 'permit_used');
    const first = await sign(held.permit, PAYLOAD);
    const again = await bench.custody.custodian.resume(held);
    const { store, clock, random } = bench;
    const vault = await openVault({ store, random, tenant: 'test', encryptionKey: ENCRYPTION_KEY });
    const next = createSoftwareCustody({ store, clock, random, vault, hashes: HASHES, redeemerId: 'host-2', command: toLogCommand });
    const third = await next.custodian.resume(held);
    for (const { signature } of [again, third]) expect(isOver(bench, PAYLOAD, signature)).toBe(true);
    const different = new Set([first, again, third].map(({ signature }) => toHex(signature)));
    expect(different.size).toBe(deterministic ? 1 : 3);
    // The halves that a nonce fixes differ too: no nonce was used twice.
    expect(new Set([...different].map((hex) => hex.slice(0, 64))).size).toBe(different.size);
    const signed = {
      kind: 'ledger.settle',
      agent: held.agent,
      requestId: held.requestId,
      to: 'signed',
      sealed: 'AAAA',
      txHash: '1',
    } as const;
    expect(await bench.apply(signed)).toMatchObject({ ok: true });
    await expectRefused(bench, bench.custody.custodian.resume(held), 'permit_used');
    await expect(next.custodian.resume(held)).rejects.toMatchObject({ details: { reason: 'permit_used' } });
  });

  it('does not resume rows that somebody wrote into the store', async () => {
    const held = await bench.hold(PAYLOAD);
    await sign(held.permit, PAYLOAD);
    const good = await bench.row(held);
    const permit = good.permit as NonNullable<typeof good.permit>;
    const drain = oneBitOff(PAYLOAD);
    const digest = payloadDigest(drain);
    for (const row of [
      { ...good, payload: Buffer.from(drain).toString('base64') },
      { ...good, payload: Buffer.from(drain).toString('base64'), payloadDigest: digest, permit: { ...permit, payloadDigest: digest } },
      { ...good, permit: { ...permit, redeemedBy: 'host-1/00/11' } },
      { ...good, permit: { ...permit, keyId: 'other' } },
    ]) {
      const store = {
        ...bench.store,
        get: async (keys: readonly string[]) =>
          (keys[0] as string).startsWith('request/') ? [row, ...(await bench.store.get(keys.slice(1)))] : bench.store.get(keys),
      } as Store;
      const custodian = createCustodian({ store, keys: bench.custody.keys, hashes: HASHES, random: bench.random, redeemerId: 'x' });
      await expect(custodian.resume(held)).rejects.toMatchObject({ code: 'PERMIT_REFUSED' });
    }
  });

  it('does not sign under a kill, and not while nobody knows its hash', async () => {
    const held = await bench.hold(PAYLOAD);
    const redeemed = await bench.hold(PAYLOAD);
    await sign(redeemed.permit, PAYLOAD);
    const { store, custody, random } = bench;
    for (const [hashes, code] of [
      [{}, 'MODE_UNAVAILABLE'],
      [{ [bench.key.algorithm]: () => new Uint8Array(31) }, 'KEY_INVALID'],
    ] as const) {
      const custodian = createCustodian({ store, keys: custody.keys, hashes, random, redeemerId: 'x' });
      await expect(custodian.sign(held.permit, PAYLOAD)).rejects.toMatchObject({ code });
    }
    expect((await bench.row(held)).state).toBe('held');
    await bench.apply({ kind: 'halt.set', change: { kind: 'kill', reason: 'r', by: 'p' } });
    await expectRefused(bench, sign(held.permit, PAYLOAD), 'halted');
    await expectRefused(bench, bench.custody.custodian.resume(redeemed), 'halted');
    await bench.apply({ kind: 'halt.set', change: { kind: 'lift', reason: 'r', by: 'p' } });
  });

  it('is revoked for good, also by others between reading and redeeming, and for recovery', async () => {
    const held = await bench.hold(PAYLOAD, { epoch: 2 });
    const redeemed = await bench.hold(PAYLOAD, { epoch: 2 });
    await sign(redeemed.permit, PAYLOAD);
    const revoking = {
      ...bench.store,
      apply: (steps: Parameters<Store['apply']>[0]) =>
        bench.custody.keys.revokeKey(bench.key.id, 'stolen').then(() => bench.store.apply(steps)),
    } as Store;
    const onRefused = (item: (typeof bench.refused)[number]) => bench.refused.push(item);
    const racing = createCustodian({
      store: revoking,
      keys: bench.custody.keys,
      hashes: HASHES,
      random: bench.random,
      redeemerId: 'x',
      onRefused,
    });
    await expectRefused(bench, racing.sign(held.permit, PAYLOAD), 'key_revoked', 'KEY_REVOKED');
    await expectRefused(bench, sign(held.permit, PAYLOAD), 'key_revoked', 'KEY_REVOKED');
    await expectRefused(bench, bench.custody.custodian.resume(redeemed), 'key_revoked', 'KEY_REVOKED');
    expect((await bench.row(held)).state).toBe('held');
  });

  it('does not sign with a closed vault', async () => {
    const other = await createBench({ key: { ...key, ...(key.mode === 'mpc' ? {} : { source: 'random' }) } });
    const held = await other.hold(PAYLOAD);
    other.custody.close();
    await expect(other.custody.custodian.sign(held.permit, PAYLOAD)).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
    expect((await other.row(held)).state).toBe('held');
  });
});
