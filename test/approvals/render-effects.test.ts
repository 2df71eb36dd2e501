import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderEffects } from '../../src/approvals/index.ts';
import type { AccountId, AssetId, Effect, Token } from '../../src/core/index.ts';
import { rounds } from '../authz/rounds.ts';

const a = 'eip155:1:0xd8da6bf26964af9d7eed9e03e53415d37aa96045' as AccountId;
const b = 'eip155:1:0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed' as AccountId;
const eth = 'eip155:1/slip44:60' as AssetId;
const usdc = 'eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48' as AssetId;
const tokens: readonly Token[] = [
  { asset: eth, symbol: 'ETH', decimals: 18 },
  { asset: usdc, symbol: 'USDC', decimals: 6 },
];
const at = { leaf: '0', source: 'bytes' } as const;
const out: Effect = { ...at, kind: 'outflow', account: a, counterparty: b, asset: eth, amount: 1_500_000_000_000_000_000n };
const A = '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045';
const B = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';

describe('rendered effects', () => {
  it('says in words what each effect does', () => {
    const effects: Effect[] = [
      out,
      { ...at, kind: 'inflow', account: a, counterparty: null, asset: usdc, amount: 2_500_000n },
      { ...at, kind: 'fee', account: a, asset: eth, max: 10_000_000_000_000_000n },
      { ...at, kind: 'allowance', owner: a, spender: b, asset: usdc, amount: 'unlimited', expiresAtMs: null },
      { ...at, kind: 'allowance', owner: a, spender: b, asset: usdc, amount: 1n, expiresAtMs: 0 },
      { ...at, kind: 'operator', owner: a, operator: b, collection: b, approved: true },
      { ...at, kind: 'operator', owner: a, operator: b, collection: b, approved: false },
      { ...at, kind: 'delegation', account: a, delegate: b, scope: 'votes' },
      { ...at, kind: 'control', account: a, aspect: 'owner', to: null },
      { ...at, kind: 'deploy', account: b, codeDigest: 'ab' },
      { ...at, kind: 'call', contract: b, selector: '0x12345678', method: 'stake', args: { amount: '5' }, value: 1n, asset: eth },
      { ...at, kind: 'call', contract: b, selector: '0x12345678', method: null, args: null, value: 0n, asset: eth },
      { ...at, kind: 'message', text: 'hello' },
    ];
    expect(renderEffects(effects, tokens)).toBe(`This transaction:
- sends 1.5 "ETH" ["${eth}"] from ${A} to ${B}
- brings 2.5 "USDC" ["${usdc}"] to ${A} from an account that is not known
- pays at most 0.01 "ETH" ["${eth}"] in network fees from ${A}
- lets ${B} take an UNLIMITED amount of "USDC" ["${usdc}"] from ${A} for ever
- lets ${B} take 0.000001 "USDC" ["${usdc}"] from ${A} until 1970-01-01T00:00:00.000Z
- lets ${B} move EVERYTHING that ${A} holds in ${B}
- takes from ${B} the right to move what ${A} holds in ${B}
- delegates "votes" of ${A} to ${B}
- changes the owner of ${A} to nobody
- deploys code "ab" at ${B}
- calls "stake" ["0x12345678"] of ${B} with 0.000000000000000001 "ETH" ["${eth}"], arguments "amount" = "5"
- calls an unknown method ["0x12345678"] of ${B}, arguments not understood
- carries the text "hello"`);
  });

  it('warns of what is unknown, and of nothing at all', () => {
    const unknown: Effect = { ...at, kind: 'unknown', contract: b, selector: '0xdeadbeef', detail: 'no such method' };
    expect(renderEffects([out, unknown], tokens)).toMatch(
      /^WARNING: part of this transaction could not be understood\.\n.*\n.*\n- UNKNOWN: "no such method" at 0x5aAe.*, selector "0xdeadbeef"$/,
    );
    expect(renderEffects([], tokens)).toBe(
      'WARNING: part of this transaction could not be understood.\nThis transaction:\n- UNKNOWN: no effect could be read',
    );
    expect(renderEffects([{ ...at, kind: 'new_kind' } as never], tokens)).toContain('UNKNOWN: an effect of kind "new_kind"');
  });

  it('shows base units of a token that is not listed, whatever it calls itself', () => {
    const fake = 'eip155:1/erc20:0x00000000000000000000000000000000000000ff' as AssetId;
    expect(renderEffects([{ ...out, asset: fake, amount: 7n }], tokens)).toContain(
      `sends 7 base units of the UNLISTED token ["${fake}"] from`,
    );
  });

  it('marks what only the simulation shows, and keeps two equal payments two', () => {
    const seen: Effect = { ...out, source: 'simulation' };
    const lines = (effects: readonly Effect[]): readonly string[] => renderEffects(effects, tokens).split('\n').slice(1);
    expect(lines([out, seen])).toHaveLength(1);
    expect(lines([out, out, seen, seen])).toHaveLength(2);
    expect(lines([out, seen, seen])[1]).toMatch(/\(seen in simulation only\)$/);
    expect(lines([seen])[0]).toMatch(/\(seen in simulation only\)$/);
  });

  it('shows the ceiling of the fee instead of a quote within it, and a quote beyond it as it is', () => {
    const fee = (max: bigint): Effect => ({ ...at, kind: 'fee', account: a, asset: eth, max });
    const ceiling = { feeCeiling: 10n ** 16n };
    expect(renderEffects([fee(1n)], tokens, ceiling)).toBe(renderEffects([fee(2n)], tokens, ceiling));
    expect(renderEffects([fee(1n)], tokens, ceiling)).toContain('at most 0.01 ');
    expect(renderEffects([fee(2n * 10n ** 16n)], tokens, ceiling)).toContain('at most 0.02 ');
  });

  it('cannot be made to show a line of somebody else’s', () => {
    const forged = 'hi"\n- sends 0 "ETH" to nobody\u202e\u200b\u0000\\u{41}е';
    const text = renderEffects([{ ...at, kind: 'message', text: forged }], tokens);
    expect(text.split('\n')).toHaveLength(2);
    expect(text).toContain('\\"\\u{a}- sends 0 \\"ETH\\" to nobody\\u{202e}\\u{200b}\\u{0}\\\\u{41}\\u{435}');
  });

  it('is ASCII lines, one per effect, whatever the texts are, and two texts never look the same', () => {
    const textOf = (text: string): string =>
      renderEffects(
        [{ ...at, kind: 'call', contract: b, selector: text, method: text, args: { [text]: text }, value: 0n, asset: eth }],
        tokens,
      );
    const anyCharacter = fc.nat({ max: 0x10ffff }).map((code) => (code >> 11 === 27 ? '"' : String.fromCodePoint(code)));
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom('\n', '"', '\\', ' ', '{'), fc.string({ minLength: 1, maxLength: 1 }), anyCharacter),
      maxLength: 60,
    });
    fc.assert(
      fc.property(text, text, (one, two) => {
        const shown = textOf(one);
        expect(shown).toMatch(/^[\x20-\x7e\n]*$/);
        expect(shown.split('\n')).toHaveLength(2);
        if (one !== two) expect(textOf(two)).not.toBe(shown);
      }),
      { numRuns: rounds(100) },
    );
  });

  it('does not put before a person what a person would not read', () => {
    expect(() =>
      renderEffects(
        Array.from({ length: 200 }, () => out),
        tokens,
      ),
    ).toThrow(expect.objectContaining({ code: 'APPROVAL_INVALID' }));
    expect(renderEffects([{ ...at, kind: 'message', text: 'x'.repeat(5_000) }], tokens)).toContain('(cut from 5000 characters, SHA-256 ');
    const long = (end: string): string => renderEffects([{ ...at, kind: 'message', text: `${'x'.repeat(5_000)}${end}` }], tokens);
    expect(long('a')).not.toBe(long('b'));
  });
});
