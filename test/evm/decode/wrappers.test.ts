import { encodeAbiParameters, encodePacked, type Hex, parseAbiParameters } from 'viem';
import { describe, expect, it } from 'vitest';
import { address, decodeCall, encode, flow, on, only, outflows, PAYEE, reasons, STRANGE, THIEF, TOKEN, transfer, WALLET } from './scene.ts';

const CALLS = '(address target,bytes callData)[] calls';
const two = [
  [TOKEN, transfer()],
  [TOKEN, transfer(THIEF, 9n)],
] as const;

describe('batches move what is the batching contract’s', () => {
  const made: readonly (readonly [string, string, readonly unknown[]])[] = [
    ['aggregate', `aggregate(${CALLS})`, [two]],
    ['tryAggregate', `tryAggregate(bool,${CALLS})`, [false, two]],
    ['blockAndAggregate', `blockAndAggregate(${CALLS})`, [two]],
    ['tryBlockAndAggregate', `tryBlockAndAggregate(bool,${CALLS})`, [true, two]],
    ['aggregate3', 'aggregate3((address target,bool allowFailure,bytes callData)[] calls)', [two.map(([to, data]) => [to, true, data])]],
    ['aggregate3Value', 'aggregate3Value((address,bool,uint256,bytes)[] calls)', [two.map(([to, data]) => [to, true, 0n, data])]],
    ['executeBatch, lists', 'executeBatch(address[],bytes[])', [two.map(([to]) => to), two.map(([, data]) => data)]],
    ['executeBatch, values', 'executeBatch(address[],uint256[],bytes[])', [two.map(([to]) => to), [0n, 0n], two.map(([, data]) => data)]],
    ['executeBatch, no values', 'executeBatch(address[],uint256[],bytes[])', [two.map(([to]) => to), [], two.map(([, data]) => data)]],
    ['executeBatch, records', 'executeBatch((address,uint256,bytes)[] calls)', [two.map(([to, data]) => [to, 0n, data])]],
    ['execute, records', 'execute((address,uint256,bytes)[] calls)', [two.map(([to, data]) => [to, 0n, data])]],
  ];
  it.each(made)('%s', (_name, signature, args) => {
    const decoded = decodeCall(STRANGE, encode(signature, args));
    expect(reasons(decoded)).toEqual([]);
    expect(outflows(decoded)).toEqual([flow(STRANGE, PAYEE, 5n), flow(STRANGE, THIEF, 9n)]);
    expect(only(decoded, 'call')[0]).toMatchObject({ contract: on(STRANGE), args: { calls: '2', sender: on(STRANGE) }, leaf: '0' });
    expect(only(decoded, 'outflow').map(({ leaf }) => leaf)).toEqual(['0.0', '0.1']);
  });

  it.each([
    ['multicall(bytes[])', [[transfer(), transfer(THIEF, 9n)]]],
    ['multicall(uint256,bytes[])', [1n, [transfer(), transfer(THIEF, 9n)]]],
    ['multicall(bytes32,bytes[])', [`0x${'11'.repeat(32)}`, [transfer(), transfer(THIEF, 9n)]]],
    ['batch(bytes[],bool)', [[transfer(), transfer(THIEF, 9n)], true]],
  ] as const)('%s moves what is the sender’s', (signature, args) => {
    expect(outflows(decodeCall(TOKEN, encode(signature, args)))).toEqual([flow(WALLET, PAYEE, 5n), flow(WALLET, THIEF, 9n)]);
  });

  it('questions to Multicall3 do nothing, and say so', () => {
    const asked = encode('getEthBalance(address)', [THIEF]);
    const decoded = decodeCall(STRANGE, encode(`aggregate(${CALLS})`, [[[STRANGE, asked]]]));
    expect(decoded.complete).toBe(true);
    expect(outflows(decoded)).toEqual([]);
  });

  it('lists of unequal length are of no batch', () => {
    const decoded = decodeCall(
      STRANGE,
      encode('executeBatch(address[],uint256[],bytes[])', [[TOKEN, TOKEN], [0n], [transfer(), transfer()]]),
    );
    expect(reasons(decoded)).toEqual(['lists of unequal length']);
  });
});

