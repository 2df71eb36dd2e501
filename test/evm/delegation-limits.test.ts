import * as abis from '@metamask/delegation-abis';
import { type Abi, concat, encodeFunctionData, type Hex, numberToHex, parseAbi } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeContext, readContext } from '../../src/adapters/evm/accounts/delegation/delegation.ts';
import { encodeRedemptions } from '../../src/adapters/evm/accounts/delegation/redemption.ts';
import type { SmartAccount } from '../../src/core/index.ts';
import { bytes, type Signer, signer } from './chain-fixture.ts';
import {
  addressIn,
  contextOf,
  DAY,
  type DelegationScene,
  ETH,
  on,
  other,
  redeem,
  sender,
  shop,
  startDelegationScene,
  stranger,
} from './delegation-fixture.ts';

/** A contract that takes every call: what is staked stays there. */
const POOL = `0x${'b0'.repeat(20)}` as const;
const ERC20 = parseAbi([
  'function transfer(address,uint256)',
  'function transferFrom(address,address,uint256)',
  'function approve(address,uint256)',
]);
const call = (functionName: 'transfer' | 'approve', to: Hex, amount: bigint) =>
  encodeFunctionData({ abi: ERC20, functionName, args: [to, amount] });
const DEPOSIT = encodeFunctionData({ abi: parseAbi(['function deposit()']) });

let scene: DelegationScene;
let smart: SmartAccount;
let account: Hex;
const EXPIRES_MS = Date.UTC(2_100, 0, 1);
const COINS = 0;
const TOKENS = 1;

beforeAll(async () => {
  scene = await startDelegationScene();
  await scene.anvil.rpc('anvil_setCode', [POOL, '0x00']);
  smart = await scene.account({
    daily: 2n * ETH,
    perTransaction: ETH,
    tokens: { [scene.asset]: { daily: 100n } },
    allowedDestinations: [shop.wallet, other.wallet, on(POOL)],
    allowedOperations: ['transfer', 'stake'],
    expiresAtMs: EXPIRES_MS,
  });
  account = addressIn(smart.account);
});
afterAll(() => scene.close());

/** What the sender’s key can do where nothing but the chain stands in its way. */
const stolen = (data: Hex, from: Signer = sender, value = 0n) => scene.raw(smart.terms['manager'] as string, data, from, value);
const coins = (amount: bigint, to: Hex = shop.address, data: Hex = '0x', choice = 0) =>
  redeem(smart, COINS, { to, value: amount, data }, choice);
const tokens = (data: Hex, choice = 2, to: string = scene.token.address, value = 0n) => redeem(smart, TOKENS, { to, data, value }, choice);
/** Destinations are listed by address; the choice of one is its place. */
const choiceOf = (address: Hex): number => [shop.address, other.address, POOL].sort().indexOf(address);

