import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChainId, chainNamespace, evmChainNumber, parseChainId } from '../../src/core/index.ts';
import { expectCode } from './expect-code.ts';

describe('parseChainId', () => {
  it.each([
    ['eip155:1', 'eip155:1'],
    ['eip155:31337', 'eip155:31337'],
    ['eip155:9007199254740991', 'eip155:9007199254740991'],
    ['ton:-239', 'ton:-239'],
    ['ton:-3', 'ton:-3'],
    ['tvm:-239', 'ton:-239'],
    ['tvm:-3', 'ton:-3'],
  ])('%s is %s', (text, chain) => expect(parseChainId(text)).toBe(chain));

  it.each([
    '',
    'eip155',
    'eip155:',
    'eip155:0',
    'eip155:01',
    'eip155:-1',
    'eip155:+1',
    'eip155:1.0',
    'eip155:1e3',
    'eip155:0x1',
    'eip155:9007199254740992',
    'eip155:99999999999999999',
    'EIP155:1',
    'eip155:1 ',
    ' eip155:1',
    'eip155:1\n',
    'eip155:１',
    'eip155:1:0x',
    'ton',
    'ton:',
    'ton:239',
    'ton:-1',
    'ton:0',
    'ton:-0239',
    'TON:-239',
    'tvm:239',
    'solana:1',
    'bip122:1',
    '1',
    '__proto__',
  ])('refuses %j', (text) => expectCode('CHAIN_INVALID', () => parseChainId(text)));
  it('refuses what is not text', () => {
    for (const value of [1, 1n, null, undefined, {}, ['eip155:1']]) expectCode('CHAIN_INVALID', () => parseChainId(value as string));
  });

  it('is a fixed point that keeps the number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (number) => {
        const chain = parseChainId(`eip155:${number}`);
        expect(parseChainId(chain)).toBe(chain);
        expect(evmChainNumber(chain)).toBe(number);
        expect(chainNamespace(chain)).toBe('eip155');
      }),
    );
  });

  it('tells the families apart', () => {
    expect(chainNamespace(parseChainId('tvm:-3'))).toBe('ton');
    expectCode('CHAIN_INVALID', () => evmChainNumber(parseChainId('ton:-239')));
    expectCode('CHAIN_INVALID', () => chainNamespace('solana:1' as ChainId));
    expectCode('CHAIN_INVALID', () => chainNamespace('eip1559:1' as ChainId));
  });
});
