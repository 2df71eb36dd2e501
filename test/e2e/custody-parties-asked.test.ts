import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { type RequestRow, storeKey } from '../../src/core/store.ts';
import { createCustodyProvider, createSecurityManager, type SecurityConfig, type VerificationMessage } from '../../src/index.ts';
import { toUserSigner } from '../../src/integrations/wallets/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { sendRaw } from '../fixtures/send-raw.ts';
import { balanceOf, fund, stranger } from './bench.ts';
import { failure, lasting } from './custody-bench.ts';

const UNIT = 10n ** 15n;
let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil?.stop();
});

const send = (raw: Uint8Array): Promise<unknown> => sendRaw(anvil, raw);

describe('a deployment that manages nothing by itself', () => {
  const config = (): SecurityConfig => lasting(anvil, { custody: { mode: 'software', platformManaged: false } });

  it('executes nothing without a party’s yes, and signs with one', async () => {
    const security = createSecurityManager(config());
    const wallet = await security.custody.createWallet('owner', 'a1');
    await fund(anvil, wallet.address);
    const to = stranger();
    const alone = await security.agent('a1').execute({ id: 'alone', to, amount: '0.001', asset: 'ETH' });
    expect([alone.status, alone.reasons.map(({ code }) => code)]).toEqual(['policy_rejected', ['party_approval_required']]);
    expect((await security.agent('a1').authorize({ to, amount: '0.001', asset: 'ETH' })).approved).toBe(false);
    const prepared = await security.custody.prepareTransaction(wallet.address, { to, value: '0.001' });
    expect(await failure(security.custody.signTransaction(wallet.address, prepared))).toMatchObject({ reason: 'parties_too_few' });
    const approval = await security.custody.requestApproval(wallet.address, prepared, 'user');
    const { raw } = await security.custody.signTransaction(wallet.address, prepared, approval);
    await send(raw);
    expect(await balanceOf(anvil, to)).toBe(UNIT);
    await security.shutdown(500);
  });

  it('stays so for the wallets it made, whatever is configured later; and holds for those made before', async () => {
    const strict = config();
    const first = createSecurityManager(strict);
    const wallet = await first.custody.createWallet('owner', 'a1');
    await fund(anvil, wallet.address);
    await first.shutdown(500);
    const lax = createSecurityManager({ ...strict, custody: { mode: 'software' } });
    const pay = (agent: string) => lax.agent(agent).execute({ to: stranger(), amount: '0.001', asset: 'ETH' });
    expect((await pay('a1')).reasons[0]?.code).toBe('party_approval_required');
    const older = await lax.custody.createWallet('owner', 'a2');
    await fund(anvil, older.address);
    expect((await pay('a2')).status).toBe('success');
    await lax.shutdown(500);
    const again = createSecurityManager(strict);
    const refused = await again.agent('a2').execute({ to: stranger(), amount: '0.001', asset: 'ETH' });
    expect(refused.reasons[0]?.code).toBe('party_approval_required');
    await again.shutdown(500);
  });

  it('leaves wallets alone whose user signs anyway', async () => {
    const security = createSecurityManager(config());
    const signer = toUserSigner(privateKeyToAccount(generatePrivateKey()));
    const wallet = await security.custody.createWallet('owner', 'a1', { mode: 'non-custodial', signer });
    await fund(anvil, wallet.address);
    expect((await security.agent('a1').execute({ to: stranger(), amount: '0.001', asset: 'ETH' })).status).toBe('success');
    await security.shutdown(500);
  });
});

