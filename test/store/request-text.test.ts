import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromRowText, toRowText } from '../../src/adapters/store/kernel/row-text.ts';
import type { RequestRow } from '../../src/core/store.ts';
import { storeKey } from '../../src/core/store.ts';
import { permitTerms, requestRow } from '../../src/testing/store-conformance/scene.ts';

const NOW = 1_795_348_297_000;
const text = fc.string({ unit: 'binary', maxLength: 8 });
const number = fc.oneof(fc.nat(), fc.maxSafeInteger(), fc.double());
const lines = fc.array(fc.record({ account: text, amount: text }), { maxLength: 3 });
const orNull = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: null, freq: 2 });
const namePart = fc.stringMatching(/^[!-.0-~]{1,12}$/);

/** Terms for the row's own digests, mostly. */
const permitOf = (row: RequestRow): fc.Arbitrary<unknown> =>
  fc.record({
    secret: text,
    payloadDigest: fc.oneof({ weight: 5, arbitrary: fc.constant(row.payloadDigest) }, { weight: 1, arbitrary: text }),
    actionDigest: fc.oneof({ weight: 5, arbitrary: fc.constant(row.actionDigest) }, { weight: 1, arbitrary: text }),
    keyId: text,
    policy: text,
    registry: text,
    epoch: number,
    expiresAtMs: number,
    approvals: fc.array(text, { maxLength: 2 }),
    approvalsExpireAtMs: orNull(number),
    redeemedBy: orNull(text),
  });

/** A row as the kernel keeps it: every field there, whatever it holds. */
const keptRow: fc.Arbitrary<RequestRow> = fc
  .record({
    agent: namePart,
    requestId: namePart,
    bodyDigest: text,
    actionDigest: text,
    payloadDigest: orNull(text),
    decisionId: text,
    logIndex: number,
    state: fc.constantFrom('denied', 'escalated', 'held', 'redeemed', 'signed', 'broadcast', 'final', 'released'),
    wallet: text,
    slot: orNull(number),
    lines,
    dueMs: number,
    permit: fc.constant(null),
    feeLines: lines,
    feeCeiling: text,
    payload: orNull(text),
    sealed: orNull(text),
    txHash: orNull(text),
    updatedMs: number,
    heldUntilMs: number,
    booked: orNull(fc.record({ atMs: number, lines })),
  })
  .map((row) => row as unknown as RequestRow)
  .chain((row) => orNull(permitOf(row)).map((permit) => ({ ...row, permit }) as RequestRow));

const FIELDS = Object.keys({ ...requestRow(NOW, { id: 'r' }), heldUntilMs: 0, booked: null });
/** The same, with some of it missing, more or of another kind. */
const anyRow: fc.Arbitrary<RequestRow> = fc
  .tuple(
    keptRow,
    fc.dictionary(fc.constantFrom(...FIELDS.filter((name) => !name.endsWith('ines')), 'signature', 'replaces', 'more'), fc.jsonValue(), {
      maxKeys: 3,
    }),
    fc.subarray(['heldUntilMs', 'booked', 'slot', 'permit'], { maxLength: 2 }),
  )
  .map(([row, changes, missing]) => {
    const odd: Record<string, unknown> = { ...row, ...changes };
    for (const name of missing) delete odd[name];
    return odd as unknown as RequestRow;
  })
  // What the store would not let in: it reads these fields by name.
  .filter(({ permit, booked }) => (permit === null || typeof permit === 'object') && (!booked || Array.isArray(booked.lines)));

const kept = (changes: Partial<RequestRow> = {}): RequestRow => ({
  ...requestRow(NOW, { id: 'r1' }),
  heldUntilMs: NOW,
  booked: null,
  ...changes,
});
const KEY = 'request/r1/a1';
const codeOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return (error as { readonly code?: unknown }).code;
  }
};

