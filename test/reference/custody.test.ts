import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CustodyProvider, createCustodyProvider, type SecurityConfig, type Wallet } from '../../src/index.ts';
import { toUserSigner } from '../../src/integrations/wallets/index.ts';
import { toTonUserSigner as toTonSigner } from '../../src/integrations/wallets/ton/index.ts';
import { owner } from '../evm/delegation-fixture.ts';
import { keysOf } from '../fixtures/ton-deploy.ts';
import { type Place, refusal, startEvm, startTon } from './environment.ts';

/** What an owner lets the agent of these snippets do; a new agent pays nobody. */
const allow = async (custody: CustodyProvider, place: Place): Promise<void> => {
  await custody.manager.policy.updateAgent('agent-1', {
    capabilities: { transfers: { enabled: true } },
    limits: { unit: place.currency, perTransaction: 1_000, daily: 5_000 },
    requireApproval: false,
    rateLimiting: { cooldownSeconds: 0, maxPerHour: 100 },
  });
};
/** The user of a non-custodial wallet: the key is theirs, and so is the answer. */
const userOf = (place: Place, approve: () => Promise<boolean>): NonNullable<NonNullable<SecurityConfig['custody']>['signer']> =>
  place.name === 'TON'
    ? toTonSigner(keysOf('the user of the reference'), { approve })
    : toUserSigner(privateKeyToAccount(`0x${'5d'.repeat(32)}`), { approve });

describe.each([
  ['TON', startTon],
  ['EVM', startEvm],
] as const)('custody on %s', (_name, start) => {
  let place: Place;
  beforeAll(async () => {
    place = await start();
  });
  afterAll(async () => {
    await place?.close();
  });

  it('non-custodial: the agent prepares, the user approves and signs', async () => {
    let asked = 0;
    const signer = userOf(place, async () => {
      asked += 1;
      return true;
    });
    await using custody = createCustodyProvider('non-custodial', { ...place.binding(), custody: { signer } });
    const wallet = await custody.createWallet('user-1', 'agent-1');
    await allow(custody, place);
    await place.fund(wallet, 200);
    const to = place.address('paid by the user');
    const prepared = await custody.prepareTransaction(wallet.address, { to, value: '100', data: '' });
    expect([prepared.address, prepared.tx.value, prepared.expiresAtMs - prepared.createdAtMs]).toEqual([wallet.address, '100', 300_000]);
    const approval = await custody.requestApproval(wallet.address, prepared);
    expect([approval.state, approval.party, asked]).toEqual(['approved', 'user', 1]);
    const signed = await custody.signTransaction(wallet.address, prepared, approval);
    await place.send(signed.raw);
    await expect.poll(() => place.balance(to), { timeout: 10_000 }).toBeGreaterThan(99n * place.unit);
    expect((await custody.manager.keys.getKey(wallet.keyId)).mode).toBe('user');
  });

  it('non-custodial: without the user there is no signature', async () => {
    const signer = userOf(place, async () => false);
    await using custody = createCustodyProvider('non-custodial', { ...place.binding(), custody: { signer } });
    const wallet = await custody.createWallet('user-1', 'agent-1');
    await allow(custody, place);
    const prepared = await custody.prepareTransaction(wallet.address, { to: place.address('nobody'), value: '100', data: '' });
    const approval = await custody.requestApproval(wallet.address, prepared);
    expect(approval.state).toBe('rejected');
    expect(await refusal(() => custody.signTransaction(wallet.address, prepared, approval))).toBe('APPROVAL_INVALID');
    expect(await refusal(() => custody.initiateRecovery(wallet.address))).toBe('RECOVERY_REFUSED');
  });

  it('mpc: a wallet of three parties, prepared, approved by two and signed', async () => {
    await using custody = createCustodyProvider('mpc', place.binding());
    const wallet = await custody.createWallet('user-1', 'agent-1', { threshold: 2, parties: ['user', 'platform', 'backup'] });
    expect([wallet.threshold, wallet.parties]).toEqual([2, ['user', 'platform', 'backup']]);
    await allow(custody, place);
    await place.fund(wallet, 20);
    const to = place.address('paid by parties');
    const txData = { to, value: '5' };
    const prepared = await custody.prepareTransaction(wallet.address, txData);
    const approvals = [];
    approvals.push(await custody.requestApproval(wallet.address, prepared, 'user'));
    const [one] = approvals;
    expect(await refusal(() => custody.signTransaction(wallet.address, prepared, one))).toBe('APPROVAL_INVALID');
    approvals.push(await custody.requestApproval(wallet.address, prepared, 'platform'));
    const signed = await custody.signTransaction(wallet.address, prepared, approvals);
    await place.send(signed.raw);
    await expect.poll(() => place.balance(to), { timeout: 10_000 }).toBeGreaterThan(4n * place.unit);
    expect((await custody.getWallet(wallet.address)).account).toBe(wallet.account);
    expect((await custody.listWallets('user-1')).map(({ account }) => account)).toEqual([wallet.account]);
    // No provider brings codes to anybody here, and then nobody recovers anything.
    expect(await refusal(() => custody.initiateRecovery(wallet.address))).toBe('RECOVERY_REFUSED');
  });
});

describe('smart-contract custody', () => {
  const limits = (place: Place) => ({
    dailyLimit: '1000',
    perTransactionLimit: '100',
    allowedDestinations: [place.address('first'), place.address('second')],
    allowedOperations: ['transfer', 'stake'],
  });

  describe('on EVM', () => {
    let place: Place;
    let custody: CustodyProvider;
    let wallet: Wallet;
    beforeAll(async () => {
      place = await startEvm();
      custody = createCustodyProvider('smart-contract', { ...place.binding(), custody: { owner } });
      wallet = await custody.createWallet('user-1', 'agent-1', limits(place));
      await allow(custody, place);
      await place.fund(wallet, 500);
    });
    afterAll(async () => {
      await custody?.close();
      await place?.close();
    });

    it('within its limits it is simulated, signed and taken by the chain, and nobody is asked', async () => {
      const to = place.address('first');
      const prepared = await custody.prepareTransaction(wallet.address, { to, value: '50' });
      const simulation = await custody.simulateTransaction(wallet.address, prepared);
      expect([simulation.success, simulation.wouldRevert]).toEqual([true, false]);
      if (simulation.success) {
        const signed = await custody.signTransaction(wallet.address, prepared);
        await place.send(signed.raw);
      }
      expect(await place.balance(to)).toBe(50n * place.unit);
    });

    it.each([
      ['more than one transaction may move', '101', 'first'],
      ['a destination that is not listed', '50', 'third'],
    ])('%s cannot even be prepared', async (_what, value, name) => {
      const to = place.address(name);
      expect(await refusal(() => custody.prepareTransaction(wallet.address, { to, value }))).toBe('REQUEST_INVALID');
    });
  });

  it('on TON it says that it is not there', async () => {
    const place = await startTon();
    const custody = createCustodyProvider('smart-contract', place.binding());
    const made = refusal(() => custody.createWallet('user-1', 'agent-1', limits(place)));
    expect(await made).toBe('MODE_UNAVAILABLE');
    await custody.close();
    await place.close();
  });
});
