import { privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { statementTypedData } from '../../src/adapters/evm/approval-verifier.ts';
import { authorizationStatement, createAuthority, signStatement } from '../../src/approvals/index.ts';
import {
  AUTHORITY_ACTIONS,
  type AuthorityAction,
  type Authorization,
  type Json,
  type RegisteredKey,
  readDoc,
} from '../../src/core/index.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';
import { type Bench, createBench, person, registered, toLogCommand, verifiers } from './bench.ts';

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
const _SECOND: RegisteredKey[] = [registered(olga, 'owner'), registered(cem, 'operator')];

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

describe('an unowned manager', () => {
  it('may do everything unsigned, and says that nobody owns it', async () => {
    const bench = await createBench({ keys: [] });
    expect([bench.authority.owned, bench.authority.digest(), bench.authority.registry().keys]).toEqual([false, 'none', []]);
    for (const action of Object.keys(AUTHORITY_ACTIONS) as AuthorityAction[]) await bench.authority.require(action, {});
    await expect(bench.authority.require('toString' as AuthorityAction, {})).rejects.toMatchObject({ code: 'AUTHORITY_REQUIRED' });
  });

  it('registers approvers by configuration, and takes an owner so', async () => {
    const bench = await createBench({ keys: [registered(ann, 'approver')] });
    expect(bench.authority.owned).toBe(false);
    const first = bench.authority.digest();
    expect((await readDoc(bench.store, 'registry'))?.value).toEqual({ v: 1, digest: first, sequence: 0 });
    const options = {
      store: bench.store,
      tenant: 'test',
      clock: bench.clock,
      random: createSeededRandom('x'),
      verifiers,
      command: toLogCommand,
    };
    const owned = await createAuthority({ ...options, genesis: OWNED.keys, quorums: OWNED.quorums });
    expect([owned.owned, owned.registry().sequence, owned.registry().previous]).toEqual([true, 1, first]);
    // The first process learns of it before it acts.
    await expect(bench.authority.require('policy.change', {})).rejects.toEqual(refused('below_quorum'));
    expect(bench.authority.owned).toBe(true);
    // From now on configuration alone changes nothing.
    await expect(createAuthority(options)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(createAuthority({ ...options, genesis: [registered(ann, 'approver')] })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(createAuthority({ ...options, genesis: [registered(cem, 'owner')] })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(createAuthority({ ...options, genesis: OWNED.keys, quorums: { owner: 1 } })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
    expect((await createAuthority({ ...options, genesis: [...OWNED.keys].reverse(), quorums: OWNED.quorums })).digest()).toBe(
      owned.digest(),
    );
  });
});

describe('an owned manager', () => {
  it('asks the role of each act, in its quorum of distinct keys', async () => {
    const bench = await createBench(OWNED);
    expect(bench.authority.key('cem', 'operator')?.id).toBe('cem');
    expect(bench.authority.key('cem', 'owner')).toBeUndefined();
    for (const [action, role] of Object.entries(AUTHORITY_ACTIONS) as [AuthorityAction, string][]) {
      await expect(bench.authority.require(action, {}), action).rejects.toEqual(refused('below_quorum'));
      const nonce = `${NONCE}-${action.replace('.', '-')}`;
      await bench.authority.require(
        action,
        { x: 1 },
        authorize(bench, action, { x: 1 }, role === 'owner' ? [olga, otto] : [cem], { nonce }),
      );
    }
    await expect(bench.authority.require('policy.change', {}, authorize(bench, 'policy.change', {}, [olga]))).rejects.toEqual(
      refused('below_quorum'),
    );
    await expect(bench.authority.require('policy.change', {}, authorize(bench, 'policy.change', {}, [olga, olga, olga]))).rejects.toEqual(
      refused('below_quorum'),
    );
    await expect(bench.authority.require('policy.change', {}, authorize(bench, 'policy.change', {}, []))).rejects.toEqual(
      refused('below_quorum'),
    );
  });

  it('refuses signatures of strangers, of other roles, and over anything else', async () => {
    const bench = await createBench(OWNED);
    const good = authorize(bench, 'policy.change', { agent: 'a1' }, [olga, otto]);
    const wrong = { code: 'SIGNATURE_INVALID' };
    const tries: readonly (readonly [AuthorityAction, Json, Authorization])[] = [
      ['policy.change', { agent: 'a2' }, good],
      ['list.change', { agent: 'a1' }, good],
      ['policy.change', { agent: 'a1' }, { ...good, nonce: `${NONCE}x` }],
      ['policy.change', { agent: 'a1' }, { ...good, expiresAtMs: good.expiresAtMs + 1 }],
      ['policy.change', { agent: 'a1' }, authorize(bench, 'policy.change', { agent: 'a1' }, [olga, otto], { tenant: 'other' })],
      ['policy.change', { agent: 'a1' }, authorize(bench, 'policy.change', { agent: 'a1' }, [olga, otto, person('mallory')])],
      ['policy.change', { agent: 'a1' }, authorize(bench, 'policy.change', { agent: 'a1' }, [olga, otto, cem])],
      ['policy.change', { agent: 'a1' }, { ...good, signatures: [good.signatures[0], { ...good.signatures[1], keyId: 'olga' }] as never }],
      ['policy.change', { agent: 'a1' }, { ...good, signatures: [null, undefined] as never }],
      ['policy.change', { agent: 'a1' }, { ...good, signatures: 'x' as never }],
      ['policy.change', { agent: 'a1' }, { ...good, signatures: Array.from({ length: 65 }, () => good.signatures[0]) as never }],
    ];
    for (const [action, facts, authorization] of tries)
      await expect(bench.authority.require(action, facts, authorization), JSON.stringify([action, facts])).rejects.toMatchObject(wrong);
    // None of them burned the nonce.
    await bench.authority.require('policy.change', { agent: 'a1' }, good);
  });

  it('takes each authorization once, in whatever process, and not late', async () => {
    const bench = await createBench(OWNED);
    const second = await bench.other();
    const good = authorize(bench, 'kill.lift', {}, [cem]);
    const both = await Promise.allSettled([
      bench.authority.require('kill.lift', {}, good),
      second.authority.require('kill.lift', {}, good),
    ]);
    expect(both.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(bench.authority.require('kill.lift', {}, good)).rejects.toEqual(refused('nonce_used'));
    const late = authorize(bench, 'kill.lift', {}, [cem], { nonce: `${NONCE}-late` });
    bench.clock.advance(60_000);
    await expect(bench.authority.require('kill.lift', {}, late)).rejects.toEqual(refused('expired'));
    const nowMs = bench.clock.nowMs();
    for (const [changes, reason] of [
      [{ expiresAtMs: nowMs + 8 * 86_400_000 }, 'lives_too_long'],
      [{ expiresAtMs: Number.NaN }, 'expired'],
      [{ nonce: 'short' }, 'nonce_malformed'],
      [{ nonce: '../../../../registry' }, 'nonce_malformed'],
    ] as const) {
      await expect(bench.authority.require('kill.lift', {}, { ...authorize(bench, 'kill.lift', {}, [cem]), ...changes })).rejects.toEqual(
        refused(reason),
      );
    }
  });

  it('takes EVM owners by EIP-712', async () => {
    const account = privateKeyToAccount(`0x${'51'.repeat(32)}`);
    const bench = await createBench({ keys: [{ id: 'evm', scheme: 'eip712', key: account.address, roles: ['owner'] }] });
    const expiresAtMs = bench.clock.nowMs() + 1_000;
    const statement = authorizationStatement({ tenant: 'test', action: 'policy.change', facts: { a: 1 }, nonce: NONCE, expiresAtMs });
    const signature = (await account.signTypedData(statementTypedData(statement))).slice(2);
    await expect(
      bench.authority.require('policy.change', { a: 2 }, { nonce: NONCE, expiresAtMs, signatures: [{ keyId: 'evm', signature }] }),
    ).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    await bench.authority.require('policy.change', { a: 1 }, { nonce: NONCE, expiresAtMs, signatures: [{ keyId: 'evm', signature }] });
  });
});
