import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RequestRow, storeKey } from '../../src/core/store.ts';
import type { SigningOrder, UserSigner } from '../../src/core/user-signer.ts';
import { createCustodyProvider, createSecurityManager, type SecurityConfig, signApproval } from '../../src/index.ts';
import { toUserSigner } from '../../src/integrations/wallets/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { sendRaw } from '../fixtures/send-raw.ts';
import { balanceOf, FREE, fund, person, registered, stranger } from './bench.ts';
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

describe('custody of software wallets', () => {
  it('signs within the limits without asking anybody, for whoever sends it', async () => {
    const config = lasting(anvil);
    await using custody = createCustodyProvider('software', config);
    const wallet = await custody.createWallet('owner', 'a1');
    await fund(anvil, wallet.address);
    const to = stranger();
    const prepared = await custody.prepareTransaction(wallet.address, { to, value: '0.001', data: '' });
    const { raw, hash, requestId, decisionId } = await custody.signTransaction(wallet.address, prepared);
    expect(await send(raw)).toBe(`0x${hash.replace(/^0x/, '')}`);
    expect(await balanceOf(anvil, to)).toBe(UNIT);
    const request = { id: requestId, wallet: wallet.account, chain: wallet.chain, to, amount: '0.001', asset: 'eip155:31337/slip44:60' };
    const result = await custody.manager.agent('a1').execute(request);
    expect([result.status, result.decision.id], 'the same request, watched to its end').toEqual(['success', decisionId]);
    const again = await custody.signTransaction(wallet.address, prepared);
    expect([again.hash, Buffer.from(again.raw).equals(Buffer.from(raw))]).toEqual([hash, true]);
    const store = await config.store?.open({} as never);
    const [row] = ((await store?.get([storeKey.request('a1', requestId)])) ?? []) as unknown as RequestRow[];
    expect([row?.state, row?.booked?.lines.length], 'handing the bytes out again is no reorg').toEqual(['final', 1]);
  });

  it('calls a contract with data, and reads what the transaction says', async () => {
    await using custody = createCustodyProvider('software', lasting(anvil));
    const wallet = await custody.createWallet('owner', 'a1');
    const prepare = (tx: object) => custody.prepareTransaction(wallet.address, tx as never);
    const call = await prepare({ to: stranger(), value: '0', data: '0xdeadbeef' });
    expect(call.calls).toMatchObject([{ value: '0', data: 'deadbeef' }]);
    expect(call.rendered).toContain('WARNING');
    for (const tx of [
      { to: stranger(), value: '0' },
      { to: stranger(), value: '-1' },
      { to: stranger(), value: '1e3' },
      { to: stranger(), value: '0x10' },
      { to: stranger(), value: 'abc' },
      { to: stranger(), value: 1 },
      { to: stranger(), value: 10n },
      { to: stranger(), value: '9'.repeat(120) },
      { to: stranger(), value: '0.0000000000000000001' },
      { to: 'nobody', value: '1' },
      { to: stranger(), value: '1', data: 'xyz' },
      { to: stranger(), value: '1', permissions: {} },
      { value: '1', data: '0xdeadbeef' },
      { to: stranger(), value: '1', data: '0xdeadbeef', asset: 'USDX' },
      null,
      'text',
      [],
    ])
      expect(
        await failure(prepare(tx as object)),
        JSON.stringify(tx, (_k, v) => (typeof v === 'bigint' ? `${v}n` : v)),
      ).toMatchObject({
        code: 'REQUEST_INVALID',
      });
    expect(await failure(custody.prepareTransaction(stranger(), { to: stranger(), value: '1' }))).toMatchObject({ code: 'WALLET_UNKNOWN' });
  });

  it('what is changed in the transaction while it is prepared has no effect', async () => {
    await using custody = createCustodyProvider('software', lasting(anvil));
    const wallet = await custody.createWallet('owner', 'a1');
    const to = stranger();
    const tx = { to, value: '0.001' };
    const preparing = custody.prepareTransaction(wallet.address, tx);
    tx.to = stranger();
    tx.value = '1';
    expect((await preparing).tx).toMatchObject({ to, value: '0.001' });
  });

  it('asks people where the gate wants a person, and signs once they said yes', async () => {
    const anna = person('anna');
    const agents = { a1: { ...FREE, requireApprovalAbove: '0.05' } };
    await using custody = createCustodyProvider(
      'software',
      lasting(anvil, { agents, registry: { keys: [registered(anna, 'approver', 'owner')] } }),
    );
    const { manager } = custody;
    const wallet = await custody.createWallet('owner', 'a1');
    await fund(anvil, wallet.address);
    const to = stranger();
    const prepared = await custody.prepareTransaction(wallet.address, { to, value: '0.1' });
    const approval = await custody.requestApproval(wallet.address, prepared);
    expect([approval.state, approval.party]).toEqual(['pending', 'user']);
    const refused = await failure(custody.signTransaction(wallet.address, prepared, approval));
    expect([refused.code, refused.approvalId]).toEqual(['REQUEST_DENIED', approval.approvalId]);
    const record = await manager.approvals.get(approval.approvalId ?? '');
    await manager.approvals.answer(signApproval(anna, record?.request as never, 'approve'));
    const { raw } = await custody.signTransaction(wallet.address, prepared, approval);
    await send(raw);
    expect(await balanceOf(anvil, to)).toBe(100n * UNIT);
    const second = await custody.prepareTransaction(wallet.address, { to, value: '0.1' });
    expect((await failure(custody.signTransaction(wallet.address, second, approval))).reason, 'a yes is for one transaction').toBe(
      'approval_of_another_transaction',
    );
    const third = await custody.requestApproval(wallet.address, second);
    const asked = await manager.approvals.get(third.approvalId ?? '');
    await manager.approvals.answer(signApproval(anna, asked?.request as never, 'reject'));
    expect((await failure(custody.signTransaction(wallet.address, second, third))).code).toBe('REQUEST_DENIED');
    expect((await custody.requestApproval(wallet.address, second)).state).toBe('rejected');
  });

  it('needs nobody’s yes where the gate asks for none, and says so', async () => {
    await using custody = createCustodyProvider('software', lasting(anvil));
    const wallet = await custody.createWallet('owner', 'a1');
    await fund(anvil, wallet.address);
    const prepared = await custody.prepareTransaction(wallet.address, { to: stranger(), value: '0.001' });
    const approval = await custody.requestApproval(wallet.address, prepared);
    expect([approval.state, approval.approvalId]).toEqual(['approved', null]);
    const tooMuch = await custody.prepareTransaction(wallet.address, { to: stranger(), value: '2' });
    expect(await failure(custody.requestApproval(wallet.address, tooMuch))).toMatchObject({ code: 'REQUEST_DENIED' });
    expect(await failure(custody.requestApproval(wallet.address, prepared, 'platform'))).toMatchObject({ reason: 'party_unknown' });
  });
});

