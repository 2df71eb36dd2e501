import { encodeFunctionData, keccak256, parseAbi, slice, toBytes } from 'viem';
import { describe, expect, it } from 'vitest';
import { ETH, EVE, erc20, hazards, ME, on, only, readTyped, SHOP, STRANGE, type TypedParts, USD } from './order-fixture.ts';

const NOBODY = `0x${'0'.repeat(40)}`;
const SAFE = '0x00000000000000000000000000000000000005af';
const SOON = 1_800_000_000;
const transfer = encodeFunctionData({ abi: parseAbi(['function transfer(address to, uint256 amount)']), args: [SHOP, 5n] });
const approve = encodeFunctionData({ abi: parseAbi(['function approve(address spender, uint256 amount)']), args: [EVE, 2n ** 256n - 1n] });

describe('Safe', () => {
  const order = (message: object, domain?: object): TypedParts => ({
    types: {
      SafeTx: [
        ['to', 'address'],
        ['value', 'uint256'],
        ['data', 'bytes'],
        ['operation', 'uint8'],
        ['safeTxGas', 'uint256'],
        ['baseGas', 'uint256'],
        ['gasPrice', 'uint256'],
        ['gasToken', 'address'],
        ['refundReceiver', 'address'],
        ['nonce', 'uint256'],
      ],
    },
    primaryType: 'SafeTx',
    message: {
      to: USD,
      value: 0,
      data: transfer,
      operation: 0,
      safeTxGas: 0,
      baseGas: 0,
      gasPrice: 0,
      gasToken: NOBODY,
      refundReceiver: NOBODY,
      nonce: 4,
      ...message,
    },
    domain: { chainId: 1, verifyingContract: SAFE, ...domain },
  });

  it('does what its call does, as the Safe', () => {
    const reading = readTyped(order({}));
    expect(only(reading, 'outflow')).toEqual([
      { kind: 'outflow', account: on(SAFE), counterparty: on(SHOP), asset: erc20(USD), amount: 5n, leaf: '0.0', source: 'bytes' },
    ]);
    expect(reading).toMatchObject({
      standard: 'safe_tx',
      complete: true,
      mark: { contract: on(SAFE), place: 'safe_nonce', args: { nonce: '4' } },
    });
    expect(only(readTyped(order({ to: SHOP, value: 9, data: '0x' })), 'outflow')[0]).toMatchObject({
      asset: ETH,
      amount: 9n,
      account: on(SAFE),
    });
    expect(only(readTyped(order({ data: approve })), 'allowance')[0]).toMatchObject({
      owner: on(SAFE),
      spender: on(EVE),
      amount: 'unlimited',
    });
  });

  it('delegating is a hazard and unknown, whatever it says it calls', () => {
    for (const operation of [1, 2]) {
      const reading = readTyped(order({ operation }));
      expect([hazards(reading), reading.complete]).toEqual([['delegatecall'], false]);
    }
  });

  it('calling itself is a change of control, a refund is unknown, and so is a call nobody knows', () => {
    expect(only(readTyped(order({ to: SAFE, data: '0x12345678' })), 'control')[0]).toMatchObject({ account: on(SAFE) });
    expect(readTyped(order({ gasPrice: 1 })).complete).toBe(false);
    expect(readTyped(order({ data: '0x12345678' })).complete).toBe(false);
  });

  it('of an old version holds on every chain', () => {
    expect(hazards(readTyped({ ...order({}), domain: { verifyingContract: SAFE } }))).toEqual(['valid_on_every_chain']);
  });

  it('a message of it is read like a message, and a hash is nothing anybody could read', () => {
    const message = (bytes: string) =>
      readTyped({
        types: { SafeMessage: [['message', 'bytes']] },
        primaryType: 'SafeMessage',
        message: { message: bytes },
        domain: { chainId: 1, verifyingContract: SAFE },
      });
    expect(message(`0x${Buffer.from('Hello').toString('hex')}`)).toMatchObject({ standard: 'safe_message', complete: true });
    const hash = message(`0x${'ab'.repeat(32)}`);
    expect([hash.complete, hazards(hash)]).toEqual([false, ['signature_in_disguise']]);
  });
});

