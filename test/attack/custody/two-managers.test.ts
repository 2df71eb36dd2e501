import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../../src/adapters/store/memory/index.ts';
import { sqliteStore } from '../../../src/adapters/store/sqlite/index.ts';
import { toHex } from '../../../src/core/digest.ts';
import { type RequestRow, storeKey } from '../../../src/core/store.ts';
import {
  type CastellanError,
  type Custody,
  createSecurityManager,
  type SecurityConfig,
  type SecurityManager,
  type Wallet,
} from '../../../src/index.ts';
import { type Anvil, startAnvil } from '../../../src/testing/anvil.ts';
import { ASKS, balanceOf, configOf, FREE, fund, type Hooks, person, sentBy, stranger, withHooks } from '../../e2e/bench.ts';
import { failure } from '../../e2e/custody-bench.ts';
import { deploy } from '../../fixtures/evm-contracts.ts';
import { sendRaw } from '../../fixtures/send-raw.ts';
import { LIMITS_ALONE, movableClock } from '../api/bench.ts';

const UNIT = 10n ** 15n;
const KEYS = { encryptionKey: '3e'.repeat(32) };
const ANN = person('ann');
const STRICT = { mode: 'software', platformManaged: false } as const;
let anvil: Anvil;
let folder: string;
let files = 0;
beforeAll(async () => {
  anvil = await startAnvil();
  folder = await mkdtemp(join(tmpdir(), 'castellan-custody-attack-'));
});
afterAll(async () => {
  await anvil?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Two processes' worth of managers on one SQLite file, with a wallet that signs only what its user approved. */
async function pair(given: Partial<SecurityConfig> = {}, one_: Partial<SecurityConfig> = {}) {
  files += 1;
  const store = sqliteStore({ path: join(folder, `${files}.db`) });
  const config = configOf(anvil, { store, keys: KEYS, agents: { a1: FREE }, custody: STRICT, ...given });
  const one = createSecurityManager({ ...config, ...one_ });
  const wallet = await one.custody.createWallet('owner', 'a1');
  const two = createSecurityManager(config);
  await two.ready();
  await fund(anvil, wallet.address);
  return { one, two, wallet, [Symbol.asyncDispose]: async () => void (await Promise.all([one.shutdown(500), two.shutdown(500)])) };
}
const prepare = (custody: Custody, { address }: Wallet, to = stranger()) => custody.prepareTransaction(address, { to, value: '0.001' });

describe('one approval in two processes', () => {
  it('signs one transaction once, however many sign at once', async () => {
    await using both = await pair();
    const { one, two, wallet } = both;
    for (let round = 0; round < 4; round += 1) {
      const to = stranger();
      const prepared = await prepare(one.custody, wallet, to);
      const approval = await two.custody.requestApproval(wallet.address, prepared);
      const signed = await Promise.all(
        [one, two, one, two].map(({ custody }) => custody.signTransaction(wallet.address, prepared, approval)),
      );
      expect(new Set(signed.map(({ hash }) => hash)).size).toBe(1);
      await sendRaw(anvil, signed[0]?.raw as Uint8Array);
      expect(await balanceOf(anvil, to)).toBe(UNIT);
      const again = await two.custody.signTransaction(wallet.address, prepared, approval);
      expect(again.hash, 'after it is in a block, the same bytes').toBe(signed[0]?.hash);
    }
    expect(await sentBy(anvil, wallet)).toBe(4);
  });

  it('is no approval for the agent’s own execution of the same request, nor for another one', async () => {
    await using both = await pair();
    const { one, two, wallet } = both;
    const prepared = await prepare(one.custody, wallet);
    const approval = await one.custody.requestApproval(wallet.address, prepared);
    const { tx, id } = prepared;
    const request = { id, wallet: wallet.account, chain: prepared.chain, to: tx.to, amount: tx.value, asset: 'ETH' };
    for (const { agent } of [one, two])
      for (const body of [request, { ...request, id: 'mine' }])
        expect((await agent('a1').execute(body as never)).status).toBe('policy_rejected');
    const next = await prepare(two.custody, wallet);
    expect(await failure(two.custody.signTransaction(wallet.address, next, approval))).toMatchObject({
      reason: 'approval_of_another_transaction',
    });
    expect(await sentBy(anvil, wallet)).toBe(0);
  });

  it('ends with the last millisecond, by the later of the two clocks', async () => {
    const { clock, move } = movableClock();
    await using both = await pair({}, { clock });
    const { one, two, wallet } = both;
    const prepared = await prepare(two.custody, wallet);
    const approval = await two.custody.requestApproval(wallet.address, prepared);
    expect(approval.expiresAtMs).toBe(prepared.expiresAtMs);
    move(prepared.expiresAtMs - clock.nowMs());
    expect(await failure(one.custody.signTransaction(wallet.address, prepared, approval))).toMatchObject({ reason: 'prepared_expired' });
    expect((await two.custody.signTransaction(wallet.address, prepared, approval)).requestId).toBe(prepared.id);
  });

  it('given before permissions were tightened elsewhere is worth nothing after', async () => {
    await using both = await pair();
    const { one, two, wallet } = both;
    const prepared = await prepare(one.custody, wallet);
    const approval = await one.custody.requestApproval(wallet.address, prepared);
    await two.policy.updateAgent('a1', { limits: { ...FREE.limits, perTransaction: '0.0001' } });
    const refused = await failure(one.custody.signTransaction(wallet.address, prepared, approval));
    expect(refused).toMatchObject({ code: 'REQUEST_DENIED', reason: 'per_transaction_limit' });
    expect(await sentBy(anvil, wallet)).toBe(0);
  });

  it('of an agent that was removed elsewhere signs nothing', async () => {
    await using both = await pair();
    const { one, two, wallet } = both;
    const prepared = await prepare(one.custody, wallet);
    const approval = await one.custody.requestApproval(wallet.address, prepared);
    await two.policy.deleteAgent('a1');
    expect(await failure(one.custody.signTransaction(wallet.address, prepared, approval))).toMatchObject({ reason: 'agent_unknown' });
    expect(await failure(one.custody.requestApproval(wallet.address, prepared))).toMatchObject({ code: 'AGENT_UNKNOWN' });
    expect(await failure(prepare(one.custody, wallet))).toMatchObject({ code: 'AGENT_UNKNOWN' });
  });
});

describe('what was read and what is signed', () => {
  it('are the same, even where another process takes the same words for another token', async () => {
    const [usd, fake] = [await deploy(anvil, 'PlainToken', ['USD', 6]), await deploy(anvil, 'PlainToken', ['USD', 6])];
    const listing = (address: string, decimals = 6) => configOf(anvil, { tokens: [{ symbol: 'USD', address, decimals }] }).chains ?? [];
    const limits = { ...FREE.limits, assets: { USD: { perTransaction: 1_000, daily: 10_000 } } };
    const agents = { a1: { ...FREE, limits } };
    for (const chains of [listing(fake.address), listing(usd.address, 2)]) {
      await using both = await pair({ agents, chains, ...LIMITS_ALONE }, { chains: listing(usd.address) });
      const { one, two, wallet } = both;
      for (const token of [usd, fake]) await token.send('mint', [wallet.address, 10_000_000_000n]);
      const prepared = await one.custody.prepareTransaction(wallet.address, { to: stranger(), value: '5', asset: 'USD' });
      const approval = await one.custody.requestApproval(wallet.address, prepared);
      expect(await failure(two.custody.signTransaction(wallet.address, prepared, approval))).toEqual({
        code: 'REQUEST_INVALID',
        reason: 'prepared_outdated',
      });
      expect([await sentBy(anvil, wallet), (await two.getHealth()).killSwitch]).toEqual([0, 'inactive']);
    }
  });
});

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

describe('people who are asked by authorize', () => {
  const open = async (more: Partial<SecurityConfig> = {}): Promise<{ security: SecurityManager; wallet: Wallet } & AsyncDisposable> => {
    const security = createSecurityManager(configOf(anvil, { agents: { a1: ASKS }, ...more }));
    const wallet = await security.custody.createWallet('owner', 'a1');
    await security.approvals.register({ id: ANN.id, key: toHex(ANN.publicKey) });
    await fund(anvil, wallet.address);
    return { security, wallet, [Symbol.asyncDispose]: async () => void (await security.shutdown(500)) };
  };
  const ask = (id: string, to: string) => ({ id, to, amount: '0.1', asset: 'ETH' });
  it('one yes pays once, whoever asks again and how often', async () => {
    await using bench = await open();
    const { security, wallet } = bench;
    const agent = security.agent('a1');
    const to = stranger();
    const asked = await agent.authorize(ask('one', to));
    expect(asked.approved).toBe(false);
    await security.approvals.approve(asked.decision.id, ANN);
    const ends = await Promise.all([agent.authorize(ask('one', to)), agent.execute(ask('one', to)), agent.execute(ask('one', to))]);
    expect(ends.slice(1).map((end) => (end as { status: string }).status)).toEqual(['success', 'success']);
    expect((await agent.execute(ask('two', to))).status).toBe('approval_pending');
    expect([await balanceOf(anvil, to), await sentBy(anvil, wallet)]).toEqual([100n * UNIT, 1]);
  });

  it('a yes of before the rules were tightened pays nothing', async () => {
    await using bench = await open();
    const { security, wallet } = bench;
    const agent = security.agent('a1');
    const to = stranger();
    const [first, held] = [await agent.authorize(ask('one', to)), await agent.authorize(ask('held', to))];
    await security.approvals.approve(first.decision.id, ANN);
    await security.approvals.approve(held.decision.id, ANN);
    expect((await agent.authorize(ask('held', to))).approved, 'room is held').toBe(true);
    await security.policy.updateAgent('a1', { limits: { ...ASKS.limits, perTransaction: '0.01' } });
    for (const id of ['one', 'held']) expect((await agent.execute(ask(id, to))).status).toBe('policy_rejected');
    expect(await sentBy(anvil, wallet)).toBe(0);
  });

  it('a no stands, and of many questions no more are open than somebody reads', async () => {
    const { clock, move } = movableClock();
    await using bench = await open({ clock });
    const { security, wallet } = bench;
    const agent = security.agent('a1');
    const to = stranger();
    for (let index = 0; index < 120; index += 1) {
      // Slowly enough not to be noticed as a burst, which would end it.
      move(20_000);
      expect((await agent.authorize(ask(`flood-${index}`, to))).decision.verdict).toBe('escalated');
    }
    const last = await agent.authorize(ask('last', to));
    const open_ = await security.approvals.list({ agent: 'a1' as never, state: 'pending' });
    expect(open_.length).toBeLessThanOrEqual(100);
    expect(open_.map(({ request }) => request.requestId)).toContain('last');
    await security.approvals.reject(last.decision.id, { by: 'ann' });
    expect((await agent.authorize(ask('last', to))).approved).toBe(false);
    expect((await agent.execute(ask('last', to))).status).toBe('approval_rejected');
    expect(await sentBy(anvil, wallet)).toBe(0);
  });
});
