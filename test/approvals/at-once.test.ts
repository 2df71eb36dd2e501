import { describe, expect, it } from 'vitest';
import { createApprovals, createAuthority, createEd25519Verifier, signApproval, signStatement } from '../../src/approvals/index.ts';
import { readChain } from '../../src/approvals/registry-chain.ts';
import { applyStep, approvalDigest, fromHex, type Json, readDoc, type Store, storeKey } from '../../src/core/index.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';
import { type Bench, createBench, person, registered, toLogCommand, verifiers } from './bench.ts';

const [olga, cem, ann] = [person('olga'), person('cem'), person('ann')];
const parts = ({ clock }: Bench, store: Store) => ({
  store,
  tenant: 'test',
  clock,
  random: createSeededRandom('other'),
  verifiers,
  command: toLogCommand,
});
const inboxOver = (bench: Bench, store: Store) => createApprovals({ ...parts(bench, store), authority: bench.authority });

describe('an authority among others', () => {
  it('goes by the later of both clocks', async () => {
    const bench = await createBench({ keys: [registered(olga, 'owner')] });
    const ahead = { ...bench.store, now: async () => bench.clock.nowMs() + 1_000 };
    const authority = await createAuthority({ ...parts(bench, ahead), genesis: [registered(olga, 'owner')] });
    const given = { nonce: 'n'.repeat(16), expiresAtMs: bench.clock.nowMs() + 500, signatures: [] };
    await expect(authority.require('policy.change', {}, given)).rejects.toMatchObject({ details: { reason: 'expired' } });
  });

  it('says that another changed the registry first, and asks the owners for every change', async () => {
    const bench = await createBench({ keys: [registered(ann, 'approver')] });
    let isFirst = true;
    const racing: Store = {
      ...bench.store,
      apply: async (steps) => {
        if (isFirst) {
          isFirst = false;
          await bench.authority.change({ keys: [registered(cem, 'operator')] });
        }
        return await bench.store.apply(steps);
      },
    };
    const authority = await createAuthority(parts(bench, racing));
    await expect(authority.change({ keys: [] })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('sign the change again'),
      details: { reason: 'version_conflict' },
    });
    expect(authority.registry().keys.map(({ id }) => id)).toEqual(['cem']);
    const owned = await createBench({ keys: [registered(olga, 'owner')] });
    await expect(owned.authority.change({ keys: [] })).rejects.toMatchObject({
      code: 'AUTHORITY_REQUIRED',
      details: { action: 'registry.change', have: 0 },
    });
  });

  it('pins what already stands without a new version, and tells the two faults of pinning apart', async () => {
    const bench = await createBench({ keys: [registered(ann, 'approver')] });
    await bench.authority.change({ keys: [registered(cem, 'operator')] });
    const same = await createAuthority({ ...parts(bench, bench.store), genesis: [registered(cem, 'operator')] });
    expect(same.registry().sequence).toBe(1);
    expect((await readDoc(bench.store, 'registry-pinned'))?.version).toBe(2);
    const owned = await createBench({ keys: [registered(olga, 'owner')] });
    const pin = async (...genesis: readonly ReturnType<typeof registered>[]) =>
      await createAuthority({ ...parts(owned, owned.store), genesis });
    await expect(pin()).rejects.toThrow('pin them in the configuration');
    await expect(pin(registered(ann, 'approver'))).rejects.toThrow('pin them in the configuration');
    await expect(pin(registered(cem, 'owner'))).rejects.toThrow('not the one that took ownership');
  });

  it('gives up on a head that moves at every look', async () => {
    const bench = await createBench({ keys: [registered(ann, 'approver')] });
    const head = storeKey.doc('registry');
    let looks = 0;
    const moving: Store = {
      ...bench.store,
      get: async (keys) => {
        const rows = await bench.store.get(keys);
        return rows.map((row, at) =>
          keys[at] === head ? ({ version: (looks += 1), value: { v: 1, digest: 'f', sequence: 0 } } as Json) : row,
        );
      },
    };
    await expect(readChain(moving, 'test', verifiers)).rejects.toMatchObject({
      code: 'STORE_CORRUPT',
      details: { reason: 'registry_chain_broken' },
    });
    expect(looks).toBe(10);
  });
});

describe('an inbox among others', () => {
  it('knows the later of both clocks', async () => {
    const bench = await createBench();
    const request = bench.request();
    await bench.approvals.open(request);
    const ahead = inboxOver(bench, { ...bench.store, now: async () => request.expiresAtMs });
    expect((await ahead.get(request.id))?.state).toBe('expired');
    expect((await bench.approvals.get(request.id))?.state).toBe('pending');
  });

  it('reads ids of 128 characters, and no longer ones', async () => {
    const bench = await createBench();
    const long = bench.request({ id: 'i'.repeat(128) });
    await bench.approvals.open(long);
    expect((await bench.approvals.get(long.id))?.state).toBe('pending');
    const value = { ...(await bench.approvals.get(long.id)), request: { ...long, id: 'i'.repeat(129) } } as unknown as Json;
    await bench.apply({ kind: 'doc.put', key: `approval/${'i'.repeat(129)}`, value });
    expect(await bench.approvals.get('i'.repeat(129))).toBeUndefined();
  });

  it('opens nothing where others open all the time, and says so', async () => {
    const bench = await createBench();
    let ids = 0;
    const busy: Store = {
      ...bench.store,
      apply: async (steps) => {
        await applyStep(bench.store, { commands: [{ kind: 'doc.put', key: 'approval-open/a1', value: { ids: [`x${(ids += 1)}`] } }] });
        return await bench.store.apply(steps);
      },
    };
    await expect(inboxOver(bench, busy).open(bench.request())).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true });
    expect(ids).toBe(128);
    await bench.approvals.open(bench.request());
  });

  it('misses no answer that comes between its look and its wait', async () => {
    const bench = await createBench();
    const request = bench.request();
    await bench.approvals.open(request);
    let looks = 0;
    const late = inboxOver(bench, {
      ...bench.store,
      get: async (keys) => {
        const rows = await bench.store.get(keys);
        if (keys.includes(storeKey.doc(`approval/${request.id}`)) && (looks += 1) === 1)
          await bench.approvals.answer(signApproval(ann, request, 'approve'));
        return rows;
      },
    });
    expect((await late.wait(request.id, 30_000)).state).toBe('approved');
    expect(late.waiting()).toBe(0);
    const other = bench.request();
    await bench.approvals.open(other);
    let reads = 0;
    const failing = inboxOver(bench, {
      ...bench.store,
      get: async (keys) => {
        if (keys.includes(storeKey.doc(`approval/${other.id}`)) && (reads += 1) > 1) throw new Error('gone');
        return await bench.store.get(keys);
      },
    });
    await expect(failing.wait(other.id, 30_000)).rejects.toThrow('gone');
    expect([failing.waiting(), bench.clock.pending()]).toEqual([0, 0]);
  });
});

it('a signature counts for the digest that was asked about', async () => {
  const bench = await createBench();
  const request = bench.request();
  const { verify } = createEd25519Verifier();
  const { signature } = signApproval(ann, request, 'approve');
  const { key } = registered(ann, 'approver');
  const digest = fromHex(approvalDigest(request, 'approve'));
  expect(verify(key, digest, fromHex(signature), request, 'approve')).toBe(true);
  expect(verify(key, digest.with(0, (digest[0] as number) ^ 1), fromHex(signature), request, 'approve')).toBe(false);
  expect(signStatement(ann, { domain: 'd', text: 't' }).keyId).toBe('ann');
});
