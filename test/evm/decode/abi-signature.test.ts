import { parseAbiItem, toFunctionSelector } from 'viem';
import { describe, expect, it } from 'vitest';
import { parseSignature } from '../../../src/adapters/evm/decode/abi-signature.ts';
import { argumentsText } from '../../../src/adapters/evm/decode/arguments-text.ts';

describe('signatures as text', () => {
  it.each([
    'renounceOwnership()',
    'transfer(address to, uint256 amount)',
    'execute((address target,uint256 value,bytes data)[] calls)',
    'f(uint a,int b,bytes32[2][] c,(bool,(string,int24[3]) inner)[4] d)',
    'exactInput((bytes path,address recipient,uint256 deadline,uint256 amountIn,uint256 amountOutMinimum) params)',
  ])('%s has the library’s selector', (text) => {
    expect(parseSignature(text).selector).toBe(toFunctionSelector(parseAbiItem(`function ${text}`) as never));
  });

  it('knows its parameters by name, and those without one by position', () => {
    const { name, text, types, params } = parseSignature('function pay(tuple(address payable token, uint calldata)[] orders, bytes)');
    expect(text).toBe('pay((address,uint256)[],bytes)');
    expect(types).toEqual([{ list: { record: ['address', 'uint256'] } }, 'bytes']);
    expect([name, ...params.map((param) => param.name)]).toEqual(['pay', 'orders', '1']);
    expect(params[0]?.parts.map((part) => part.name)).toEqual(['token', '1']);
  });

  it.each([
    '',
    'transfer',
    'transfer(',
    'transfer(address to',
    'transfer(address to))',
    'transfer(address,)',
    'transfer(,address)',
    'f(uint7 a)',
    'f(uint264 a)',
    'f(int0 a)',
    'f(bytes33 a)',
    'f(bytes0 a)',
    'f(address2 a)',
    'f(fixed a)',
    'f(Order a)',
    'f(uint256[0] a)',
    'f(uint256[99999] a)',
    'f(() a)',
    `f(${'('.repeat(20)}uint256${')'.repeat(20)})`,
    `f(uint256${'[]'.repeat(20)} a)`,
    `f(${Array.from({ length: 300 }, () => 'bool').join(',')})`,
    'transfer(address to,uint256 amount) returns (bool)',
  ])('%s is none', (text) => {
    expect(() => parseSignature(text)).toThrow(/^CONFIG_INVALID/);
  });
});

describe('arguments as text', () => {
  it('name every part, and bound what is shown', () => {
    const { params } = parseSignature('f((address token,uint256 amount)[] orders,bytes data,string note,bool on)');
    const long = new Uint8Array(300);
    expect(argumentsText(params, [[['0xaa', 5n]], Uint8Array.of(1, 2), 'hi', true])).toEqual({
      'orders.length': '1',
      'orders.0.token': '0xaa',
      'orders.0.amount': '5',
      data: '0x0102',
      note: 'hi',
      on: 'true',
    });
    expect(argumentsText(params, [[], long, 'x'.repeat(2_000), true])).toMatchObject({
      data: expect.stringMatching(/^300 bytes, sha256 [0-9a-f]{64}$/),
      note: expect.stringMatching(/^x{1024}… \(2000 characters\)$/),
    });
    const many = Array.from({ length: 10_000 }, () => ['0xaa', 1n]);
    expect(Object.keys(argumentsText(params, [many, long, '', false])).length).toBeLessThanOrEqual(129);
    expect(Object.keys(argumentsText(parseSignature('f(uint256 __proto__)').params, [1n]))).toEqual(['__proto__']);
  });
});
