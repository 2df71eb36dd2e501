import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authorizationStatement, registryDigest, registryStatement, signStatement } from '../../src/approvals/index.ts';
import type { AuthorityAction, Authorization, Json, RegisteredKey, Registry } from '../../src/core/index.ts';
import { rounds } from '../authz/rounds.ts';
import { type Bench, createBench, person, registered } from './bench.ts';

const [olga, otto, oda, cem, ann] = ['olga', 'otto', 'oda', 'cem', 'ann'].map(person) as [
  ReturnType<typeof person>,
  ReturnType<typeof person>,
  ReturnType<typeof person>,
  ReturnType<typeof person>,
  ReturnType<typeof person>,
];
const OWNED = {
  keys: [
    registered(olga, 'owner'),
    registered(otto, 'owner'),
    registered(oda, 'owner', 'operator'),
    registered(cem, 'operator'),
    registered(ann, 'approver'),
  ],
  quorums: { owner: 2 },
};
const NONCE = 'nonce-0123456789';
const SECOND: RegisteredKey[] = [registered(olga, 'owner'), registered(cem, 'operator')];

function authorize(
  bench: Bench,
  action: AuthorityAction,
  facts: Json,
  signers: readonly ReturnType<typeof person>[],
  changes: Partial<Authorization> & { readonly tenant?: string } = {},
): Authorization {
  const { tenant = 'test', nonce = NONCE, expiresAtMs = bench.clock.nowMs() + 60_000 } = changes;
  const statement = authorizationStatement({ tenant, action, facts, nonce, expiresAtMs });
  return { nonce, expiresAtMs, signatures: signers.map((signer) => signStatement(signer, statement)) };
}
const refused = (reason: string) => expect.objectContaining({ code: 'AUTHORITY_REQUIRED', details: expect.objectContaining({ reason }) });

