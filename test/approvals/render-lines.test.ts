import { describe, expect, it } from 'vitest';
import { account, amountOf, tokenOf } from '../../src/approvals/asset-text.ts';
import { renderChanges, renderEffects } from '../../src/approvals/index.ts';
import { quoted } from '../../src/approvals/plain-text.ts';
import { expectationLines } from '../../src/approvals/render-changes.ts';
import {
  type AccountId,
  type AssetId,
  type Effect,
  type Expectation,
  type SimulationReport,
  sha256Hex,
  type Token,
} from '../../src/core/index.ts';

const a = 'eip155:1:0xd8da6bf26964af9d7eed9e03e53415d37aa96045' as AccountId;
const b = 'eip155:1:0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed' as AccountId;
const A = '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045';
const B = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const eth = 'eip155:1/slip44:60' as AssetId;
const odd = 'eip155:1/erc20:0x00000000000000000000000000000000000000ff' as AssetId;
const tokens: readonly Token[] = [{ asset: eth, symbol: 'ETH', decimals: 18 }];
const ETH = `"ETH" ["${eth}"]`;
const ODD = `the UNLISTED token ["${odd}"]`;
const seen = { leaf: '0', source: 'simulation' } as const;

describe('texts for people', () => {
  it('name an amount in decimals where the token is listed, in base units where it is not', () => {
    expect(amountOf(eth, 10n ** 17n, tokens[0])).toBe(`0.1 ${ETH}`);
    expect(amountOf(odd, 7n, undefined)).toBe(`7 base units of ${ODD}`);
    expect(tokenOf(eth, tokens[0])).toBe(ETH);
  });

  it('name an account by its address, quote what is none, and do not hide a fault of ours', () => {
    expect(account(a)).toBe(A);
    expect(account(null)).toBe('an account that is not known');
    expect(account('nowhere\n' as AccountId)).toBe('"nowhere\\u{a}"');
    expect(() => account(7 as unknown as AccountId)).toThrow(TypeError);
  });

  it('show printable ASCII as it is, and escape the rest by its code point', () => {
    const printable = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).join('');
    expect(quoted(printable)).toBe(`"${printable.replace(/["\\]/g, '\\$&')}"`);
    expect(quoted('a\u007f\u0000\u{1f600}')).toBe('"a\\u{7f}\\u{0}\\u{1f600}"');
    expect(quoted('éa')).toBe('"\\u{e9}a"');
    expect(quoted('')).toBe('""');
  });

  it('cut after 512 characters, and bind the rest by its digest', () => {
    expect(quoted('x'.repeat(512))).toBe(`"${'x'.repeat(512)}"`);
    const long = `${'x'.repeat(512)}é`;
    expect(quoted(long)).toBe(`"${'x'.repeat(512)}" (cut from 513 characters, SHA-256 ${sha256Hex(`${'x'.repeat(512)}\\u{e9}`)})`);
  });
});

describe('what a request is bound to', () => {
  const known = new Map(tokens.map((token) => [token.asset, token]));
  const expectation: Expectation = { out: null, in: [], recipient: a, spender: null, toleranceBps: 0 };

  it('is nothing where it is bound to nothing', () => {
    expect(expectationLines(null, known)).toEqual([]);
    expect(expectationLines(undefined, known)).toEqual([]);
    expect(expectationLines(expectation, known)).toEqual(['Or else it is not signed:']);
  });

  it('is said flow by flow', () => {
    const full: Expectation = {
      out: [
        { asset: eth, amount: 10n ** 18n, bound: 'most' },
        { asset: odd, amount: 2n, bound: 'exactly' },
      ],
      in: [{ asset: odd, amount: 3n, bound: 'least' }],
      recipient: b,
      spender: a,
      toleranceBps: 50,
    } as never;
    expect(expectationLines(full, known)).toEqual([
      'Or else it is not signed:',
      `- at most 1 ${ETH} leaves`,
      `- exactly 2 base units of ${ODD} leaves`,
      '- nothing else leaves',
      `- at least 3 base units of ${ODD} comes to ${B}`,
      `- nobody but ${A} is given a right to take`,
      '- up to 50 hundredths of a percent more than shown may leave by then',
    ]);
    expect(expectationLines({ ...expectation, out: [] }, known)).toEqual(['Or else it is not signed:', '- nothing else leaves']);
    expect(renderEffects([{ leaf: '0', source: 'bytes', kind: 'message', text: 'm' }], tokens, { expect: full })).toBe(
      ['This transaction:', '- carries the text "m"', ...expectationLines(full, known)].join('\n'),
    );
  });
});

