import { secp256k1 } from '@noble/curves/secp256k1.js';
import { describe, expect, it } from 'vitest';
import { CastellanError, fromHex, keccak256, payloadDigest, type Store, sha256, toHex } from '../../src/core/index.ts';
import { createCustodian } from '../../src/custody/index.ts';
import { signSecp256k1 } from '../../src/custody/signers/secp256k1.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';
import { createBench, deciding, expectRefused, oneBitOff, PAYLOAD } from './bench.ts';

describe('custodian', () => {
  it('signs exactly the decided bytes: r‖s‖v over their hash, low s, by the key', async () => {
    const bench = await createBench();
    const held = await bench.hold(PAYLOAD);
    const { signature, publicKey, keyId, algorithm } = await bench.custody.custodian.sign(held.permit, PAYLOAD);
    expect({ keyId, algorithm, length: signature.length }).toEqual({ keyId: bench.key.id, algorithm: 'secp256k1', length: 65 });
    expect(toHex(publicKey)).toBe(bench.key.publicKey);
    expect(secp256k1.verify(signature.subarray(0, 64), keccak256(PAYLOAD), publicKey, { prehash: false, lowS: true })).toBe(true);
    const recovered = secp256k1.Signature.fromBytes(signature.subarray(0, 64))
      .addRecoveryBit(signature[64] as number)
      .recoverPublicKey(keccak256(PAYLOAD));
    expect(recovered.toHex(true)).toBe(bench.key.publicKey);
    expect((await bench.row(held)).state).toBe('redeemed');
    expect(bench.refused).toEqual([]);
  });

  it('is deterministic as RFC 6979 asks: a published signature of Bitcoin tests', () => {
    const secret = fromHex('0000000000000000000000000000000000000000000000000000000000000001');
    const signature = signSecp256k1(sha256('Satoshi Nakamoto'), secret);
    expect(toHex(signature.subarray(0, 64))).toBe(
      '934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d82442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5',
    );
    expect(() => signSecp256k1(new Uint8Array(31), secret)).toThrow(/KEY_INVALID/);
  });

  it.each([
    undefined,
    null,
    '',
    'r1',
    'r1/a1',
    `r1/a1/${'0'.repeat(31)}`,
    `r1/a1/${'G'.repeat(32)}`,
    {},
    5,
    `${'x'.repeat(400)}/a1/${'0'.repeat(32)}`,
  ])('refuses %j for a permit', async (permit) => {
    const bench = await createBench();
    await bench.hold(PAYLOAD);
    await expectRefused(bench, bench.custody.custodian.sign(permit as string, PAYLOAD), 'permit_unknown');
  });

  it('refuses a forged secret, another request and another agent', async () => {
    const bench = await createBench();
    const { permit, requestId } = await bench.hold(PAYLOAD);
    const secret = permit.slice(-32);
    const flipped = `${secret.slice(0, 31)}${secret.endsWith('0') ? '1' : '0'}`;
    for (const forged of [`${requestId}/a1/${flipped}`, `r9/a1/${secret}`, `${requestId}/a2/${secret}`]) {
      await expectRefused(bench, bench.custody.custodian.sign(forged, PAYLOAD), 'permit_unknown');
    }
    expect((await bench.custody.custodian.sign(permit, PAYLOAD)).signature).toHaveLength(65);
  });

  it('refuses a request that was held and got no permit', async () => {
    const bench = await createBench();
    const { commands } = deciding(PAYLOAD, {
      agent: 'a1',
      requestId: 'bare',
      keyId: bench.key.id,
      secret: '0'.repeat(32),
      nowMs: bench.clock.nowMs(),
    });
    expect(await bench.apply(commands[0] as (typeof commands)[0])).toMatchObject({ ok: true });
    await expectRefused(bench, bench.custody.custodian.sign(`bare/a1/${'0'.repeat(32)}`, PAYLOAD), 'permit_unknown');
  });

  it('refuses a used permit, to the first caller too', async () => {
    const bench = await createBench();
    const { permit } = await bench.hold(PAYLOAD);
    await bench.custody.custodian.sign(permit, PAYLOAD);
    await expectRefused(bench, bench.custody.custodian.sign(permit, PAYLOAD), 'permit_used');
  });

  it('refuses an expired permit', async () => {
    const bench = await createBench();
    const { permit } = await bench.hold(PAYLOAD);
    bench.clock.advance(60_000);
    await expectRefused(bench, bench.custody.custodian.sign(permit, PAYLOAD), 'permit_expired');
  });

  it('refuses other bytes, fewer, more, none, and what are no bytes', async () => {
    const bench = await createBench();
    const { permit } = await bench.hold(PAYLOAD);
    for (const wrong of [oneBitOff(PAYLOAD), PAYLOAD.subarray(1), Uint8Array.from([...PAYLOAD, 0]), new Uint8Array(0)]) {
      await expectRefused(bench, bench.custody.custodian.sign(permit, wrong), 'permit_payload_mismatch');
    }
    for (const wrong of [undefined, null, toHex(PAYLOAD), [...PAYLOAD], PAYLOAD.buffer]) {
      await expect(bench.custody.custodian.sign(permit, wrong as never)).rejects.toMatchObject({
        details: { reason: 'permit_payload_mismatch' },
      });
    }
  });

  it('is not fooled by a buffer that changes while the store is asked', async () => {
    const bench = await createBench();
    const { permit } = await bench.hold(PAYLOAD);
    const buffer = Uint8Array.from(PAYLOAD);
    const signing = bench.custody.custodian.sign(permit, buffer);
    buffer.set(oneBitOff(PAYLOAD));
    const { signature, publicKey } = await signing;
    expect(secp256k1.verify(signature.subarray(0, 64), keccak256(PAYLOAD), publicKey, { prehash: false })).toBe(true);
  });

  it('is not fooled by a typed array that reads differently each time', async () => {
    const bench = await createBench();
    const { permit } = await bench.hold(PAYLOAD);
    class Twice extends Uint8Array {
      override get length(): number {
        return 1;
      }
      override slice(): Uint8Array<ArrayBuffer> {
        return Uint8Array.from(oneBitOff(PAYLOAD));
      }
    }
    const { signature, publicKey } = await bench.custody.custodian.sign(permit, new Twice(PAYLOAD));
    expect(secp256k1.verify(signature.subarray(0, 64), keccak256(PAYLOAD), publicKey, { prehash: false })).toBe(true);
  });

  it('refuses another key, at the store as well', async () => {
    const bench = await createBench();
    const second = await bench.custody.keys.generateKey({ algorithm: 'secp256k1', purpose: 'signing' });
    const { permit } = await bench.hold(PAYLOAD);
    const redeem = {
      kind: 'permit.redeem',
      permitId: permit,
      payloadDigest: payloadDigest(PAYLOAD),
      keyId: second.id,
      redeemer: 'x',
    } as const;
    expect(await bench.apply(redeem)).toMatchObject({ ok: false, reason: { code: 'permit_key_mismatch' } });
    const { publicKey } = await bench.custody.custodian.sign(permit, PAYLOAD);
    expect(toHex(publicKey)).toBe(bench.key.publicKey);
  });

  it('leaves it to the store as well to refuse other bytes', async () => {
    const bench = await createBench();
    const { permit } = await bench.hold(PAYLOAD);
    for (let bit = 0; bit < PAYLOAD.length * 8; bit += 1) {
      const flipped = Uint8Array.from(PAYLOAD, (byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      const redeem = {
        kind: 'permit.redeem',
        permitId: permit,
        payloadDigest: payloadDigest(flipped),
        keyId: bench.key.id,
        redeemer: 'x',
      } as const;
      expect(await bench.apply(redeem)).toMatchObject({ ok: false, reason: { code: 'permit_payload_mismatch' } });
    }
  });

  it('refuses a key that is unknown, revoked, or revoked by others between reading and redeeming', async () => {
    const bench = await createBench();
    const unknown = await bench.hold(PAYLOAD, { keyId: 'nobody' });
    await expect(bench.custody.custodian.sign(unknown.permit, PAYLOAD)).rejects.toMatchObject({ code: 'KEY_UNKNOWN' });

    const late = await bench.hold(PAYLOAD);
    const racing = createCustodian({
      store: {
        ...bench.store,
        apply: (steps) => bench.custody.keys.revokeKey(bench.key.id, 'stolen').then(() => bench.store.apply(steps)),
      } as Store,
      keys: bench.custody.keys,
      hashes: { secp256k1: keccak256 },
      random: bench.random,
      redeemerId: 'x',
      onRefused: (item) => bench.refused.push(item),
    });
    await expectRefused(bench, racing.sign(late.permit, PAYLOAD), 'key_revoked', 'KEY_REVOKED');
    expect((await bench.row(late)).state).toBe('held');

    const revoked = await bench.hold(PAYLOAD);
    await expectRefused(bench, bench.custody.custodian.sign(revoked.permit, PAYLOAD), 'key_revoked', 'KEY_REVOKED');
    expect((await bench.row(revoked)).state).toBe('held');
  });

  it('refuses an older epoch, policy and registry', async () => {
    const bench = await createBench();
    const policy = await bench.hold(PAYLOAD, { agent: 'a2' });
    await bench.apply({ kind: 'doc.put', key: 'policy/a2', value: { digest: 'new' } });
    await expectRefused(bench, bench.custody.custodian.sign(policy.permit, PAYLOAD), 'policy_changed');

    const registry = await bench.hold(PAYLOAD);
    await bench.apply({ kind: 'doc.put', key: 'registry', value: { digest: 'new' } });
    await expectRefused(bench, bench.custody.custodian.sign(registry.permit, PAYLOAD), 'registry_changed');

    const epoch = await bench.hold(PAYLOAD, { registry: 'new' });
    await bench.apply({ kind: 'halt.set', change: { kind: 'pause', agent: 'a9', reason: 'r', by: 'p', untilMs: null } });
    await expectRefused(bench, bench.custody.custodian.sign(epoch.permit, PAYLOAD), 'epoch_changed');
  });

  it('refuses under a kill and under a pause, and for an expired approval', async () => {
    const bench = await createBench();
    const approved = await bench.hold(PAYLOAD, { approvals: ['ap1'], approvalsExpireAtMs: bench.clock.nowMs() + 10 });
    const killed = await bench.hold(PAYLOAD);
    const paused = await bench.hold(PAYLOAD, { agent: 'a2' });
    bench.clock.advance(10);
    await expectRefused(bench, bench.custody.custodian.sign(approved.permit, PAYLOAD), 'approval_expired');
    await bench.apply({ kind: 'halt.set', change: { kind: 'pause', agent: 'a2', reason: 'r', by: 'p', untilMs: null } });
    await expectRefused(bench, bench.custody.custodian.sign(paused.permit, PAYLOAD), 'agent_paused');
    await bench.apply({ kind: 'halt.set', change: { kind: 'kill', reason: 'r', by: 'p' } });
    await expectRefused(bench, bench.custody.custodian.sign(killed.permit, PAYLOAD), 'halted');
  });

  it('refuses where the room was given back', async () => {
    const bench = await createBench();
    const held = await bench.hold(PAYLOAD);
    await bench.apply({ kind: 'ledger.expire', agent: 'a1', requestId: held.requestId });
    await expect(bench.custody.custodian.sign(held.permit, PAYLOAD)).rejects.toMatchObject({ code: 'PERMIT_REFUSED' });
  });

  it('spends no permit where the vault is closed, no chain has a hash, or the hash is none', async () => {
    const bench = await createBench();
    const held = await bench.hold(PAYLOAD);
    const make = (hashes: object) =>
      createCustodian({ store: bench.store, keys: bench.custody.keys, hashes, random: bench.random, redeemerId: 'x' });
    await expect(make({}).sign(held.permit, PAYLOAD)).rejects.toMatchObject({ code: 'MODE_UNAVAILABLE' });
    await expect(
      make({
        secp256k1: () => {
          throw new CastellanError('PAYLOAD_UNDECODABLE', { message: 'x' });
        },
      }).sign(held.permit, PAYLOAD),
    ).rejects.toMatchObject({ code: 'PAYLOAD_UNDECODABLE' });
    await expect(make({ secp256k1: () => new Uint8Array(31) }).sign(held.permit, PAYLOAD)).rejects.toMatchObject({ code: 'KEY_INVALID' });
    bench.custody.close();
    await expect(bench.custody.custodian.sign(held.permit, PAYLOAD)).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
    expect((await bench.row(held)).state).toBe('held');
  });

  it('keeps refusing when the listener throws', async () => {
    const bench = await createBench();
    const custodian = createCustodian({
      store: bench.store,
      keys: bench.custody.keys,
      hashes: { secp256k1: keccak256 },
      random: bench.random,
      redeemerId: 'x',
      onRefused: () => {
        throw new Error('listener');
      },
    });
    await expect(custodian.sign('none', PAYLOAD)).rejects.toMatchObject({ code: 'PERMIT_REFUSED', details: { reason: 'permit_unknown' } });
  });

  it('refuses key managers that it did not make', () => {
    expect(() =>
      createCustodian({ store: {} as Store, keys: {} as never, hashes: {}, random: createSeededRandom('x'), redeemerId: 'x' }),
    ).toThrow(/CONFIG_INVALID/);
  });

  it('gives one signature to 50 callers of one permit', async () => {
    const bench = await createBench();
    const { permit } = await bench.hold(PAYLOAD);
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => bench.custody.custodian.sign(permit, PAYLOAD)));
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    expect(new Set(bench.refused.map((item) => item.reason))).toEqual(new Set(['permit_used']));
  });
});
