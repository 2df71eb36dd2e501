import { createWalletClient, getAddress, hexToBytes, http, serializeTransaction } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { foundry } from 'viem/chains';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromHex } from '../../src/core/digest.ts';
import { type RequestRow, type Store, storeKey } from '../../src/core/store.ts';
import type { SigningOrder, UserSigner } from '../../src/core/user-signer.ts';
import { toUserSigner } from '../../src/integrations/wallets/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { balanceOf, stranger } from './bench.ts';
import { failure } from './custody-bench.ts';
import { openUserBench } from './custody-user-bench.ts';

const NON_CUSTODIAL = { mode: 'non-custodial' } as const;
const UNIT = 10n ** 15n;
let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil?.stop();
});

const openBench = (signer: UserSigner, more?: Parameters<typeof openUserBench>[2]) => openUserBench(anvil, signer, more);
const rowOf = async (store: Store, id: string): Promise<RequestRow> =>
  (await store.get([storeKey.request('a1', id)]))[0] as unknown as RequestRow;
const pay = (id: string, to: string) => ({ id, to, amount: '0.001', asset: 'ETH' });
/** Everything that a store holds, as text. */
async function dump(store: Store): Promise<string> {
  return JSON.stringify([await store.scan('', { limit: 10_000 }), await store.log(0, 1_000)]);
}