describe('custody of a user’s own wallet', () => {
  const orders: SigningOrder[] = [];
  let answer: boolean | 'never' = true;
  const account = privateKeyToAccount(generatePrivateKey());
  const signer: UserSigner = toUserSigner(account, {
    approve: async (order) => {
      orders.push(order);
      return answer === 'never' ? new Promise<boolean>(() => undefined) : answer;
    },
  });
  const open = async (given: Partial<SecurityConfig> = {}) => {
    const custody = createCustodyProvider('non-custodial', lasting(anvil, given));
    const wallet = await custody.createWallet('owner', 'a1', { signer });
    await fund(anvil, wallet.address);
    orders.length = 0;
    return { custody, wallet, [Symbol.asyncDispose]: custody.close };
  };

  it('asks the user once, signs with their key, and the chain takes it', async () => {
    answer = true;
    await using bench = await open();
    const { custody, wallet } = bench;
    const to = stranger();
    const prepared = await custody.prepareTransaction(wallet.address, { to, value: '0.001' });
    const approval = await custody.requestApproval(wallet.address, prepared);
    expect([approval.state, orders.length, orders[0]?.requestId]).toEqual(['approved', 1, prepared.id]);
    const { raw } = await custody.signTransaction(wallet.address, prepared, approval);
    expect(orders, 'one yes is enough').toHaveLength(1);
    await send(raw);
    expect(await balanceOf(anvil, to)).toBe(UNIT);
    const unasked = await custody.prepareTransaction(wallet.address, { to, value: '0.001' });
    await custody.signTransaction(wallet.address, unasked);
    expect(orders, 'who brings no yes has the user asked while it is signed').toHaveLength(2);
  });

  it('a no is a value, and signs nothing', async () => {
    answer = false;
    await using bench = await open();
    const { custody, wallet } = bench;
    const prepared = await custody.prepareTransaction(wallet.address, { to: stranger(), value: '0.001' });
    const approval = await custody.requestApproval(wallet.address, prepared);
    expect(approval.state).toBe('rejected');
    expect(await failure(custody.signTransaction(wallet.address, prepared, approval))).toMatchObject({ reason: 'approval_not_given' });
    expect(await failure(custody.signTransaction(wallet.address, prepared)), 'asked again, and no again').toMatchObject({
      code: 'PERMIT_REFUSED',
      reason: 'approval_rejected',
    });
    answer = true;
    expect(await failure(custody.signTransaction(wallet.address, prepared)), 'that no is for good').toMatchObject({
      reason: 'approval_rejected',
    });
  });

  it('no answer is no yes, and nobody to ask is said', async () => {
    answer = 'never';
    await using bench = await open({ custody: { signerTimeoutMs: 100 } });
    const { custody, wallet } = bench;
    const prepared = await custody.prepareTransaction(wallet.address, { to: stranger(), value: '0.001' });
    const approval = await custody.requestApproval(wallet.address, prepared);
    expect(approval.state).toBe('expired');
    expect(await failure(custody.signTransaction(wallet.address, prepared, approval))).toMatchObject({ reason: 'approval_not_given' });
    expect(await failure(custody.signTransaction(wallet.address, prepared))).toMatchObject({ reason: 'approval_timeout' });
    expect(await failure(custody.requestApproval(wallet.address, prepared, 'platform'))).toMatchObject({ reason: 'party_unknown' });
    answer = true;
    expect((await custody.signTransaction(wallet.address, prepared)).hash, 'nothing was spent meanwhile').toMatch(/^(0x)?[0-9a-f]{64}$/);
  });

  it('a restarted process asks nobody until the user’s signer is connected', async () => {
    answer = true;
    const config = lasting(anvil);
    const first = createCustodyProvider('non-custodial', config);
    const wallet = await first.createWallet('owner', 'a1', { signer });
    await fund(anvil, wallet.address);
    const prepared = await first.prepareTransaction(wallet.address, { to: stranger(), value: '0.001' });
    await first.close();
    await using next = createCustodyProvider('non-custodial', config);
    expect(await failure(next.requestApproval(wallet.address, prepared))).toMatchObject({
      code: 'PERMIT_REFUSED',
      reason: 'signer_unavailable',
    });
    expect(await failure(next.signTransaction(wallet.address, prepared))).toMatchObject({ reason: 'signer_unavailable' });
    await next.connectSigner(wallet.address, signer);
    expect((await next.signTransaction(wallet.address, prepared)).raw).toBeInstanceOf(Uint8Array);
  });
});