describe('the chain of versions', () => {
  it('moves by the previous owners only, and every process follows', async () => {
    const bench = await createBench(OWNED);
    const second = await bench.other();
    const next = { keys: SECOND };
    const { statement, digest } = bench.authority.propose(next);
    await expect(bench.authority.change(next)).rejects.toEqual(refused('below_quorum'));
    await expect(bench.authority.change(next, [signStatement(olga, statement)])).rejects.toEqual(refused('below_quorum'));
    await expect(bench.authority.change(next, [signStatement(olga, statement), signStatement(cem, statement)])).rejects.toMatchObject({
      code: 'SIGNATURE_INVALID',
    });
    await expect(
      bench.authority.change({ keys: [registered(person('mallory'), 'owner')] }, [
        signStatement(olga, statement),
        signStatement(otto, statement),
      ]),
    ).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    const signatures = [signStatement(olga, statement), signStatement(otto, statement)];
    expect(registryDigest(await bench.authority.change(next, signatures))).toBe(digest);
    await second.authority.refresh();
    expect([second.authority.digest(), second.authority.registry().sequence]).toEqual([digest, 1]);
    // The signatures of one change are good for that one place in the chain.
    await expect(bench.authority.change(next, signatures)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    const again = bench.authority.propose(OWNED);
    await bench.authority.change(OWNED, [signStatement(olga, again.statement)]);
    expect((await bench.other()).authority.registry().sequence).toBe(2);
    expect((await bench.store.log(0)).map((row) => JSON.parse(row.entry)).map((event) => [event.type, event.details.sequence])).toEqual([
      ['permission_changed', 0],
      ['permission_changed', 1],
      ['permission_changed', 2],
    ]);
  });

  it('lets one of two changes at once win', async () => {
    const bench = await createBench({ keys: [registered(ann, 'approver')] });
    const second = await bench.other();
    const outcomes = await Promise.allSettled([
      bench.authority.change({ keys: SECOND.slice(1) }),
      second.authority.change({ keys: [registered(otto, 'approver')] }),
    ]);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
    await Promise.all([bench.authority.refresh(), second.authority.refresh()]);
    expect(bench.authority.digest()).toBe(second.authority.digest());
  });

  it('is broken by every tampering with the store, and then nobody loosens', async () => {
    const mallory = person('mallory');
    const tamperings: readonly ((bench: Bench, first: Registry) => Promise<unknown>)[] = [
      // A head that points at no version.
      (bench) => bench.apply({ kind: 'doc.put', key: 'registry', value: { v: 1, digest: 'f'.repeat(64), sequence: 0 } }),
      (bench) => bench.apply({ kind: 'doc.put', key: 'registry', value: null as never }),
      // A version that the owners never signed, with a matching head.
      async (bench, first) => {
        const registry: Registry = {
          ...first,
          sequence: 1,
          previous: registryDigest(first),
          keys: [registered(mallory, 'owner')],
          quorums: { ...first.quorums, owner: 1 },
        };
        const signatures = [signStatement(mallory, registryStatement(registry))];
        await bench.apply(
          { kind: 'doc.put', key: 'registry-version/00000001', value: { registry, signatures } as never },
          { kind: 'doc.put', key: 'registry', value: { v: 1, digest: registryDigest(registry), sequence: 1 } },
        );
      },
      async (bench, first) => {
        const registry: Registry = { ...first, sequence: 1, previous: registryDigest(first) };
        await bench.apply(
          { kind: 'doc.put', key: 'registry-version/00000001', value: { registry, signatures: [] } as never },
          { kind: 'doc.put', key: 'registry', value: { v: 1, digest: registryDigest(registry), sequence: 1 } },
        );
      },
    ];
    for (const tamper of tamperings) {
      const bench = await createBench(OWNED);
      await tamper(bench, bench.authority.registry());
      await expect(bench.authority.require('kill.lift', {}, authorize(bench, 'kill.lift', {}, [cem]))).rejects.toMatchObject({
        code: 'STORE_CORRUPT',
      });
      expect(bench.authority.owned).toBe(true);
    }
    // A genesis that was exchanged is found by the pin of the next process.
    const bench = await createBench(OWNED);
    const first: Registry = {
      ...bench.authority.registry(),
      keys: [registered(mallory, 'owner')],
      quorums: { ...bench.authority.registry().quorums, owner: 1 },
    };
    await bench.apply(
      { kind: 'doc.put', key: 'registry-version/00000000', value: { registry: first, signatures: [] } as never },
      { kind: 'doc.put', key: 'registry', value: { v: 1, digest: registryDigest(first), sequence: 0 } },
    );
    await expect(bench.other()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(bench.authority.require('kill.lift', {}, authorize(bench, 'kill.lift', {}, [cem]))).rejects.toMatchObject({
      code: 'STORE_CORRUPT',
    });
  });

  it('refuses registries that contradict themselves', async () => {
    const bench = await createBench({ keys: [] });
    const key = registered(ann, 'approver');
    for (const body of [
      { keys: [key, { ...key, id: 'twin' }] },
      { keys: [key, { ...registered(olga, 'owner'), id: 'ann' }] },
      { keys: [key], quorums: { approver: 2 } },
      { keys: [key], quorums: { approver: 0 } },
      { keys: [key], quorums: { approver: Number.NaN } },
      { keys: [{ ...key, roles: [] }] },
      { keys: [{ ...key, roles: ['admin' as never] }] },
      { keys: [{ ...key, scheme: 'rsa' as never }] },
      { keys: [{ ...key, scheme: 'eip712' as const }] },
      { keys: [{ ...key, key: `${key.key}00` }] },
      { keys: [{ ...key, id: 'a b' }] },
      { keys: [null as never] },
      { keys: undefined as never },
    ]) {
      await expect(bench.authority.change(body), JSON.stringify(body)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    }
  });

  it('lets nobody pass below the quorum, whoever signs what', async () => {
    const people = [olga, otto, oda, cem, ann, person('mallory')];
    const bench = await createBench(OWNED);
    let round = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ who: fc.nat({ max: 5 }), says: fc.nat({ max: 5 }), honest: fc.boolean() }), { maxLength: 5 }),
        async (signers) => {
          const nonce = `${NONCE}-${(round += 1)}`;
          const expiresAtMs = bench.clock.nowMs() + 1_000;
          const statement = authorizationStatement({ tenant: 'test', action: 'policy.change', facts: { round }, nonce, expiresAtMs });
          const signatures = signers.map(({ who, says, honest }) => ({
            ...signStatement(people[who] as (typeof people)[0], honest ? statement : { ...statement, text: `${statement.text} ` }),
            keyId: (people[honest ? who : says] as (typeof people)[0]).id,
          }));
          const owners = new Set(signers.filter(({ who, honest }) => honest && who < 3).map(({ who }) => who));
          const clean = signers.every(({ who, honest }) => honest && who < 3);
          const passed = await bench.authority.require('policy.change', { round }, { nonce, expiresAtMs, signatures }).then(
            () => true,
            () => false,
          );
          expect(passed).toBe(clean && owners.size >= 2);
        },
      ),
      { numRuns: rounds(150) },
    );
  });
});
