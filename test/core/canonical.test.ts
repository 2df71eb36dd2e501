import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CANONICAL_MAX_DEPTH, canonicalize } from '../../src/core/index.ts';
import { describeVectors, vectorJson, vectorText } from '../vectors.ts';
import { expectCode } from './expect-code.ts';

function shuffled(value: unknown, order: (keys: string[]) => string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, order));
  if (typeof value !== 'object' || value === null) return value;
  const out = Object.create(null) as Record<string, unknown>;
  for (const key of order(Object.keys(value))) out[key] = shuffled((value as Record<string, unknown>)[key], order);
  return out;
}

describeVectors('rfc8785-jcs', 'RFC 8785 published pairs', (folder) => {
  const names = readdirSync(join(folder, 'input'));
  it('holds the six pairs', () => expect(names).toHaveLength(6));
  it.each(names)('%s', (name) => {
    const out = canonicalize(vectorJson(folder, 'input', name));
    expect(out).toBe(vectorText(folder, 'output', name).trimEnd());
    const hex = vectorText(folder, 'outhex', name.replace('.json', '.txt')).replace(/\s/g, '');
    expect(Buffer.from(out).toString('hex')).toBe(hex);
  });
});

describe('canonicalize', () => {
  it('matches the sample of RFC 8785, 3.2.2 and 3.2.3', () => {
    const sample = {
      numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000f\nA\'B"\\\\"/',
      literals: [null, true, false],
    };
    expect(canonicalize(sample)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['c340000000000000', '-9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555554', '333333333.33333325'],
    ['41b3de4355555555', '333333333.3333333'],
    ['41b3de4355555556', '333333333.3333334'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('writes the number %s of RFC 8785, appendix B, as %s', (bits, text) => {
    expect(canonicalize(Buffer.from(bits, 'hex').readDoubleBE())).toBe(text);
  });

  it('sorts by UTF-16 units, not by code points', () => {
    const keys = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6'];
    const out = canonicalize(Object.fromEntries(keys.map((key) => [key, 0])));
    expect(Object.keys(JSON.parse(out) as object).filter((key) => key !== '1')).toEqual([
      '\r',
      '\u0080',
      '\u00f6',
      '\u20ac',
      '\ud83d\ude00',
      '\ufb33',
    ]);
    expect(out.indexOf('"1"')).toBeLessThan(out.indexOf('"\u0080"'));
  });

  it('writes a bigint as its decimal string and leaves undefined members out', () => {
    expect(canonicalize({ b: 2n ** 255n, a: undefined, c: [-1n], d: { x: undefined } })).toBe(`{"b":"${2n ** 255n}","c":["-1"],"d":{}}`);
  });

  it('keeps a member named __proto__', () => {
    expect(canonicalize(JSON.parse('{"b":1,"__proto__":{"a":2}}'))).toBe('{"__proto__":{"a":2},"b":1}');
  });

  it('does not take one shape for another', () => {
    expect(canonicalize({ b: 1, a: 2 })).toBe('{"a":2,"b":1}');
    expect(canonicalize({ b: 1, c: 2 })).toBe('{"b":1,"c":2}');
    expect(canonicalize({ b: 1, a: 2, c: 3 })).toBe('{"a":2,"b":1,"c":3}');
    expect(canonicalize({ b: 1, a: undefined })).toBe('{"b":1}');
    for (let index = 0; index < 2_000; index += 1)
      expect(canonicalize({ z: index, [`k${index}`]: index })).toBe(`{"k${index}":${index},"z":${index}}`);
    expect(canonicalize({ b: 1, a: 2 })).toBe('{"a":2,"b":1}');
  });

  const cycle: Record<string, unknown> = {};
  cycle.self = { again: [cycle] };
  it.each<[string, unknown]>([
    ['NaN', Number.NaN],
    ['Infinity', { a: Number.POSITIVE_INFINITY }],
    ['-Infinity', [Number.NEGATIVE_INFINITY]],
    ['undefined', undefined],
    ['undefined in an array', [undefined]],
    ['a hole', new Array(1)],
    ['a function', { f: () => 1 }],
    ['a symbol', Symbol('s')],
    ['a lone high surrogate', '\ud800'],
    ['a lone low surrogate', ['x\udc00y']],
    ['a lone surrogate as key', { '\ud800': 1 }],
    ['a cycle', cycle],
    ['a Date', new Date(0)],
    ['a Map', { m: new Map() }],
    ['bytes', new Uint8Array(2)],
    [
      'an instance',
      new (class A {
        a = 1;
      })(),
    ],
    ['a boxed number', Object(1)],
  ])('refuses %s', (_name, value) => expectCode('CANONICAL_INVALID', () => canonicalize(value)));

  it('takes nesting up to the bound and refuses one more', () => {
    const nest = (depth: number): unknown => (depth === 0 ? 1 : [nest(depth - 1)]);
    expect(canonicalize(nest(CANONICAL_MAX_DEPTH))).toHaveLength(CANONICAL_MAX_DEPTH * 2 + 1);
    expectCode('CANONICAL_INVALID', () => canonicalize(nest(CANONICAL_MAX_DEPTH + 1)));
  });

  const json = fc.jsonValue({ stringUnit: 'binary', maxDepth: 6 });
  it('parses back to an equal value', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonicalize(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 500 },
    );
  });

  it('is the same for every order of keys, and a fixed point', () => {
    fc.assert(
      fc.property(json, fc.infiniteStream(fc.nat()), (value, stream) => {
        const out = canonicalize(value);
        const order = (keys: string[]): string[] =>
          keys
            .map((key) => [stream.next().value as number, key] as const)
            .sort((a, b) => a[0] - b[0])
            .map(([, key]) => key);
        expect(canonicalize(shuffled(value, order))).toBe(out);
        expect(canonicalize(JSON.parse(out))).toBe(out);
      }),
      { numRuns: 300 },
    );
  });

  it('writes every double as ECMAScript does', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        expect(canonicalize(number)).toBe(JSON.stringify(number));
        expect(Object.is(JSON.parse(canonicalize(number)), number === 0 ? 0 : number)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('escapes every string as JSON does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(canonicalize(text)).toBe(JSON.stringify(text));
      }),
      { numRuns: 2_000 },
    );
    for (let unit = 0; unit < 0x300; unit += 1)
      expect(canonicalize(String.fromCharCode(unit))).toBe(JSON.stringify(String.fromCharCode(unit)));
  });
});
