import { secp256k1 } from '@noble/curves/secp256k1.js';
import { generatePrivateKey, privateKeyToAccount, publicKeyToAddress } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../../src/core/digest.ts';
import { type RequestRow, type Store, storeKey } from '../../../src/core/store.ts';
import type { SigningOrder, UserSigner } from '../../../src/core/user-signer.ts';
import { createSecurityManager } from '../../../src/index.ts';
import { toUserSigner } from '../../../src/integrations/wallets/index.ts';
import { type Anvil, startAnvil } from '../../../src/testing/anvil.ts';
import { balanceOf, fund, sentBy, stranger } from '../../e2e/bench.ts';
import { failure, lasting } from '../../e2e/custody-bench.ts';
import { openUserBench } from '../../e2e/custody-user-bench.ts';
import { sendRaw } from '../../fixtures/send-raw.ts';

const UNIT = 10n ** 15n;
let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil?.stop();
});

const GWEI = 1_000_000_000n;
async function baseFee(wei: bigint): Promise<void> {
  await anvil.rpc('anvil_setNextBlockBaseFeePerGas', [`0x${wei.toString(16)}`]);
  await anvil.rpc('anvil_mine', ['0x1']);
}

type Sign = UserSigner['sign'];
const rowOf = async (store: Store, id: string): Promise<RequestRow> =>
  (await store.get([storeKey.request('a1', id)]))[0] as unknown as RequestRow;
