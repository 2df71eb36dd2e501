import * as abis from '@metamask/delegation-abis';
import { type Abi, concat, encodeFunctionData, type Hex, numberToHex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { delegationHash, readContext } from '../../src/adapters/evm/accounts/delegation/delegation.ts';
import type { EvmAccountsOptions } from '../../src/adapters/evm/index.ts';
import type { OnChainLimits, SmartAccount, SmartAccountPlan, TypedDataSigner } from '../../src/core/index.ts';
import { isCastellanError } from '../../src/core/index.ts';
import { bytes } from './chain-fixture.ts';
import {
  addressIn,
  CHAIN,
  coin,
  type DelegationScene,
  ETH,
  other,
  owner,
  redeem,
  sender,
  shop,
  sponsor,
  startDelegationScene,
  stranger,
} from './delegation-fixture.ts';

let scene: DelegationScene;
let limits: OnChainLimits;
beforeAll(async () => {
  scene = await startDelegationScene();
  limits = { daily: 2n * ETH, perTransaction: ETH, tokens: { [scene.asset]: { daily: 100n } }, allowedDestinations: [shop.wallet] };
});
afterAll(() => scene.close());

const create = (
  change: Partial<SmartAccountPlan> = {},
  accounts: EvmAccountsOptions = { sponsor, delegation: scene.framework.contracts },
) => {
  const plan = { chain: CHAIN, sender: sender.wallet, owner, limits, salt: 'one', ...change };
  return scene.connect(accounts).accounts?.create('delegation', plan) as Promise<SmartAccount>;
};
const spent = async (): Promise<bigint> =>
  BigInt((await scene.anvil.rpc('eth_getTransactionCount', [sponsor.address, 'latest'])) as string);
async function errorOf(running: Promise<unknown>): Promise<unknown> {
  try {
    await running;
  } catch (error) {
    return isCastellanError(error) ? [error.code, error.details['field'] ?? error.details['reason'] ?? null] : error;
  }
  return 'nothing thrown';
}

describe('making a delegation account', () => {
  it('deploys it once, and finds it again by the same plan', async () => {
    const before = await spent();
    const [first, twin] = await Promise.all([create(), create()]);
    expect(first).toEqual(twin);
    expect(await create({}, { delegation: scene.framework.contracts })).toEqual(first);
    expect((await spent()) - before).toBeLessThanOrEqual(2n);
    expect(first).toMatchObject({ kind: 'delegation', sender: sender.wallet });
    expect(first.terms['owner']).toBe(owner.address.toLowerCase());
    const again = await create({ limits: { ...limits, allowedDestinations: [shop.wallet, shop.wallet], allowedOperations: ['transfer'] } });
    expect(again.account).toBe(first.account);
    const others = [{ salt: 'two' }, { sender: stranger.wallet }, { limits: { ...limits, daily: 3n * ETH } }];
    const made = await Promise.all(others.map((change) => create(change)));
    expect(new Set([first, ...made].map(({ account }) => account)).size).toBe(4);
  });

  it('knows each delegation by the hash that the manager keeps its books under', async () => {
    const smart = await create();
    for (const name of ['delegation.0', 'delegation.1']) {
      const delegation = readContext(bytes(smart.terms[name] as string));
      const abi = abis.DelegationManager as Abi;
      const data = encodeFunctionData({ abi, functionName: 'getDelegationHash', args: [delegation] });
      const hash = await scene.anvil.rpc('eth_call', [{ to: smart.terms['manager'], data }, 'latest']);
      expect(hash).toBe(delegationHash(delegation as NonNullable<typeof delegation>));
    }
  });

  it('needs the framework, and a sponsor where nothing is there yet', async () => {
    const { contracts } = scene.framework;
    const before = await spent();
    expect(await errorOf(create({ salt: 'unpaid' }, { delegation: contracts }))).toEqual(['MODE_UNAVAILABLE', 'accounts.sponsor']);
    expect(await errorOf(create({}, { sponsor }))).toEqual(['MODE_UNAVAILABLE', 'accounts.delegation']);
    const missing = { ...contracts, timestamp: stranger.address };
    expect(await errorOf(create({}, { sponsor, delegation: missing }))).toEqual(['MODE_UNAVAILABLE', null]);
    const wrong = { ...contracts, manager: contracts.factory };
    expect(await errorOf(create({}, { sponsor, delegation: wrong }))).toEqual(['MODE_UNAVAILABLE', null]);
    const empty = scene.connect({ sponsor }).accounts;
    expect(await errorOf(empty?.create('diamond', {} as SmartAccountPlan) as Promise<unknown>)).toEqual(['MODE_UNAVAILABLE', null]);
    const elsewhere = { chain: 'eip155:1' } as SmartAccountPlan;
    expect(await errorOf(empty?.create('delegation', elsewhere) as Promise<unknown>)).toEqual(['CHAIN_INVALID', null]);
    expect(await spent()).toBe(before);
  });

  it('asks the owner first, and takes nobody else’s signature', async () => {
    const before = await spent();
    const signers: readonly (readonly [Partial<TypedDataSigner>, unknown])[] = [
      [{ signTypedData: async () => Promise.reject(new Error('no')) }, new Error('no')],
      [{ signTypedData: sponsor.signTypedData as TypedDataSigner['signTypedData'] }, ['SIGNATURE_INVALID', null]],
      [{ signTypedData: async () => '0x' }, ['SIGNATURE_INVALID', null]],
      [{ signTypedData: async () => 7 as never }, ['SIGNATURE_INVALID', null]],
      [{ signTypedData: async () => `0x${'00'.repeat(65)}` }, ['SIGNATURE_INVALID', null]],
    ];
    for (const [change, error] of signers) {
      expect(await errorOf(create({ salt: 'never', owner: { address: owner.address, ...change } as TypedDataSigner }))).toEqual(error);
    }
    expect(await spent()).toBe(before);
  });

  it('takes no other transaction from the sponsor than it asked for', async () => {
    const swapped = {
      address: sponsor.address,
      signTransaction: (transaction: object) => sponsor.signTransaction({ ...transaction, to: stranger.address } as never),
    };
    const before = await spent();
    expect(await errorOf(create({ salt: 'swapped' }, { sponsor: swapped as never, delegation: scene.framework.contracts }))).toEqual([
      'SIGNATURE_INVALID',
      null,
    ]);
    expect(await spent()).toBe(before);
  });

  it.each<[string, () => Partial<SmartAccountPlan>, unknown]>([
    ['no owner', () => ({ owner: undefined as never }), 'owner'],
    ['an owner who is the sender', () => ({ sender: `${CHAIN}:${owner.address.toLowerCase()}` as never }), 'owner'],
    ['no limits', () => ({ limits: undefined as never }), 'limits'],
    ['nothing that may move', () => ({ limits: {} }), 'limits.daily'],
    ['zero', () => ({ limits: { daily: 0n } }), 'limits.daily'],
    ['a number for money', () => ({ limits: { daily: 5 as never } }), 'limits.daily'],
    ['less than nothing', () => ({ limits: { daily: -1n } }), 'limits.daily'],
    ['a limit per transaction alone', () => ({ limits: { perTransaction: 1n } }), 'limits.daily'],
    ['no destination', () => ({ limits: { daily: 1n, allowedDestinations: [] } }), 'limits.allowedDestinations'],
    ['33 destinations', () => ({ limits: { daily: 1n, allowedDestinations: manyAccounts(33) } }), 'limits.allowedDestinations'],
    ['a destination elsewhere', () => ({ limits: { daily: 1n, allowedDestinations: ['eip155:1:0x00' as never] } }), null],
    ['an unknown operation', () => ({ limits: { daily: 1n, allowedOperations: ['gamble'] } }), 'limits.allowedOperations'],
    ['an operation from the prototype', () => ({ limits: { daily: 1n, allowedOperations: ['toString'] } }), 'limits.allowedOperations'],
    ['calls of any contract', () => ({ limits: { daily: 1n, allowedOperations: ['stake'] } }), 'limits.allowedDestinations'],
    ['an empty period', () => ({ limits: { daily: 1n, periodSeconds: 0 } }), 'limits.periodSeconds'],
    ['half a second', () => ({ limits: { daily: 1n, periodSeconds: 0.5 } }), 'limits.periodSeconds'],
    ['no end', () => ({ limits: { daily: 1n, expiresAtMs: Number.POSITIVE_INFINITY } }), 'limits.expiresAtMs'],
    [
      'the coin as a token',
      () => ({ limits: { tokens: { 'eip155:31337/slip44:60': { daily: 1n } } } }),
      'limits.tokens.eip155:31337/slip44:60',
    ],
    ['a token without a limit', () => ({ limits: { tokens: { [scene.asset]: {} as never } } }), null],
  ])('refuses %s', async (_name, change, field) => {
    const before = await spent();
    const [code, named] = (await errorOf(create(change()))) as readonly unknown[];
    expect(code).toBe('REQUEST_INVALID');
    if (field !== null) expect(named).toBe(field);
    expect(await spent()).toBe(before);
  });
});

const manyAccounts = (count: number) =>
  Array.from({ length: count }, (_, index) => `${CHAIN}:0x${`${index + 1}`.padStart(40, '0')}` as never);

describe('an account that its owner took back', () => {
  it('pays nobody any more, and is not made again', async () => {
    const smart = await scene.account(limits, 'revoked');
    const account = addressIn(smart.account);
    const pay = redeem(smart, 0, { to: shop.address, value: 1n });
    expect(await scene.raw(smart.terms['manager'] as string, pay)).toMatchObject({ ok: true });
    const callData = encodeFunctionData({
      abi: abis.HybridDeleGator as Abi,
      functionName: 'disableDelegation',
      args: [readContext(bytes(smart.terms['delegation.0'] as string))],
    });
    const two = (high: bigint, low: bigint): Hex => concat([numberToHex(high, { size: 16 }), numberToHex(low, { size: 16 })]);
    const operation = {
      sender: account,
      nonce: 0n,
      initCode: '0x',
      callData,
      accountGasLimits: two(500_000n, 500_000n),
      preVerificationGas: 50_000n,
      gasFees: two(1n, 10n ** 10n),
      paymasterAndData: '0x',
      signature: '0x' as Hex,
    };
    const data = encodeFunctionData({
      abi: abis.HybridDeleGator as Abi,
      functionName: 'getPackedUserOperationTypedDataHash',
      args: [operation],
    });
    const hash = (await scene.anvil.rpc('eth_call', [{ to: account, data }, 'latest'])) as Hex;
    const signed = { ...operation, signature: await owner.sign({ hash }) };
    const handle = encodeFunctionData({ abi: abis.EntryPoint as Abi, functionName: 'handleOps', args: [[signed], sponsor.address] });
    expect(await scene.raw(scene.framework.entryPoint, handle, other)).toMatchObject({ ok: true });

    expect(await scene.raw(smart.terms['manager'] as string, pay)).toMatchObject({ ok: false, why: expect.stringContaining('0x05baa052') });
    const tx = await scene.prepare(smart, coin(1n));
    expect(await scene.node.simulate(tx, {})).toMatchObject({ success: false, wouldRevert: true });
    expect(await errorOf(create({ salt: 'revoked' }))).toEqual(['REQUEST_INVALID', 'delegation_revoked']);
  });
});
