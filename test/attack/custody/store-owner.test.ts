import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../../src/adapters/store/memory/index.ts';
import { type RequestRow, storeKey } from '../../../src/core/store.ts';
import { type CastellanError, type Custody, createSecurityManager, type SecurityConfig, type Wallet } from '../../../src/index.ts';
import { toUserSigner } from '../../../src/integrations/wallets/index.ts';
import { type Anvil, startAnvil } from '../../../src/testing/anvil.ts';
import { balanceOf, configOf, FREE, fund, type Hooks, sentBy, stranger, withHooks } from '../../e2e/bench.ts';
import { failure } from '../../e2e/custody-bench.ts';
import { sendRaw } from '../../fixtures/send-raw.ts';
import { movableClock } from '../api/bench.ts';

const UNIT = 10n ** 15n;
const KEYS = { encryptionKey: '3e'.repeat(32) };
const STRICT = { mode: 'software', platformManaged: false } as const;
let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil?.stop();
});

const prepare = (custody: Custody, { address }: Wallet, to = stranger()) => custody.prepareTransaction(address, { to, value: '0.001' });

describe('what only an owner of the store could do', () => {
  async function open(given: Partial<SecurityConfig> = {}) {
    const { clock, move } = movableClock();
    const hooks: Hooks = {};
    const store = createMemoryStore({ clock });
    const factory = { open: () => withHooks({ ...store, close: async () => undefined }, hooks) };
    const config = configOf(anvil, { store: factory, keys: KEYS, agents: { a1: FREE }, custody: STRICT, clock, ...given });
    const security = createSecurityManager(config);
    const wallet = await security.custody.createWallet('owner', 'a1');
    await fund(anvil, wallet.address);
    const put = (key: string, value: unknown) => store.apply([{ commands: [{ kind: 'doc.put', key, value: value as never }] }]);
    const doc = async (key: string) => ((await store.get([storeKey.doc(key)]))[0] as unknown as { value: Record<string, unknown> }).value;
    const row = async (id: string) => (await store.get([storeKey.request('a1', id)]))[0] as unknown as RequestRow;
    let last = security;
    const restart = async () => {
      await last.shutdown(500);
      last = createSecurityManager(config);
      return last;
    };
    return {
      ...{ security, wallet, hooks, store, put, doc, row, move, restart },
      [Symbol.asyncDispose]: async () => void (await last.shutdown(500)),
    };
  }

  it('a used approval that is made fresh in the store pays nothing a second time', async () => {
    await using bench = await open();
    const { security, wallet, put, doc } = bench;
    const { custody } = security;
    const to = stranger();
    const prepared = await prepare(custody, wallet, to);
    const approval = await custody.requestApproval(wallet.address, prepared);
    const { raw, hash } = await custody.signTransaction(wallet.address, prepared, approval);
    await sendRaw(anvil, raw);
    const key = `custody-approval/${approval.id}`;
    await put(key, { ...(await doc(key)), usedBy: null });
    expect((await custody.signTransaction(wallet.address, prepared, approval)).hash).toBe(hash);
    expect(await failure(custody.signTransaction(wallet.address, await prepare(custody, wallet), approval))).toMatchObject({
      reason: 'approval_of_another_transaction',
    });
    expect([await balanceOf(anvil, to), await sentBy(anvil, wallet)]).toEqual([UNIT, 1]);
  });

  it('a second call that waited behind the first until it was too late signs nothing', async () => {
    await using bench = await open({ custody: { mode: 'software' } });
    const { security, wallet, hooks, move } = bench;
    const { custody } = security;
    const prepared = await prepare(custody, wallet);
    let late: Promise<unknown> | undefined;
    hooks.beforeApply = async (commands) => {
      if (late !== undefined || !commands.some(({ kind }) => kind === 'permit.redeem')) return;
      late = failure(custody.signTransaction(wallet.address, prepared));
      await new Promise((resolve) => setTimeout(resolve, 50));
      move(300_001);
      throw new Error('the store is away');
    };
    expect((await failure(custody.signTransaction(wallet.address, prepared))).code).not.toBe('nothing thrown');
    expect(await late).toMatchObject({ code: 'REQUEST_INVALID', reason: 'prepared_expired' });
    expect(await sentBy(anvil, wallet)).toBe(0);
  });

  it('what was prepared over another store is not taken, whatever both have in common', async () => {
    await using bench = await open();
    const signer = toUserSigner(privateKeyToAccount(generatePrivateKey()));
    const wallet = await bench.security.custody.createWallet('owner', 'a1', { mode: 'non-custodial', signer });
    await fund(anvil, wallet.address);
    await using twin = await open();
    const theirs = await twin.security.custody.createWallet('owner', 'a1', { mode: 'non-custodial', signer });
    expect(theirs.account).toBe(wallet.account);
    const prepared = await prepare(twin.security.custody, theirs);
    const approval = await twin.security.custody.requestApproval(theirs.address, prepared);
    expect(await failure(bench.security.custody.signTransaction(wallet.address, prepared, approval))).toMatchObject({
      reason: 'prepared_altered',
    });
    const own = await prepare(bench.security.custody, wallet);
    expect(await failure(bench.security.custody.signTransaction(wallet.address, own, approval))).toMatchObject({
      reason: 'approval_unknown',
    });
  });

  it('a crash after the permit was spent leaves the same signature to be had, by the same yes', async () => {
    await using bench = await open();
    const { security, wallet, hooks, row, restart } = bench;
    const to = stranger();
    const prepared = await prepare(security.custody, wallet, to);
    const approval = await security.custody.requestApproval(wallet.address, prepared);
    hooks.afterApply = async (commands) => {
      if (!commands.some(({ kind }) => kind === 'permit.redeem')) return;
      hooks.beforeGet = hooks.beforeApply = () => Promise.reject(new Error('the process is gone'));
      throw new Error('the process is gone');
    };
    expect((await failure(security.custody.signTransaction(wallet.address, prepared, approval))).code).not.toBe('nothing thrown');
    expect([(await row(prepared.id)).state, (await row(prepared.id)).sealed]).toEqual(['redeemed', null]);
    for (const hook of ['afterApply', 'beforeApply', 'beforeGet'] as const) delete hooks[hook];
    const next = await restart();
    expect(await failure(next.custody.signTransaction(wallet.address, prepared)), 'not without the yes').toMatchObject({
      reason: 'parties_too_few',
    });
    const [one, two] = await Promise.all([1, 2].map(() => next.custody.signTransaction(wallet.address, prepared, approval)));
    expect(one?.hash).toBe(two?.hash);
    await sendRaw(anvil, one?.raw as Uint8Array);
    await next.start();
    expect([await balanceOf(anvil, to), await sentBy(anvil, wallet)]).toEqual([UNIT, 1]);
  });

  it('a kill after the signature holds it back, and the refusal says that it exists', async () => {
    await using bench = await open({ custody: { mode: 'software' } });
    const { security, wallet, hooks, row } = bench;
    const to = stranger();
    const prepared = await prepare(security.custody, wallet, to);
    let done = false;
    hooks.afterApply = async (commands) => {
      if (done || !commands.some((command) => (command as { to?: string }).to === 'signed')) return;
      done = true;
      await security.emergency.activateKillSwitch({ reason: 'test', triggeredBy: 'test' });
    };
    const thrown = await security.custody.signTransaction(wallet.address, prepared).then(
      () => undefined,
      (error: CastellanError) => error,
    );
    expect(thrown).toMatchObject({ code: 'HALTED', details: { requestId: prepared.id, pending: true } });
    expect([(await row(prepared.id)).state, thrown?.details['txHash'], await sentBy(anvil, wallet)]).toEqual([
      'signed',
      (await row(prepared.id)).txHash,
      0,
    ]);
    expect(await failure(security.custody.signTransaction(wallet.address, prepared))).toEqual({ code: 'HALTED', reason: 'halted' });
    await security.emergency.deactivateKillSwitch({ approvedBy: 'admin', notes: 'fine' });
    expect((await security.custody.signTransaction(wallet.address, prepared)).hash, 'that one, and no other').toBe(
      thrown?.details['txHash'],
    );
  });

  it('a kill between the approvals’ use and the signature wins', async () => {
    await using bench = await open();
    const { security, wallet, hooks, row } = bench;
    const { custody } = security;
    const prepared = await prepare(custody, wallet);
    const approval = await custody.requestApproval(wallet.address, prepared);
    let done = false;
    hooks.beforeApply = async (commands) => {
      if (done || !commands.some(({ kind }) => kind === 'permit.redeem')) return;
      done = true;
      await security.emergency.activateKillSwitch({ reason: 'test', triggeredBy: 'test' });
    };
    expect(await failure(custody.signTransaction(wallet.address, prepared, approval))).toMatchObject({ reason: 'halted' });
    expect([(await row(prepared.id)).sealed, (await row(prepared.id)).state]).toEqual([null, 'released']);
  });
});
