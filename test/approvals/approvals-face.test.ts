import { privateKeyToAccount } from 'viem/accounts';
import { afterEach, describe, expect, it } from 'vitest';
import { approvalTypedData } from '../../src/adapters/evm/index.ts';
import { systemClock } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { type ApprovalRequest, applyStep, type Store, sha256Hex, toHex } from '../../src/core/index.ts';
import { createSecurityManager, type SecurityConfig, type SecurityManager, signApproval, signStatement } from '../../src/index.ts';
import { KEYS, offline, person, registered } from '../manager/fixture.ts';

const managers: SecurityManager[] = [];
afterEach(async () => {
  for (const manager of managers.splice(0)) await manager.shutdown(200);
});
function managed(given: Partial<SecurityConfig> = {}, store: Store = createMemoryStore({ clock: systemClock() })) {
  const kept = { open: () => ({ ...store, close: async () => undefined }) };
  const security = createSecurityManager(offline({ keys: KEYS, agents: { a1: {} }, store: kept, ...given }));
  managers.push(security);
  return { security, store };
}

const ann = person('ann');
const ben = person('ben');
const asKey = (key: typeof ann) => ({ id: key.id, key: toHex(key.publicKey) });
let count = 0;
/** Asks people about something, under the registry of the moment. */
async function ask(security: SecurityManager, changes: Partial<ApprovalRequest> = {}): Promise<ApprovalRequest> {
  count += 1;
  const { registry } = await security.approvals.proposeApprovers({ register: { id: 'nobody', key: `${'00'.repeat(31)}01` } });
  const rendered = changes.rendered ?? 'This transaction:\n- sends 2 ETH';
  const request: ApprovalRequest = {
    v: 1,
    id: `ap${count}`,
    tenant: 'default',
    agent: 'a1',
    requestId: `r${count}`,
    decisionId: `d${count}`,
    wallet: 'eip155:31337:0x1111111111111111111111111111111111111111' as never,
    actionDigest: sha256Hex(`action ${count}`),
    effectsDigest: sha256Hex(rendered),
    rendered,
    satisfies: ['approval_required'],
    policy: 'policy-1',
    registry: registry.previous === '0'.repeat(64) ? 'none' : registry.previous,
    createdAtMs: Date.now(),
    expiresAtMs: Date.now() + 60_000,
    nonce: `n${count}`,
    ...changes,
  };
  return (await security.approvals.open(request)).request;
}
const invalid = (details: Readonly<Record<string, string>>) => ({ code: 'APPROVAL_INVALID', details });

