import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { ton } from '../../src/adapters/ton/index.ts';
import type { Store } from '../../src/core/store.ts';
import {
  type CustodyProvider,
  createCustodyProvider,
  isCastellanError,
  type PreparedTransaction,
  type SecurityConfig,
  type Wallet,
} from '../../src/index.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/ton-devchain/index.ts';
import { keysOf, walletOf } from '../fixtures/ton-deploy.ts';

const TON = 1_000_000_000n;
const PARTIES = { threshold: 2, parties: ['user', 'platform', 'backup'] };
let chain: TonDevChain;
let shop: string;
let shift = 0;
beforeAll(async () => {
  chain = await startTonDevChain();
  shop = walletOf(keysOf('shop').publicKey, chain).address.toString();
});
afterAll(async () => {
  await chain?.close();
});

function configOf(store: Store): Omit<SecurityConfig, 'custody'> {
  const clock = systemClock();
  return {
    chains: [ton({ chain: chain.chain, endpoint: chain.url, pollMs: 10, maxClockSkewMs: 3_600_000 })],
    store: { open: () => ({ ...store, close: async () => undefined }) },
    keys: { encryptionKey: '5c'.repeat(32) },
    agents: {
      'agent-1': {
        user: 'user-1',
        template: 'aggressive',
        limits: { unit: 'TON', perTransaction: 5, daily: 50 },
        rateLimiting: { cooldownSeconds: 0, maxPerHour: 10_000 },
      },
    },
    risk: { anomalyThreshold: 100 },
    emergency: { autoResponseTriggers: [] },
    execution: { settleTimeoutMs: 10_000 },
    clock: { ...clock, nowMs: () => clock.nowMs() + shift },
  };
}

async function failure(run: Promise<unknown>): Promise<{ code: string; reason: unknown }> {
  try {
    await run;
  } catch (error) {
    if (isCastellanError(error)) return { code: error.code, reason: error.details['reason'] };
    throw error;
  }
  return { code: 'nothing thrown', reason: null };
}
const newStore = (): Store => createMemoryStore({ clock: systemClock() });

