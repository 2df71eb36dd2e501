import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { createSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { CastellanError, fromHex, keccak256, payloadDigest, type Store, sha256, toHex } from '../../src/core/index.ts';
import { createCustodian, createSoftwareCustody, openVault } from '../../src/custody/index.ts';
import { signSecp256k1 } from '../../src/custody/signers/secp256k1.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';
import { type Bench, createBench, deciding, ENCRYPTION_KEY, type Held, toLogCommand } from './bench.ts';

const PAYLOAD = new Uint8Array(Buffer.from('02e98082869084773594008504a817c80082520894d8da6bf26964af9d7ed9e03e53415d37aa9604588080c0', 'hex'));
const other = (payload: Uint8Array): Uint8Array => Uint8Array.from(payload, (byte, index) => (index === 7 ? byte ^ 1 : byte));

/** Refused with this reason, told of, and nothing redeemed. */
async function expectRefused(bench: Bench, run: Promise<unknown>, reason: string, code = 'PERMIT_REFUSED'): Promise<void> {
  await expect(run).rejects.toMatchObject({ code, details: { reason } });
  expect(bench.refused.at(-1)?.reason).toBe(reason);
}

describe('custodian', () => {
  it('signs exactly the decided bytes: r‖s‖v over their hash, low s, by the key', async () => {
    const bench = await createBench();
    const held = await bench.hold(PAYLOAD);
    const { signature, publicKey, keyId, algorithm } = await bench.custody.custodian.sign(held.permit, PAYLOAD);
    expect({ keyId, algorithm, length: signature.length }).toEqual({ keyId: bench.key.id, algorithm: 'secp256k1', length: 65 });
    expect(toHex(publicKey)).toBe(bench.key.publicKey);
    expect(secp256k1.verify(signature.subarray(0, 64), keccak256(PAYLOAD), publicKey, { prehash: false, lowS: true })).toBe(true);
    const recovered = secp256k1.Signature.fromBytes(signature.subarray(0, 64)).addRecoveryBit(signature[64] as number).recoverPublicKey(keccak256(PAYLOAD));
    expect(recovered.toHex(true)).toBe(bench.key.publicKey);
    expect((await bench.row(held)).state).toBe('redeemed');
    expect(bench.refused).toEqual([]);
  });

  it('is deterministic as RFC 6979 asks: a published signature of Bitcoin tests', () => {
    const secret = fromHex('0000000000000000000000000000000000000000000000000000000000000001');
    const signature = signSecp256k1(sha256('Satoshi Nakamoto'), secret);
    expect(toHex(signature.subarray(0, 64))).toBe('934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d82442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5');
    expect(() => signSecp256k1(new Uint8Array(31), secret)).toThrow(/KEY_INVALID/);
  });

  it.each([undefined, null, '', 'r1', 'r1/a1', `r1/a1/${'0'.repeat(31)}`, `r1/a1/${'G'.repeat(32)}`, {}, 5, `${'x'.repeat(400)}/a1/${'0'.repeat(32)}`])('refuses %j for a permit', async (permit) => {
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
    const { commands } = deciding(PAYLOAD, { agent: 'a1', requestId: 'bare', keyId: bench.key.id, secret: '0'.repeat(32), nowMs: bench.clock.nowMs() });
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
    for (const wrong of [other(PAYLOAD), PAYLOAD.subarray(1), Uint8Array.from([...PAYLOAD, 0]), new Uint8Array(0)]) {
      await expectRefused(bench, bench.custody.custodian.sign(permit, wrong), 'permit_payload_mismatch');
    }
    for (const wrong of [undefined, null, toHex(PAYLOAD), [...PAYLOAD], PAYLOAD.buffer]) {
      await expect(bench.custody.custodian.sign(permit, wrong as never)).rejects.toMatchObject({ details: { reason: 'permit_payload_mismatch' } });
    }
  });

  it('is not fooled by a buffer that changes while the store is asked', async () => {
    const bench = await createBench();
    const { permit } = await bench.hold(PAYLOAD);
    const buffer = Uint8Array.from(PAYLOAD);
    const signing = bench.custody.custodian.sign(permit, buffer);
    buffer.set(other(PAYLOAD));
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
        return Uint8Array.from(other(PAYLOAD));
      }
    }
    const { signature, publicKey } = await bench.custody.custodian.sign(permit, new Twice(PAYLOAD));
    expect(secp256k1.verify(signature.subarray(0, 64), keccak256(PAYLOAD), publicKey, { prehash: false })).toBe(true);
  });

  it('refuses another key, at the store as well', async () => {
    const bench = await createBench();
    const second = await bench.custody.keys.generateKey({ algorithm: 'secp256k1', purpose: 'signing' });
    const { permit } = await bench.hold(PAYLOAD);
    const redeem = { kind: 'permit.redeem', permitId: permit, payloadDigest: payloadDigest(PAYLOAD), keyId: second.id, redeemer: 'x' } as const;
    expect(await bench.apply(redeem)).toMatchObject({ ok: false, reason: { code: 'permit_key_mismatch' } });
    const { publicKey } = await bench.custody.custodian.sign(permit, PAYLOAD);
    expect(toHex(publicKey)).toBe(bench.key.publicKey);
  });

  it('leaves it to the store as well to refuse other bytes', async () => {
    const bench = await createBench();
    const { permit } = await bench.hold(PAYLOAD);
    for (let bit = 0; bit < PAYLOAD.length * 8; bit += 1) {
      const flipped = Uint8Array.from(PAYLOAD, (byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      const redeem = { kind: 'permit.redeem', permitId: permit, payloadDigest: payloadDigest(flipped), keyId: bench.key.id, redeemer: 'x' } as const;
      expect(await bench.apply(redeem)).toMatchObject({ ok: false, reason: { code: 'permit_payload_mismatch' } });
    }
  });

  it('refuses a key that is unknown, revoked, or revoked by others between reading and redeeming', async () => {
    const bench = await createBench();
    const unknown = await bench.hold(PAYLOAD, { keyId: 'nobody' });
    await expect(bench.custody.custodian.sign(unknown.permit, PAYLOAD)).rejects.toMatchObject({ code: 'KEY_UNKNOWN' });

    const late = await bench.hold(PAYLOAD);
    const racing = createCustodian({
      store: { ...bench.store, apply: async (steps) => (await bench.custody.keys.revokeKey(bench.key.id, 'stolen'), bench.store.apply(steps)) } as Store,
      keys: bench.custody.keys, hashes: { secp256k1: keccak256 }, random: bench.random, redeemerId: 'x', onRefused: (item) => bench.refused.push(item),
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

  const BROKEN: readonly (readonly [string, Partial<Record<'apply' | 'get', () => unknown>>])[] = [
    ['apply rejects', { apply: () => Promise.reject(new CastellanError('STORE_UNAVAILABLE', { message: 'x' })) }],
    ['apply throws', { apply: () => { throw new TypeError('x'); } }],
    ['apply answers nothing', { apply: async () => undefined }],
    ['apply answers no result', { apply: async () => [] }],
    ['apply answers undefined', { apply: async () => [undefined] }],
    ["apply answers ok: 'true'", { apply: async () => [{ ok: 'true' }] }],
    ['apply answers ok: 1', { apply: async () => [{ ok: 1 }] }],
    ['apply answers {}', { apply: async () => [{}] }],
    ['apply answers twice', { apply: async () => [{ ok: true }, { ok: true }] }],
    ['get rejects', { get: () => Promise.reject(new CastellanError('STORE_UNAVAILABLE', { message: 'x' })) }],
    ['get throws', { get: () => { throw new TypeError('x'); } }],
    ['get answers nothing', { get: async () => undefined }],
  ];
  it.each(BROKEN)('refuses where %s', async (_name, broken) => {
    const bench = await createBench();
    const held = await bench.hold(PAYLOAD);
    const custodian = createCustodian({ store: { ...bench.store, ...broken } as Store, keys: bench.custody.keys, hashes: { secp256k1: keccak256 }, random: bench.random, redeemerId: 'x', onRefused: (item) => bench.refused.push(item) });
    await expectRefused(bench, custodian.sign(held.permit, PAYLOAD), 'store_unavailable');
    expect((await bench.row(held)).state).toBe('held');
  });

  it('spends no permit where the vault is closed, no chain has a hash, or the hash is none', async () => {
    const bench = await createBench();
    const held = await bench.hold(PAYLOAD);
    const make = (hashes: object) => createCustodian({ store: bench.store, keys: bench.custody.keys, hashes, random: bench.random, redeemerId: 'x' });
    await expect(make({}).sign(held.permit, PAYLOAD)).rejects.toMatchObject({ code: 'MODE_UNAVAILABLE' });
    await expect(make({ secp256k1: () => { throw new CastellanError('PAYLOAD_UNDECODABLE', { message: 'x' }); } }).sign(held.permit, PAYLOAD)).rejects.toMatchObject({ code: 'PAYLOAD_UNDECODABLE' });
    await expect(make({ secp256k1: () => new Uint8Array(31) }).sign(held.permit, PAYLOAD)).rejects.toMatchObject({ code: 'KEY_INVALID' });
    bench.custody.close();
    await expect(bench.custody.custodian.sign(held.permit, PAYLOAD)).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
    expect((await bench.row(held)).state).toBe('held');
  });

  it('keeps refusing when the listener throws', async () => {
    const bench = await createBench();
    const custodian = createCustodian({ store: bench.store, keys: bench.custody.keys, hashes: { secp256k1: keccak256 }, random: bench.random, redeemerId: 'x', onRefused: () => { throw new Error('listener'); } });
    await expect(custodian.sign('none', PAYLOAD)).rejects.toMatchObject({ code: 'PERMIT_REFUSED', details: { reason: 'permit_unknown' } });
  });

  it('refuses key managers that it did not make', () => {
    expect(() => createCustodian({ store: {} as Store, keys: {} as never, hashes: {}, random: createSeededRandom('x'), redeemerId: 'x' })).toThrow(/CONFIG_INVALID/);
  });

  it('gives one signature to 50 callers of one permit', async () => {
    const bench = await createBench();
    const { permit } = await bench.hold(PAYLOAD);
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => bench.custody.custodian.sign(permit, PAYLOAD)));
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    expect(new Set(bench.refused.map((item) => item.reason))).toEqual(new Set(['permit_used']));
  });
});

describe('recovery', () => {
  it('gives the lost signature again, bit by bit, until signed bytes are stored', async () => {
    const bench = await createBench();
    const held = await bench.hold(PAYLOAD);
    const first = await bench.custody.custodian.sign(held.permit, PAYLOAD);
    const again = await bench.custody.custodian.resume(held);
    expect(toHex(again.signature)).toBe(toHex(first.signature));
    expect(await bench.apply({ kind: 'ledger.settle', agent: held.agent, requestId: held.requestId, to: 'signed', sealed: 'AAAA', txHash: '0x1' })).toMatchObject({ ok: true });
    await expectRefused(bench, bench.custody.custodian.resume(held), 'permit_used');
  });

  it('does so in the next process, with the same vault', async () => {
    const bench = await createBench();
    const held = await bench.hold(PAYLOAD);
    const first = await bench.custody.custodian.sign(held.permit, PAYLOAD);
    bench.custody.close();
    const vault = await openVault({ store: bench.store, random: bench.random, tenant: 'test', encryptionKey: ENCRYPTION_KEY });
    const next = createSoftwareCustody({ store: bench.store, clock: bench.clock, random: bench.random, vault, hashes: { secp256k1: keccak256 }, redeemerId: 'host-2', command: toLogCommand });
    expect(toHex((await next.custodian.resume(held)).signature)).toBe(toHex(first.signature));
  });

  it('does not sign what was never redeemed, halted meanwhile, or of a revoked key', async () => {
    const bench = await createBench();
    await expectRefused(bench, bench.custody.custodian.resume({ agent: 'a1', requestId: 'nothing' }), 'permit_unknown');
    const held = await bench.hold(PAYLOAD);
    await expectRefused(bench, bench.custody.custodian.resume(held), 'permit_used');
    const paused = await bench.hold(PAYLOAD, { agent: 'a2' });
    await bench.custody.custodian.sign(held.permit, PAYLOAD);
    await bench.custody.custodian.sign(paused.permit, PAYLOAD);
    await bench.apply({ kind: 'halt.set', change: { kind: 'pause', agent: 'a2', reason: 'r', by: 'p', untilMs: null } });
    await expectRefused(bench, bench.custody.custodian.resume(paused), 'agent_paused');
    await bench.apply({ kind: 'halt.set', change: { kind: 'kill', reason: 'r', by: 'p' } });
    await expectRefused(bench, bench.custody.custodian.resume(held), 'halted');
    await bench.apply({ kind: 'halt.set', change: { kind: 'lift', reason: 'r', by: 'p' } });
    expect((await bench.custody.custodian.resume(held)).signature).toHaveLength(65);
    await bench.custody.keys.revokeKey(bench.key.id, 'stolen');
    await expectRefused(bench, bench.custody.custodian.resume(held), 'key_revoked', 'KEY_REVOKED');
  });

  it('does not sign rows that somebody wrote into the store', async () => {
    const bench = await createBench();
    const held = await bench.hold(PAYLOAD);
    await bench.custody.custodian.sign(held.permit, PAYLOAD);
    const good = await bench.row(held);
    const permit = good.permit as NonNullable<typeof good.permit>;
    const drain = other(PAYLOAD);
    const digest = payloadDigest(drain);
    const forgeries = [
      { ...good, payload: Buffer.from(drain).toString('base64') },
      { ...good, payload: Buffer.from(drain).toString('base64'), payloadDigest: digest, permit: { ...permit, payloadDigest: digest } },
      { ...good, permit: { ...permit, redeemedBy: 'host-1/00/11' } },
      { ...good, permit: { ...permit, redeemedBy: null } },
      { ...good, permit: { ...permit, redeemedBy: `host-2/${permit.redeemedBy?.split('/').slice(1).join('/')}` } },
      { ...good, permit: { ...permit, keyId: 'other' } },
      { ...good, requestId: 'r77' },
      { ...good, agent: 'a2' },
      { ...good, payload: null },
    ];
    for (const row of forgeries) {
      const store = { ...bench.store, get: async (keys: readonly string[]) => ((keys[0] as string).startsWith('request/') ? [row, ...(await bench.store.get(keys.slice(1)))] : bench.store.get(keys)) } as Store;
      const custodian = createCustodian({ store, keys: bench.custody.keys, hashes: { secp256k1: keccak256 }, random: bench.random, redeemerId: 'x' });
      await expect(custodian.resume(held), JSON.stringify(row)).rejects.toMatchObject({ code: 'PERMIT_REFUSED' });
    }
  });

  it('never signs two payloads for one request, whatever is called in whatever order', async () => {
    const kinds = ['issue', 'issue', 'issue', 'sign', 'sign', 'sign', 'sign', 'resume', 'expire', 'kill', 'lift', 'lift', 'wait'] as const;
    const act = fc.record({ kind: fc.constantFrom(...kinds), payload: fc.integer({ min: 0, max: 2 }), own: fc.boolean(), permit: fc.nat({ max: 5 }) });
    let signedAtAll = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 24 }), async (acts) => {
        const bench = await createBench();
        const payloads = [0, 1, 2].map((n) => Uint8Array.from([...PAYLOAD, n]));
        const permits: Held[] = [];
        const signed = new Set<string>();
        let epoch = 0;
        for (const { kind, payload, own, permit } of acts) {
          const bytes = payloads[payload] as Uint8Array;
          const chosen = permits[permit % Math.max(1, permits.length)];
          if (kind === 'issue') {
            const held = await bench.hold(bytes, { requestId: 'one', epoch }).catch(() => undefined);
            if (held !== undefined) permits.push(held);
          } else if (kind === 'sign' && chosen !== undefined) {
            const signature = await bench.custody.custodian.sign(chosen.permit, own ? chosen.payload : bytes).catch(() => undefined);
            if (signature !== undefined) signed.add(toHex(signature.signature));
          } else if (kind === 'resume') {
            const signature = await bench.custody.custodian.resume({ agent: 'a1', requestId: 'one' }).catch(() => undefined);
            if (signature !== undefined) signed.add(toHex(signature.signature));
          } else if (kind === 'expire') await bench.apply({ kind: 'ledger.expire', agent: 'a1', requestId: 'one' });
          else if (kind === 'kill' || kind === 'lift') {
            await bench.apply({ kind: 'halt.set', change: { kind, reason: 'r', by: 'p' } });
            epoch += 1;
          } else bench.clock.advance(50_000);
        }
        signedAtAll += signed.size;
        expect(signed.size).toBeLessThanOrEqual(1);
      }),
      { numRuns: 60, seed: 7 },
    );
    expect(signedAtAll).toBeGreaterThan(5);
  });
});

describe('two processes on one SQLite file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'castellan-custody-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('redeem a permit once between them', async () => {
    const path = join(folder, 'store.db');
    // Processes wait for each other in real time.
    const { schedule } = systemClock();
    const bench = await createBench({ store: (clock, random) => createSqliteStore({ path, clock: { ...clock, schedule }, random }) });
    const second = await createSqliteStore({ path, clock: { ...bench.clock, schedule }, random: bench.random });
    const vault = await openVault({ store: second, random: bench.random, tenant: 'test', encryptionKey: ENCRYPTION_KEY });
    const other = createSoftwareCustody({ store: second, clock: bench.clock, random: bench.random, vault, hashes: { secp256k1: keccak256 }, redeemerId: 'host-2', command: toLogCommand });
    for (let round = 0; round < 8; round += 1) {
      const held = await bench.hold(Uint8Array.from([...PAYLOAD, round]));
      const outcomes = await Promise.allSettled([bench.custody.custodian.sign(held.permit, held.payload), other.custodian.sign(held.permit, held.payload)]);
      expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(toHex((await other.custodian.resume(held)).signature)).toHaveLength(130);
    }
    await second.close();
    await bench.store.close();
  });
});
