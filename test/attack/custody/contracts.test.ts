import * as abis from '@metamask/delegation-abis';
import { type Abi, concat, encodeFunctionData, numberToHex, parseTransaction } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readContext } from '../../../src/adapters/evm/accounts/delegation/delegation.ts';
import { evm } from '../../../src/adapters/evm/index.ts';
import { fromHex, toHex } from '../../../src/core/digest.ts';
import {
  createCustodyProvider,
  type PreparedTransaction,
  type SecurityConfig,
  type SmartAccount,
  type Wallet,
} from '../../../src/index.ts';
import { CHAIN, FREE, stranger } from '../../e2e/bench.ts';
import { failure } from '../../e2e/custody-bench.ts';
import {
  addressIn,
  type DelegationScene,
  ETH,
  other,
  owner,
  redeem,
  shop,
  sponsor,
  startDelegationScene,
} from '../../evm/delegation-fixture.ts';
import { deploySafeContracts, type SafeDeployment } from '../../fixtures/safe-contracts.ts';
import { sendRaw } from '../../fixtures/send-raw.ts';

let scene: DelegationScene;
let safe: SafeDeployment;
beforeAll(async () => {
  scene = await startDelegationScene();
  safe = await deploySafeContracts(scene.anvil);
});
afterAll(async () => {
  await scene?.close();
});

function configOf(given: Partial<SecurityConfig> = {}, limits: object = {}): SecurityConfig {
  const { anvil, framework } = scene;
  return {
    chains: [
      evm({
        ...{ chain: CHAIN, rpcUrl: anvil.rpcUrl, confirmations: 1, pollMs: 10 },
        accounts: { sponsor, safe, delegation: framework.contracts },
      }),
    ],
    agents: { a1: { ...FREE, limits: { ...FREE.limits, ...limits } } },
    emergency: { autoResponseTriggers: [] },
    risk: { anomalyThreshold: 100 },
    execution: { settleTimeoutMs: 5_000, reconcileMs: 3_600_000 },
    ...given,
  };
}
const senderOf = ({ smart }: Wallet): string => addressIn((smart as SmartAccount).sender);
async function fund(...addresses: readonly string[]): Promise<void> {
  for (const address of addresses) await scene.anvil.rpc('anvil_setBalance', [address, `0x${(10n * ETH).toString(16)}`]);
}
const TENTH = ETH / 10n;

