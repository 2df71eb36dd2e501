import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  accountOnSchema,
  accountSchema,
  agentIdSchema,
  amountTextSchema,
  assetIdSchema,
  baseUnitsSchema,
  type ChainId,
  chainIdSchema,
  describeIssues,
  parseAmount,
  requestIdSchema,
} from '../../src/core/index.ts';

const EVM = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const passes = (schema: z.ZodType, value: unknown): boolean => schema.safeParse(value).success;

describe('ids', () => {
  it.each(['a', 'a1', 'Treasury_1.main-x', 'a'.repeat(64), '.', '..', '-'])('agent id %j', (id) =>
    expect(agentIdSchema.parse(id)).toBe(id),
  );
  it.each(['', 'a'.repeat(65), 'a b', 'a/b', 'a\n', 'é', 'a:b', 'a|b', '__proto__', 1, null, undefined, ['a']])('no agent id: %j', (id) =>
    expect(passes(agentIdSchema, id)).toBe(false),
  );
  it.each(['r', '!', '~', 'order:42#7|x', 'r'.repeat(128)])('request id %j', (id) => expect(requestIdSchema.parse(id)).toBe(id));
  it.each(['', 'r'.repeat(129), 'a b', 'a/b', 'a\n', 'a\u0000', '\u007f', 'é', 1, null, undefined])('no request id: %j', (id) =>
    expect(passes(requestIdSchema, id)).toBe(false),
  );
  it('a request id is printable ASCII without space and slash, and nothing else', () => {
    for (let unit = 0; unit < 0x200; unit += 1)
      expect(passes(requestIdSchema, String.fromCharCode(unit))).toBe(unit > 0x20 && unit < 0x7f && unit !== 0x2f);
  });
});

describe('values become canonical', () => {
  it('chains, assets, accounts, base units', () => {
    expect(chainIdSchema.parse('tvm:-239')).toBe('ton:-239');
    expect(assetIdSchema.parse(`eip155:1/erc20:${EVM}`)).toBe(`eip155:1/erc20:${EVM.toLowerCase()}`);
    expect(accountSchema.parse(`eip155:1:${EVM}`)).toBe(`eip155:1:${EVM.toLowerCase()}`);
    expect(accountOnSchema('eip155:1' as ChainId).parse(EVM)).toBe(`eip155:1:${EVM.toLowerCase()}`);
    expect(baseUnitsSchema.parse('12')).toBe(12n);
  });
  it('refuses with the parser own sentence, and never throws it', () => {
    for (const schema of [chainIdSchema, assetIdSchema, accountSchema, baseUnitsSchema]) {
      for (const value of ['', 'x', ' 1', 1, null, {}]) expect(passes(schema, value)).toBe(false);
    }
    expect(passes(accountSchema, EVM)).toBe(false);
    const wrong = accountOnSchema('eip155:1' as ChainId).safeParse(EVM.replace('A', 'a'));
    expect(describeIssues(wrong.error as z.ZodError)).toEqual([
      '(top level): The address has a wrong checksum (EIP-55): a character was changed.',
    ]);
  });
  it('amount text is what parseAmount reads with decimals enough', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789.+-e \n'), maxLength: 12 }), (text) => {
        let reads = true;
        try {
          parseAmount(text, 12);
        } catch {
          reads = false;
        }
        expect(passes(amountTextSchema, text)).toBe(reads);
      }),
      { numRuns: 1_000 },
    );
    expect(passes(amountTextSchema, 1)).toBe(false);
  });
});

describe('describeIssues', () => {
  const config = z.strictObject({
    tenant: agentIdSchema,
    chains: z.array(z.strictObject({ id: chainIdSchema, url: z.string() })),
    limits: z.strictObject({ daily: baseUnitsSchema, unit: z.union([z.literal('USD'), assetIdSchema]) }),
  });
  it('names every wrong field at once', () => {
    const { error } = config.safeParse({
      tenant: 'a b',
      chains: [
        { id: 'eip155:1', url: 1 },
        { id: 'x', url: 'u', extra: 1 },
      ],
      limits: { daily: '1.5', unit: 'EUR' },
      unknown: 1,
      typo: 2,
    });
    const lines = describeIssues(error as z.ZodError);
    for (const path of ['tenant', 'chains[0].url', 'chains[1].id', 'chains[1].extra', 'limits.daily', 'limits.unit', 'unknown', 'typo']) {
      expect(
        lines.filter((line) => line.startsWith(`${path}: `)),
        path,
      ).not.toHaveLength(0);
    }
    expect(lines).toContain('chains[1].extra: unknown field');
    expect(lines).toContain('limits.daily: Base units are a string of decimal digits.');
  });
  it('names the top where the whole is wrong', () => {
    expect(describeIssues(config.safeParse(null).error as z.ZodError)).toEqual([expect.stringMatching(/^\(top level\): /)]);
  });
});