describe('approvers', () => {
  it('are registered and removed by an unowned deployment unsigned, and the log tells of both', async () => {
    const { security } = managed();
    expect(await security.approvals.approvers()).toEqual({ keys: [], quorum: 1 });
    expect(await security.approvals.register(asKey(ann))).toEqual({ ...asKey(ann), scheme: 'ed25519', roles: ['approver'] });
    await security.approvals.register(asKey(ben), { quorum: 2 });
    await security.approvals.register(asKey(ben));
    expect(await security.approvals.approvers()).toMatchObject({ keys: [{ id: 'ann' }, { id: 'ben' }], quorum: 2 });
    await expect(security.approvals.remove('ben'), 'nobody could approve any more').rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await security.approvals.remove('ben', { quorum: 1 });
    await expect(security.approvals.remove('ben')).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      details: { reason: 'approver_unknown' },
    });
    expect((await security.approvals.approvers()).keys.map(({ id }) => id)).toEqual(['ann']);
    expect(
      (await security.audit.query({ types: 'permission_changed', eventTypes: 'permission_changed' })).entries.filter(
        ({ action }) => action === 'registry_changed',
      ),
    ).toHaveLength(3);
  });

  it('are not registered twice, malformed, or with a key that custody holds', async () => {
    const { security } = managed();
    await security.approvals.register(asKey(ann));
    const key = await security.keys.generateKey({ algorithm: 'ed25519', purpose: 'signing' });
    for (const [approver, code] of [
      [{ id: 'ann', key: asKey(ben).key }, 'REQUEST_INVALID'],
      [{ id: 'other', key: asKey(ann).key }, 'CONFIG_INVALID'],
      [{ id: 'sly', key: key.publicKey }, 'REQUEST_INVALID'],
      [{ id: 'odd', key: 'abc' }, 'CONFIG_INVALID'],
      [{ id: 'a b', key: asKey(ben).key }, 'CONFIG_INVALID'],
      [{ id: 'ben' }, 'REQUEST_INVALID'],
      [{ ...asKey(ben), scheme: 'rsa' }, 'CONFIG_INVALID'],
    ] as const)
      await expect(security.approvals.register(approver as never), JSON.stringify(approver)).rejects.toMatchObject({ code });
    expect((await security.approvals.approvers()).keys).toHaveLength(1);
  });

  it('that were removed stay so after a restart, though the configuration still names them', async () => {
    const registry = { keys: [registered(ann, 'approver'), registered(ben, 'approver')] };
    const { security, store } = managed({ registry });
    await security.approvals.remove('ann');
    await security.shutdown(200);
    const again = managed({ registry }, store).security;
    expect((await again.approvals.approvers()).keys.map(({ id }) => id)).toEqual(['ben']);
    await again.shutdown(200);
    // Another configuration is another word of the deployment's.
    const changed = managed({ registry: { keys: [registered(ann, 'approver')] } }, store).security;
    expect((await changed.approvals.approvers()).keys.map(({ id }) => id)).toEqual(['ann']);
  });

  it('of an owned deployment are its owners’ to change, by signatures over that very change', async () => {
    const [olga, odo] = [person('olga'), person('odo')];
    const registry = { keys: [registered(olga, 'owner', 'approver'), registered(odo, 'owner')], quorums: { owner: 2 } };
    const { security } = managed({ registry });
    await expect(security.approvals.register(asKey(ann))).rejects.toMatchObject({ code: 'AUTHORITY_REQUIRED' });
    const { statement } = await security.approvals.proposeApprovers({ register: asKey(ann) });
    const one = [signStatement(olga, statement)];
    const both = [...one, signStatement(odo, statement)];
    await expect(security.approvals.register(asKey(ann), { signatures: one })).rejects.toMatchObject({ code: 'AUTHORITY_REQUIRED' });
    await expect(security.approvals.register(asKey(ben), { signatures: both })).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    await security.approvals.register(asKey(ann), { signatures: both });
    await expect(security.approvals.remove('ann', { signatures: both })).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    await expect(security.approvals.remove('olga')).rejects.toMatchObject({ code: 'AUTHORITY_REQUIRED' });
    const removal = (await security.approvals.proposeApprovers({ remove: 'olga' })).statement;
    await security.approvals.remove('olga', { signatures: [signStatement(olga, removal), signStatement(odo, removal)] });
    expect((await security.approvals.approvers()).keys.map(({ id }) => id)).toEqual(['ann']);
    // Who is no approver any more is an owner still.
    expect(await security.getHealth()).toMatchObject({ owned: true });
  });
});

