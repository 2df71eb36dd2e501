import { mnemonicToAccount, publicKeyToAddress } from 'viem/accounts';
import { afterEach, describe, expect, it } from 'vitest';
import { approvalTypedData } from '../../../src/adapters/evm/approval-verifier.ts';
import { systemClock } from '../../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../../src/adapters/store/memory/index.ts';
import { signApproval } from '../../../src/approvals/index.ts';
import { parseDoc, type RegisteredKey, type Store, sha256Hex, storeKey, toHex } from '../../../src/core/index.ts';
import { type ApprovalRequest, createSecurityManager, type SecurityConfig, type SecurityManager } from '../../../src/index.ts';
import { createBench, person, registered } from '../../approvals/bench.ts';
import { KEYS, offline } from '../../manager/fixture.ts';

const MNEMONIC = 'test test test test test test test test test test test junk';
const PATH = "m/44'/60'/0'/0/0";
const refused = { code: 'REQUEST_INVALID', details: { reason: 'approver_is_agent' } };
const managers: SecurityManager[] = [];
afterEach(async () => {
  for (const manager of managers.splice(0)) await manager.shutdown(200);
});
function managed(given: Partial<SecurityConfig> = {}) {
  const store: Store = createMemoryStore({ clock: systemClock() });
  const kept = { open: () => ({ ...store, close: async () => undefined }) };
  const security = createSecurityManager(offline({ keys: KEYS, agents: { a1: {} }, store: kept, ...given }));
  managers.push(security);
  return { security, store };
}
/** The account of a key, as other software finds it. */
const { secp256k1 } = await import('@noble/curves/secp256k1.js');
const addressOf = (publicKey: string) => publicKeyToAddress(`0x${secp256k1.Point.fromHex(publicKey).toHex(false)}`);
async function requestOf(security: SecurityManager): Promise<ApprovalRequest> {
  const { registry } = await security.approvals.proposeApprovers({ register: { id: 'nobody', key: `${'00'.repeat(31)}01` } });
  const rendered = 'This transaction:\n- sends 2 ETH';
  return {
    ...{ v: 1, id: 'ap1', tenant: 'default', agent: 'a1', requestId: 'r1', decisionId: 'd1', rendered, nonce: 'n1' },
    ...{ wallet: 'eip155:31337:0x1111111111111111111111111111111111111111' as never, policy: 'p1', registry: registry.previous },
    ...{ actionDigest: sha256Hex('action'), effectsDigest: sha256Hex(rendered), satisfies: ['approval_required'] },
    ...{ createdAtMs: Date.now(), expiresAtMs: Date.now() + 60_000 },
  };
}

describe('a key that custody holds and no wallet uses', () => {
  it.each(['generated', 'derived', 'of a party'])('registers nobody as an approver: %s', async (kind) => {
    const { security } = managed();
    const made = async () => {
      if (kind === 'generated') return [await security.keys.generateKey({ algorithm: 'secp256k1', purpose: 'signing' })];
      if (kind === 'derived') {
        const seed = await security.keys.importMnemonic({ mnemonic: MNEMONIC });
        return [await security.keys.deriveKey({ seedId: seed.id, path: PATH })];
      }
      const key = await security.keys.generateKey({ algorithm: 'secp256k1', purpose: 'signing', mode: 'mpc', threshold: 2, parties: 3 });
      return [key, ...(await security.keys.listKeys({ coSignerOf: key.id }))];
    };
    const keys = await made();
    expect(keys).toHaveLength(kind === 'of a party' ? 4 : 1);
    for (const { publicKey } of keys)
      for (const key of [addressOf(publicKey), addressOf(publicKey).toLowerCase()])
        await expect(security.approvals.register({ id: 'eve', key })).rejects.toMatchObject(refused);
    expect((await security.approvals.approvers()).keys).toEqual([]);
  });

  it('counts no more once it gets into custody, whoever signed with it before', async () => {
    const { security } = managed();
    const eve = mnemonicToAccount(MNEMONIC, { path: PATH });
    await security.approvals.register({ id: 'eve', key: eve.address });
    const request = (await security.approvals.open(await requestOf(security))).request;
    const signature = await eve.signTypedData(approvalTypedData(request, 'approve'));
    const seed = await security.keys.importMnemonic({ mnemonic: MNEMONIC });
    expect((await security.keys.deriveKey({ seedId: seed.id, path: PATH })).publicKey).toBeDefined();
    await expect(security.approvals.approve('ap1', { by: 'eve', signature })).rejects.toMatchObject({
      code: 'APPROVAL_INVALID',
      details: { why: 'approver_is_agent' },
    });
  });

  it('is kept once, whether it was first known by its address or by its public key', async () => {
    const { security, store } = managed();
    const seed = await security.keys.importMnemonic({ mnemonic: MNEMONIC });
    await security.keys.deriveKey({ seedId: seed.id, path: PATH });
    const eve = mnemonicToAccount(MNEMONIC, { path: PATH });
    const row = (await store.get([storeKey.doc(`key-public/${eve.address.toLowerCase()}`)]))[0];
    expect(row).toBeDefined();
    await expect(security.keys.deriveKey({ seedId: seed.id, path: PATH })).rejects.toMatchObject({ code: 'KEY_INVALID' });
  });
});

describe('a key that attests for the manager', () => {
  it.each(['log', 'gate'])('registers nobody as an approver: %s', async (name) => {
    const { security, store } = managed();
    await security.getHealth();
    const key = storeKey.doc(`attestation/${name}`);
    const [row] = await store.get([key]);
    // The gate's key is made when it is first needed.
    const publicKey = row === undefined ? toHex(person(name).publicKey) : (parseDoc(row, key).value as { publicKey: string }).publicKey;
    if (row === undefined) {
      const { applyStep } = await import('../../../src/core/index.ts');
      await applyStep(store, { commands: [{ kind: 'doc.put', key: `attestation/${name}`, value: { v: 1, publicKey, ciphertext: '' } }] });
    }
    await expect(security.approvals.register({ id: 'machine', key: publicKey })).rejects.toMatchObject(refused);
  });

  it('signs for nobody, though what it may sign is of the form of an approval; nor does a former one', async () => {
    const [log, former] = [person('log-key'), person('former-key')];
    const keys: RegisteredKey[] = [registered(log, 'approver'), registered(former, 'approver'), registered(person('ann'), 'approver')];
    const bench = await createBench({ keys });
    await bench.apply({
      kind: 'doc.put',
      key: 'attestation/log',
      value: {
        ...{ v: 1, ciphertext: '', publicKey: toHex(log.publicKey) },
        former: [{ publicKey: toHex(former.publicKey), untilMs: 1, signature: '' }],
      },
    });
    const request = bench.request();
    await bench.approvals.open(request);
    for (const key of [log, former])
      await expect(bench.approvals.answer(signApproval(key, request, 'approve'))).rejects.toMatchObject({
        details: { why: 'approver_is_agent' },
      });
    expect((await bench.approvals.answer(signApproval(person('ann'), request, 'approve'))).state).toBe('approved');
  });
});