describe('a stolen sender’s key, with every check of ours switched off', () => {
  it('pays coins within the limits, and reverts on chain beyond each of them', async () => {
    const before = await scene.coins(shop.address);
    const held = await scene.coins(account);
    expect(await stolen(coins(ETH))).toMatchObject({ ok: true });
    const refused: readonly (readonly [Hex, string])[] = [
      [coins(ETH + 1n), 'ValueLteEnforcer:value-too-high'],
      [coins(1n, stranger.address), 'AllowedTargetsEnforcer:target-address-not-allowed'],
      [coins(1n, shop.address, '0x00'), 'ExactCalldataEnforcer:invalid-calldata'],
      [coins(1n, POOL, '0x12345678', 1), 'AllowedMethodsEnforcer:method-not-allowed'],
      [coins(1n, shop.address, '0x', 1), 'AllowedMethodsEnforcer:invalid-execution-data-length'],
      [coins(0n, account, encodeFunctionData({ abi: parseAbi(['function renounceOwnership()']) })), 'AllowedTargets'],
    ];
    for (const [data, why] of refused) {
      const result = await stolen(data);
      expect(result.why).toContain(why);
      expect(result.ok).toBe(false);
    }
    expect(await scene.coins(shop.address)).toBe(before + ETH);
    expect(await scene.coins(account)).toBe(held - ETH);
  });

  it('has one budget of coins for payments and for calls, and a new one in the next period', async () => {
    await scene.wait(DAY);
    expect(await stolen(coins(ETH))).toMatchObject({ ok: true });
    expect(await stolen(coins(ETH / 2n, POOL, DEPOSIT, 1))).toMatchObject({ ok: true });
    const over = await stolen(coins(ETH / 2n + 1n));
    expect(over).toMatchObject({ ok: false });
    expect(over.why).toContain('NativeTokenPeriodTransferEnforcer:transfer-amount-exceeded');
    expect(await stolen(coins(ETH / 2n + 1n, POOL, DEPOSIT, 1))).toMatchObject({ ok: false });
    expect(await stolen(coins(ETH / 2n))).toMatchObject({ ok: true });
    expect(await stolen(coins(1n))).toMatchObject({ ok: false });
    await scene.wait(DAY);
    expect(await stolen(coins(ETH))).toMatchObject({ ok: true });
    expect(await scene.coins(POOL)).toBe(ETH / 2n);
  });

  it('pays tokens to whom it may, from one budget for all of them', async () => {
    const at = choiceOf(shop.address);
    expect(await stolen(tokens(call('transfer', shop.address, 60n), at))).toMatchObject({ ok: true });
    const refused: readonly (readonly [Hex, string])[] = [
      [tokens(call('transfer', shop.address, 41n), at), 'ERC20PeriodTransferEnforcer:transfer-amount-exceeded'],
      [tokens(call('transfer', other.address, 41n), choiceOf(other.address)), 'ERC20PeriodTransferEnforcer:transfer-amount-exceeded'],
      [tokens(call('transfer', stranger.address, 1n), at), 'AllowedCalldataEnforcer:invalid-calldata'],
      [tokens(call('transfer', other.address, 1n), at), 'AllowedCalldataEnforcer:invalid-calldata'],
      [tokens(call('transfer', shop.address, 1n), 3), 'LogicalOrWrapperEnforcer:invalid-group-index'],
      [tokens(call('approve', shop.address, 1n), at), 'ERC20PeriodTransferEnforcer:invalid-method'],
      [
        tokens(encodeFunctionData({ abi: ERC20, functionName: 'transferFrom', args: [account, shop.address, 1n] }), at),
        'ERC20PeriodTransferEnforcer:invalid-execution-length',
      ],
      [tokens(call('transfer', shop.address, 1n), at, POOL), 'ERC20PeriodTransferEnforcer:invalid-contract'],
      [tokens(call('transfer', shop.address, 1n), at, scene.token.address, 1n), 'ValueLteEnforcer:value-too-high'],
      [coins(0n, scene.token.address as Hex, call('transfer', shop.address, 1n)), 'AllowedTargets'],
    ];
    for (const [data, why] of refused) {
      const result = await stolen(data);
      expect(result.why).toContain(why);
      expect(result.ok).toBe(false);
    }
    expect(await stolen(tokens(call('transfer', other.address, 40n), choiceOf(other.address)))).toMatchObject({ ok: true });
    expect([await scene.tokens(shop.address), await scene.tokens(other.address), await scene.tokens(account)]).toEqual([60n, 40n, 900n]);
    await scene.wait(DAY);
    const one = (amount: bigint) => ({
      context: contextOf(smart, TOKENS, at),
      call: { to: scene.token.address, value: 0n, data: call('transfer', shop.address, amount) },
    });
    expect(await stolen(encodeRedemptions([one(60n), one(41n)]))).toMatchObject({ ok: false });
    expect(await stolen(encodeRedemptions([one(60n), one(40n)]))).toMatchObject({ ok: true });
    expect(await stolen(tokens(call('transfer', shop.address, 1n), at))).toMatchObject({ ok: false });
    await scene.wait(DAY);
    expect(await stolen(tokens(call('transfer', shop.address, 100n), at))).toMatchObject({ ok: true });
    expect(await stolen(tokens(call('transfer', shop.address, 1n), at))).toMatchObject({ ok: false });
  });
});