describe('a wallet whose key is the user’s', () => {
  it('pays to finality with a viem account, and nothing secret is in our store', async () => {
    const secret = generatePrivateKey();
    const account = privateKeyToAccount(secret);
    await using bench = await openBench(toUserSigner(account));
    const { security, wallet, store } = bench;
    expect([wallet.address, wallet.mode, wallet.publicKey?.length]).toEqual([account.address, 'non-custodial', 66]);
    const to = stranger();
    const result = await security.agent('a1').execute(pay('one', to));
    expect([result.status, result.reasons]).toEqual(['success', []]);
    expect(await balanceOf(anvil, to)).toBe(UNIT);
    const key = await security.keys.getKey(wallet.keyId);
    expect([key.mode, key.publicKey, key.path, key.seedId]).toEqual(['user', wallet.publicKey, null, null]);
    const held = await dump(store);
    expect(held).toContain(wallet.account);
    expect(held).not.toContain(secret.slice(2));
    expect(held).not.toContain(Buffer.from(fromHex(secret.slice(2))).toString('base64'));
    const [record] = (await store.get([storeKey.doc(`key/${wallet.keyId}`)])) as unknown as { value: { ciphertext: string } }[];
    expect(record?.value.ciphertext, 'there is nothing to open').toBe('');
    expect(await store.scan(storeKey.doc('seed/'), { limit: 1 }), 'no seed was made for it').toEqual([]);
    expect(await failure(security.keys.rotateKey(wallet.keyId))).toMatchObject({ code: 'KEY_INVALID' });
    expect((await security.keys.getHealth()).keys?.byMode).toMatchObject({ user: 1 });
  });

  it('pays with a wallet that is asked over JSON-RPC and tells its address alone', async () => {
    const [address] = (await anvil.rpc('eth_accounts', [])) as `0x${string}`[];
    const client = createWalletClient({ account: address as `0x${string}`, chain: foundry, transport: http(anvil.rpcUrl) });
    await using bench = await openBench(toUserSigner(client as never));
    expect([bench.wallet.address, bench.wallet.publicKey]).toEqual([getAddress(address as string), null]);
    const to = stranger();
    const result = await bench.security.agent('a1').execute(pay('rpc', to));
    expect([result.status, result.reasons]).toEqual(['success', []]);
    expect(await balanceOf(anvil, to)).toBe(UNIT);
    const asked = toUserSigner(
      { request: async () => Promise.reject(Object.assign(new Error('no'), { code: 4001 })) },
      { address: address as string },
    );
    await bench.security.custody.connectSigner(bench.wallet.address, asked);
    expect((await bench.security.agent('a1').execute(pay('rpc-no', to))).status).toBe('approval_rejected');
  });

  it('asks the user before the permit is spent, with the words of the very bytes', async () => {
    const account = privateKeyToAccount(generatePrivateKey());
    const orders: SigningOrder[] = [];
    let answer: unknown = true;
    const approve = async (order: SigningOrder) => {
      orders.push(order);
      return answer as boolean;
    };
    await using bench = await openBench(toUserSigner(account, { approve }));
    const { security, store } = bench;
    const to = stranger();
    expect((await security.agent('a1').execute(pay('yes', to))).status).toBe('success');
    expect(orders).toHaveLength(1);
    expect(orders[0]?.rendered.toLowerCase()).toContain(to.slice(2));
    expect(orders[0]?.rendered).toContain('sends 0.001 "ETH"');
    answer = false;
    const no = await security.agent('a1').execute(pay('no', to));
    expect([no.status, no.reasons[0]?.code, no.pending]).toEqual(['approval_rejected', 'approval_rejected', false]);
    const row = await rowOf(store, 'no');
    expect([row.state, row.permit, row.lines]).toEqual(['denied', null, []]);
    answer = true;
    expect((await security.agent('a1').execute(pay('no', to))).status, 'a no is for good').toBe('approval_rejected');
    expect(orders).toHaveLength(2);
    expect((await security.agent('a1').execute(pay('after', to))).status, 'its place is free').toBe('success');
    answer = 'yes';
    expect((await security.agent('a1').execute(pay('odd', to))).reasons[0]?.code).toBe('signer_unavailable');
    expect((await rowOf(store, 'odd')).state, 'nothing was spent').toBe('held');
    const told = await security.audit.query({ eventTypes: ['approval_decision'] });
    expect(told.entries.map(({ outcome }) => outcome).sort()).toEqual(['approved', 'approved', 'rejected']);
  });

  it('spends nothing where nobody answers in time, and asks again', async () => {
    const account = privateKeyToAccount(generatePrivateKey());
    let silent = true;
    let aborted = 0;
    const approve: UserSigner['approve'] = (_order, { signal }) =>
      silent ? new Promise(() => signal.addEventListener('abort', () => (aborted += 1))) : Promise.resolve(true);
    await using bench = await openBench(toUserSigner(account, { approve }), { custody: { signerTimeoutMs: 150 } });
    const { security, store } = bench;
    const to = stranger();
    const late = await security.agent('a1').execute(pay('late', to));
    expect([late.status, late.reasons[0]?.code, late.pending, aborted]).toEqual(['approval_timeout', 'approval_timeout', false, 1]);
    expect([(await rowOf(store, 'late')).state, (await rowOf(store, 'late')).permit?.redeemedBy]).toEqual(['held', null]);
    silent = false;
    expect((await security.agent('a1').execute(pay('late', to))).status).toBe('success');
    expect(await balanceOf(anvil, to)).toBe(UNIT);
  });

  it('signs nothing without a signer, and again once the user’s own is connected', async () => {
    const account = privateKeyToAccount(generatePrivateKey());
    await using bench = await openBench(toUserSigner(account));
    const security = await bench.restart();
    const to = stranger();
    const alone = await security.agent('a1').execute(pay('alone', to));
    expect([alone.status, alone.reasons[0]?.code]).toEqual(['execution_failed', 'signer_unavailable']);
    expect((await rowOf(bench.store, 'alone')).permit?.redeemedBy).toBe(null);
    const other = toUserSigner(privateKeyToAccount(generatePrivateKey()));
    expect(await failure(security.custody.connectSigner(bench.wallet.address, other))).toMatchObject({ code: 'KEY_INVALID' });
    const wrongCurve: UserSigner = { algorithm: 'ed25519', publicKey: '11'.repeat(32), sign: async () => null };
    expect(await failure(security.custody.connectSigner(bench.wallet.address, wrongCurve))).toMatchObject({ code: 'KEY_INVALID' });
    await security.custody.connectSigner(bench.wallet.account, toUserSigner(account));
    expect((await security.agent('a1').execute(pay('alone', to))).status).toBe('success');
    const software = await security.custody.createWallet('owner', 'a2');
    expect(await failure(security.custody.connectSigner(software.address, toUserSigner(account)))).toMatchObject({
      code: 'KEY_INVALID',
    });
  });

  it('finds the configured signer again after a restart', async () => {
    const signer = toUserSigner(privateKeyToAccount(generatePrivateKey()));
    await using bench = await openBench(signer, { custody: { mode: 'non-custodial', signer } });
    const security = await bench.restart();
    const to = stranger();
    expect((await security.agent('a1').execute(pay('configured', to))).status).toBe('success');
    expect(bench.wallet.mode).toBe('non-custodial');
  });
});

