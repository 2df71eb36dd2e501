import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { createSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { keccak256, payloadDigest, type Store, toHex } from '../../src/core/index.ts';
import { createCustodian, createSoftwareCustody, openVault } from '../../src/custody/index.ts';
import { createBench, ENCRYPTION_KEY, expectRefused, type Held, oneBitOff, PAYLOAD, toLogCommand } from './bench.ts';

describe('recovery', () => {
  it('gives the lost signature again, bit by bit, until signed bytes are stored', async () => {
    const bench = await createBench();
    const held = await bench.hold(PAYLOAD);
    const first = await bench.custody.custodian.sign(held.permit, PAYLOAD);
    const again = await bench.custody.custodian.resume(held);
    expect(toHex(again.signature)).toBe(toHex(first.signature));
    expect(
      await bench.apply({
        kind: 'ledger.settle',
        agent: held.agent,
        requestId: held.requestId,
        to: 'signed',
        sealed: 'AAAA',
        txHash: '0x1',
      }),
    ).toMatchObject({ ok: true });
    await expectRefused(bench, bench.custody.custodian.resume(held), 'permit_used');
  });

  it('does so in the next process, with the same vault', async () => {
    const bench = await createBench();
    const held = await bench.hold(PAYLOAD);
    const first = await bench.custody.custodian.sign(held.permit, PAYLOAD);
    bench.custody.close();
    const vault = await openVault({ store: bench.store, random: bench.random, tenant: 'test', encryptionKey: ENCRYPTION_KEY });
    const next = createSoftwareCustody({
      store: bench.store,
      clock: bench.clock,
      random: bench.random,
      vault,
      hashes: { secp256k1: keccak256 },
      redeemerId: 'host-2',
      command: toLogCommand,
    });
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
    const drain = oneBitOff(PAYLOAD);
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
      const store = {
        ...bench.store,
        get: async (keys: readonly string[]) =>
          (keys[0] as string).startsWith('request/') ? [row, ...(await bench.store.get(keys.slice(1)))] : bench.store.get(keys),
      } as Store;
      const custodian = createCustodian({
        store,
        keys: bench.custody.keys,
        hashes: { secp256k1: keccak256 },
        random: bench.random,
        redeemerId: 'x',
      });
      await expect(custodian.resume(held), JSON.stringify(row)).rejects.toMatchObject({ code: 'PERMIT_REFUSED' });
    }
  });

  it('never signs two payloads for one request, whatever is called in whatever order', async () => {
    const kinds = ['issue', 'issue', 'issue', 'sign', 'sign', 'sign', 'sign', 'resume', 'expire', 'kill', 'lift', 'lift', 'wait'] as const;
    const act = fc.record({
      kind: fc.constantFrom(...kinds),
      payload: fc.integer({ min: 0, max: 2 }),
      own: fc.boolean(),
      permit: fc.nat({ max: 5 }),
    });
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
    const other = createSoftwareCustody({
      store: second,
      clock: bench.clock,
      random: bench.random,
      vault,
      hashes: { secp256k1: keccak256 },
      redeemerId: 'host-2',
      command: toLogCommand,
    });
    for (let round = 0; round < 8; round += 1) {
      const held = await bench.hold(Uint8Array.from([...PAYLOAD, round]));
      const outcomes = await Promise.allSettled([
        bench.custody.custodian.sign(held.permit, held.payload),
        other.custodian.sign(held.permit, held.payload),
      ]);
      expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(toHex((await other.custodian.resume(held)).signature)).toHaveLength(130);
    }
    await second.close();
    await bench.store.close();
  });
});
