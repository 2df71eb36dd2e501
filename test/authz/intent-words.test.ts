import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readIntent } from '../../src/authz/intent/words.ts';
import { BOB, CHAIN, ETH, EVE, ether, TOKENS, USDC } from './fixture.ts';

const read = (text: string) => readIntent(text, CHAIN, TOKENS);

describe('reading an intent', () => {
  it.each([
    ['Send 0.5 ETH', ['transfers'], [[ETH, ether('0.5')]]],
    ['PAY 1,250.75 usdc now.', ['transfers'], [[USDC, 1_250_750_000n]]],
    ['approve 10USDC for the router', ['approvals'], [[USDC, 10_000_000n]]],
    [
      'swap 2 ETH for 4000 USDC',
      ['trading'],
      [
        [ETH, ether('2')],
        [USDC, 4_000_000_000n],
      ],
    ],
    ['stake and vote', ['staking', 'governance'], []],
    ['007 ETH', [], [[ETH, ether('7')]]],
    ['0.0000001 USDC', [], [[USDC, null]]],
    ['v1.5 ETHEREUM, 3 apples, block 17 of 20', [], []],
    ['nothing to see', [], []],
    ['', [], []],
  ])('%s', (text, capabilities, amounts) => {
    const words = read(text as string);
    expect(words.capabilities).toEqual(capabilities);
    expect(words.amounts.map(({ asset, amount }) => [asset, amount])).toEqual(amounts);
    expect(words.accounts).toEqual([]);
  });

  it('finds accounts in any spelling, and none in hashes', () => {
    const hash = `0x${'ab'.repeat(32)}`;
    expect(read(`to ${BOB.slice(9)}, not (${EVE}); see ${hash}`).accounts).toEqual([BOB, EVE]);
    expect(read(`to ${BOB.slice(9, -1)}`).accounts).toEqual([]);
  });

  it('never throws, and finds an amount wherever it is written', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => void read(text)),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000 }), fc.constantFrom('please ', '', 'Send: '), (cents, before) => {
        const text = `${before}${(cents / 100).toFixed(2)} USDC to them`;
        expect(read(text).amounts).toEqual([{ asset: USDC, amount: BigInt(cents) * 10_000n }]);
      }),
      { numRuns: 200 },
    );
  });

  it('takes linear time for hostile text', () => {
    const began = performance.now();
    for (const text of [
      '1,'.repeat(2_000),
      '1'.repeat(4_096),
      'a'.repeat(4_096),
      '9 '.repeat(2_000),
      '0x'.repeat(2_000),
      `${'1,000'.repeat(800)} `,
    ])
      read(text);
    expect(performance.now() - began).toBeLessThan(500);
  });
});