describe('the custody of the reference, by parties', () => {
  let custody: CustodyProvider;
  let wallet: Wallet;
  beforeAll(async () => {
    custody = createCustodyProvider('mpc', configOf(newStore()));
    wallet = await custody.createWallet('user-1', 'agent-1', PARTIES);
    await chain.fund(wallet.address, 20n * TON);
  });
  afterAll(async () => {
    await custody?.close();
  });
  const prepare = (value = '0.1') => custody.prepareTransaction(wallet.address, { to: shop, value, data: '' });
  const ask = (prepared: PreparedTransaction, party?: string) => custody.requestApproval(wallet.address, prepared, party);
  const signed = (prepared: PreparedTransaction, approvals?: unknown) =>
    custody.signTransaction(wallet.address, prepared, approvals as never);

  it('prepares, collects two of three, signs, and the chain takes it', async () => {
    expect([wallet.mode, wallet.parties, wallet.threshold]).toEqual(['mpc', PARTIES.parties, 2]);
    const prepared = await prepare('0.5');
    expect(prepared).toMatchObject({ agentId: 'agent-1', chain: chain.chain, account: wallet.account, address: wallet.address });
    expect([prepared.expiresAtMs - prepared.createdAtMs, prepared.calls.length, prepared.calls[0]?.value]).toEqual([
      300_000,
      1,
      '500000000',
    ]);
    expect(prepared.rendered).toContain('0.5');
    expect(Object.isFrozen(prepared) && Object.isFrozen(prepared.tx) && Object.isFrozen(prepared.calls[0])).toBe(true);
    const simulation = await custody.simulateTransaction(wallet.address, prepared);
    expect([simulation.success, simulation.wouldRevert, simulation.caveats]).toEqual([
      true,
      false,
      expect.arrayContaining(['state_may_diverge']),
    ]);
    expect(simulation.balanceChanges).toEqual([
      { account: wallet.account, asset: expect.stringContaining('slip44'), change: '-500000000' },
    ]);
    const approvals = [await ask(prepared, 'user'), await ask(prepared, 'platform')];
    expect(approvals.map(({ party, state }) => [party, state])).toEqual([
      ['user', 'approved'],
      ['platform', 'approved'],
    ]);
    const before = await chain.balance(shop);
    const { raw, hash, requestId } = await signed(prepared, approvals);
    expect([raw instanceof Uint8Array, requestId]).toEqual([true, prepared.id]);
    expect(await signed(prepared, approvals), 'the very same bytes').toMatchObject({ hash, raw });
    await custody.manager.start();
    await expect.poll(async () => (await chain.balance(shop)) - before, { timeout: 15_000 }).toBeGreaterThan(TON / 2n - 1_000n);
  });

  it('a copy that travelled as text is as good as the object', async () => {
    const prepared = JSON.parse(JSON.stringify(await prepare())) as PreparedTransaction;
    const approvals = [await ask(prepared, 'user'), await ask(prepared, 'backup')];
    expect((await signed(prepared, JSON.parse(JSON.stringify(approvals)))).hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('records nothing while it is prepared and simulated', async () => {
    const { manager } = custody;
    const before = (await manager.audit.query({})).entries.length;
    await custody.simulateTransaction(wallet.address, await prepare());
    expect((await manager.audit.query({})).entries.length).toBe(before);
  });

  it('refuses fewer different parties than must sign', async () => {
    const prepared = await prepare();
    const user = await ask(prepared, 'user');
    for (const few of [undefined, [], user, [user], [user, user], [user, await ask(prepared, 'user')]])
      expect(await failure(signed(prepared, few))).toEqual({ code: 'APPROVAL_INVALID', reason: 'parties_too_few' });
  });

  it('refuses a party that the wallet has not, and none named', async () => {
    const prepared = await prepare();
    for (const party of ['mallory', 'User', 'party-1', '', '__proto__', 5 as never])
      expect(await failure(ask(prepared, party))).toEqual({ code: 'APPROVAL_INVALID', reason: 'party_unknown' });
    expect(await failure(ask(prepared))).toEqual({ code: 'APPROVAL_INVALID', reason: 'party_missing' });
  });

  it('refuses an approval of another transaction, even of the same words', async () => {
    const [one, two] = [await prepare(), await prepare()];
    const approvals = [await ask(one, 'user'), await ask(one, 'platform')];
    expect(await failure(signed(two, approvals))).toEqual({ code: 'APPROVAL_INVALID', reason: 'approval_of_another_transaction' });
    expect(await failure(signed(two, [await ask(two, 'user'), approvals[1]]))).toMatchObject({ reason: 'approval_of_another_transaction' });
  });

  it('refuses an approval that somebody made up or edited', async () => {
    const prepared = await prepare();
    const user = await ask(prepared, 'user');
    const forged = { ...user, id: 'f'.repeat(24), party: 'platform' };
    expect(await failure(signed(prepared, [user, forged]))).toEqual({ code: 'APPROVAL_INVALID', reason: 'approval_unknown' });
    expect(await failure(signed(prepared, [user, { ...user, party: 'platform' }])), 'only the id is read').toMatchObject({
      reason: 'parties_too_few',
    });
    for (const odd of [{}, { id: 5 }, { id: '../vault' }, 'vault', [null], [[user]], 7])
      expect(await failure(signed(prepared, odd))).toMatchObject({ code: 'APPROVAL_INVALID', reason: 'approval_unknown' });
    expect(
      await failure(
        signed(
          prepared,
          Array.from({ length: 17 }, () => user),
        ),
      ),
    ).toMatchObject({ reason: 'approval_unknown' });
  });

  it('refuses an approval of another wallet of the same parties', async () => {
    const other = await custody.createWallet('user-1', 'agent-1', PARTIES);
    await chain.fund(other.address, TON);
    const theirs = await custody.prepareTransaction(other.address, { to: shop, value: '0.1' });
    expect(await failure(signed(theirs))).toEqual({ code: 'REQUEST_INVALID', reason: 'prepared_of_another_wallet' });
    expect(await failure(ask(theirs, 'user'))).toMatchObject({ reason: 'prepared_of_another_wallet' });
    const foreign = await custody.requestApproval(other.address, theirs, 'user');
    expect(await failure(signed(await prepare(), [foreign]))).toMatchObject({ reason: 'approval_of_another_transaction' });
  });

  it('refuses a prepared transaction whose fields or seal were touched', async () => {
    const prepared = await prepare();
    const approvals = [await ask(prepared, 'user'), await ask(prepared, 'platform')];
    const otherSeal = (await prepare()).seal;
    const flipped = `${prepared.seal[0] === 'A' ? 'B' : 'A'}${prepared.seal.slice(1)}`;
    const touched: Record<string, unknown> = {
      amount: { ...prepared, tx: { ...prepared.tx, value: '4' } },
      recipient: { ...prepared, tx: { ...prepared.tx, to: wallet.address } },
      words: { ...prepared, rendered: 'pays nobody' },
      calls: { ...prepared, calls: [] },
      agent: { ...prepared, agentId: 'agent-2' },
      id: { ...prepared, id: 'prepared-other' },
      longer: { ...prepared, expiresAtMs: prepared.expiresAtMs + 1 },
      more: { ...prepared, approved: true },
      less: Object.fromEntries(Object.entries(prepared).filter(([field]) => field !== 'rendered')),
      otherSeal: { ...prepared, seal: otherSeal },
      flipped: { ...prepared, seal: flipped },
      noSeal: { ...prepared, seal: undefined },
      text: JSON.stringify(prepared),
      nothing: null,
      endless: { ...prepared, seal: 'A'.repeat(2_000_000) },
    };
    for (const [name, altered] of Object.entries(touched)) {
      expect(await failure(signed(altered as never, approvals)), name).toEqual({ code: 'REQUEST_INVALID', reason: 'prepared_altered' });
      expect(await failure(ask(altered as never, 'user')), name).toMatchObject({ reason: 'prepared_altered' });
      expect(await failure(custody.simulateTransaction(wallet.address, altered as never)), name).toMatchObject({
        reason: 'prepared_altered',
      });
    }
  });

  it('an approval is used for one decision, and not for the next of the same transaction', async () => {
    const prepared = await prepare();
    const approvals = [await ask(prepared, 'user'), await ask(prepared, 'platform')];
    const { emergency } = custody.manager;
    const { hash } = await signed(prepared, approvals);
    const copy = await prepare();
    expect(await failure(signed(copy, approvals))).toMatchObject({ reason: 'approval_of_another_transaction' });
    expect((await signed(prepared, approvals)).hash).toBe(hash);
    expect(await emergency.getActiveEmergencies()).toEqual([]);
  });

  it('refuses what was prepared too long ago, and approvals with it; the later of two clocks counts', async () => {
    const prepared = await prepare();
    const approvals = [await ask(prepared, 'user'), await ask(prepared, 'platform')];
    shift = 301_000;
    try {
      expect(await failure(signed(prepared, approvals))).toEqual({ code: 'REQUEST_INVALID', reason: 'prepared_expired' });
      expect(await failure(ask(prepared, 'backup'))).toMatchObject({ reason: 'prepared_expired' });
    } finally {
      shift = 0;
    }
  });

  it('refuses to approve or sign under a pause and under a kill', async () => {
    const { emergency } = custody.manager;
    const prepared = await prepare();
    const approvals = [await ask(prepared, 'user'), await ask(prepared, 'platform')];
    await emergency.pauseAgent('agent-1', { reason: 'looking', by: 'test' } as never);
    expect(await failure(signed(prepared, approvals))).toEqual({ code: 'HALTED', reason: 'agent_paused' });
    expect(await failure(ask(prepared, 'backup'))).toEqual({ code: 'HALTED', reason: 'agent_paused' });
    await emergency.resumeAgent('agent-1', { approvedBy: 'admin', notes: 'fine' } as never);
    await emergency.activateKillSwitch({ reason: 'test', triggeredBy: 'test' } as never);
    expect(await failure(signed(prepared, approvals))).toEqual({ code: 'HALTED', reason: 'halted' });
    expect(await failure(ask(prepared, 'backup'))).toEqual({ code: 'HALTED', reason: 'halted' });
    await emergency.deactivateKillSwitch({ approvedBy: 'admin', notes: 'fine' } as never);
    expect((await signed(prepared, approvals)).hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('refuses what was approved before permissions were taken away', async () => {
    const prepared = await prepare('3');
    const approvals = [await ask(prepared, 'user'), await ask(prepared, 'platform')];
    const { policy } = custody.manager;
    await policy.addRule('agent-1', {
      id: 'small',
      conditions: [{ field: 'amount', operator: 'gt', value: 1 }],
      action: 'deny',
      priority: 1,
    });
    expect(await failure(signed(prepared, approvals))).toEqual({ code: 'REQUEST_DENIED', reason: 'policy_rule_denied' });
    await policy.removeRule('agent-1', 'small');
    expect(await failure(signed(prepared, approvals)), 'a denial stands').toEqual({ code: 'REQUEST_DENIED', reason: 'policy_rule_denied' });
  });

  it('refuses over the limit whatever the parties say, and signs for no revoked key', async () => {
    const prepared = await prepare('5.5');
    const approvals = [await ask(prepared, 'user'), await ask(prepared, 'platform'), await ask(prepared, 'backup')];
    expect(await failure(signed(prepared, approvals))).toEqual({ code: 'REQUEST_DENIED', reason: 'per_transaction_limit' });
    const other = await custody.createWallet('user-1', 'agent-1', PARTIES);
    await chain.fund(other.address, TON);
    const theirs = await custody.prepareTransaction(other.address, { to: shop, value: '0.1' });
    const yes = [
      await custody.requestApproval(other.address, theirs, 'user'),
      await custody.requestApproval(other.address, theirs, 'backup'),
    ];
    await custody.manager.keys.revokeKey(other.keyId, 'test');
    expect(await failure(custody.signTransaction(other.address, theirs, yes))).toMatchObject({ code: 'KEY_REVOKED' });
  });

  it('refuses parties and thresholds that cannot be', async () => {
    const make = (options: object) => failure(custody.createWallet('user-1', 'agent-1', options as never));
    expect(await make({ threshold: 1, parties: ['a', 'b', 'c'] })).toMatchObject({ code: 'REQUEST_INVALID' });
    expect(await make({ threshold: 2, parties: ['a', 'b', 'c', 'd'] }), 'two groups without a party in common').toMatchObject({
      code: 'KEY_INVALID',
    });
    expect(await make({ threshold: 4, parties: ['a', 'b', 'c'] })).toMatchObject({ code: 'KEY_INVALID' });
    expect(await make({ threshold: 2, parties: ['a', 'a', 'b'] })).toMatchObject({ code: 'REQUEST_INVALID' });
    expect(await make({ threshold: 2, parties: ['a', 'b/c', 'd'] })).toMatchObject({ code: 'REQUEST_INVALID' });
    expect(await make({ dailyLimit: '5' })).toMatchObject({ code: 'REQUEST_INVALID' });
    expect(await make({ mode: 'cold' })).toMatchObject({ code: 'REQUEST_INVALID' });
    expect(await make({ mode: 'smart-contract', owner: { address: shop, signTypedData: async () => '0x' } })).toMatchObject({
      code: 'MODE_UNAVAILABLE',
    });
  });

  it('finds a wallet by every spelling of its address', async () => {
    const { account, address } = wallet;
    const raw = account.slice(account.indexOf(':', account.indexOf(':') + 1) + 1);
    for (const spelling of [address, account, raw, raw.toUpperCase()])
      expect((await custody.getWallet(spelling)).account, spelling).toBe(account);
    for (const wrong of ['', 'nobody', shop, undefined as never, 5 as never, `${address}x`])
      expect(await failure(custody.getWallet(wrong))).toMatchObject({ code: 'WALLET_UNKNOWN' });
    expect((await custody.listWallets('user-1')).map((one) => one.account)).toContain(account);
  });
});
