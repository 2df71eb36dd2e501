import { pad } from 'viem';
import { describe, expect, it } from 'vitest';
import {
  address,
  assetOf,
  decodeCall,
  encode,
  flow,
  on,
  only,
  outflows,
  PAYEE,
  PERMIT2,
  reasons,
  STRANGE,
  THIEF,
  TOKEN,
  WALLET,
} from './scene.ts';

const DETAILS = '(address token,uint160 amount,uint48 expiration,uint48 nonce)';
const OWNER = address('dad');
const SECOND = address('c3');
const MAX160 = 2n ** 160n - 1n;

const allowance = (owner: string, spender: string, token: string, amount: bigint | 'unlimited', expiresAtMs: number | null) => ({
  kind: 'allowance',
  owner: on(owner),
  spender: on(spender),
  asset: assetOf(token),
  amount,
  expiresAtMs,
  leaf: '0',
  source: 'bytes',
});

describe('allowances in Permit2', () => {
  it('approve, with the moment at which it ends', () => {
    const approve = (amount: bigint, expiration: number) =>
      decodeCall(PERMIT2, encode('approve(address,address,uint160,uint48)', [TOKEN, THIEF, amount, expiration]));
    expect(only(approve(9n, 1_900_000_000), 'allowance')).toEqual([allowance(WALLET, THIEF, TOKEN, 9n, 1_900_000_000_000)]);
    expect(only(approve(MAX160, 2 ** 48 - 1), 'allowance')).toEqual([allowance(WALLET, THIEF, TOKEN, 'unlimited', null)]);
    expect(only(approve(MAX160 - 1n, 0), 'allowance')).toEqual([allowance(WALLET, THIEF, TOKEN, MAX160 - 1n, null)]);
    expect(only(approve(9n, 0), 'call')).toMatchObject([
      { protocol: 'permit2', capability: 'approvals', args: { token: TOKEN, amount: '9' } },
    ]);
  });

  it('permit, one and several, are the owner’s', () => {
    const one = [TOKEN, 7n, 1_900_000_000, 0] as const;
    const single = decodeCall(
      PERMIT2,
      encode(`permit(address owner,(${DETAILS} details,address spender,uint256 sigDeadline) permitSingle,bytes signature)`, [
        OWNER,
        { details: { token: TOKEN, amount: 7n, expiration: 1_900_000_000, nonce: 0 }, spender: THIEF, sigDeadline: 1n },
        '0x12',
      ]),
    );
    expect(only(single, 'allowance')).toEqual([allowance(OWNER, THIEF, TOKEN, one[1], 1_900_000_000_000)]);
    const details = [TOKEN, SECOND].map((token) => ({ token, amount: MAX160, expiration: 1_900_000_000, nonce: 0 }));
    const batch = decodeCall(
      PERMIT2,
      encode(`permit(address owner,(${DETAILS}[] details,address spender,uint256 sigDeadline) permitBatch,bytes signature)`, [
        OWNER,
        { details, spender: THIEF, sigDeadline: 1n },
        '0x12',
      ]),
    );
    expect(only(batch, 'allowance')).toEqual(
      [TOKEN, SECOND].map((token) => allowance(OWNER, THIEF, token, 'unlimited', 1_900_000_000_000)),
    );
  });

  it('lockdown takes them away; nonces change nothing else', () => {
    const locked = decodeCall(
      PERMIT2,
      encode('lockdown((address token,address spender)[] approvals)', [[{ token: TOKEN, spender: THIEF }]]),
    );
    expect(only(locked, 'allowance')).toEqual([allowance(WALLET, THIEF, TOKEN, 0n, null)]);
    for (const data of [
      encode('invalidateNonces(address,address,uint48)', [TOKEN, THIEF, 3]),
      encode('invalidateUnorderedNonces(uint256,uint256)', [1n, 2n]),
    ])
      expect(decodeCall(PERMIT2, data)).toMatchObject({ complete: true, effects: [{ kind: 'fee' }, { kind: 'call' }] });
  });
});

describe('transfers through Permit2', () => {
  const MOVE = '(address from,address to,uint160 amount,address token)';
  const PERMITTED = '(address token,uint256 amount)';
  const TRANSFER = '(address to,uint256 requestedAmount)';
  const HEAD = 'uint256 nonce,uint256 deadline) permit';
  const permit = { permitted: { token: TOKEN, amount: 100n }, nonce: 1n, deadline: 2n };
  const batch = { ...permit, permitted: [permit.permitted, { token: SECOND, amount: 100n }] };
  const to = { to: THIEF, requestedAmount: 40n };
  const witness = [OWNER, pad('0x12'), 'Order order)', '0x99'] as const;
  const WITNESS = 'address owner,bytes32 witness,string witnessTypeString,bytes signature';

  it('transferFrom, one and several', () => {
    const one = decodeCall(PERMIT2, encode('transferFrom(address,address,uint160,address)', [OWNER, THIEF, 5n, TOKEN]));
    expect(outflows(one)).toEqual([flow(OWNER, THIEF, 5n)]);
    const rows = [TOKEN, SECOND].map((token) => ({ from: OWNER, to: PAYEE, amount: 6n, token }));
    const several = decodeCall(PERMIT2, encode(`transferFrom(${MOVE}[] transferDetails)`, [rows]));
    expect(outflows(several)).toEqual([flow(OWNER, PAYEE, 6n), flow(OWNER, PAYEE, 6n, `erc20:${SECOND}`)]);
  });

  it.each([
    [
      'one',
      `permitTransferFrom((${PERMITTED} permitted,${HEAD},${TRANSFER} details,address owner,bytes signature)`,
      [permit, to, OWNER, '0x99'],
      1,
    ],
    [
      'several',
      `permitTransferFrom((${PERMITTED}[] permitted,${HEAD},${TRANSFER}[] details,address owner,bytes signature)`,
      [batch, [to, to], OWNER, '0x99'],
      2,
    ],
    [
      'one with a witness',
      `permitWitnessTransferFrom((${PERMITTED} permitted,${HEAD},${TRANSFER} details,${WITNESS})`,
      [permit, to, ...witness],
      1,
    ],
    [
      'several with a witness',
      `permitWitnessTransferFrom((${PERMITTED}[] permitted,${HEAD},${TRANSFER}[] details,${WITNESS})`,
      [batch, [to, to], ...witness],
      2,
    ],
  ] as const)('signed: %s', (_name, signature, args, count) => {
    const decoded = decodeCall(PERMIT2, encode(signature, args));
    const expected = [flow(OWNER, THIEF, 40n), flow(OWNER, THIEF, 40n, `erc20:${SECOND}`)];
    expect(reasons(decoded)).toEqual([]);
    expect(outflows(decoded)).toEqual(expected.slice(0, count));
  });

  it('lists that do not match move nobody knows what', () => {
    const signature = `permitTransferFrom((${PERMITTED}[] permitted,${HEAD},${TRANSFER}[] details,address owner,bytes signature)`;
    expect(reasons(decodeCall(PERMIT2, encode(signature, [batch, [to], OWNER, '0x99'])))).toEqual(['lists of unequal length']);
  });

  it('are believed of Permit2 alone', () => {
    const elsewhere = decodeCall(STRANGE, encode('transferFrom(address,address,uint160,address)', [OWNER, THIEF, 5n, TOKEN]));
    expect(elsewhere.complete).toBe(false);
    expect(reasons(elsewhere)).toEqual(['the method is not known']);
    expect(outflows(elsewhere)).toEqual([]);
  });
});
