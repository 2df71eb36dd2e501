import { concat, encodePacked, type Hex, size } from 'viem';
import { describe, expect, it } from 'vitest';
import {
  address,
  assetOf,
  decodeCall,
  encode,
  flow,
  NATIVE,
  on,
  only,
  outflows,
  PAYEE,
  reasons,
  SAFE,
  STRANGE,
  THIEF,
  TOKEN,
  transfer,
  WALLET,
} from './scene.ts';

const EXEC = 'execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)';
const MULTI_SEND_CALL_ONLY = '0x9641d764fc13c8B624c04430C7356C1C7C8102e2';
const NOBODY = address('0');

interface Exec {
  readonly to?: Hex;
  readonly value?: bigint;
  readonly data?: Hex;
  readonly operation?: number;
  readonly refund?: readonly [baseGas: bigint, gasPrice: bigint, token: Hex, receiver: Hex];
}
function exec({ to = TOKEN, value = 0n, data = transfer(), operation = 0, refund = [0n, 0n, NOBODY, NOBODY] }: Exec): Hex {
  const [baseGas, gasPrice, token, receiver] = refund;
  return encode(EXEC, [to, value, data, operation, 0n, baseGas, gasPrice, token, receiver, '0x1234']);
}
const packed = (operation: number, to: Hex, value: bigint, data: Hex): Hex =>
  encodePacked(['uint8', 'address', 'uint256', 'uint256', 'bytes'], [operation, to, value, BigInt(size(data)), data]);
const multiSend = (...calls: readonly Hex[]): Hex => encode('multiSend(bytes)', [concat(calls)]);

