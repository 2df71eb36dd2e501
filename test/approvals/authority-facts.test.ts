import { describe, expect, it } from 'vitest';
import { authorizationStatement, createAuthority, registryDigest, signStatement } from '../../src/approvals/index.ts';
import { readChain, versionDoc } from '../../src/approvals/registry-chain.ts';
import { AUTHORITY_ACTIONS, type AuthorityAction, type Authorization, canonicalize, type Json, readDoc } from '../../src/core/index.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';
import { type Bench, createBench, person, registered, toLogCommand, verifiers } from './bench.ts';

const [olga, otto, cem, ann] = ['olga', 'otto', 'cem', 'ann'].map(person) as [
  ReturnType<typeof person>,
  ReturnType<typeof person>,
  ReturnType<typeof person>,
  ReturnType<typeof person>,
];
const OWNED = {
  keys: [registered(olga, 'owner'), registered(otto, 'owner', 'operator'), registered(cem, 'operator'), registered(ann, 'approver')],
  quorums: { owner: 2 },
};
const WEEK_MS = 7 * 86_400_000;
let count = 0;

function authorize(bench: Bench, signers: readonly ReturnType<typeof person>[], over: Partial<Authorization> = {}): Authorization {
  const nonce = over.nonce ?? `nonce-${String((count += 1)).padStart(12, '0')}`;
  const expiresAtMs = over.expiresAtMs ?? bench.clock.nowMs() + 60_000;
  const statement = authorizationStatement({ tenant: 'test', action: 'policy.change', facts: {}, nonce, expiresAtMs });
  return { nonce, expiresAtMs, signatures: signers.map((signer) => signStatement(signer, statement)), ...over };
}
const ask = async (bench: Bench, given?: Authorization, action: AuthorityAction = 'policy.change') =>
  await bench.authority.require(action, {}, given).then(
    () => 'passed',
    ({ code, details }: { code: string; details: object }) => ({ code, ...details }),
  );
const lacking = (reason: string, have = 0) => ({
  code: 'AUTHORITY_REQUIRED',
  action: 'policy.change',
  role: AUTHORITY_ACTIONS['policy.change'],
  need: 2,
  have,
  reason,
});
const optionsOf = ({ store, clock }: Bench) => ({
  store,
  tenant: 'test',
  clock,
  random: createSeededRandom('more'),
  verifiers,
  command: toLogCommand,
});

describe('an act of an owned manager', () => {
  it('says what it needs, what there is, and why that is not enough', async () => {
    const bench = await createBench(OWNED);
    expect(AUTHORITY_ACTIONS['policy.change']).toBe('owner');
    expect(await ask(bench)).toEqual(lacking('below_quorum'));
    expect(await ask(bench, null as never)).toEqual(lacking('below_quorum'));
    expect(await ask(bench, authorize(bench, [olga]))).toEqual(lacking('below_quorum', 1));
    expect(await ask(bench, authorize(bench, [cem]))).toEqual({ code: 'SIGNATURE_INVALID', keyId: 'cem' });
    const good = authorize(bench, [olga, otto]);
    expect([await ask(bench, good), await ask(bench, good)]).toEqual(['passed', lacking('nonce_used', 2)]);
    expect((await readDoc(bench.store, `authority-nonce/${good.nonce}`))?.value).toEqual({
      action: 'policy.change',
      atMs: bench.clock.nowMs(),
    });
    const odd = 'x'.repeat(65) as AuthorityAction;
    expect(await ask(bench, undefined, odd)).toEqual({ code: 'AUTHORITY_REQUIRED', action: 'x'.repeat(64) });
  });

  it('takes nonces of 16 to 128 letters, digits, underlines and dashes', async () => {
    const bench = await createBench(OWNED);
    for (const nonce of ['Az09_-'.padEnd(16, 'q'), 'n'.repeat(128)])
      expect(await ask(bench, authorize(bench, [olga, otto], { nonce }))).toBe('passed');
    for (const nonce of ['n'.repeat(15), 'n'.repeat(129), `${'n'.repeat(20)} `, ` ${'n'.repeat(20)}`, 7 as never])
      expect(await ask(bench, authorize(bench, [olga, otto], { nonce })), String(nonce)).toEqual(lacking('nonce_malformed'));
  });

  it('lives from the next millisecond to a week, by the later of both clocks', async () => {
    const bench = await createBench(OWNED);
    const at = async (ms: number) => await ask(bench, authorize(bench, [olga, otto], { expiresAtMs: bench.clock.nowMs() + ms }));
    expect([await at(1), await at(WEEK_MS)]).toEqual(['passed', 'passed']);
    expect([await at(0), await at(1.5)]).toEqual([lacking('expired'), lacking('expired')]);
    expect(await at(WEEK_MS + 1)).toEqual(lacking('lives_too_long'));
  });

  it('is signed as tenant, action, facts, nonce and expiry', () => {
    const act = { tenant: 't', action: 'kill.lift', facts: { kill: null }, nonce: 'n', expiresAtMs: 5 } as const;
    expect(authorizationStatement(act)).toEqual({ domain: 'castellan.authority.v1', text: canonicalize({ ...act }) });
  });
});