describe('execution modes (ERC-7579, ERC-7821)', () => {
  const mode = (head: string): Hex => `0x${head.padEnd(64, '0')}`;
  const execute = (head: string, data: Hex) => decodeCall(STRANGE, encode('execute(bytes32,bytes)', [mode(head), data]));
  const rows = two.map(([target, callData]) => ({ target, value: 0n, callData }));
  const EXECUTIONS = '(address target,uint256 value,bytes callData)[]';
  const batch = encodeAbiParameters(parseAbiParameters(EXECUTIONS), [rows]);
  const withData = encodeAbiParameters(parseAbiParameters(`${EXECUTIONS}, bytes`), [rows, '0x1234']);
  const single = encodePacked(['address', 'uint256', 'bytes'], [TOKEN, 3n, transfer()]);
  const both = [flow(STRANGE, PAYEE, 5n), flow(STRANGE, THIEF, 9n)];

  it.each([
    ['a batch', '01', batch],
    ['a batch that may fail', '0101', batch],
    ['a batch that may carry data, and does not', '01000000000078210001', batch],
    ['a batch that carries data', '01000000000078210001', withData],
  ])('%s', (_name, head, data) => {
    const decoded = execute(head, data);
    expect(reasons(decoded)).toEqual([]);
    expect(outflows(decoded)).toEqual(both);
  });

  it('one call, and batches of batches', () => {
    expect(outflows(execute('00', single))).toEqual([flow(STRANGE, TOKEN, 3n, 'slip44:60'), flow(STRANGE, PAYEE, 5n)]);
    const nested = encodeAbiParameters(parseAbiParameters('bytes[]'), [[batch, withData]]);
    expect(outflows(execute('01000000000078210002', nested))).toEqual([...both, ...both]);
  });

  it.each([
    ['a static call', 'fe', single, /mode .* is not known/],
    ['an unknown execution type', '0102', batch, /mode .* is not known/],
    ['an unknown selector', '010000000000deadbeef', batch, /mode .* is not known/],
    ['a payload behind the selector', `01${'0'.repeat(60)}01`, batch, /mode .* is not known/],
    ['data where none may be', '01', withData, /not in canonical form/],
    ['half of a packed call', '00', '0x1234', /shorter than its head/],
    ['a batch with bytes behind it', '01', `${batch}${'00'.repeat(32)}` as Hex, /trailing_bytes/],
    ['a batch of batches that is none', '01000000000078210002', batch, /not in canonical form/],
  ] as const)('%s is unknown', (_name, head, data, why) => {
    const decoded = execute(head, data);
    expect(decoded.complete).toBe(false);
    expect(reasons(decoded)).toEqual([expect.stringMatching(why)]);
    expect(outflows(decoded)).toEqual([]);
  });

  it('a delegated call is a hazard, and anything may come of it', () => {
    const decoded = execute('ff', `${THIEF}${transfer().slice(2)}` as Hex);
    expect(decoded.complete).toBe(false);
    expect(only(decoded, 'hazard')).toMatchObject([{ account: on(STRANGE), hazard: 'delegatecall' }]);
  });

  it('the zero address may be the account itself', () => {
    const data = encodeAbiParameters(parseAbiParameters(EXECUTIONS), [[{ target: address('0'), value: 0n, callData: transfer() }]]);
    expect(reasons(execute('01', data))).toContain('the zero address may stand for the account itself');
  });

  it('modules are power over the account', () => {
    const installed = decodeCall(STRANGE, encode('installModule(uint256,address,bytes)', [1n, THIEF, '0x']));
    expect(only(installed, 'control')).toMatchObject([{ account: on(STRANGE), aspect: 'module', to: on(THIEF) }]);
  });
});