describe('approve and reject', () => {
  it('take a signer, an EVM wallet, or a signature that was made elsewhere', async () => {
    const { security } = managed();
    const eve = privateKeyToAccount(`0x${'42'.repeat(32)}`);
    await security.approvals.register(asKey(ann));
    await security.approvals.register({ id: 'eve', key: eve.address });
    const byKey = await ask(security);
    expect(await security.approvals.approve(byKey.id, ann)).toMatchObject({
      state: 'approved',
      answer: { approver: 'ann', scheme: 'ed25519' },
    });
    const byWallet = await ask(security);
    const wallet = {
      id: 'eve',
      sign: (_: Uint8Array, { request, verdict }: { request: ApprovalRequest; verdict: 'approve' | 'reject' }) =>
        eve.signTypedData(approvalTypedData(request, verdict)),
    };
    expect(await security.approvals.approve(byWallet.id, wallet)).toMatchObject({
      state: 'approved',
      answer: { approver: 'eve', scheme: 'eip712' },
    });
    const elsewhere = await ask(security);
    const { signature } = signApproval(ann, elsewhere, 'approve');
    expect((await security.approvals.approve(elsewhere.id, { by: 'ann', signature })).state).toBe('approved');
    const refused = await ask(security);
    expect(await security.approvals.reject(refused.id, ann)).toMatchObject({ state: 'rejected', answer: { verdict: 'reject' } });
    const unsigned = await ask(security);
    expect(await security.approvals.reject(unsigned.id, { by: 'anna at the desk' })).toMatchObject({ state: 'rejected', answer: null });
    expect((await security.approvals.list({ state: 'approved' })).map(({ request }) => request.id).sort()).toEqual(
      [byKey.id, byWallet.id, elsewhere.id].sort(),
    );
  });

  it('take no yes of strangers, of the agent itself, by another’s signature, for another request or as another verdict', async () => {
    const { security, store } = managed();
    await security.approvals.register(asKey(ann));
    await security.approvals.register({ ...asKey(person('a1')), id: 'a1' });
    // A key that got into custody after it was registered.
    await security.approvals.register(asKey(ben));
    await applyStep(store, { commands: [{ kind: 'doc.put', key: `key-public/${asKey(ben).key}`, value: { keyId: 'k1' } }] });
    const request = await ask(security);
    const other = await ask(security);
    const good = signApproval(ann, request, 'approve').signature;
    for (const [by, why] of [
      [person('mallory'), 'approver_unknown'],
      [{ ...person('mallory'), id: 'ann', sign: person('mallory').sign }, 'signature_wrong'],
      [person('a1'), 'approver_is_agent'],
      [ben, 'approver_is_agent'],
      [{ by: 'ann', signature: signApproval(ann, other, 'approve').signature }, 'signature_wrong'],
      [{ by: 'ann', signature: signApproval(ann, request, 'reject').signature }, 'signature_wrong'],
      [{ by: 'ann', signature: signApproval(ann, { ...request, rendered: 'sends nothing' }, 'approve').signature }, 'signature_wrong'],
      [{ by: 'ben', signature: good }, 'approver_is_agent'],
      [{ by: 'ann', signature: good, scheme: 'eip712' }, 'scheme_mismatch'],
      [{ by: 'ann', signature: '' }, 'malformed'],
      [{ id: 'ann', sign: () => undefined }, 'signature_wrong'],
      [{}, 'malformed'],
      [undefined, 'malformed'],
    ] as const)
      await expect(security.approvals.approve(request.id, by as never), why).rejects.toMatchObject(invalid({ why }));
    await expect(security.approvals.approve('ap-none', ann)).rejects.toMatchObject({ code: 'APPROVAL_UNKNOWN' });
    expect((await security.approvals.get(request.id))?.state).toBe('pending');
    expect((await security.approvals.approve(request.id, { by: 'ann', signature: `0x${good}` })).state).toBe('approved');
  });

  it('ask nobody to sign what is closed, and a person twice counts once', async () => {
    const { security } = managed();
    await security.approvals.register(asKey(ann));
    await security.approvals.register(asKey(ben), { quorum: 2 });
    let asked = 0;
    const counted = {
      id: 'ann',
      sign: (bytes: Uint8Array) => {
        asked += 1;
        return ann.sign(bytes);
      },
    };
    const request = await ask(security);
    expect((await security.approvals.approve(request.id, counted)).state).toBe('pending');
    expect((await security.approvals.approve(request.id, counted)).state).toBe('pending');
    expect(asked).toBe(1);
    await security.approvals.reject(request.id, { by: 'desk' });
    await expect(security.approvals.approve(request.id, ben)).rejects.toMatchObject(invalid({ reason: 'approval_rejected' }));
    const short = await ask(security, { expiresAtMs: Date.now() + 80 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await expect(security.approvals.approve(short.id, counted)).rejects.toMatchObject(invalid({ reason: 'approval_expired' }));
    expect(asked).toBe(1);
  });

  it('void what was open or given once the approvers change', async () => {
    const { security } = managed();
    await security.approvals.register(asKey(ann));
    await security.approvals.register(asKey(ben));
    const open = await ask(security);
    await security.approvals.remove('ann');
    await expect(security.approvals.approve(open.id, ann)).rejects.toMatchObject({ code: 'APPROVAL_INVALID' });
    await expect(security.approvals.approve(open.id, ben)).rejects.toMatchObject(invalid({ why: 'registry_changed' }));
    const fresh = await ask(security);
    await expect(security.approvals.approve(fresh.id, ann)).rejects.toMatchObject(invalid({ why: 'approver_unknown' }));
    expect((await security.approvals.approve(fresh.id, ben)).state).toBe('approved');
  });
});