describe('ERC-7710', () => {
  const TIMESTAMP = '0x1046bb45c8d673d4ea75321280db34899413c069';
  const MANAGER = '0xdb9b1e94b5b69df7e401ddbede43491141047db3';
  const order = (caveats: readonly object[], rest: object = {}): TypedParts => ({
    types: {
      Delegation: [
        ['delegate', 'address'],
        ['delegator', 'address'],
        ['authority', 'bytes32'],
        ['caveats', 'Caveat[]'],
        ['salt', 'uint256'],
      ],
      Caveat: [
        ['enforcer', 'address'],
        ['terms', 'bytes'],
      ],
    },
    primaryType: 'Delegation',
    message: { delegate: SHOP, delegator: ME, authority: `0x${'ff'.repeat(32)}`, caveats, salt: 0, ...rest },
    contract: MANAGER,
  });

  it('without a condition is everything, for ever', () => {
    const reading = readTyped(order([]));
    expect(only(reading, 'delegation')[0]).toMatchObject({ account: on(ME), delegate: on(SHOP), scope: 'everything, without a condition' });
    expect(hazards(reading)).toEqual(['never_expires']);
    expect(reading.mark).toMatchObject({
      contract: on(MANAGER),
      place: 'delegation',
      args: { hash: expect.stringMatching(/^0x[0-9a-f]{64}$/) },
    });
  });

  it('tells its conditions, and ends where they end it', () => {
    const terms = `0x${'0'.repeat(32)}${SOON.toString(16).padStart(32, '0')}`;
    const reading = readTyped(
      order([
        { enforcer: TIMESTAMP, terms },
        { enforcer: STRANGE, terms: '0x01' },
      ]),
    );
    expect(reading.expiresAtMs).toBe(SOON * 1_000);
    expect(only(reading, 'delegation')[0]?.scope).toBe(`within timestamp ${terms}; condition of ${on(STRANGE)} 0x01`);
    // Anybody may write a contract that looks like an end.
    expect(readTyped(order([{ enforcer: STRANGE, terms }])).expiresAtMs).toBeNull();
    expect(readTyped(order([], { delegator: EVE })).complete).toBe(false);
    expect(only(readTyped(order([], { authority: `0x${'01'.repeat(32)}` })), 'delegation')[0]?.scope).toContain(
      'from the delegation 0x0101',
    );
  });
});

describe('ERC-4337', () => {
  const ENTRY = '0x4337084d9e255ff0702461cf8895ce9e3b5ff108';
  const execute = encodeFunctionData({
    abi: parseAbi(['function execute(address to, uint256 value, bytes data)']),
    args: [SHOP, 6n, '0x'],
  });
  const order = (message: object, contract = ENTRY): TypedParts => ({
    types: {
      PackedUserOperation: [
        ['sender', 'address'],
        ['nonce', 'uint256'],
        ['initCode', 'bytes'],
        ['callData', 'bytes'],
        ['accountGasLimits', 'bytes32'],
        ['preVerificationGas', 'uint256'],
        ['gasFees', 'bytes32'],
        ['paymasterAndData', 'bytes'],
      ],
    },
    primaryType: 'PackedUserOperation',
    message: {
      ...{
        sender: ME,
        nonce: 2n ** 64n + 5n,
        initCode: '0x',
        callData: execute,
        accountGasLimits: `0x${'64'.padStart(32, '0')}${'c8'.padStart(32, '0')}`,
      },
      ...{ preVerificationGas: 50, gasFees: `0x${'1'.padStart(32, '0')}${'a'.padStart(32, '0')}`, paymasterAndData: '0x', ...message },
    },
    contract,
  });

  it('does what it calls, and pays gas up to its own bounds', () => {
    const reading = readTyped(order({}));
    expect(only(reading, 'outflow')[0]).toMatchObject({ account: on(ME), counterparty: on(SHOP), asset: ETH, amount: 6n });
    expect(only(reading, 'fee')).toEqual([
      { kind: 'fee', account: on(ME), asset: ETH, max: (100n + 200n + 50n) * 10n, leaf: '0', source: 'bytes' },
    ]);
    expect(reading).toMatchObject({
      standard: 'user_operation',
      complete: true,
      mark: { place: 'user_operation', args: { sender: ME, nonce: '18446744073709551621' } },
    });
  });

  it('is unknown where it deploys, where somebody else pays, of another account, at another entry point', () => {
    for (const message of [{ initCode: `0x${'11'.repeat(20)}` }, { paymasterAndData: `0x${'11'.repeat(20)}` }, { sender: EVE }])
      expect(readTyped(order(message)).complete).toBe(false);
    expect(readTyped(order({}, STRANGE)).standard).toBe('unknown');
  });
});