describe('a registry', () => {
  it('finds a key by its id and role, and knows what it will be', async () => {
    const bench = await createBench(OWNED);
    expect(bench.authority.key('otto', 'operator')).toEqual(registered(otto, 'owner', 'operator'));
    expect([bench.authority.key('ann', 'owner'), bench.authority.key('nobody', 'owner')]).toEqual([undefined, undefined]);
    const { registry, digest, statement } = bench.authority.propose({ keys: OWNED.keys.slice(0, 1) });
    expect(registry).toMatchObject({ tenant: 'test', sequence: 1, previous: bench.authority.digest() });
    expect([registryDigest(registry), statement.domain]).toEqual([digest, 'castellan.registry-change.v1']);
    expect(versionDoc(7)).toBe('registry-version/00000007');
  });

  it('writes each version, its head, and an event', async () => {
    const bench = await createBench({ keys: [registered(ann, 'approver')] });
    const first = bench.authority.digest();
    const registry = await bench.authority.change({ keys: [registered(cem, 'operator')] });
    const digest = registryDigest(registry);
    expect((await readDoc(bench.store, 'registry'))?.value).toEqual({ v: 1, digest, sequence: 1 });
    expect((await readDoc(bench.store, versionDoc(1)))?.value).toEqual({ registry: registry as unknown as Json, signatures: [] });
    const last = (await bench.store.log(0)).map((row) => JSON.parse(row.entry)).at(-1);
    expect(last).toEqual({
      v: 1,
      id: last.id,
      tenant: 'test',
      at: bench.clock.nowMs(),
      agent: null,
      severity: 'warning',
      type: 'permission_changed',
      details: { action: 'registry_changed', sequence: 1, digest, previous: first },
    });
  });

  it('keeps the signatures of an owned change, and drops those that nobody asked for', async () => {
    const bench = await createBench(OWNED);
    const next = { keys: OWNED.keys.slice(0, 3) };
    const { statement } = bench.authority.propose(next);
    const signatures = [signStatement(olga, statement), signStatement(otto, statement)];
    await bench.authority.change(next, signatures);
    expect((await readDoc(bench.store, versionDoc(1)))?.value).toMatchObject({ signatures });
    const open = await createBench({ keys: [registered(ann, 'approver')] });
    await open.authority.change({ keys: [registered(cem, 'operator')] }, signatures);
    expect((await readDoc(open.store, versionDoc(1)))?.value).toMatchObject({ signatures: [] });
  });

  it('stands over a restart: what the configuration pinned before brings nobody back, something new does', async () => {
    const genesis = [registered(ann, 'approver')];
    const bench = await createBench({ keys: genesis });
    expect((await readDoc(bench.store, 'registry-pinned'))?.value).toEqual({ digest: bench.authority.digest() });
    await bench.authority.change({ keys: [registered(cem, 'operator')] });
    expect((await createAuthority({ ...optionsOf(bench), genesis })).registry().keys.map(({ id }) => id)).toEqual(['cem']);
    expect((await createAuthority(optionsOf(bench))).registry().keys.map(({ id }) => id)).toEqual(['cem']);
    const other = await createAuthority({ ...optionsOf(bench), genesis: [registered(otto, 'operator')] });
    expect([other.registry().keys.map(({ id }) => id), other.registry().sequence]).toEqual([['otto'], 2]);
    const same = await createAuthority({ ...optionsOf(bench), genesis: [registered(otto, 'operator')], quorums: { operator: 1 } });
    expect(same.registry().sequence).toBe(2);
  });

  it('is empty where nothing was ever pinned, and not owned', async () => {
    const bench = await createBench({ keys: [] });
    expect(bench.authority.registry()).toEqual({
      v: 1,
      tenant: 'test',
      sequence: 0,
      previous: '0'.repeat(64),
      keys: [],
      quorums: { owner: 1, operator: 1, approver: 1, guardian: 1 },
    });
    expect([await readDoc(bench.store, 'registry'), await readDoc(bench.store, 'registry-pinned')]).toEqual([undefined, undefined]);
    expect(await readChain(bench.store, 'test', verifiers)).toBeUndefined();
    await bench.authority.require('policy.change', {});
  });

  it('is followed over more versions than a page holds', async () => {
    const bench = await createBench({ keys: [registered(ann, 'approver')] });
    for (let version = 1; version <= 201; version += 1)
      await bench.authority.change({ keys: [registered(version % 2 === 0 ? ann : cem, 'approver')] });
    const chain = await readChain(bench.store, 'test', verifiers);
    expect([chain?.length, chain?.current.sequence, chain?.firstOwned]).toEqual([202, 201, undefined]);
    expect(await readChain(bench.store, 'test', verifiers, chain)).toEqual(chain);
  });
});
