import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeCell } from '../../src/audit/export/csv.ts';
import { EXPORT_FIELDS, EXPORT_FORMATS, type ExportOptions } from '../../src/audit/index.ts';
import { canonicalize, type Store } from '../../src/core/index.ts';
import { eventOf } from './fixture.ts';
import { append, decisionEvent, loggerOver, memoryLogger, outcomeEvent, REFERENCE_EVENT, readAll, START_MS } from './logger-fixture.ts';

/** Reads RFC 4180 with any separator, the way a spreadsheet does. */
function parseCsv(text: string, separator = ','): string[][] {
  const records: string[][] = [[]];
  let cell = '';
  for (let at = 0; at <= text.length; ) {
    if (cell === '' && text[at] === '"') {
      for (at += 1; at < text.length && !(text[at] === '"' && text[at + 1] !== '"'); at += 1) {
        if (text[at] === '"') at += 1;
        cell += text[at];
      }
      at += 1;
    }
    while (at < text.length && text[at] !== separator && text[at] !== '\n') {
      cell += text[at];
      at += 1;
    }
    records.at(-1)?.push(cell.replace(/\r$/, ''));
    cell = '';
    if (at >= text.length) break;
    if (text[at] === '\n') records.push([]);
    at += 1;
  }
  return records.filter((record) => record.length > 1 || record[0] !== '');
}

async function filled() {
  const made = memoryLogger();
  await append(made.store, made.log, [decisionEvent(0), outcomeEvent(1, 0), decisionEvent(2, { verdict: 'denied' })]);
  await made.audit.log(REFERENCE_EVENT);
  return made;
}