describe('calls that others hand in', () => {
  it('a meta transaction calls its contract in the signer’s name', () => {
    const reading = readTyped({
      types: {
        MetaTransaction: [
          ['nonce', 'uint256'],
          ['from', 'address'],
          ['functionSignature', 'bytes'],
        ],
      },
      primaryType: 'MetaTransaction',
      message: { nonce: 1, from: ME, functionSignature: transfer },
    });
    expect(only(reading, 'outflow')[0]).toMatchObject({ account: on(ME), counterparty: on(SHOP), asset: erc20(USD), amount: 5n });
    expect(reading).toMatchObject({ standard: 'meta_transaction', complete: true, mark: { place: 'meta_nonce', args: { nonce: '1' } } });
  });

  it.each([true, false])('a forwarder’s request does what its call does; with a deadline: %s', (ends) => {
    const fields = [
      ['from', 'address'],
      ['to', 'address'],
      ['value', 'uint256'],
      ['gas', 'uint256'],
      ['nonce', 'uint256'],
      ...(ends ? [['deadline', 'uint48'] as const] : []),
      ['data', 'bytes'],
    ] as const;
    const message = { from: ME, to: USD, value: 0, gas: 1, nonce: 1, data: approve, ...(ends ? { deadline: SOON } : {}) };
    const reading = readTyped({ types: { ForwardRequest: fields }, primaryType: 'ForwardRequest', message, contract: STRANGE });
    expect(only(reading, 'allowance')[0]).toMatchObject({ owner: on(ME), spender: on(EVE), amount: 'unlimited' });
    expect([reading.expiresAtMs, hazards(reading)]).toEqual(ends ? [SOON * 1_000, []] : [null, ['never_expires']]);
  });
});

describe('a type nobody knows', () => {
  const SELECTOR = slice(keccak256(toBytes('Withdraw(address to,uint256 amount)')), 0, 4);
  const order: TypedParts = {
    types: {
      Withdraw: [
        ['to', 'address'],
        ['amount', 'uint256'],
      ],
    },
    primaryType: 'Withdraw',
    message: { to: EVE, amount: 5n },
    contract: STRANGE,
  };

  it('is unknown by its contract and the first bytes of its type’s hash', () => {
    const reading = readTyped(order);
    expect([reading.standard, reading.complete]).toEqual(['unknown', false]);
    expect(only(reading, 'unknown')).toEqual([
      {
        kind: 'unknown',
        contract: on(STRANGE),
        selector: SELECTOR,
        detail: 'Withdraw: typed data of no known kind',
        leaf: '0',
        source: 'bytes',
      },
    ]);
    expect(only(reading, 'message')[0]?.text).toBe(`Withdraw { to: ${EVE}, amount: 5 }`);
  });

  it('for no contract cannot be allowed by any rule about contracts', () => {
    const reading = readTyped({ ...order, domain: { name: 'x', chainId: 1 } });
    expect(only(reading, 'unknown')[0]).toMatchObject({ contract: null, selector: null });
  });
});