describe('another way to the money', () => {
  const signed = () => readContext(bytes(contextOf(smart, COINS))) as NonNullable<ReturnType<typeof readContext>>;
  const payBy = (context: Hex) => encodeRedemptions([{ context, call: { to: shop.address, value: 1n, data: '0x' } }]);
  const redeemIn = (mode: Hex, execution: Hex, context = contextOf(smart, COINS)) =>
    encodeFunctionData({ abi: abis.DelegationManager as Abi, functionName: 'redeemDelegations', args: [[context], [mode], [execution]] });
  const single = concat([stranger.address, numberToHex(ETH, { size: 32 })]);

  it.each<[string, () => Hex, Signer, string]>([
    ['another key', () => coins(1n), stranger, '0xb5863604'],
    ['the owner’s words for another key', () => payBy(encodeContext({ ...signed(), delegate: stranger.address })), stranger, '0x155ff427'],
    ['a caveat left out', () => payBy(encodeContext({ ...signed(), caveats: signed().caveats.slice(1) })), sender, '0x155ff427'],
    [
      'a caveat changed',
      () =>
        payBy(
          encodeContext({
            ...signed(),
            caveats: signed().caveats.map((caveat) =>
              caveat.enforcer === smart.terms['valueLte'] ? { ...caveat, terms: numberToHex(9n * ETH, { size: 32 }) } : caveat,
            ),
          }),
        ),
      sender,
      '0x155ff427',
    ],
    ['another salt, for another budget', () => payBy(encodeContext({ ...signed(), salt: 1n })), sender, '0x155ff427'],
    ['no delegation at all', () => payBy('0x'), sender, ''],
    ['failures that pass', () => redeemIn(`0x0001${'00'.repeat(30)}`, single), sender, 'CaveatEnforcer:invalid-execution-type'],
    ['a batch', () => redeemIn(`0x01${'00'.repeat(31)}`, single), sender, 'CaveatEnforcer:invalid-call-type'],
  ])('%s: reverts', async (_name, data, from, why) => {
    const held = await scene.coins(account);
    const result = await stolen(data(), from);
    expect(result.why).toContain(why);
    expect(result.ok).toBe(false);
    expect(await scene.coins(account)).toBe(held);
  });

  it('straight to the account: it obeys its manager and its entry point only', async () => {
    const execution = { target: stranger.address, value: ETH, callData: '0x' };
    const abi = abis.HybridDeleGator as Abi;
    for (const data of [
      encodeFunctionData({ abi, functionName: 'execute', args: [execution] }),
      encodeFunctionData({ abi, functionName: 'executeFromExecutor', args: [`0x${'00'.repeat(32)}`, single] }),
      encodeFunctionData({ abi, functionName: 'transferOwnership', args: [sender.address] }),
      encodeFunctionData({ abi, functionName: 'updateSigners', args: [sender.address, [], [], []] }),
      encodeFunctionData({ abi, functionName: 'upgradeToAndCall', args: [POOL, '0x'] }),
      encodeFunctionData({ abi, functionName: 'initialize', args: [sender.address, [], [], []] }),
    ]) {
      expect(await scene.raw(account, data)).toMatchObject({ ok: false });
    }
  });

  it('after its time: reverts', async () => {
    const soon = Number(((await scene.anvil.rpc('eth_getBlockByNumber', ['latest', false])) as { timestamp: string }).timestamp) + 3_600;
    const brief = await scene.account({ daily: ETH, expiresAtMs: soon * 1_000 + 999 }, 'brief');
    const pay = redeem(brief, COINS, { to: signer(9).address, value: 1n });
    expect(await stolen(pay)).toMatchObject({ ok: true });
    await scene.wait(3_601);
    const result = await stolen(pay);
    expect(result.why).toContain('TimestampEnforcer:expired-delegation');
    expect(result.ok).toBe(false);
  });
});