describe('one prepared transaction in several places at once', () => {
  it('is signed once, by whichever process', async () => {
    const config = lasting(anvil);
    await using one = createCustodyProvider('software', config);
    await using two = createCustodyProvider('software', config);
    const wallet = await one.createWallet('owner', 'a1');
    await fund(anvil, wallet.address);
    const prepared = await one.prepareTransaction(wallet.address, { to: stranger(), value: '0.001' });
    const signed = await Promise.all([one, one, two, two].map((custody) => custody.signTransaction(wallet.address, prepared)));
    expect(new Set(signed.map(({ hash }) => hash)).size).toBe(1);
    expect(new Set(signed.map(({ decisionId }) => decisionId)).size).toBe(1);
  });

  it('an approval is used up for one decision: after that has lapsed it takes a new one', async () => {
    const config = lasting(anvil, { custody: { mode: 'software', platformManaged: false } });
    const store = config.store?.open({} as never) as never as ReturnType<typeof createMemoryStore>;
    const security = createSecurityManager(config);
    const wallet = await security.custody.createWallet('owner', 'a1');
    await fund(anvil, wallet.address);
    const { custody } = security;
    const first = await custody.prepareTransaction(wallet.address, { to: stranger(), value: '0.001' });
    // A key that is gone for a moment: the gate says yes, the approval is used, and nothing is signed.
    const key = storeKey.doc(`key/${wallet.keyId}`).slice('doc/'.length);
    const [doc] = (await store.get([storeKey.doc(key)])) as unknown as { value: never }[];
    const put = (value: unknown) => store.apply([{ commands: [{ kind: 'doc.put', key, value: value as never }] }]);
    const approval = await custody.requestApproval(wallet.address, first, 'user');
    await put(null);
    expect((await failure(custody.signTransaction(wallet.address, first, approval))).code).toBe('KEY_UNKNOWN');
    await put(doc?.value);
    const row = async (): Promise<RequestRow> => (await store.get([storeKey.request('a1', first.id)]))[0] as unknown as RequestRow;
    expect([(await row()).state, (await row()).permit?.redeemedBy]).toEqual(['held', null]);
    // The hold lapses.
    await store.apply([{ commands: [{ kind: 'ledger.expire', agent: 'a1', requestId: first.id }] }]);
    expect(await failure(custody.signTransaction(wallet.address, first, approval))).toEqual({
      code: 'APPROVAL_INVALID',
      reason: 'approval_used',
    });
    expect((await row()).state, 'and its room is given back').toBe('released');
    const fresh = await custody.requestApproval(wallet.address, first, 'user');
    expect((await custody.signTransaction(wallet.address, first, [fresh])).requestId).toBe(first.id);
    await security.shutdown(500);
  });
});

describe('recovery by a wallet', () => {
  const codes: VerificationMessage[] = [];
  const provider = { steps: ['email'], send: (message: VerificationMessage) => void codes.push(message) };
  const recovery = { provider, verificationRequired: ['email'], cooldownPeriod: 0 };

  it('opens a recovery of the wallet’s user', async () => {
    await using custody = createCustodyProvider('software', lasting(anvil, { recovery }));
    const wallet = await custody.createWallet('owner', 'a1');
    const session = await custody.initiateRecovery(wallet.address);
    expect([codes.at(-1)?.user, codes.at(-1)?.sessionId]).toEqual(['owner', session.id]);
  });

  it('is refused where it is not enabled, and for a key that is the user’s', async () => {
    await using plain = createCustodyProvider('software', lasting(anvil));
    const wallet = await plain.createWallet('owner', 'a1');
    expect(await failure(plain.initiateRecovery(wallet.address))).toEqual({ code: 'RECOVERY_REFUSED', reason: 'recovery_disabled' });
    await using off = createCustodyProvider('software', lasting(anvil, { recovery, custody: { recoveryEnabled: false } }));
    const theirs = await off.createWallet('owner', 'a1');
    expect(await failure(off.initiateRecovery(theirs.address))).toMatchObject({ code: 'RECOVERY_REFUSED' });
    await using own = createCustodyProvider('non-custodial', lasting(anvil, { recovery }));
    const signer = toUserSigner(privateKeyToAccount(generatePrivateKey()));
    const users = await own.createWallet('owner', 'a1', { signer });
    expect(await failure(own.initiateRecovery(users.address))).toEqual({ code: 'RECOVERY_REFUSED', reason: 'user_held_key' });
  });

  it('gives nothing for wallets whose key it never had, and does not stumble over them', async () => {
    await using own = createCustodyProvider('non-custodial', lasting(anvil, { recovery }));
    const signer = toUserSigner(privateKeyToAccount(generatePrivateKey()));
    await own.createWallet('owner', 'a1', { signer });
    const ours = await own.createWallet('owner', 'a1', { mode: 'software' });
    const session = await own.initiateRecovery(ours.address);
    await own.manager.recovery.submitVerification(session.id, { step: 'email', code: codes.at(-1)?.code ?? '' });
    const done = await own.manager.recovery.completeRecovery(session.id, { newCredentials: { publicKey: 'ab' } });
    expect(done.success).toBe(true);
    expect(await own.listWallets('owner')).toHaveLength(3);
  });
});