describe('a wallet behind an adapter', () => {
  const account = privateKeyToAccount(generatePrivateKey());
  const transaction = {
    type: 'eip1559',
    chainId: 31337,
    nonce: 0,
    gas: 21_000n,
    maxFeePerGas: 10n,
    maxPriorityFeePerGas: 1n,
    value: 5n,
  } as const;
  const payload = hexToBytes(serializeTransaction({ ...transaction, to: account.address }));
  const order = { payload, hash: new Uint8Array(32) } as SigningOrder;
  const options = { signal: new AbortController().signal };
  const asked = (answer: unknown) => toUserSigner({ request: async () => answer }, { address: account.address });

  it('is believed where it signed these very bytes, as text or beside fields', async () => {
    const raw = await account.signTransaction({ ...transaction, to: account.address });
    const mine = await toUserSigner(account).sign(order, options);
    expect(mine).toHaveLength(65);
    for (const answer of [raw, { raw, tx: {} }]) expect(await asked(answer).sign(order, options)).toEqual(mine);
  });

  it('is not where it chose a fee of its own, or answered anything else', async () => {
    const otherFee = await account.signTransaction({ ...transaction, maxFeePerGas: 11n, to: account.address });
    for (const answer of [otherFee, undefined, null, {}, '0x', '0xzz', 5])
      await expect(asked(answer).sign(order, options), String(answer)).rejects.toThrow();
    await expect(asked(otherFee).sign(order, options)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    expect(() => toUserSigner({ request: async () => null })).toThrow(/REQUEST_INVALID/);
  });
});

describe('making such a wallet', () => {
  it('is refused without a signer, with a contradicting one, over another key mode, and for another agent', async () => {
    const account = privateKeyToAccount(generatePrivateKey());
    const signer = toUserSigner(account);
    await using bench = await openBench(signer);
    const { custody } = bench.security;
    const make = (agent: string, options: object) => failure(custody.createWallet('owner', agent, { ...NON_CUSTODIAL, ...options }));
    expect(await make('a1', {})).toMatchObject({ code: 'REQUEST_INVALID' });
    expect(await make('a1', { signer: { ...signer, address: stranger() } })).toMatchObject({ code: 'KEY_INVALID' });
    expect(await make('a1', { signer: { algorithm: 'secp256k1', sign: signer.sign } })).toMatchObject({ code: 'KEY_INVALID' });
    expect(await make('a1', { signer: { algorithm: 'ed25519', publicKey: '22'.repeat(32), sign: signer.sign } })).toMatchObject({
      code: 'KEY_INVALID',
    });
    expect(await make('a1', { signer: { ...signer, publicKey: '02zz' } })).toMatchObject({ code: expect.stringMatching(/INVALID/) });
    expect(await make('a2', { signer })).toMatchObject({ code: 'WALLET_EXISTS' });
    expect(await make('a1', { signer })).toMatchObject({ code: 'WALLET_EXISTS' });
    expect(await make('a1', { signer, dailyLimit: '5' }), 'a limit that nobody would hold').toMatchObject({ code: 'REQUEST_INVALID' });
    const ours = await custody.createWallet('owner', 'a2');
    const taken: UserSigner = { algorithm: 'secp256k1', publicKey: ours.publicKey ?? '', sign: signer.sign };
    expect(await make('a1', { signer: taken }), 'our own key is no user’s').toMatchObject({ code: 'KEY_INVALID' });
  });

  it('a revoked key signs no more, whoever holds it', async () => {
    await using bench = await openBench(toUserSigner(privateKeyToAccount(generatePrivateKey())));
    await bench.security.keys.revokeKey(bench.wallet.keyId, 'the phone was stolen');
    const refused = await bench.security.agent('a1').execute(pay('revoked', stranger()));
    expect(refused.reasons[0]?.code).toBe('key_revoked');
  });
});
