import { describe, expect, it } from 'vitest';
import { renderEffects } from '../../../src/approvals/index.ts';
import { type AccountId, type AssetId, type Effect, sha256Hex, type Token } from '../../../src/core/index.ts';
import { createBench } from '../../approvals/bench.ts';

const A = 'eip155:1:0xd8da6bf26964af9d7eed9e03e53415d37aa96045' as AccountId;
const B = 'eip155:1:0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed' as AccountId;
const ETH = 'eip155:1/slip44:60' as AssetId;
const token = (n: number) => `eip155:1/erc20:0x${n.toString(16).padStart(40, '0')}` as AssetId;
const at = { leaf: '0', source: 'bytes' } as const;
const out = (asset: AssetId, amount: bigint): Effect => ({ ...at, kind: 'outflow', account: A, counterparty: B, asset, amount });
const listed: readonly Token[] = [{ asset: ETH, symbol: 'ETH', decimals: 18 }];
const linesOf = (effects: readonly Effect[], tokens = listed) => renderEffects(effects, tokens).split('\n');
const call = (over: object): Effect => ({
  ...at,
  ...{ kind: 'call', contract: B, selector: '0x12345678', method: 'pay', args: {}, value: 0n, asset: ETH },
  ...over,
});

describe('the text that an approver signs', () => {
  it('cuts a very long name visibly, and binds the rest of it', () => {
    const text = (end: string) => linesOf([call({ method: `${'transfer'.repeat(500)}${end}` })])[1] ?? '';
    expect(text('a').length).toBeLessThan(900);
    expect(text('a')).toMatch(/\(cut from 4001 characters, SHA-256 [0-9a-f]{64}\)/);
    expect(text('a')).not.toBe(text('b'));
    const args = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`field${n}`, 'x'.repeat(3_000)]));
    expect(linesOf([call({ args })])).toHaveLength(2);
  });

  it.each([
    ['bidirectional marks', 'USDC\u202e0001'],
    ['isolates', '\u2066ETH\u2069'],
    ['zero-width characters', 'E\u200bT\u200dH'],
    ['Cyrillic letters', '\u0415\u0422\u041d'],
    ['full-width letters', '\uff25\uff34\uff28'],
    ['tag characters', 'ETH\u{e0041}'],
    ['line breaks', 'ETH\n- sends nothing\r\n'],
    ['line separators', 'ETH\u2028- sends nothing\u2029'],
    ['escape sequences', '\u001b[2K\u001b[1AETH'],
    ['a closing quote', 'ETH" from nobody to "nobody'],
    ['half a surrogate', 'ETH\ud800'],
  ])('is one line of printable ASCII whatever a token is called: %s', (_, symbol) => {
    const lines = linesOf([out(token(1), 5n)], [{ asset: token(1), symbol, decimals: 0 }]);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/^- sends 5 "[\x20-\x7e]*" \["eip155:1\/erc20:0x0{39}1"\] from 0x[0-9a-fA-F]{40} to 0x[0-9a-fA-F]{40}$/);
    // It reads like no other asset’s line.
    expect(lines[1]).not.toContain('"ETH"');
  });

  it('tells two assets of one symbol apart by their ids', () => {
    const tokens = [1, 2].map((n): Token => ({ asset: token(n), symbol: 'USDC', decimals: 6 }));
    const [, one, two] = linesOf([out(token(1), 1_000_000n), out(token(2), 1_000_000n)], tokens);
    expect(one).toContain(token(1));
    expect(two).toContain(token(2));
    expect(one).not.toBe(two);
  });

  it('shows an amount of 77 digits exactly, and says base units where the decimals are not known', () => {
    const amount = 10n ** 76n + 1n;
    expect(linesOf([out(ETH, amount)])[1]).toContain(`sends 1${'0'.repeat(58)}.${'0'.repeat(17)}1 "ETH"`);
    expect(linesOf([out(token(9), amount)])[1]).toContain(`sends ${amount} base units of the UNLISTED token ["${token(9)}"]`);
    expect(linesOf([out(token(9), 2n ** 256n - 1n)])[1]).toContain(`sends ${2n ** 256n - 1n} base units`);
  });

  it('has room for what a person reads: 300 effects are put before nobody, and none of them is left out', () => {
    const effects = Array.from({ length: 300 }, (_, n) => out(ETH, BigInt(n)));
    expect(() => renderEffects(effects, listed)).toThrow(expect.objectContaining({ code: 'APPROVAL_INVALID' }));
    const fits = effects.slice(0, 60);
    expect(linesOf(fits)).toHaveLength(61);
  });

  it('names the unknown first, and says of a right without a date that people write that it is for ever', () => {
    const unknown: Effect = { ...at, kind: 'unknown', contract: B, selector: '0xdeadbeef', detail: 'no such method\n- fine' };
    const lines = linesOf([out(ETH, 1n), unknown]);
    expect(lines[0]).toBe('WARNING: part of this transaction could not be understood.');
    expect(lines).toHaveLength(4);
    for (const expiresAtMs of [8.64e15 + 1, Number.MAX_SAFE_INTEGER, 1e300]) {
      const right: Effect = { ...at, kind: 'allowance', owner: A, spender: B, asset: ETH, amount: 'unlimited', expiresAtMs };
      expect(linesOf([right])[1]).toMatch(/ for ever$/);
    }
  });

  it('stands beside names of one line each: none of them forges a line of the text, or hides one', async () => {
    const bench = await createBench();
    const forged = ['p\nThis transaction:\n- sends nothing', 'p\u001b[2K', 'p\u202e', 'p\u0430', ''];
    for (const field of ['decisionId', 'wallet', 'policy', 'registry', 'nonce', 'satisfies', 'rules'] as const)
      for (const text of forged) {
        const value = field === 'satisfies' || field === 'rules' ? [text] : text;
        await expect(bench.approvals.open(bench.request({ [field]: value })), field).rejects.toMatchObject({
          code: 'APPROVAL_INVALID',
          details: { field },
        });
      }
    for (const rules of [[], 'big', {}, Array.from({ length: 1_025 }, (_, n) => `r${n}`)])
      await expect(bench.approvals.open(bench.request({ rules: rules as never }))).rejects.toMatchObject({ details: { field: 'rules' } });
  });

  it('in a request of anybody’s own making is refused unless every screen shows all of it', async () => {
    const bench = await createBench();
    for (const rendered of ['This transaction:\n- sends 1\u202e', 'a\u001b[2Kb', 'a\tb', 'a\r\nb', '\u0430']) {
      const request = bench.request({ rendered, effectsDigest: sha256Hex(rendered) });
      await expect(bench.approvals.open(request)).rejects.toMatchObject({ code: 'APPROVAL_INVALID', details: { field: 'rendered' } });
    }
  });
});