const pay = (id: string, to: string) => ({ id, to, amount: '0.001', asset: 'ETH' });
/** A user whose wallet does as the test says. */
function puppet() {
  const own = toUserSigner(privateKeyToAccount(generatePrivateKey()));
  const told: { sign: Sign; approve: NonNullable<UserSigner['approve']>; orders: SigningOrder[] } = {
    sign: own.sign,
    approve: async () => true,
    orders: [],
  };
  const signer: UserSigner = {
    ...own,
    approve: (order, options) => told.approve(order, options),
    sign: async (order, options) => {
      told.orders.push(order);
      return told.sign(order, options);
    },
  };
  return { own, told, signer };
}
/** Something that is awaited until the test lets it go. */
function door<T>() {
  let open: (value: T) => void = () => undefined;
  const opened = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('a user who is asked twice at once', () => {
  it('by two processes, and says yes and no: what is paid is never told as refused', async () => {
    const { own, told, signer } = puppet();
    const config = lasting(anvil);
    const [one, two] = [createSecurityManager(config), createSecurityManager(config)];
    const wallet = await one.custody.createWallet('owner', 'a1', { mode: 'non-custodial', signer });
    await two.custody.connectSigner(wallet.address, signer);
    await fund(anvil, wallet.address);
    const to = stranger();
    const first = door<null>();
    told.sign = async (order, options) => (told.orders.length === 1 ? first.opened : own.sign(order, options));
    const no = one.agent('a1').execute(pay('twice', to));
    await expect.poll(() => told.orders.length).toBe(1);
    const yes = await two.agent('a1').execute(pay('twice', to));
    expect([yes.status, await balanceOf(anvil, to)]).toEqual(['success', UNIT]);
    first.open(null);
    expect((await no).status, 'the first answer that was written stands').toBe('success');
    expect(await sentBy(anvil, wallet)).toBe(1);
    await Promise.all([one.shutdown(500), two.shutdown(500)]);
  });

  it('and a signature that comes after the time and after a no pays nothing', async () => {
    const { own, told, signer } = puppet();
    await using bench = await openUserBench(anvil, signer, { custody: { signerTimeoutMs: 100 } });
    const { security, store, wallet } = bench;
    const to = stranger();
    const late = door<Uint8Array | null>();
    told.sign = async () => late.opened;
    expect((await security.agent('a1').execute(pay('late', to))).reasons[0]?.code).toBe('signature_pending');
    told.sign = async () => null;
    expect((await security.agent('a1').execute(pay('late', to))).status).toBe('approval_rejected');
    late.open(await own.sign(told.orders[0] as SigningOrder, { signal: new AbortController().signal }));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([(await rowOf(store, 'late')).state, (await rowOf(store, 'late')).sealed, await sentBy(anvil, wallet)]).toEqual([
      'released',
      null,
      0,
    ]);
    told.sign = own.sign;
    expect((await security.agent('a1').execute(pay('next', to))).status).toBe('success');
    expect([await balanceOf(anvil, to), await sentBy(anvil, wallet)]).toEqual([UNIT, 1]);
  });

  it('about two payments, and answers each with the signature of the other', async () => {
    const { own, told, signer } = puppet();
    await using bench = await openUserBench(anvil, signer);
    const { security } = bench;
    const [a, b] = [stranger(), stranger()];
    const signatures = [door<Uint8Array | null>(), door<Uint8Array | null>()] as const;
    let asked = 0;
    told.sign = async (order, options) => {
      const mine = asked++;
      signatures[mine as 0 | 1]?.open(await own.sign(order, options));
      return (signatures[(1 - mine) as 0 | 1] as ReturnType<typeof door<Uint8Array | null>>).opened;
    };
    const ends = await Promise.all([security.agent('a1').execute(pay('a', a)), security.agent('a1').execute(pay('b', b))]);
    expect(ends.map(({ reasons }) => reasons[0]?.code)).toEqual(['signature_invalid', 'signature_invalid']);
    expect([await balanceOf(anvil, a), await balanceOf(anvil, b)]).toEqual([0n, 0n]);
    told.sign = own.sign;
    expect((await security.agent('a1').execute(pay('a', a))).status).toBe('success');
    expect((await security.agent('a1').execute(pay('b', b))).status).toBe('success');
    expect([await balanceOf(anvil, a), await balanceOf(anvil, b)]).toEqual([UNIT, UNIT]);
  });
});

describe('what the user has read is what is signed', () => {
  it('and no fee beyond what the words said', async () => {
    const { told, signer } = puppet();
    await using bench = await openUserBench(anvil, signer);
    const { custody } = bench.security;
    const prepared = await custody.prepareTransaction(bench.wallet.address, { to: stranger(), value: '0.001' });
    const approval = await custody.requestApproval(bench.wallet.address, prepared);
    expect(approval.state).toBe('approved');
    try {
      await baseFee(1_000n * GWEI);
      const refused = await failure(custody.signTransaction(bench.wallet.address, prepared, approval));
      expect(refused.reason).toBe('fee_exceeds_ceiling');
      expect(told.orders, 'nobody signed it').toEqual([]);
    } finally {
      await baseFee(GWEI);
    }
  });

  it('nothing is approved while a stop is on, even one that came while the user was thinking', async () => {
    const { told, signer } = puppet();
    await using bench = await openUserBench(anvil, signer);
    const { custody, emergency } = bench.security;
    const prepared = await custody.prepareTransaction(bench.wallet.address, { to: stranger(), value: '0.001' });
    told.approve = async () => {
      await emergency.activateKillSwitch({ reason: 'test', triggeredBy: 'test' });
      return true;
    };
    expect(await failure(custody.requestApproval(bench.wallet.address, prepared))).toEqual({ code: 'HALTED', reason: 'halted' });
    expect(await bench.store.scan(storeKey.doc('custody-approval/'), { limit: 10 }), 'nothing was kept').toEqual([]);
  });

  it('nothing is signed for an agent that was removed, or that was paused while its user was asked', async () => {
    const { told, signer } = puppet();
    await using bench = await openUserBench(anvil, signer);
    const { custody, emergency, policy } = bench.security;
    const one = await custody.prepareTransaction(bench.wallet.address, { to: stranger(), value: '0.001' });
    const yes = await custody.requestApproval(bench.wallet.address, one);
    told.sign = async () => {
      throw new Error('must not be asked');
    };
    told.approve = async () => {
      await emergency.pauseAgent('a1', { reason: 'test', triggeredBy: 'test' } as never);
      return true;
    };
    expect(await failure(custody.signTransaction(bench.wallet.address, one))).toMatchObject({ reason: 'agent_paused' });
    expect(told.orders).toEqual([]);
    await emergency.resumeAgent('a1', { approvedBy: 'admin', notes: 'fine' } as never);
    await policy.deleteAgent('a1');
    expect(await failure(custody.signTransaction(bench.wallet.address, one, yes))).toMatchObject({ reason: 'agent_unknown' });
    expect(await failure(custody.requestApproval(bench.wallet.address, one))).toMatchObject({ code: 'AGENT_UNKNOWN' });
    expect(told.orders).toEqual([]);
  });
});

describe('a signer that is not what it seems', () => {
  it('without a way to sign is not attached at all', async () => {
    const { signer } = puppet();
    await using bench = await openUserBench(anvil, signer);
    const { custody } = bench.security;
    const { sign: _sign, ...mute } = signer;
    for (const odd of [mute, { ...signer, sign: 'yes' }, { ...signer, approve: 'yes' }, null, undefined, 5, () => signer])
      expect(await failure(custody.connectSigner(bench.wallet.address, odd as never)), String(odd)).toMatchObject({ code: 'KEY_INVALID' });
    expect((await bench.security.agent('a1').execute(pay('still', stranger()))).status).toBe('success');
  });

  it('that tells another key at each look gets no wallet, or one of the key that it told first', async () => {
    const keys = [generatePrivateKey(), generatePrivateKey()].map((secret) => toUserSigner(privateKeyToAccount(secret)));
    const { signer } = puppet();
    await using bench = await openUserBench(anvil, signer);
    let looks = 0;
    const moody = {
      algorithm: 'secp256k1' as const,
      get publicKey() {
        return keys[looks++ % 2]?.publicKey;
      },
      sign: keys[0]?.sign,
    };
    const made = await failure(bench.security.custody.createWallet('owner', 'a1', { mode: 'non-custodial', signer: moody as never }));
    expect(['KEY_INVALID', 'nothing thrown']).toContain(made.code);
    const wallets = await bench.security.custody.listWallets('owner');
    if (made.code === 'KEY_INVALID') expect(wallets, 'a refusal leaves no wallet').toHaveLength(1);
  });

  it('that names an account of a key of ours is no user’s', async () => {
    const { signer, own } = puppet();
    await using bench = await openUserBench(anvil, signer);
    const { custody, keys } = bench.security;
    const idle = await keys.generateKey({ algorithm: 'secp256k1', purpose: 'signing' });
    const probe = await custody.createWallet('owner', 'a2', { keyId: idle.keyId, mode: 'software' });
    expect(probe.publicKey).toBe(idle.publicKey);
    const other = await keys.generateKey({ algorithm: 'secp256k1', purpose: 'signing' });
    const address = publicKeyToAddress(`0x${toHex(secp256k1.Point.fromHex(other.publicKey).toBytes(false))}`);
    const lying: UserSigner = { algorithm: 'secp256k1', address, sign: own.sign };
    expect(await failure(custody.createWallet('owner', 'a1', { mode: 'non-custodial', signer: lying }))).toMatchObject({
      code: 'KEY_INVALID',
    });
  });

  it('that calls back into the manager about the same payment gets nowhere, and does not hang it', async () => {
    const { own, told, signer } = puppet();
    await using bench = await openUserBench(anvil, signer, { custody: { signerTimeoutMs: 400 } });
    const { custody } = bench.security;
    const to = stranger();
    const prepared = await custody.prepareTransaction(bench.wallet.address, { to, value: '0.001' });
    let inner: Promise<unknown> | undefined;
    told.approve = async () => {
      inner ??= failure(custody.signTransaction(bench.wallet.address, prepared));
      await inner;
      return true;
    };
    expect(await failure(custody.signTransaction(bench.wallet.address, prepared))).toMatchObject({ reason: 'approval_timeout' });
    await inner;
    told.approve = async () => true;
    told.sign = own.sign;
    const { raw } = await custody.signTransaction(bench.wallet.address, prepared);
    await sendRaw(anvil, raw);
    expect((await bench.security.agent('a1').execute(pay('after', to))).status).toBe('success');
    expect([await balanceOf(anvil, to), await sentBy(anvil, bench.wallet)]).toEqual([2n * UNIT, 2]);
  });

  it('that answers while the manager is shut down has signed nothing that is sent twice', async () => {
    const { own, told, signer } = puppet();
    await using bench = await openUserBench(anvil, signer);
    const to = stranger();
    const waiting = door<Uint8Array | null>();
    told.sign = async () => waiting.opened;
    const cut = bench.security.agent('a1').execute(pay('cut', to));
    cut.catch(() => undefined);
    await expect.poll(() => told.orders.length).toBe(1);
    const next = await bench.restart();
    waiting.open(await own.sign(told.orders[0] as SigningOrder, { signal: new AbortController().signal }));
    await cut.catch(() => undefined);
    await next.start();
    expect([(await rowOf(bench.store, 'cut')).state, await balanceOf(anvil, to)]).toEqual(['redeemed', 0n]);
    told.sign = own.sign;
    await next.custody.connectSigner(bench.wallet.address, signer);
    expect((await next.agent('a1').execute(pay('cut', to))).status).toBe('success');
    expect([await balanceOf(anvil, to), await sentBy(anvil, bench.wallet)]).toEqual([UNIT, 1]);
  });
});
