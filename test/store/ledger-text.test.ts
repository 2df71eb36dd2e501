import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromRowText, toRowText } from '../../src/adapters/store/kernel/row-text.ts';
import type { LedgerRow, WindowRow } from '../../src/core/ledger.ts';

const LEDGER = 'ledger/agent:a1|USD';
const WINDOW = 'window/agent:a1|USD/3600000';
const NOW = 1_795_348_297_000;
const amount = fc.oneof(fc.bigInt({ min: 0n, max: 10n ** 40n }).map(String), fc.string({ unit: 'binary', maxLength: 6 }));
const number = fc.oneof(fc.integer({ min: NOW, max: NOW + 60_000 }), fc.maxSafeInteger(), fc.double());
const pairs = fc.array(fc.tuple(number, amount), { maxLength: 6 });
const ledger = fc.record(
  { inFlight: amount, held: pairs, total: amount, windows: fc.array(number, { maxLength: 3 }), more: fc.jsonValue() },
  { requiredKeys: ['inFlight', 'held', 'total'] },
);
const window = fc.record({ buckets: pairs, sum: amount, more: fc.jsonValue() }, { requiredKeys: ['buckets', 'sum'] });

const head: LedgerRow = {
  inFlight: '5',
  held: [
    [NOW, '7'],
    [NOW + 250, '8'],
  ],
  total: '9',
  windows: [3_600_000],
};
const hour: WindowRow = {
  buckets: [
    [400, '1'],
    [402, '2'],
  ],
  sum: '3',
};
const codeOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return (error as { readonly code?: unknown }).code;
  }
};

describe("an account's rows as text", () => {
  it('come back as JSON would bring them back', () => {
    fc.assert(
      fc.property(ledger, window, (first, second) => {
        expect(fromRowText(LEDGER, toRowText(LEDGER, first))).toStrictEqual(JSON.parse(JSON.stringify(first)));
        expect(fromRowText(WINDOW, toRowText(WINDOW, second))).toStrictEqual(JSON.parse(JSON.stringify(second)));
      }),
      { numRuns: 1_000 },
    );
    expect(JSON.stringify(fromRowText(LEDGER, toRowText(LEDGER, head)))).toBe(JSON.stringify(head));
    expect(JSON.stringify(fromRowText(WINDOW, toRowText(WINDOW, hour)))).toBe(JSON.stringify(hour));
    for (const [key, row] of [
      [LEDGER, head],
      [WINDOW, hour],
    ] as const)
      expect(fromRowText(key, JSON.stringify(row))).toEqual(row);
  });

  it('are short and no JSON for what the kernel writes', () => {
    expect(toRowText(LEDGER, head)).toBe(`l1["5","9",[3600000],${NOW},"7",250,"8"]`);
    expect(toRowText(WINDOW, hour)).toBe('w1["3",400,"1",2,"2"]');
    expect(toRowText(LEDGER, { ...head, held: [] })).toBe('l1["5","9",[3600000]]');
  });

  it('stay JSON where they are anything else', () => {
    const { windows: _, ...early } = head;
    for (const row of [
      early,
      { ...head, more: 1 },
      { ...head, total: 9 },
      { ...head, held: [[NOW, 7]] },
      { ...head, held: [[NOW, '7', 1]] },
      { ...head, held: [[NOW + 0.5, '7']] },
      {
        ...head,
        held: [
          [-Number.MAX_SAFE_INTEGER, '7'],
          [Number.MAX_SAFE_INTEGER, '7'],
        ],
      },
      { ...head, held: { 0: 1 } },
      { ...head, windows: null },
    ])
      expect(toRowText(LEDGER, row)).toBe(JSON.stringify(row));
    for (const row of [
      { ...hour, sum: 3 },
      { ...hour, more: 1 },
      { buckets: null, sum: '3' },
    ])
      expect(toRowText(WINDOW, row)).toBe(JSON.stringify(row));
  });

  it('that are damaged are refused, whatever is wrong with them', () => {
    const texts = [
      '',
      'l1',
      'w1',
      'l1[]',
      'w1[]',
      'l1{}',
      'l2["5","9",[]]',
      'l1["5","9"]',
      'l1["5","9",["x"]]',
      'l1["5",9,[]]',
      'l1[5,"9",[]]',
    ];
    const odd = ['l1["5","9",[],1]', 'l1["5","9",[],"1","7"]', 'l1["5","9",[],1,7]', 'l1["5","9",[],1.5,"7"]', 'l1["5","9",[],null,"7"]'];
    const over = [
      `l1["5","9",[],${Number.MAX_SAFE_INTEGER},"7",1,"7"]`,
      'l1["5","9",[]',
      'l1["5","9",[]] []',
      '["5","9",[]]',
      '[]',
      'null',
    ];
    for (const text of [...texts, ...odd, ...over, 'w1["3",400,"1",2,"2"]'])
      expect([text, codeOf(() => fromRowText(LEDGER, text))]).toEqual([text, 'STORE_CORRUPT']);
    for (const text of [...texts, 'w1[3]', 'w1["3",1]', 'w1["3",1,2]', 'w1["3","1","2"]', 'l1["5","9",[]]'])
      expect([text, codeOf(() => fromRowText(WINDOW, text))]).toEqual([text, 'STORE_CORRUPT']);
    for (const text of ['l1["5","9",[]]', 'w1["3"]']) expect(codeOf(() => fromRowText('doc/x', text))).toBe('STORE_CORRUPT');
  });
});