describe('export', () => {
  it('as CSV as the reference asks for it, source beside it', async () => {
    const { audit } = await filled();
    const csv = await audit.export({
      format: 'csv',
      filter: { severity: ['info'] },
      fields: ['timestamp', 'actor', 'action', 'outcome', 'details'],
    });
    expect(csv.data.split('\r\n')[0]).toBe('"timestamp","actor","action","outcome","details","source"');
    const [, decision, , outside] = parseCsv(csv.data);
    expect(decision?.slice(0, 4)).toEqual(['2023-11-14T22:13:20.000Z', 'agent:a1', 'transfer', 'approved']);
    expect(JSON.parse(decision?.[4] ?? '')).toMatchObject({ chain: 'eip155:1', effects: [{ amount: `1${'0'.repeat(18)}` }] });
    expect(outside).toEqual([
      '2023-11-14T22:13:20.000Z',
      'agent:agent-1',
      'transfer',
      'success',
      canonicalize(REFERENCE_EVENT.details),
      'outside',
    ]);
    expect(parseCsv(csv.data)).toHaveLength(4);
  });

  it('as JSON and JSONL says the same, in the order of the log, to the exact entry', async () => {
    const { audit, store } = await filled();
    const list = JSON.parse((await audit.export({ format: 'json' })).data) as Record<string, unknown>[];
    const lines = (await audit.export({ format: 'jsonl' })).data.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(list);
    const rows = await store.log(0);
    expect(list.map(({ event }) => canonicalize(event))).toEqual(rows.map(({ entry }) => entry));
    expect(Object.keys(list[0] ?? {}).sort()).toEqual([...EXPORT_FIELDS].sort());
    expect(list.map(({ source, requestId }) => [source, requestId])).toEqual([
      ['castellan', 'r0'],
      ['castellan', 'r0'],
      ['castellan', 'r2'],
      ['outside', 'req-001'],
    ]);
    expect(JSON.parse((await audit.export({ format: 'json', filter: { requestId: 'nobody' } })).data)).toEqual([]);
    expect((await audit.export({ format: 'jsonl', filter: { requestId: 'nobody' } })).data).toBe('');
  });

  it.each(EXPORT_FORMATS)('as a %s stream and as gzip is the same text', async (format) => {
    const { audit, store, log, clock } = await filled();
    const { data } = await audit.export({ format });
    const { stream, encoding } = await audit.export({ format, stream: true });
    expect(encoding).toBe('identity');
    expect((await readAll(stream)).toString()).toBe(data);
    const zipped = await audit.export({ format, compress: true });
    expect(gunzipSync(zipped.data).toString()).toBe(data);
    const compressing = loggerOver({ store, log, clock }, { compressionEnabled: true });
    const small = await compressing.export({ format, stream: true });
    expect(small.encoding).toBe('gzip');
    expect(gunzipSync(await readAll(small.stream)).toString()).toBe(data);
    expect((await compressing.export({ format })).data).toBe(data);
    expect((await compressing.export({ format, stream: true, compress: false })).encoding).toBe('identity');
  });

  it.each<[string, object]>([
    ['no format', {}],
    ['a format that is none', { format: 'xml' }],
    ['an unknown field', { format: 'csv', fields: ['timestamp', 'secret'] }],
    ['a field of every object', { format: 'csv', fields: ['constructor'] }],
    ['no fields', { format: 'csv', fields: [] }],
    ['a limit', { format: 'csv', filter: { limit: 5 } }],
    ['a wrong filter', { format: 'csv', filter: { endDate: 'x' } }],
    ['an unknown option', { format: 'csv', path: '/etc' }],
    ['a stream that is neither', { format: 'csv', stream: 1 }],
  ])('is refused with %s', async (_, options) => {
    await expect(memoryLogger().audit.export(options as ExportOptions)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });

  it('is refused in a format that the deployment does not allow', async () => {
    const { audit } = memoryLogger({ exportFormats: ['json', 'csv'] });
    await expect(audit.export({ format: 'jsonl' })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    expect((await audit.export({ format: 'json' })).data).toBe('[]\n');
  });

  it('fails where entries are missing, instead of leaving them out', async () => {
    const { store } = await filled();
    const holed: Store = { ...store, log: async (from, limit) => (await store.log(from, limit)).filter(({ index }) => index !== 1) };
    const { audit } = memoryLogger({}, () => holed);
    const corrupt = { code: 'LOG_CORRUPT', details: { index: 1 } };
    await expect(audit.export({ format: 'jsonl' })).rejects.toMatchObject(corrupt);
    for (const compress of [false, true]) {
      const { stream } = await audit.export({ format: 'jsonl', stream: true, compress });
      await expect(readAll(stream)).rejects.toMatchObject(corrupt);
    }
  });
});

describe('a stream over 100,000 entries', () => {
  it('holds a bounded part of them, stops when its reader stops, and is too large as one piece', async () => {
    const { store, log, clock } = memoryLogger();
    for (let from = 0; from < 100_000; from += 10_000)
      await append(
        store,
        log,
        Array.from({ length: 10_000 }, (_, n) => eventOf(from + n)),
      );
    let handedOut = 0;
    const counted: Store = {
      ...store,
      log: async (from, limit) => {
        const rows = await store.log(from, limit);
        handedOut += rows.reduce((sum, { entry }) => sum + entry.length, 0);
        return rows;
      },
    };
    const audit = loggerOver({ store: counted, log, clock });
    const { stream } = await audit.export({ format: 'jsonl', fields: ['event'], stream: true });
    expect(handedOut).toBe(0);
    let lines = 0;
    let most = 0;
    let taken = 0;
    for await (const piece of stream) {
      taken += piece.length;
      lines += Buffer.from(piece).toString('latin1').split('\n').length - 1;
      most = Math.max(most, handedOut - taken);
    }
    expect(lines).toBe(100_000);
    // A batch of the store, and a chunk: the rest is not read before it is asked for.
    expect(most).toBeLessThan(1_000_000);
    expect(handedOut).toBeGreaterThan(15_000_000);
    for (const compress of [false, true]) {
      handedOut = 0;
      const slow = await audit.export({ format: 'csv', stream: true, compress });
      for await (const _ of slow.stream) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        break;
      }
      const atBreak = handedOut;
      expect(atBreak).toBeLessThan(3_000_000);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(handedOut).toBe(atBreak);
    }
    await expect(audit.export({ format: 'json' })).rejects.toMatchObject({ code: 'REQUEST_INVALID', details: { field: 'stream' } });
  });
});

describe('a cell', () => {
  it.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    ' =1',
    '"=1',
    "'=1",
    '""=1',
    '\u00a0=1',
    '\u3000=1',
    '\ufeff=1',
    '\u200b=1',
    '\u202e=1',
    '\u2003"\u200d=1',
    '\u201c=1',
    '＝1',
    '＋1',
    '－1',
    '＠SUM',
    '﹦1',
    '﹢1',
    '﹣1',
    '﹫a',
    '⁼1',
    '₊1',
    '⁻1',
    '−1',
    '–1',
    '—1',
    '﬩1',
    '|calc',
    '%0A=1',
    'a;=1',
    'a; "=1',
    'a\t=1',
    'a\n=1',
    'a\r\n@x',
    'a；＝1',
    '=cmd|"/c calc"!A1',
    '=HYPERLINK("http://x","y")',
  ])('%j is no formula, at whichever separator it is split', (text) => {
    const safe = safeCell(text);
    for (const separator of [',', ';', '\t', '\n'])
      for (const part of safe.split(separator))
        expect(part).not.toMatch(/^[\s\p{Z}\p{C}"'`\u201c]*(?<!')[=+\-@＝＋－＠﹦﹢﹣﹫⁼₊⁻−–—﬩|%]/u);
    expect(safe.replaceAll("'", '').normalize()).toContain(text.replace(/[\s'\p{C}]/gu, '').slice(-1));
  });

  it.each(['', 'transfer', 'agent:a1', '2026-02-01T00:00:00.000Z', '{"amount":-5}', 'a-b', 'a, -5', '100', 'eip155:1', 'ü €'])(
    '%j stays',
    (text) => expect(safeCell(text)).toBe(text),
  );

  it('spells out what cannot be seen', () => expect(safeCell('a\u202eb\u0000c\u{e0041}')).toBe('a\\u202eb\\u0000c\\udb40\\udc41'));

  it('never begins like a formula in the file, whatever stands in the entry, and JSON in it stays JSON', async () => {
    const evil = fc.string({ unit: fc.constantFrom(...'=+-@＝;,"\'\t\r\n \u200b\u00a0a1|%'), minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(evil, evil, async (a, b) => {
        const { audit } = memoryLogger();
        const details = { a, b, list: [a, -5, { b }] };
        await audit.log({ ...REFERENCE_EVENT, details });
        const { data } = await audit.export({ format: 'csv' });
        expect(data.endsWith('"\r\n')).toBe(true);
        const records = parseCsv(data);
        expect(records.map((record) => record.length)).toEqual([15, 15]);
        const cell = records[1]?.[records[0]?.indexOf('details') ?? -1] ?? '';
        const strip = (value: unknown) => JSON.stringify(value).replaceAll("'", '').replaceAll('\\\\u200b', '\u200b');
        expect(strip(JSON.parse(cell))).toBe(strip(details));
        for (const separator of [',', ';', '\t'])
          for (const record of parseCsv(data, separator))
            for (const part of record) expect(part).not.toMatch(/^[\s\u200b\u00a0"]*[=+@＝-]/);
      }),
      { numRuns: 150 },
    );
  });

  it('breaks no record by a line break or a quote', async () => {
    const { audit } = memoryLogger();
    await audit.log({ ...REFERENCE_EVENT, action: 'say "hi", twice', details: {} });
    const { data } = await audit.export({ format: 'csv', fields: ['action', 'source'] });
    expect(data).toBe('"action","source"\r\n"say ""hi"", twice","outside"\r\n');
    expect(START_MS).toBe(1_700_000_000_000);
  });
});