describe('a custody provider', () => {
  it('may stand in front of a manager that is there already, and does not close it', async () => {
    const manager = createSecurityManager(lasting(anvil));
    const custody = createCustodyProvider('non_custodial', { manager });
    const signer = toUserSigner(privateKeyToAccount(generatePrivateKey()));
    const wallet = await custody.createWallet('owner', 'a1', { signer });
    expect([custody.mode, custody.manager === manager, wallet.mode]).toEqual(['non-custodial', true, 'non-custodial']);
    expect((await manager.custody.getWallet(wallet.address)).account).toBe(wallet.account);
    await custody.close();
    expect((await manager.getHealth()).killSwitch).toBe('inactive');
    await manager.shutdown(500);
  });

  it('closes the manager that it made', async () => {
    const custody = createCustodyProvider('software', lasting(anvil));
    await custody.createWallet('owner', 'a1');
    await custody.close();
    await custody.close();
    expect(await failure(custody.listWallets('owner'))).toMatchObject({ code: 'SHUTTING_DOWN' });
  });

  it('knows the modes by every accepted spelling, and no others', () => {
    expect(() => createCustodyProvider('mpc', lasting(anvil, { custody: { mode: 'software' } }))).toThrow(/custody.mode says software/);
    for (const mode of ['cold', '', 'Software', undefined, null, {}])
      expect(() => createCustodyProvider(mode as never)).toThrow(/CONFIG_INVALID/);
  });
});