describe('a request row as text', () => {
  it('comes back as JSON would bring it back, field by field in the same order', () => {
    fc.assert(
      fc.property(fc.oneof(keptRow, anyRow), (row) => {
        const key = storeKey.request(row.agent, row.requestId);
        const back = fromRowText(key, toRowText(key, row));
        expect(back).toStrictEqual(JSON.parse(JSON.stringify(row)));
      }),
      { numRuns: 1_000 },
    );
    const row = kept({ permit: permitTerms(NOW, 'r1'), booked: { atMs: 5, lines: [{ account: 'a|USD', amount: '7' }] } });
    expect(JSON.stringify(fromRowText(KEY, toRowText(KEY, row)))).toBe(JSON.stringify(row));
  });

  it('is short for what the kernel writes, and no JSON, so that an earlier version cannot misread it', () => {
    for (const row of [
      kept(),
      kept({ permit: permitTerms(NOW, 'r1', { redeemedBy: 'x' }), state: 'redeemed', slot: 0 }),
      kept({ state: 'final', sealed: 'AA==', txHash: '0x1', booked: { atMs: NOW, lines: [] } }),
      kept({ state: 'denied', payloadDigest: null, lines: [], heldUntilMs: 0 }),
    ]) {
      const short = toRowText(KEY, row);
      expect(short.slice(0, 3)).toBe('r1[');
      expect(short.length).toBeLessThan(JSON.stringify(row).length - 200);
      expect(() => JSON.parse(short)).toThrow(SyntaxError);
    }
  });

  it('stays JSON where the row says more or less, or stands under another key', () => {
    const { heldUntilMs: _, ...early } = kept();
    const other = permitTerms(NOW, 'r2');
    for (const row of [
      early,
      kept({ replaces: { requestId: 'r0', by: 'nothing' } }),
      kept({ signature: { standard: 'text', summary: '', expiresAtMs: null, mark: null, binds: false } }),
      kept({ permit: other }),
      kept({ permit: { ...permitTerms(NOW, 'r1'), more: 1 } as RequestRow['permit'] }),
      kept({ lines: [{ account: 'a', amount: '1', more: 1 } as RequestRow['lines'][number]] }),
      kept({ agent: 'a2' }),
      kept({ logIndex: Number.NaN }),
      kept({ state: 'gone' as RequestRow['state'] }),
    ])
      expect(toRowText(KEY, row as RequestRow)).toBe(JSON.stringify(row));
    expect(toRowText('doc/x', kept())).toBe(JSON.stringify(kept()));
    const slashed = kept({ requestId: 'r1/r2' });
    expect(fromRowText('request/r1/r2/a1', toRowText('request/r1/r2/a1', slashed))).toEqual(slashed);
  });

  it('that is damaged is refused, whatever is wrong with it', () => {
    const good = toRowText(KEY, kept({ permit: permitTerms(NOW, 'r1'), slot: 3, booked: { atMs: 5, lines: [] } }));
    expect(good.slice(0, 3)).toBe('r1[');
    const parts = JSON.parse(good.slice(2)) as unknown[];
    expect(parts.length).toBe(19);
    const damaged = [
      '',
      JSON.stringify(kept()).slice(1),
      'r1',
      'r1[]',
      'r1{}',
      'r1null',
      'r2[]',
      '[]',
      'null',
      '7',
      '{',
      good.slice(1),
      good.slice(0, -1),
      `${good} []`,
      `r1${JSON.stringify([...parts, null])}`,
      `r1${JSON.stringify(parts.slice(0, 11))}`,
      // A permit without the digest of what it is for.
      `r1${JSON.stringify(parts.with(12, null))}`,
      // Every part as something that it cannot be.
      ...parts.map((_, at) => `r1${JSON.stringify(parts.with(at, { no: 1 }))}`),
      ...parts.map((_, at) => `r1${JSON.stringify(parts.with(at, true))}`),
      ...parts.slice(0, 12).map((_, at) => `r1${JSON.stringify(parts.with(at, null))}`),
      ...[[1], ['a'], ['a', 1], 'ab'].map((odd) => `r1${JSON.stringify(parts.with(6, odd))}`),
      `r1${JSON.stringify(parts.with(4, 'paid'))}`,
      ...Array.from({ length: 9 }, (_, at) => `r1${JSON.stringify(parts.with(15, (parts[15] as unknown[]).with(at, false)))}`),
      `r1${JSON.stringify(parts.with(15, (parts[15] as unknown[]).slice(1)))}`,
      `r1${JSON.stringify(parts.with(18, [5]))}`,
      `r1${JSON.stringify(parts.with(18, [5, ['a']]))}`,
    ];
    for (const broken of damaged) expect([broken, codeOf(() => fromRowText(KEY, broken))]).toEqual([broken, 'STORE_CORRUPT']);
    for (const key of ['doc/r1/a1', 'request/r1', 'request/r1/a1/x']) expect(codeOf(() => fromRowText(key, good))).toBe('STORE_CORRUPT');
  });
});
