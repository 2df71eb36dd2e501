import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_INTENT, parseIntent } from '../../../src/authz/intent/parse-intent.ts';
import type { ParsedIntent } from '../../../src/authz/intent/parsed-intent.ts';
import { formatDecimal } from '../../../src/authz/policy/language/decimal.ts';

const surely = (certainty: string): string => (certainty === 'plain' ? '' : `~${certainty}`);
const actions = ({ actions }: ParsedIntent) => actions.map(({ value, certainty }) => `${value.any[0]}${surely(certainty)}`);
const ways = ({ directions }: ParsedIntent) => directions.map(({ value, certainty }) => `${value}${surely(certainty)}`);
const assets = ({ assets }: ParsedIntent) => assets.map(({ value }) => `${value.symbol}${value.side === null ? '' : ` ${value.side}`}`);
const amounts = ({ amounts }: ParsedIntent) =>
  amounts.map(({ value: { amount, symbol, role } }) => `${amount === null ? '?' : formatDecimal(amount)} ${symbol ?? '-'} ${role}`);

describe('the words of a request', () => {
  it.each<[string, readonly string[], readonly string[], readonly string[]]>([
    ['Send 0.5 ETH', ['transfer'], [], ['ETH']],
    ['swap 2 ETH for 4000 USDC', ['trade'], [], ['ETH out', 'USDC in']],
    ['buy 100 USDC with 1 ETH', ['trade'], ['buy'], ['USDC in', 'ETH out']],
    ['Sell 3 ETH for USDC', ['trade'], ['sell'], ['ETH out', 'USDC in']],
    ['buy 0.1 ETH worth of COIN', ['trade'], ['buy'], ['ETH', 'COIN']],
    ['Buy 2 tickets 0.1 ETH each', ['trade'], ['buy'], ['ETH']],
    ['Repeat my last ETH limit sell order.', ['trade~told', 'trade~told'], ['sell~told'], ['ETH']],
    ['Repeat my last ETH buy but do a sell instead', ['trade~told', 'trade'], ['buy~told', 'sell'], ['ETH']],
    ['place a sell instead of the specified buy', ['trade'], ['sell'], []],
    ['do not sell, stake 5 ETH', ['stake'], [], ['ETH']],
    ['Send 1 ETH from the airdrop', ['transfer', 'transfer~told'], [], ['ETH']],
    ['Use deploy-config.txt and claim rewards', ['claim'], [], []],
    ['the usual', [], [], []],
    ['', [], [], []],
  ])('%s', (text, does, turns, holds) => {
    const parsed = parseIntent(text);
    expect([actions(parsed), ways(parsed), assets(parsed)]).toEqual([does, turns, holds]);
  });

  it.each<[string, readonly string[]]>([
    ['pay 1,250.75 USDC', ['1250.75 USDC amount']],
    ['pay 10USDC', ['10 USDC amount']],
    ['pay 10k USDC', ['10000 USDC amount']],
    ['pay 10 k USDC', ['10000 USDC amount']],
    ['pay 1.5 million USDC', ['1500000 USDC amount']],
    ['pay 007 ETH', ['7 ETH amount']],
    ['sell 2 ETH at 1800 USDC', ['2 ETH amount', '1800 USDC price']],
    ['repeat it with 0.5 ETH less', ['0.5 ETH change']],
    ['reduce leverage to 2x and pay 10% more', ['2 - share', '10 - share']],
    ['pay 5 USDC for invoice 17', ['5 USDC amount', '17 - amount']],
    ['pay invoice 17 5 USDC', ['17 - amount', '5 USDC amount']],
  ])('reads exactly: %s', (text, told) => {
    expect(amounts(parseIntent(text))).toEqual(told);
  });

  it.each([
    'pay 1,5 ETH',
    'pay 1.000.000 USDC',
    'pay 1,00,000 USDC',
    'pay 1 000 USDC',
    'pay 1\u00a0000 USDC',
    'pay 1\u2009000 USDC',
    "pay 1'000 USDC",
    'pay 1_000 USDC',
    'pay 1e3 USDC',
    'pay 5m USDC',
    'pay 5 bn USDC',
    'pay 2 hundred USDC',
    'pay -5 USDC',
    'pay ~5 USDC',
    'pay <5 USDC',
    'pay .5 ETH',
    'pay 1/2 ETH',
    'pay 5-USDC',
    'pay \u0661\u0660 USDC',
    'pay 1\u0660 USDC',
    'pay \u0967\u0966 USDC',
    'pay \uff11\uff10 USDC',
    'pay \u00bd ETH',
    'pay 1\u00bd ETH',
    'pay 10\u00b2 USDC',
    'pay \u2460 USDC',
  ])('never guesses: %s', (text) => {
    const { amounts, traits } = parseIntent(text);
    const exact = amounts.filter(({ value }) => value.symbol !== null && value.amount !== null);
    expect(exact).toEqual([]);
    expect(amounts.some(({ certainty }) => certainty === 'unreadable') || traits.length > 0).toBe(true);
  });

  it.each([
    ['pay 1\u200b0 USDC', 'invisible'],
    ['pay 01\u202e USDC', 'reordering'],
    ['pay 10 U\u0405DC', 'mixed_alphabets'],
    ['pay 10 \u0405\u0405 to them', 'lookalike'],
    ['pay \u{1d7cf}0 USDC', 'styled_letters'],
  ])('tells what a text hides: %j', (text, trait) => {
    expect(parseIntent(text).traits).toContain(trait);
  });

  it('holds to the assets that are known, in whatever letters they stand behind a number', () => {
    const known = (symbol: string): boolean => symbol === 'USDC';
    expect(assets(parseIntent('pay ACME 5 usdc, not 7 ETH', known))).toEqual(['USDC']);
    expect(amounts(parseIntent('pay 5 usdc for 2 invoices', known))).toEqual(['5 USDC amount', '2 - amount']);
  });

  it('tells where everything stands', () => {
    const text = '  Swap (2 ETH) for 4,000 USDC on exchange_1!';
    const parsed = parseIntent(text);
    const at = ({ start, end }: { readonly start: number; readonly end: number }): string => text.slice(start, end);
    expect(parsed.actions.map(at)).toEqual(['Swap']);
    expect(parsed.assets.map(at)).toEqual(['ETH', 'USDC']);
    expect(parsed.amounts.map(at)).toEqual(['2', '4,000']);
    expect(parsed.recipients.map(at)).toEqual(['exchange_1']);
  });

  it('never throws, and points into the text', () => {
    const words = fc.constantFrom(
      'send',
      'my last',
      'instead of',
      '5',
      '1,000',
      'k',
      'ETH',
      'USDC',
      'for',
      'with',
      '.',
      '\u202e',
      '٣',
      'a_1',
      'half',
    );
    const texts = fc.oneof(
      fc.string({ maxLength: 300, unit: 'binary' }),
      fc.array(words, { maxLength: 40 }).map((all) => all.join(' ')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const { actions, assets, amounts, recipients } = parseIntent(text);
        for (const { start, end } of [...actions, ...assets, ...amounts, ...recipients]) {
          expect(start).toBeLessThan(end);
          expect(end).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('reads every amount that is written plainly, and exactly', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 40n }), fc.integer({ min: 0, max: 30 }), (digits, scale) => {
        const written = formatDecimal({ digits, scale });
        const [first] = parseIntent(`send ${written} USDC`).amounts;
        expect(first?.value.amount === null || first === undefined ? '?' : formatDecimal(first.value.amount)).toBe(
          written.includes('.') ? written.replace(/\.?0+$/, '') : written,
        );
      }),
      { numRuns: 300 },
    );
  });

  it('takes linear time for hostile text, and says where it is too long to be held to', () => {
    const hostile = ['1,', '1', 'a', '9 ', '0x', '1,000', '.', 'a.', '-', 'sell ETH for ', 'my last ', '1 k ', 'a_', '\u202e', 'ETH/'];
    const began = performance.now();
    for (const part of hostile) expect(parseIntent(part.repeat(MAX_INTENT / part.length)).traits).toBeDefined();
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(parseIntent('x'.repeat(MAX_INTENT + 1))).toMatchObject({ isWhole: false, actions: [] });
    expect(parseIntent('a '.repeat(1_100))).toMatchObject({ isWhole: false, actions: [] });
  });
});
