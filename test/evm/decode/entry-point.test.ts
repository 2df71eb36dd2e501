import { encodeAbiParameters, encodePacked, type Hex, pad, parseAbiParameters, toHex } from 'viem';
import { describe, expect, it } from 'vitest';
import { address, decodeCall, encode, flow, on, only, outflows, PAYEE, reasons, THIEF, TOKEN, transfer, WALLET } from './scene.ts';

const ENTRY_POINT = '0x0000000071727De22E5E9d8BAf0edAc6f37da032';
const ACCOUNT = address('acc0');
const OTHER = address('acc1');
const OLD = 'handleOps((address,uint256,bytes,bytes,uint256,uint256,uint256,uint256,uint256,bytes,bytes)[],address)';
const NEW = 'handleOps((address,uint256,bytes,bytes,bytes32,uint256,bytes32,bytes,bytes)[],address)';
const execute = (to: Hex): Hex => encode('execute(address,uint256,bytes)', [TOKEN, 0n, transfer(to)]);
const halves = (high: bigint, low: bigint): Hex => `0x${toHex(high, { size: 16 }).slice(2)}${toHex(low, { size: 16 }).slice(2)}`;

const old = (sender: Hex, callData: Hex, initCode: Hex = '0x', paymaster: Hex = '0x') =>
  [sender, 1n, initCode, callData, 10n, 20n, 30n, 2n, 1n, paymaster, '0x99'] as const;
const packed = (sender: Hex, callData: Hex, initCode: Hex = '0x', paymaster: Hex = '0x') =>
  [sender, 1n, initCode, callData, halves(20n, 10n), 30n, halves(1n, 2n), paymaster, '0x99'] as const;

describe('user operations', () => {
  it.each([
    ['0.6', OLD, old],
    ['0.7', NEW, packed],
  ] as const)('EntryPoint %s: each account moves what is its own, and pays for it', (_name, signature, make) => {
    const data = encode(signature, [[make(ACCOUNT, execute(PAYEE)), make(OTHER, execute(THIEF))], WALLET]);
    const decoded = decodeCall(ENTRY_POINT, data);
    expect(reasons(decoded)).toEqual([]);
    expect(outflows(decoded)).toEqual([
      flow(ACCOUNT, WALLET, 120n, 'slip44:60'),
      flow(OTHER, WALLET, 120n, 'slip44:60'),
      flow(ACCOUNT, PAYEE, 5n),
      flow(OTHER, THIEF, 5n),
    ]);
    expect(only(decoded, 'call')[0]).toMatchObject({ method: 'handleOps', args: { operations: '2', beneficiary: WALLET } });
  });

  it.each([
    ['0.6', OLD, old, 200n],
    ['0.7', NEW, packed, 120n],
  ] as const)('EntryPoint %s: an account that is made, and a paymaster that pays, are told', (_name, signature, make, gas) => {
    const paymaster = `${THIEF}${'00'.repeat(32)}` as Hex;
    const decoded = decodeCall(ENTRY_POINT, encode(signature, [[make(ACCOUNT, '0x', '0x1234', paymaster)], WALLET]));
    expect(only(decoded, 'deploy')).toMatchObject([{ account: on(ACCOUNT) }]);
    expect(only(decoded, 'message')[0]?.text).toContain(on(THIEF));
    expect(outflows(decoded)).toEqual([flow(THIEF, WALLET, gas, 'slip44:60')]);
  });

  it('a paymaster’s own gas counts', () => {
    const paymaster = encodePacked(['address', 'uint128', 'uint128'], [THIEF, 100n, 200n]);
    const decoded = decodeCall(ENTRY_POINT, encode(NEW, [[packed(ACCOUNT, '0x', '0x', paymaster)], WALLET]));
    expect(outflows(decoded)).toEqual([flow(THIEF, WALLET, 720n, 'slip44:60')]);
  });

  it('what an account is told and we cannot read makes all of it unknown', () => {
    const decoded = decodeCall(ENTRY_POINT, encode(NEW, [[packed(ACCOUNT, execute(PAYEE)), packed(OTHER, '0xdeadbeef')], WALLET]));
    expect(decoded.complete).toBe(false);
    expect(only(decoded, 'unknown')).toMatchObject([{ contract: on(OTHER), selector: '0xdeadbeef', leaf: '0.1' }]);
  });
});

describe('delegations (ERC-7710)', () => {
  const DELEGATION =
    '(address delegate,address delegator,bytes32 authority,(address enforcer,bytes terms,bytes args)[] caveats,uint256 salt,bytes signature)';
  const MANAGER = '0xdb9B1e94B5b69Df7e401DDbedE43491141047dB3';
  const one = (delegate: Hex, delegator: Hex) => ({
    delegate,
    delegator,
    authority: pad('0x'),
    caveats: [{ enforcer: THIEF, terms: '0x12', args: '0x' }] as const,
    salt: 1n,
    signature: '0x99' as Hex,
  });
  const context = (...chain: readonly ReturnType<typeof one>[]): Hex => encodeAbiParameters(parseAbiParameters(`${DELEGATION}[]`), [chain]);
  const single = encodePacked(['address', 'uint256', 'bytes'], [TOKEN, 0n, transfer()]);
  const redeem = (contexts: readonly Hex[], modes: readonly Hex[], executions: readonly Hex[]) =>
    decodeCall(MANAGER, encode('redeemDelegations(bytes[],bytes32[],bytes[])', [contexts, modes, executions]));

  it('moves what is the delegator’s at the root; without a delegation what is the caller’s', () => {
    const chain = context(one(WALLET, OTHER), one(OTHER, ACCOUNT));
    const decoded = redeem([chain, '0x'], [pad('0x'), pad('0x')], [single, single]);
    expect(reasons(decoded)).toEqual([]);
    expect(outflows(decoded)).toEqual([flow(ACCOUNT, PAYEE, 5n), flow(WALLET, PAYEE, 5n)]);
  });

  it('is unknown under another mode, another context or lists that do not match', () => {
    const good = context(one(WALLET, ACCOUNT));
    const delegated = redeem([good], [pad('0xff', { dir: 'right' })], [single]);
    expect(delegated.complete).toBe(false);
    expect(only(delegated, 'hazard')).toMatchObject([{ account: on(ACCOUNT), hazard: 'delegatecall' }]);
    expect(reasons(redeem([`${good}00`], [pad('0x')], [single]))).toEqual(['a permission context is not in canonical form']);
    expect(reasons(redeem([good], [], [single]))).toEqual(['lists of unequal length']);
    expect(reasons(redeem([good], [pad('0x02', { dir: 'right' })], [single]))).toEqual([expect.stringContaining('mode')]);
  });

  it('enabling one is a delegation; disabling it is none', () => {
    const enabled = decodeCall(MANAGER, encode(`enableDelegation(${DELEGATION} delegation)`, [one(THIEF, WALLET)]));
    expect(only(enabled, 'delegation')).toMatchObject([{ account: on(WALLET), delegate: on(THIEF), scope: 'caveats: 1' }]);
    const disabled = decodeCall(MANAGER, encode(`disableDelegation(${DELEGATION} delegation)`, [one(THIEF, WALLET)]));
    expect(disabled).toMatchObject({ complete: true });
    expect(only(disabled, 'delegation')).toEqual([]);
  });
});
