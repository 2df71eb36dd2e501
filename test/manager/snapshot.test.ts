import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAgentRequest, parseExecuteOptions } from '../../src/manager/request.ts';
import { snapshot } from '../../src/manager/snapshot.ts';

describe('a snapshot', () => {
  it('is equal to plain data and shares nothing with it', () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 3, withBigInt: true, withNullPrototype: true }), (value) => {
        fc.pre(
          !JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' || inner === undefined ? null : inner)).includes('__proto__'),
        );
        expect(snapshot(value)).toEqual(value);
      }),
      { numRuns: 300 },
    );
    const inner = { bytes: new Uint8Array([1, 2]), list: [{ a: 1 }], at: new Date(5) };
    const copy = snapshot(inner) as typeof inner;
    inner.bytes[0] = 9;
    (inner.list[0] as { a: number }).a = 9;
    inner.at.setTime(9);
    expect([copy.bytes[0], copy.list[0]?.a, copy.at.getTime()]).toEqual([1, 1, 5]);
    const shared = new Uint8Array(new SharedArrayBuffer(2));
    expect((snapshot(shared) as Uint8Array).buffer).not.toBe(shared.buffer);
  });

  it('reads each property once', () => {
    const reads: string[] = [];
    const watched = new Proxy(
      { a: 1, b: { c: 2 } },
      {
        get: (target, key) => {
          reads.push(String(key));
          return Reflect.get(target, key);
        },
      },
    );
    expect(snapshot(watched)).toEqual({ a: 1, b: { c: 2 } });
    expect(reads).toEqual(['a', 'b']);
  });

  it('of anything else is refused', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    class Request {
      to = 'x';
    }
    const odd = [
      new Request(),
      Object.create({ a: 1 }),
      new Map(),
      new Set(),
      /x/,
      new Error('x'),
      Promise.resolve(),
      { [Symbol('x')]: 1 },
      { f: () => 1 },
      { s: Symbol('x') },
      new Uint16Array(1),
      new DataView(new ArrayBuffer(1)),
      cycle,
      JSON.parse('{"__proto__":1}'),
      Array(10_000).fill(0),
      Object.create(Uint8Array.prototype),
      new ArrayBuffer(1),
    ];
    for (const value of odd) expect(() => snapshot(value)).toThrow();
  });
});

describe('a request', () => {
  it('never makes its parser throw, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withTypedArray: true,
          withSparseArray: true,
          withMap: true,
          withSet: true,
          withNullPrototype: true,
        }),
        (value) => {
          const form = parseAgentRequest(value);
          if (!form.ok) expect(form.problems.every((problem) => problem.length <= 200 && problem.isWellFormed())).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('takes its narrowing from one place', () => {
    expect(parseAgentRequest({ narrow: { maxFee: '1' } }, { maxFee: '2' })).toEqual({ ok: false, problems: ['narrow: given twice'] });
    expect(parseAgentRequest({}, { maxFee: '2' })).toEqual({ ok: true, value: { narrow: { maxFee: '2' } } });
    expect(() => parseExecuteOptions({ narrow: { maxFee: 2 } })).toThrow(/narrow.maxFee/);
  });
});