describe('a Safe of parties, attacked', () => {
  const PARTIES = ['user', 'platform', 'backup'];
  async function open(limits: object = {}) {
    const custody = createCustodyProvider('mpc', configOf({}, limits));
    const wallet = await custody.createWallet('owner', 'a1', { threshold: 2, parties: PARTIES });
    await fund(wallet.address, senderOf(wallet));
    const approve = (prepared: PreparedTransaction, ...parties: readonly string[]) =>
      Promise.all(parties.map((party) => custody.requestApproval(wallet.address, prepared, party)));
    const pay = (id: string, to: string) =>
      custody.manager.agent('a1').execute({ id, wallet: wallet.address, to, amount: '0.1', asset: 'ETH' });
    return { custody, wallet, approve, pay, [Symbol.asyncDispose]: () => custody.close() };
  }

  it('an order that a stranger sends first is paid once, counts as spent, and does not block the next', async () => {
    await using bench = await open({ daily: '0.25' });
    const { custody, wallet, approve, pay } = bench;
    const to = stranger();
    const prepared = await custody.prepareTransaction(wallet.address, { to, value: '0.1' });
    const { raw } = await custody.signTransaction(wallet.address, prepared, await approve(prepared, 'user', 'backup'));
    const outer = parseTransaction(`0x${toHex(raw)}`);
    expect(await scene.raw(outer.to as string, outer.data as string, other)).toMatchObject({ ok: true });
    expect(await scene.coins(to)).toBe(TENTH);
    const { tx, id, chain } = prepared;
    const request = { id, chain, wallet: wallet.account, to: tx.to, amount: tx.value, asset: `${CHAIN}/slip44:60` };
    const ours = await custody.manager.agent('a1').execute(request);
    expect(ours).toMatchObject({ status: 'execution_failed', receipt: { success: false, partial: true } });
    expect(await scene.coins(to), 'not a second time').toBe(TENTH);
    expect((await pay('next', to)).status).toBe('success');
    expect((await pay('over', to)).reasons[0]?.code, 'the first one was counted').toBe('window_limit');
    expect((await custody.manager.getHealth()).killSwitch).toBe('inactive');
  });

  it('takes the yes of three where two must, and signs nothing for a party whose key was revoked after its yes', async () => {
    await using bench = await open();
    const { custody, wallet, approve } = bench;
    const { keys } = custody.manager;
    const [first, second] = [
      await custody.prepareTransaction(wallet.address, { to: stranger(), value: '0.1' }),
      await custody.prepareTransaction(wallet.address, { to: stranger(), value: '0.1' }),
    ];
    const all = await approve(first, ...PARTIES);
    const two = await approve(second, 'user', 'platform');
    const { raw } = await custody.signTransaction(wallet.address, first, all);
    await sendRaw(scene.anvil, raw);
    const { coSigners } = await keys.getKey(wallet.keyId);
    await keys.revokeKey(coSigners?.parties[1]?.keyId ?? '', 'the phone was stolen');
    const refused = await failure(custody.signTransaction(wallet.address, second, two));
    expect(refused.code).toMatch(/^(KEY_REVOKED|KEY_INVALID)$/);
    expect(await failure(custody.signTransaction(wallet.address, second, two)), 'and that yes is used up').toMatchObject({
      reason: 'approval_used',
    });
    const { hash } = await custody.signTransaction(wallet.address, second, await approve(second, 'user', 'backup'));
    expect(hash).toMatch(/^(0x)?[0-9a-f]{64}$/);
  });

  it('whose sender has no gas says so, signs nothing, and pays once there is some', async () => {
    await using bench = await open();
    const { custody, wallet, approve, pay } = bench;
    const to = stranger();
    const prepared = await custody.prepareTransaction(wallet.address, { to, value: '0.1' });
    const yes = await approve(prepared, 'user', 'backup');
    await scene.anvil.rpc('anvil_setBalance', [senderOf(wallet), '0x0']);
    const refused = await failure(custody.signTransaction(wallet.address, prepared, yes));
    expect(refused.code).toBe('REQUEST_DENIED');
    expect(refused.reason).toBe('insufficient_funds');
    const direct = await pay('dry', to);
    expect([direct.reasons[0]?.code, direct.txHash]).toEqual(['insufficient_funds', undefined]);
    expect(JSON.stringify(direct.reasons)).toContain('sender_insufficient_funds');
    await fund(senderOf(wallet));
    expect((await pay('wet', to)).status).toBe('success');
    expect(await scene.coins(to)).toBe(TENTH);
  });

  it('parties whose names a person takes for one are no parties', async () => {
    const ids = ['a', 'A', 'b'].map((id) => ({ id }));
    await using custody = createCustodyProvider('mpc', configOf({ mpc: { parties: ids } }));
    expect(await failure(custody.createWallet('owner', 'a1'))).toMatchObject({ code: 'REQUEST_INVALID' });
    expect(await custody.manager.keys.listKeys(), 'no key was made for them').toEqual([]);
  });
});

