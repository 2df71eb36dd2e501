import { privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { statementTypedData } from '../../src/adapters/evm/approval-verifier.ts';
import { authorizationStatement, signStatement } from '../../src/approvals/index.ts';
import { applyStep, type RegisteredKey, statementDigest } from '../../src/core/index.ts';
import { recoveryStatement } from '../../src/custody/recovery/guardian-approvals.ts';
import { recoveryCredentialsDigest } from '../../src/custody/recovery/new-credentials.ts';
import { person, registered } from '../approvals/bench.ts';
import { CREDENTIALS, createRecoveryBench, DAY, GUARDED, gina, greta, gus, olga, type RecoveryBench } from './recovery-bench.ts';

const TWO_OF_THREE = { keys: GUARDED, quorums: { guardian: 2 } } as const;
const refused = (reason: string) => expect.objectContaining({ code: 'RECOVERY_REFUSED', details: expect.objectContaining({ reason }) });
const CONTACTS = ['gina', 'gus', 'greta'];
const social = (bench: RecoveryBench, more: object = {}) =>
  bench.recovery.initiateRecovery('user-1', { method: 'social', contacts: CONTACTS, ...more });

describe('guardians, two of three', () => {
  it('complete together with the codes, and not below the quorum', async () => {
    const bench = await createRecoveryBench(TWO_OF_THREE);
    const session = await social(bench);
    expect(session.guardians).toMatchObject({ required: 2, approved: [], contacts: CONTACTS });
    await bench.verifyAll(session);
    await bench.approve(session, gina);
    bench.clock.advance(DAY);
    expect(await bench.complete(session)).toMatchObject({ success: false, reason: 'guardian_quorum_missing', retryable: true });
    await bench.approve(session, gus);
    // The last proof starts the cooldown, not the first.
    expect(await bench.complete(session)).toMatchObject({
      success: false,
      blockers: ['cooldown_active'],
      readyAtMs: bench.clock.nowMs() + DAY,
    });
    expect((await bench.recovery.getRecovery(session.id)).readyAtMs).toBe(bench.clock.nowMs() + DAY);
    bench.clock.advance(DAY);
    expect(await bench.complete(session)).toMatchObject({ success: true });
    expect(bench.grants[0]).toMatchObject({ guardians: ['gina', 'gus'], steps: ['email', 'phone', 'identity'] });
  });

  it('alone are not enough either: the codes are missing', async () => {
    const bench = await createRecoveryBench(TWO_OF_THREE);
    const session = await social(bench);
    await bench.approve(session, gina, gus, greta);
    bench.clock.advance(2 * DAY);
    expect(await bench.complete(session)).toMatchObject({ success: false, reason: 'steps_missing' });
  });

  it('are not heard any more once the session is closed', async () => {
    const bench = await createRecoveryBench(TWO_OF_THREE);
    const session = await social(bench);
    await bench.recovery.cancelRecovery(session.id);
    await expect(bench.approve(session, gina)).rejects.toEqual(refused('session_cancelled'));
    const next = await social(bench);
    bench.clock.advance(next.expiresAtMs - bench.clock.nowMs());
    await expect(bench.approve(next, gina)).rejects.toEqual(refused('session_expired'));
    const last = await social(bench);
    await bench.kill();
    await expect(bench.approve(last, gina)).rejects.toMatchObject({ code: 'HALTED' });
  });

  it('are needed whatever the method is called, and whoever says that they are not', async () => {
    const bench = await createRecoveryBench({ ...TWO_OF_THREE, options: { cooldownPeriod: 0 } });
    const session = await bench.recovery.initiateRecovery('user-1', { method: 'identity', guardians: [], quorum: 0 } as never);
    await bench.verifyAll(session);
    expect(await bench.complete(session)).toMatchObject({ success: false, reason: 'guardian_quorum_missing' });
  });

  it('count once each, however often and however they sign', async () => {
    const bench = await createRecoveryBench(TWO_OF_THREE);
    const session = await social(bench);
    await bench.approve(session, gina, gina);
    const upper = signStatement(gina, session.guardians.statement);
    const after = await bench.recovery.approveRecovery(session.id, { ...upper, signature: upper.signature.toUpperCase() });
    expect(after.guardians.approved).toEqual(['gina']);
    await Promise.all([bench.approve(session, gina), bench.approve(session, gina), bench.approve(session, gus)]);
    expect((await bench.recovery.getRecovery(session.id)).guardians.approved.toSorted()).toEqual(['gina', 'gus']);
  });

  it.each([
    ['nobody registered', (s: Signing) => ({ ...signStatement(olga, s.statement), keyId: 'olga' })],
    ['his own key under a guardian’s name', (s: Signing) => ({ ...signStatement(olga, s.statement), keyId: 'gina' })],
    ['one guardian under another’s name', (s: Signing) => ({ ...signStatement(gina, s.statement), keyId: 'gus' })],
    ['an approver', (s: Signing) => signStatement(person('ann'), s.statement)],
    ['a signature over another session', (s: Signing) => signStatement(gina, s.other)],
    [
      'a signature to cancel',
      (s: Signing) => signStatement(gina, { ...s.statement, text: s.statement.text.replace('recovery.approve', 'recovery.cancel') }),
    ],
    ['an act of authority with the same words', (s: Signing) => signStatement(gina, { ...s.statement, domain: 'castellan.authority.v1' })],
    [
      'a standing authorization',
      () =>
        signStatement(
          gina,
          authorizationStatement({ tenant: 'test', action: 'registry.change', facts: {}, nonce: 'n'.repeat(16), expiresAtMs: 1 }),
        ),
    ],
    ['no hex', () => ({ keyId: 'gina', signature: 'zz' })],
    ['nothing', () => ({ keyId: 'gina', signature: '' })],
  ])('do not count: %s', async (_name, forge) => {
    const bench = await createRecoveryBench({ ...TWO_OF_THREE, keys: [...GUARDED, registered(person('ann'), 'approver')] });
    const other = await bench.recovery.initiateRecovery('user-2', { method: 'social', contacts: CONTACTS });
    const session = await social(bench);
    const forged = forge({ statement: session.guardians.statement, other: other.guardians.statement });
    await expect(bench.recovery.approveRecovery(session.id, forged)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    expect((await bench.recovery.getRecovery(session.id)).guardians.approved).toEqual([]);
  });

  it('do not count once removed, and one who comes instead starts the cooldown anew', async () => {
    const bench = await createRecoveryBench(TWO_OF_THREE);
    const session = await social(bench);
    await bench.verifyAll(session);
    await bench.approve(session, gina, gus);
    bench.clock.advance(DAY);
    await bench.changeKeys(
      GUARDED.filter(({ id }) => id !== 'gus'),
      2,
    );
    expect(await bench.complete(session)).toMatchObject({ success: false, reason: 'guardian_quorum_missing' });
    await bench.approve(session, greta);
    expect(await bench.complete(session)).toMatchObject({ success: false, reason: 'cooldown_active' });
    bench.clock.advance(DAY);
    expect(await bench.complete(session)).toMatchObject({ success: true });
    expect(bench.grants[0]?.guardians).toEqual(['gina', 'greta']);
  });

  it('do not count under a key that took over the name', async () => {
    const bench = await createRecoveryBench(TWO_OF_THREE);
    const session = await social(bench);
    await bench.verifyAll(session);
    await bench.approve(session, gina, gus);
    await bench.changeKeys([...GUARDED.filter(({ id }) => id !== 'gus'), { ...registered(olga, 'guardian'), id: 'gus' }], 2);
    bench.clock.advance(DAY);
    expect(await bench.complete(session)).toMatchObject({ success: false, reason: 'guardian_quorum_missing' });
  });

  it('are all needed that ever were: a lower quorum, or none left, opens nothing that is under way', async () => {
    const bench = await createRecoveryBench(TWO_OF_THREE);
    const session = await social(bench);
    await bench.verifyAll(session);
    await bench.approve(session, gina);
    bench.clock.advance(DAY);
    await bench.changeKeys(GUARDED, 1);
    expect(await bench.complete(session)).toMatchObject({ success: false, reason: 'guardian_quorum_missing' });
    await bench.changeKeys([registered(person('ann'), 'approver')], 1);
    expect(await bench.complete(session)).toMatchObject({ success: false, reason: 'guardian_quorum_missing' });
  });

  it('who were registered meanwhile are needed, too', async () => {
    const bench = await createRecoveryBench();
    const session = await bench.initiate();
    await bench.verifyAll(session);
    bench.clock.advance(DAY);
    await bench.changeKeys(GUARDED, 2);
    expect(await bench.complete(session)).toMatchObject({ success: false, reason: 'guardian_quorum_missing' });
  });
});

interface Signing {
  readonly statement: ReturnType<typeof recoveryStatement>;
  readonly other: ReturnType<typeof recoveryStatement>;
}

describe('who may be a guardian of a session', () => {
  it('is registered, asked, and enough of them', async () => {
    const bench = await createRecoveryBench(TWO_OF_THREE);
    for (const contacts of [['gina'], ['gina', 'olga'], ['gina', 'gus', '__proto__']])
      await expect(social(bench, { contacts })).rejects.toEqual(refused('guardians_missing'));
    const session = await social(bench, { contacts: ['gina', 'gus'] });
    await expect(bench.approve(session, greta)).rejects.toEqual(refused('guardian_not_asked'));
    const bare = await createRecoveryBench();
    await expect(social(bare)).rejects.toEqual(refused('guardians_missing'));
    await expect(social(bare, { contacts: [] })).rejects.toEqual(refused('guardians_missing'));
  });

  it('is not the user, nor a key or a wallet that is held here', async () => {
    const account = privateKeyToAccount(`0x${'11'.repeat(32)}`);
    const wallet: RegisteredKey = { id: 'eva', scheme: 'eip712', key: account.address.toLowerCase(), roles: ['guardian'] };
    const keys = [registered(person('user-1'), 'guardian'), registered(gina, 'guardian'), wallet, registered(greta, 'guardian')];
    const bench = await createRecoveryBench({ keys });
    const put = (key: string) => applyStep(bench.store, { commands: [{ kind: 'doc.put', key, value: {} }] });
    const session = await social(bench, { contacts: ['user-1', 'gina', 'eva', 'greta'] });
    await put(`wallet/eip155:31337:${wallet.key}`);
    await put(`key-public/${keys[1]?.key}`);
    await expect(bench.approve(session, person('user-1'))).rejects.toEqual(refused('guardian_not_independent'));
    await expect(bench.approve(session, gina)).rejects.toEqual(refused('guardian_not_independent'));
    const signature = (await account.signTypedData(statementTypedData(session.guardians.statement))).slice(2);
    await expect(bench.recovery.approveRecovery(session.id, { keyId: 'eva', signature })).rejects.toEqual(
      refused('guardian_not_independent'),
    );
    await bench.approve(session, greta);
    // Taking a guardian's key into custody afterwards takes back what he signed.
    await put(`key-public/${keys[3]?.key}`);
    expect((await bench.recovery.getRecovery(session.id)).guardians.approved).toEqual([]);
  });

  it('is not a key of ours that is registered by its address, in whatever letters', async () => {
    const account = privateKeyToAccount(`0x${'33'.repeat(32)}`);
    const bench = await createRecoveryBench({ keys: [{ id: 'eva', scheme: 'eip712', key: account.address, roles: ['guardian'] }] });
    const session = await social(bench, { contacts: ['eva'] });
    await applyStep(bench.store, {
      commands: [{ kind: 'doc.put', key: `key-public/${account.address.toLowerCase()}`, value: { keyId: 'k1' } }],
    });
    const signature = (await account.signTypedData(statementTypedData(session.guardians.statement))).slice(2);
    await expect(bench.recovery.approveRecovery(session.id, { keyId: 'eva', signature })).rejects.toEqual(
      refused('guardian_not_independent'),
    );
  });

  it('may sign with the key of an address', async () => {
    const account = privateKeyToAccount(`0x${'22'.repeat(32)}`);
    const eva: RegisteredKey = { id: 'eva', scheme: 'eip712', key: account.address.toLowerCase(), roles: ['guardian'] };
    const bench = await createRecoveryBench({ keys: [eva] });
    const session = await social(bench, { contacts: ['eva'] });
    const sign = async (statement: typeof session.guardians.statement) => ({
      keyId: 'eva',
      signature: (await account.signTypedData(statementTypedData(statement))).slice(2),
    });
    const after = await bench.recovery.approveRecovery(session.id, await sign(session.guardians.statement));
    expect(after.guardians.approved).toEqual(['eva']);
  });
});

describe('bound credentials', () => {
  it('are what guardians sign, and nothing else completes', async () => {
    const bench = await createRecoveryBench({ ...TWO_OF_THREE, options: { cooldownPeriod: 0 } });
    const session = await social(bench, { newCredentials: CREDENTIALS });
    expect(session.credentialsDigest).toBe(recoveryCredentialsDigest(CREDENTIALS));
    expect(session.guardians.statement.text).toContain(recoveryCredentialsDigest(CREDENTIALS));
    await bench.verifyAll(session);
    await bench.approve(session, gina, gus);
    expect(await bench.complete(session, { publicKey: 'ff'.repeat(32) })).toMatchObject({ success: false, reason: 'credentials_mismatch' });
    expect(await bench.complete(session, { ...CREDENTIALS })).toMatchObject({ success: true });
  });

  it('tell one statement from every other', async () => {
    const base = {
      id: 's',
      method: 'social',
      contacts: ['a'],
      credentials: null,
      openedAtMs: 1,
      expiresAtMs: 2,
      steps: [{ step: 'email' }],
    };
    const statements = [
      recoveryStatement('recovery.approve', 't', 'u', base),
      recoveryStatement('recovery.cancel', 't', 'u', base),
      recoveryStatement('recovery.approve', 't2', 'u', base),
      recoveryStatement('recovery.approve', 't', 'u2', base),
      ...[
        { id: 's2' },
        { method: 'm' },
        { contacts: [] },
        { expiresAtMs: 3 },
        { steps: [] },
        { credentials: recoveryCredentialsDigest({}) },
      ].map((change) => recoveryStatement('recovery.approve', 't', 'u', { ...base, ...change })),
    ];
    expect(new Set(statements.map(statementDigest)).size).toBe(statements.length);
  });
});