describe('simulated changes', () => {
  const report = (effects: readonly Effect[], more: Partial<SimulationReport> = {}): SimulationReport =>
    ({
      success: true,
      block: { number: '7', hash: '0x07', timestampMs: 0 },
      effects,
      errors: [],
      warnings: [],
      caveats: [],
      ...more,
    }) as never;
  const flow = (kind: 'inflow' | 'outflow', who: AccountId, amount: bigint, asset = eth): Effect =>
    ({ ...seen, kind, account: who, counterparty: null, asset, amount }) as Effect;

  it('say what each account gains and loses, one’s own first', () => {
    const effects = [flow('inflow', b, 5n, odd), flow('outflow', a, 10n ** 18n), flow('inflow', a, 1n, odd)];
    expect(renderChanges(report(effects), tokens, a).split('\n')).toEqual([
      'Simulated on block 7:',
      `- ${A} loses 1 ${ETH}`,
      `- ${A} gains 1 base units of ${ODD}`,
      `- ${B} gains 5 base units of ${ODD}`,
    ]);
  });

  it('show balances where both are known, and the rights and unknowns among the effects', () => {
    const effects: Effect[] = [
      { ...seen, kind: 'allowance', owner: a, spender: b, asset: eth, amount: 'unlimited', expiresAtMs: null },
      { ...seen, kind: 'allowance', owner: a, spender: b, asset: odd, amount: 4n, expiresAtMs: null },
      { ...seen, kind: 'operator', owner: a, operator: b, collection: b, approved: true },
      { ...seen, kind: 'operator', owner: a, operator: b, collection: b, approved: false },
      { ...seen, kind: 'unknown', contract: b, selector: null, detail: 'odd\n' },
      { ...seen, kind: 'message', text: 'said' },
    ];
    const changes = [
      { account: a, asset: eth, delta: 0n, before: 5n, after: 5n },
      { account: b, asset: odd, delta: -2n, before: 5n },
      { account: b, asset: odd, delta: 2n, after: 5n },
    ];
    expect(
      renderChanges(report(effects, { changes } as never), tokens, b)
        .split('\n')
        .slice(1),
    ).toEqual([
      `- ${B} loses 2 base units of ${ODD}`,
      `- ${B} gains 2 base units of ${ODD}`,
      `- ${A} gains 0 ${ETH} (5 -> 5 base units)`,
      `- ${B} may take an UNLIMITED amount of ${ETH} from ${A}`,
      `- ${B} may take 4 base units of ${ODD} from ${A}`,
      `- ${B} may move EVERYTHING that ${A} holds in ${B}`,
      `- ${B} may no longer move what ${A} holds in ${B}`,
      `- UNKNOWN: "odd\\u{a}" at ${B}`,
    ]);
  });

  it('say that it fails and why, and count what is more than a person reads', () => {
    const failed = renderChanges(report([], { success: false, errors: ['out of gas'] }), tokens);
    expect(failed).toBe('It would FAIL on block 7:\n- "out of gas"\n- nothing moves');
    const many = (count: number) =>
      Array.from({ length: count }, (): Effect => ({ ...seen, kind: 'unknown', contract: b, selector: null, detail: 'x' }));
    expect(renderChanges(report(many(100)), tokens).split('\n')).toHaveLength(101);
    const cut = renderChanges(report(many(103)), tokens).split('\n');
    expect(cut).toHaveLength(102);
    expect(cut.at(-1)).toBe('- and 3 more');
  });
});

describe('effects of rarer kinds', () => {
  const at = { leaf: '0', source: 'bytes' } as const;
  const lines = (effects: readonly Effect[]) => renderEffects(effects, tokens).split('\n');

  it('are said in words', () => {
    expect(
      lines([
        { ...at, kind: 'control', account: a, aspect: 'owner', to: b },
        { ...at, kind: 'call', contract: b, selector: '0x12345678', method: 'claim', args: {}, value: 0n, asset: eth },
        { ...at, kind: 'call', contract: b, selector: '0x12345678', method: 'pay', args: { to: 'x', n: '1' }, value: 0n, asset: eth },
        { ...at, kind: 'hazard', account: b, hazard: 'codeless', detail: 'no code' } as never,
        { ...at, kind: 'unknown', contract: b, selector: null, detail: 'why' },
        { ...at, kind: 'allowance', owner: a, spender: b, asset: eth, amount: 1n, expiresAtMs: 253_402_300_799_999 },
        { ...at, kind: 'allowance', owner: a, spender: b, asset: eth, amount: 1n, expiresAtMs: 253_402_300_800_000 },
      ]),
    ).toEqual([
      'WARNING: part of this transaction could not be understood.',
      'This transaction:',
      `- changes the owner of ${A} to ${B}`,
      `- calls "claim" ["0x12345678"] of ${B}, arguments none`,
      `- calls "pay" ["0x12345678"] of ${B}, arguments "to" = "x", "n" = "1"`,
      `- HAZARD "codeless": "no code" at ${B}`,
      `- UNKNOWN: "why" at ${B}`,
      `- lets ${B} take 0.000000000000000001 ${ETH} from ${A} until 9999-12-31T23:59:59.999Z`,
      `- lets ${B} take 0.000000000000000001 ${ETH} from ${A} for ever`,
    ]);
  });

  it('of a signature are told as what it may do in other hands', () => {
    const signature = { standard: 'EIP-2612', summary: 'a permit' } as never;
    expect(renderEffects([], tokens, { signature }).split('\n').slice(0, 2)).toEqual([
      'WARNING: part of this signature could not be understood.',
      'This signature ["EIP-2612"], in the hands of whoever gets it ("a permit"):',
    ]);
  });

  it('fit into 16384 characters, and not one more', () => {
    const fill = (length: number): Effect[] => {
      const title = 'This transaction:'.length;
      const line = `\n- carries the text "${'x'.repeat(479)}"`.length; // 500
      const whole = Math.floor((length - title) / line) - 1;
      const rest = length - title - whole * line - '\n- carries the text ""'.length;
      const parts = rest > 512 ? [480, rest - 480 - '\n- carries the text ""'.length] : [rest];
      return [...Array.from({ length: whole }, () => 479), ...parts].map((size) => ({ ...at, kind: 'message', text: 'x'.repeat(size) }));
    };
    expect(renderEffects(fill(16_384), tokens)).toHaveLength(16_384);
    expect(() => renderEffects(fill(16_385), tokens)).toThrow(
      expect.objectContaining({ code: 'APPROVAL_INVALID', details: { characters: 16_385 } }),
    );
  });
});