describe('a delegation, attacked', () => {
  async function open() {
    const custody = createCustodyProvider('smart-contract', configOf({ custody: { owner } }));
    const wallet = await custody.createWallet('owner', 'a1', { dailyLimit: '0.25', allowedDestinations: [shop.address] });
    await fund(wallet.address, senderOf(wallet));
    const pay = (id: string) =>
      custody.manager.agent('a1').execute({ id, wallet: wallet.address, to: shop.address, amount: '0.1', asset: 'ETH' });
    return { custody, wallet, pay, smart: wallet.smart as SmartAccount, [Symbol.asyncDispose]: () => custody.close() };
  }

  it('whose budget is used up says so, and nothing is booked that was not paid', async () => {
    await using bench = await open();
    const { pay, custody } = bench;
    const before = await scene.coins(shop.address);
    expect([(await pay('one')).status, (await pay('two')).status]).toEqual(['success', 'success']);
    const over = await pay('three');
    expect([over.status, over.txHash]).toEqual(['simulation_failed', undefined]);
    expect((await scene.coins(shop.address)) - before).toBe(2n * TENTH);
    expect((await custody.manager.getHealth()).killSwitch).toBe('inactive');
    await scene.wait(86_400);
  });

  it('whose key was used past the gate stops everything, and says why', async () => {
    await using bench = await open();
    const { pay, custody, smart } = bench;
    expect((await pay('one')).status).toBe('success');
    const from = addressIn(smart.sender);
    await scene.anvil.rpc('anvil_impersonateAccount', [from]);
    const past = redeem(smart, 0, { to: shop.address, value: TENTH });
    expect(await scene.raw(smart.terms['manager'] as string, past, { ...other, address: from } as never)).toMatchObject({ ok: true });
    await scene.anvil.rpc('anvil_stopImpersonatingAccount', [from]);
    const stopped = await pay('two');
    expect([stopped.reasons[0]?.code, stopped.reasons[0]?.message]).toEqual(['halted', expect.stringContaining('past the gate')]);
    expect((await custody.manager.getHealth()).killSwitch).toBe('active');
  });

  it('that its owner took back pays nothing, signs nothing, and loses nothing', async () => {
    await using bench = await open();
    const { pay, custody, wallet, smart } = bench;
    const prepared = await custody.prepareTransaction(wallet.address, { to: shop.address, value: '0.1' });
    await takeBack(smart);
    const held = await scene.coins(wallet.address);
    const refused = await failure(custody.signTransaction(wallet.address, prepared));
    expect(refused.code).toBe('REQUEST_DENIED');
    const direct = await pay('after');
    expect([direct.status, direct.txHash]).toEqual(['simulation_failed', undefined]);
    expect(JSON.stringify(direct.reasons)).toMatch(/revoke|0x05baa052|disabled/i);
    expect(await scene.coins(wallet.address)).toBe(held);
    expect((await custody.manager.getHealth()).killSwitch).toBe('inactive');
  });

  /** The owner's own word, through the entry point. */
  async function takeBack(smart: SmartAccount): Promise<void> {
    const account = addressIn(smart.account);
    const callData = encodeFunctionData({
      abi: abis.HybridDeleGator as Abi,
      functionName: 'disableDelegation',
      args: [readContext(fromHex((smart.terms['delegation.0'] as string).replace(/^0x/, '')))],
    });
    const two = (high: bigint, low: bigint) => concat([numberToHex(high, { size: 16 }), numberToHex(low, { size: 16 })]);
    const operation = {
      sender: account,
      nonce: 0n,
      initCode: '0x',
      callData,
      accountGasLimits: two(500_000n, 500_000n),
      preVerificationGas: 50_000n,
      gasFees: two(1n, 10n ** 10n),
      paymasterAndData: '0x',
      signature: '0x' as `0x${string}`,
    };
    const data = encodeFunctionData({
      abi: abis.HybridDeleGator as Abi,
      functionName: 'getPackedUserOperationTypedDataHash',
      args: [operation],
    });
    const hash = (await scene.anvil.rpc('eth_call', [{ to: account, data }, 'latest'])) as `0x${string}`;
    const signed = { ...operation, signature: await owner.sign({ hash }) };
    const handle = encodeFunctionData({ abi: abis.EntryPoint as Abi, functionName: 'handleOps', args: [[signed], sponsor.address] });
    expect(await scene.raw(scene.framework.entryPoint, handle, other)).toMatchObject({ ok: true });
  }
});