describe('a Safe’s transaction', () => {
  it('moves what is the Safe’s', () => {
    const decoded = decodeCall(SAFE, exec({ value: 3n }));
    expect(decoded.complete).toBe(true);
    expect(outflows(decoded)).toEqual([flow(SAFE, TOKEN, 3n, 'slip44:60'), flow(SAFE, PAYEE, 5n)]);
    expect(only(decoded, 'call')[0]).toMatchObject({ contract: on(SAFE), method: 'execTransaction', args: { sender: on(SAFE) } });
  });

  it('a delegated call may do anything, whatever its data looks like', () => {
    const decoded = decodeCall(SAFE, exec({ operation: 1 }));
    expect(decoded.complete).toBe(false);
    expect(only(decoded, 'hazard')).toMatchObject([{ account: on(SAFE), hazard: 'delegatecall' }]);
    expect(outflows(decoded)).toEqual([]);
    expect(decodeCall(SAFE, exec({ operation: 2 })).complete).toBe(false);
  });

  it('MultiSend at its own address makes the Safe’s calls; it stays a hazard', () => {
    const data = multiSend(packed(0, TOKEN, 0n, transfer()), packed(0, THIEF, 7n, '0x'));
    const decoded = decodeCall(SAFE, exec({ to: MULTI_SEND_CALL_ONLY, data, operation: 1 }));
    expect(reasons(decoded)).toEqual([]);
    expect(only(decoded, 'hazard')).toMatchObject([{ hazard: 'delegatecall' }]);
    expect(outflows(decoded)).toEqual([flow(SAFE, PAYEE, 5n), flow(SAFE, THIEF, 7n, 'slip44:60')]);
    const elsewhere = decodeCall(SAFE, exec({ to: STRANGE, data, operation: 1 }));
    expect(elsewhere.complete).toBe(false);
    expect(outflows(elsewhere)).toEqual([]);
  });

  it('a delegated call inside MultiSend, and packed calls cut short, are unknown', () => {
    const inside = multiSend(packed(0, TOKEN, 0n, transfer()), packed(1, THIEF, 0n, transfer()));
    const decoded = decodeCall(SAFE, exec({ to: MULTI_SEND_CALL_ONLY, data: inside, operation: 1 }));
    expect(reasons(decoded)).toEqual(['a delegated call may do anything']);
    expect(only(decoded, 'hazard')).toHaveLength(2);
    const whole = packed(0, TOKEN, 0n, transfer());
    for (const cut of [whole.slice(0, -2), `${whole}00`, `${whole.slice(0, 90)}`] as Hex[])
      expect(reasons(decodeCall(STRANGE, multiSend(cut)))).toEqual([expect.stringContaining('truncated')]);
    expect(reasons(decodeCall(STRANGE, multiSend(packed(0, NOBODY, 0n, transfer()))))).toContain(
      'the zero address may stand for the account itself',
    );
  });

  it('a refund is paid to whoever is named, without a bound', () => {
    const decoded = decodeCall(SAFE, exec({ refund: [50_000n, 1_000n, TOKEN, THIEF] }));
    expect(outflows(decoded)).toContain(flow(SAFE, THIEF, 50_000_000n));
    expect(reasons(decoded)).toEqual(['refunds gas without a bound']);
    const own = decodeCall(SAFE, exec({ refund: [1n, 1n, NOBODY, NOBODY] }));
    expect(only(own, 'outflow')[0]).toMatchObject({ account: on(SAFE), counterparty: on(WALLET), asset: NATIVE, amount: 1n });
  });

  it.each([
    ['addOwnerWithThreshold(address,uint256)', [THIEF, 1n], 'signer', THIEF],
    ['removeOwner(address,address,uint256)', [PAYEE, THIEF, 1n], 'signer', null],
    ['swapOwner(address,address,address)', [PAYEE, PAYEE, THIEF], 'signer', THIEF],
    ['changeThreshold(uint256)', [1n], 'signer', null],
    ['enableModule(address)', [THIEF], 'module', THIEF],
    ['disableModule(address,address)', [PAYEE, THIEF], 'module', null],
    ['setGuard(address)', [NOBODY], 'module', NOBODY],
    ['setModuleGuard(address)', [THIEF], 'module', THIEF],
    ['setFallbackHandler(address)', [THIEF], 'module', THIEF],
    ['changeMasterCopy(address)', [THIEF], 'upgrade', THIEF],
  ] as const)('%s is power over it', (signature, args, aspect, to) => {
    const decoded = decodeCall(SAFE, exec({ to: SAFE, data: encode(signature, args) }));
    expect(only(decoded, 'control')).toContainEqual({
      kind: 'control',
      account: on(SAFE),
      aspect,
      to: to === null ? null : on(to),
      leaf: '0.0',
      source: 'bytes',
    });
    // An account that calls itself obeys: that alone is power.
    expect(only(decoded, 'control')).toContainEqual(expect.objectContaining({ aspect: 'signer', to: null }));
  });

  it('a hash that is approved unseen is a signature in disguise', () => {
    const decoded = decodeCall(SAFE, encode('approveHash(bytes32)', [`0x${'ab'.repeat(32)}`]));
    expect(decoded.complete).toBe(false);
    expect(only(decoded, 'hazard')).toMatchObject([{ hazard: 'signature_in_disguise' }]);
  });
});

describe('what stands before a Safe, or beside it', () => {
  const call = [TOKEN, 0n, transfer(), 0] as const;
  it.each([
    ['execTransactionFromModule(address,uint256,bytes,uint8)', call],
    ['execTransactionFromModuleReturnData(address,uint256,bytes,uint8)', call],
    ['execTransactionWithRole(address,uint256,bytes,uint8,bytes32,bool)', [...call, `0x${'01'.repeat(32)}`, true]],
    ['execTransactionWithRoleReturnData(address,uint256,bytes,uint8,bytes32,bool)', [...call, `0x${'01'.repeat(32)}`, true]],
    ['execTransactionWithRole(address,uint256,bytes,uint8,uint16,bool)', [...call, 1, true]],
    ['executeUserOp(address,uint256,bytes,uint8)', call],
  ])('%s', (signature, args) => {
    const decoded = decodeCall(STRANGE, encode(signature, args));
    expect(decoded.complete).toBe(true);
    expect(only(decoded, 'outflow')).toMatchObject([{ account: on(STRANGE), counterparty: on(PAYEE), asset: assetOf(TOKEN), amount: 5n }]);
    const delegated = decodeCall(STRANGE, encode(signature, [...args.slice(0, 3), 1, ...args.slice(4)]));
    expect(delegated.complete).toBe(false);
    expect(only(delegated, 'hazard')).toMatchObject([{ hazard: 'delegatecall' }]);
  });
});
