import { describe, expect, it } from 'vitest';
import type { RuleItem } from '../../../src/authz/index.ts';
import { AccountTexts } from '../../../src/authz/policy/language/account-texts.ts';
import { argumentNumber, readArgument } from '../../../src/authz/policy/language/argument.ts';
import { ABSENT, FALSE, TRUE, UNKNOWN } from '../../../src/authz/policy/language/cell.ts';
import { TextCells } from '../../../src/authz/policy/language/text-cells.ts';
import { PRESENCE, TRUTH, textTest } from '../../../src/authz/policy/language/truth-cells.ts';
import type { ChainId } from '../../../src/core/index.ts';

const calling = (args: object | undefined): RuleItem => ({ call: { args } }) as unknown as RuleItem;

describe('arguments of calls', () => {
  it('are those that the call itself shows', () => {
    expect(readArgument('to', {} as RuleItem)).toBeNull();
    expect(readArgument('to', calling(undefined))).toBeUndefined();
    expect(readArgument('to', calling({ amount: '1' }))).toBeNull();
    expect(readArgument('toString', calling({ amount: '1' }))).toBeNull();
    expect(readArgument('to', calling(Object.create({ to: 'inherited' })))).toBeNull();
  });

  it('may be among those that a decoder left out', () => {
    const many = (count: number): object => Object.fromEntries(Array.from({ length: count }, (_, index) => [`a${index}`, '']));
    expect(readArgument('to', calling(many(127)))).toBeNull();
    expect(readArgument('to', calling(many(128)))).toBeUndefined();
    expect(readArgument('to', calling({ to: 'x'.repeat(1_024) }))).toBe('x'.repeat(1_024));
    expect(readArgument('to', calling({ to: 'x'.repeat(1_025) }))).toBeUndefined();
    expect(readArgument('to', calling({ to: `9 bytes, sha256 ${'0'.repeat(64)}` }))).toBeUndefined();
    expect(readArgument('to', calling({ to: `9 bytes, sha256 ${'0'.repeat(63)}g` }))).toMatch(/g$/);
  });

  it('are whole numbers, small and big, without leading zeros', () => {
    expect(['0', '999999999999999', '1000000000000000', '-3'].map(argumentNumber)).toEqual([0, 999_999_999_999_999, 10n ** 15n, -3n]);
    expect(['', '00', '01', '+1', '1.0', '1e3', ' 1', '0x1', '٣', '9'.repeat(101)].map(argumentNumber)).toEqual(Array(10).fill(undefined));
  });
});

describe('accounts by their texts', () => {
  const MAINNET = 'eip155:1' as ChainId;
  const OTHER = 'eip155:10' as ChainId;
  const at = (index: number): string => `0x${index.toString(16).padStart(40, '0')}`;

  it('are those of the chain of the call', () => {
    const texts = new AccountTexts(new TextCells([`${MAINNET}:${at(1)}`, `${OTHER}:${at(2)}`]));
    for (let round = 0; round < 2; round += 1) {
      expect([at(1), at(2), at(3), 'nobody', `${OTHER}:${at(1)}`].map((text) => texts.of(text, MAINNET))).toEqual([
        1,
        0,
        0,
        UNKNOWN,
        UNKNOWN,
      ]);
      expect([at(1), at(2), at(3), 'nobody', `${OTHER}:${at(1)}`].map((text) => texts.of(text, OTHER))).toEqual([0, 2, 0, UNKNOWN, 0]);
    }
  });

  it('stay what they are, however many come', () => {
    const texts = new AccountTexts(new TextCells([`${MAINNET}:${at(7)}`]));
    for (let index = 0; index < 3_000; index += 1) expect(texts.of(at(index), MAINNET)).toBe(index === 7 ? 1 : 0);
    expect([texts.of(at(7), MAINNET), texts.of('x'.repeat(1_000), MAINNET)]).toEqual([1, UNKNOWN]);
  });
});

describe('cells of truth', () => {
  it('keep apart what does not apply and what cannot be told', () => {
    expect([true, false, null, undefined].map((truth) => TRUTH.of(truth))).toEqual([TRUE, FALSE, ABSENT, UNKNOWN]);
    expect(['', 0n, false, null, undefined].map((value) => PRESENCE.of(value))).toEqual([TRUE, TRUE, TRUE, FALSE, UNKNOWN]);
    expect(['swap', 'Swap', null, undefined].map((text) => textTest('contains', 'sw').of(text))).toEqual([TRUE, FALSE, ABSENT, UNKNOWN]);
    expect(() => textTest('eq', 'sw')).toThrow(TypeError);
  });
});
