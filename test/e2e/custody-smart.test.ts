import { secp256k1 } from '@noble/curves/secp256k1.js';
import { decodeFunctionData, encodeFunctionData, parseTransaction, recoverAddress } from 'viem';
import { publicKeyToAddress } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evm } from '../../src/adapters/evm/index.ts';
import { toHex } from '../../src/core/digest.ts';
import { type CustodyProvider, createCustodyProvider, isCastellanError, type SecurityConfig, type Wallet } from '../../src/index.ts';
import { type DelegationScene, ETH, owner, shop, sponsor, startDelegationScene } from '../evm/delegation-fixture.ts';
import { deploySafeContracts, SAFE, type SafeDeployment } from '../fixtures/safe-contracts.ts';
import { sendRaw } from '../fixtures/send-raw.ts';
import { CHAIN, FREE, stranger } from './bench.ts';

const PARTIES = ['user', 'platform', 'backup'];
let scene: DelegationScene;
let safe: SafeDeployment;
beforeAll(async () => {
  scene = await startDelegationScene();
  safe = await deploySafeContracts(scene.anvil);
});
afterAll(async () => {
  await scene?.close();
});

function configOf(given: Partial<SecurityConfig> = {}): SecurityConfig {
  const { anvil, framework, token } = scene;
  const tokens = [{ symbol: 'USD', address: token.address, decimals: 6 }];
  return {
    chains: [
      evm({
        ...{ chain: CHAIN, rpcUrl: anvil.rpcUrl, confirmations: 1, pollMs: 10, tokens },
        accounts: { sponsor, safe, delegation: framework.contracts },
      }),
    ],
    agents: {
      'agent-1': { ...FREE, user: 'user-1', limits: { ...FREE.limits, assets: { USD: { perTransaction: 1_000, daily: 10_000 } } } },
    },
    emergency: { autoResponseTriggers: [] },
    risk: { anomalyThreshold: 100 },
    execution: { settleTimeoutMs: 5_000, reconcileMs: 3_600_000 },
    ...given,
  };
}
const gasOf = (wallet: Wallet): string => (wallet.smart?.sender ?? '').slice(CHAIN.length + 1);
async function fund(...addresses: readonly string[]): Promise<void> {
  for (const address of addresses) await scene.anvil.rpc('anvil_setBalance', [address, `0x${(10n * ETH).toString(16)}`]);
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
const send = (raw: Uint8Array): Promise<unknown> => sendRaw(scene.anvil, raw);

describe('smart-contract wallets, as the reference makes them', () => {
  let custody: CustodyProvider;
  let wallet: Wallet;
  beforeAll(async () => {
    custody = createCustodyProvider('smart-contract', configOf({ custody: { owner } }));
    wallet = await custody.createWallet('user-1', 'agent-1', {
      dailyLimit: '1.5',
      perTransactionLimit: '0.5',
      allowedDestinations: [shop.address],
      allowedOperations: ['transfer'],
    });
    await fund(wallet.address, gasOf(wallet));
  });
  afterAll(async () => {
    await custody?.close();
  });

  it('is a contract that our key drives and does not own', async () => {
    expect([wallet.mode, wallet.smart?.kind, wallet.smart?.account]).toEqual(['smart-contract', 'delegation', wallet.account]);
    expect(gasOf(wallet)).not.toBe(wallet.address.toLowerCase());
    expect(((await scene.anvil.rpc('eth_getCode', [wallet.address, 'latest'])) as string).length).toBeGreaterThan(4);
    expect((await custody.getWallet(wallet.address)).smart).toEqual(wallet.smart);
  });

  it('prepares, simulates, signs within the limits, and the chain takes it', async () => {
    const prepared = await custody.prepareTransaction(wallet.address, { to: shop.address, value: '0.1' });
    expect(prepared.calls).toMatchObject([{ to: shop.wallet, value: (ETH / 10n).toString() }]);
    const simulation = await custody.simulateTransaction(wallet.address, prepared);
    expect([simulation.success, simulation.balanceChanges.map(({ change }) => change)]).toEqual([true, [(-ETH / 10n).toString()]]);
    const before = await scene.coins(shop.address);
    const { raw } = await custody.signTransaction(wallet.address, prepared);
    await send(raw);
    expect((await scene.coins(shop.address)) - before).toBe(ETH / 10n);
  });

  it('is refused over a limit, or to somebody else, before anything is signed', async () => {
    const over = await failure(custody.prepareTransaction(wallet.address, { to: shop.address, value: '0.6' }));
    const elsewhere = await failure(custody.prepareTransaction(wallet.address, { to: stranger(), value: '0.1' }));
    expect([over.code, elsewhere.code]).toEqual(['REQUEST_INVALID', 'REQUEST_INVALID']);
  });

  it('pays to finality by execute, and books what left', async () => {
    const result = await custody.manager
      .agent('agent-1')
      .execute({ wallet: wallet.address, to: shop.address, amount: '0.1', asset: 'ETH' });
    expect([result.status, result.reasons]).toEqual(['success', []]);
  });

  it('holds each limit exactly, token by token, and needs an owner', async () => {
    const make = (options: object) => failure(custody.createWallet('user-1', 'agent-1', options as never));
    expect(await make({ dailyLimit: '1.0000000000000000001' })).toMatchObject({ code: 'AMOUNT_INVALID' });
    for (const wrong of ['1e3', '-1', '', 'abc', '0x10', '01'])
      expect(await make({ dailyLimit: wrong }), wrong).toMatchObject({ code: 'REQUEST_INVALID' });
    expect(await make({ dailyLimit: 5 })).toMatchObject({ code: 'REQUEST_INVALID' });
    expect(await make({ tokenLimits: { NOPE: '1' } })).toMatchObject({ code: 'ASSET_INVALID' });
    expect(await make({ allowedDestinations: ['nobody'] })).toMatchObject({ code: 'ADDRESS_INVALID' });
    expect(await make({ allowedOperations: ['rob'], dailyLimit: '1' })).toMatchObject({ code: 'REQUEST_INVALID' });
    expect(await make({ threshold: 2 })).toMatchObject({ code: 'REQUEST_INVALID' });
    const keys = (await custody.manager.keys.listKeys()).length;
    await using ownerless = createCustodyProvider('smart-contract', configOf());
    expect(await failure(ownerless.createWallet('user-1', 'agent-1', { dailyLimit: '1' }))).toMatchObject({ code: 'REQUEST_INVALID' });
    expect(await ownerless.manager.keys.listKeys(), 'no key was made for it').toEqual([]);
    expect((await custody.manager.keys.listKeys()).length).toBe(keys);
    const tokens = await custody.createWallet('user-1', 'agent-1', { tokenLimits: { USD: '10.5' }, allowedDestinations: [shop.address] });
    expect(tokens.smart?.kind).toBe('delegation');
  });

  it('a key drives one wallet of a chain: two would share its one sequence', async () => {
    const make = (options: object) => failure(custody.createWallet('user-1', 'agent-1', options));
    const limits = { dailyLimit: '1', allowedDestinations: [shop.address] };
    expect(await make({ ...limits, keyId: wallet.keyId, mode: 'smart-contract' })).toMatchObject({ code: 'WALLET_EXISTS' });
    expect(await make({ keyId: wallet.keyId, mode: 'software' })).toMatchObject({ code: 'WALLET_EXISTS' });
    const plain = await custody.createWallet('user-1', 'agent-1', { mode: 'software' });
    expect(await make({ ...limits, keyId: plain.keyId, mode: 'smart-contract' })).toMatchObject({ code: 'WALLET_EXISTS' });
  });
});

describe('mpc on a chain whose keys cannot be shared', () => {
  let custody: CustodyProvider;
  let wallet: Wallet;
  beforeAll(async () => {
    custody = createCustodyProvider('mpc', configOf());
    wallet = await custody.createWallet('user-1', 'agent-1', { threshold: 2, parties: PARTIES });
    await fund(wallet.address, gasOf(wallet));
  });
  afterAll(async () => {
    await custody?.close();
  });

  const addressOf = (publicKey: string): string => publicKeyToAddress(`0x${toHex(secp256k1.Point.fromHex(publicKey).toBytes(false))}`);
  /** Whose signatures are in a Safe's transaction, by the contract's own hash of it. */
  async function signersOf(raw: Uint8Array): Promise<string[]> {
    const { data, to } = parseTransaction(`0x${toHex(raw)}`);
    const { args = [] } = decodeFunctionData({ abi: SAFE.abi, data: data ?? '0x' });
    const ask = async (functionName: string, given: readonly unknown[]): Promise<`0x${string}`> =>
      (await scene.anvil.rpc('eth_call', [
        { to, data: encodeFunctionData({ abi: SAFE.abi, functionName, args: given }) },
        'latest',
      ])) as `0x${string}`;
    const nonce = BigInt(await ask('nonce', []));
    const hash = await ask('getTransactionHash', [...args.slice(0, 9), nonce]);
    const packed = (args[9] as string).slice(2);
    const each = packed.match(/.{130}/g) ?? [];
    return Promise.all(each.map((signature) => recoverAddress({ hash, signature: `0x${signature}` })));
  }

  it('is a Safe of the parties’ own keys', async () => {
    expect([wallet.smart?.kind, wallet.parties, wallet.threshold]).toEqual(['safe', PARTIES, 2]);
    const { coSigners } = await custody.manager.keys.getKey(wallet.keyId);
    expect(coSigners?.parties.map(({ party }) => party)).toEqual(PARTIES);
  });

  it('pays by execute, with the parties that are here', async () => {
    const to = stranger();
    const result = await custody.manager.agent('agent-1').execute({ wallet: wallet.address, to, amount: '0.1', asset: 'ETH' });
    expect([result.status, result.reasons]).toEqual(['success', []]);
    expect(await scene.coins(to)).toBe(ETH / 10n);
  });

  it.each([
    ['user', 'platform'],
    ['platform', 'backup'],
    ['user', 'backup'],
  ])('signs what %s and %s approved, and it is their signatures that the Safe sees', async (...pair) => {
    const to = stranger();
    const prepared = await custody.prepareTransaction(wallet.address, { to, value: '0.1', data: '' });
    const few = await custody.requestApproval(wallet.address, prepared, pair[0]);
    expect(await failure(custody.signTransaction(wallet.address, prepared, few))).toMatchObject({ reason: 'parties_too_few' });
    const approvals = [few, await custody.requestApproval(wallet.address, prepared, pair[1])];
    const { raw } = await custody.signTransaction(wallet.address, prepared, approvals);
    const { coSigners } = await custody.manager.keys.getKey(wallet.keyId);
    const expected = coSigners?.parties.filter(({ party }) => pair.includes(party)).map(({ publicKey }) => addressOf(publicKey));
    expect((await signersOf(raw)).sort()).toEqual(expected?.sort());
    await send(raw);
    expect(await scene.coins(to)).toBe(ETH / 10n);
  });

  it('takes no key of a party, and no key that other parties share, for a wallet of its own', async () => {
    const { coSigners } = await custody.manager.keys.getKey(wallet.keyId);
    const make = (options: object) => failure(custody.createWallet('user-1', 'agent-1', options as never));
    expect(await make({ keyId: coSigners?.parties[0]?.keyId })).toMatchObject({ code: 'KEY_INVALID' });
    const other = await custody.manager.keys.generateKey({
      algorithm: 'secp256k1',
      purpose: 'signing',
      mode: 'mpc',
      threshold: 2,
      parties: PARTIES,
    });
    expect(await make({ keyId: other.keyId, parties: ['x', 'y', 'z'], threshold: 2 })).toMatchObject({ code: 'KEY_INVALID' });
  });
});
