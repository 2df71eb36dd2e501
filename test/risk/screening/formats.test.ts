import { describe, expect, it } from 'vitest';
import type { ListFormat, ListReport, ListSource } from '../../../src/risk/index.ts';
import { address, bytesOf, fresh, source } from './lists.ts';

const [a, b, c] = [address(1), address(2), address(3)];

async function load(format: ListFormat, text: string, change: Partial<ListSource> = {}, size = 7) {
  const screening = fresh();
  const report = await screening.load(source({ format, ...change }), bytesOf(text, size));
  const listed = [a, b, c].filter((one) => screening.screen(one).verdict === 'listed');
  return { screening, report, listed };
}

/** The details of the refusal. */
async function refusal(format: ListFormat, text: string, change: Partial<ListSource> = {}): Promise<Record<string, unknown>> {
  const error = await load(format, text, change).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'REQUEST_INVALID' });
  return (error as { details: Record<string, unknown> }).details;
}

const totals = ({ rows, unread, skipped, foreign }: ListReport) => ({ rows, unread, skipped, foreign });

describe('plain', () => {
  it.each([1, 7, 1_000_000])('reads accounts and comments, in pieces of %i bytes', async (size) => {
    const { listed, report } = await load('plain', `\uFEFF# a list\r\n\r\n${a} # phishing\r\n// more\n; more\n${b}`, {}, size);
    expect(listed).toEqual([a, b]);
    expect(totals(report)).toEqual({ rows: 2, unread: 0, skipped: 0, foreign: {} });
  });
  it('refuses a line with two accounts, one that is none, and one that never ends', async () => {
    expect(await refusal('plain', `${a}\n${b} ${c}\n`)).toMatchObject({ unread: 1, line: 2, list: 'reports' });
    expect(await refusal('plain', `${a}\nhello\n`)).toMatchObject({ unread: 1, line: 2, text: 'hello' });
    expect(await refusal('plain', a.repeat(3_000))).toMatchObject({ line: 1 });
  });
  it('reports what it leaves out where it is told to', async () => {
    const bad = Array.from({ length: 12 }, (_, index) => `bad \u0007 ${index}`).join('\n');
    const { listed, report } = await load('plain', `${bad}\n${a}`, { strict: false });
    expect(listed).toEqual([a]);
    expect(report).toMatchObject({ rows: 1, unread: 12, accounts: 1 });
    expect(report.samples).toHaveLength(10);
    expect(report.samples[0]).toEqual({ line: 1, text: 'bad ? 0' });
  });
});

describe('csv', () => {
  it.each([1, 7, 1_000_000])('reads quoted fields over lines, in pieces of %i bytes', async (size) => {
    const text = `"Address","note, quoted",Category,severity,votes,expires\n${a},"a ""b"",\nc",phishing,low,3,\n"${b}",,mixer,critical,1,2033-05-18T03:33:20Z\n`;
    const { screening, listed, report } = await load('csv', text, {}, size);
    expect(listed).toEqual([a, b]);
    expect(report).toMatchObject({ rows: 2, defaulted: {} });
    expect(screening.screen(a).hits[0]).toMatchObject({ kind: 'phishing', severity: 'low', votes: 3, expiresMs: null });
    expect(screening.screen(b).hits[0]).toMatchObject({ kind: 'mixer', severity: 'critical', expiresMs: 2_000_000_000_000 });
  });
  it('takes the list for what a row leaves open, and counts words that nobody knows', async () => {
    const text = `wallet_address,type,severity,votes,expires\n${a},rug,awful,none,soon\n${b},malformed,,,\n`;
    const { screening, report } = await load('csv', text, { kind: 'drainer', severity: 'medium' });
    for (const one of [a, b])
      expect(screening.screen(one).hits[0]).toMatchObject({ kind: 'drainer', severity: 'medium', votes: 1, expiresMs: null });
    expect(report.defaulted).toEqual({ kind: 2, severity: 1, votes: 1, expires: 1 });
  });
  it('reads by the names of the owner, and only the rows asked for', async () => {
    const text = `address,to_addr,category\n${c},${a}, scammer\n${c},${b},CEX\n`;
    const change = { columns: { address: 'to_addr' }, only: { column: 'category', values: ['scammer'] } };
    const { listed, report } = await load('csv', text, change);
    expect(listed).toEqual([a]);
    expect(report).toMatchObject({ rows: 1, skipped: 1 });
    await refusal('csv', text, { columns: { address: 'elsewhere' } });
    await refusal('csv', text, { only: { column: 'elsewhere', values: ['scammer'] } });
  });
  it('refuses a column that is there twice: of two one would be believed and the other never read', async () => {
    for (const names of ['address,address', 'address,Address', 'address,ADDR ESS', 'a-ddress,address'])
      expect(await refusal('csv', `${names}\n${a},${b}\n`), names).toMatchObject({ problem: 'a column is there twice', line: 1 });
    await refusal('csv', `address,expires,Expires\n${a},,1\n`);
    await refusal('csv', `address,kind,kind\n${a},scam,ok\n`, { only: { column: 'kind', values: ['scam'] } });
    expect((await load('csv', `address,note,note\n${a},x,y\n`)).listed).toEqual([a]);
    expect((await load('csv', `\uFEFFaddress,note\r\n${a},x\r\n`)).listed).toEqual([a]);
  });
  it('reads chains by number and CAIP-2; others are told apart from what is broken', async () => {
    const text = `address,chain_id\n${a}, 137\n${b},eip155:10\nbc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh,bitcoin\n${c},tron\n`;
    const { listed, report } = await load('csv', text);
    expect(listed).toEqual([a, b, c]);
    expect(report).toMatchObject({ rows: 3, unread: 0, foreign: { bitcoin: 1 }, defaulted: { chain: 1 } });
    expect(await refusal('csv', `address,chain\nnonsense,1\n`)).toMatchObject({ line: 2 });
  });
  it.each([
    ['no header', `${a}\n${b}\n`],
    ['an empty file', ''],
    ['a cell too many', `address,kind\n${a},scam,1\n`],
    ['a cell too few', `address,kind\n${a}\n`],
    ['a quote in a bare cell', `address,kind\n${a},sc"a"m\n`],
    ['text behind a quote', `address,kind\n${a},"scam"x\n`],
    ['a quote that never ends', `address,kind\n${a},"scam\n${b},scam\n`],
  ])('refuses %s', async (_, text) => {
    await refusal('csv', text);
  });
});

describe('json', () => {
  it.each([
    ['accounts', JSON.stringify([a, b])],
    [
      'objects',
      JSON.stringify(
        [
          { address: a, kind: 'scam' },
          { wallet: b, tags: [1, { x: ']' }] },
        ],
        null,
        2,
      ),
    ],
    ['an object keyed by account', JSON.stringify({ [a]: { kind: 'scam', deep: { er: [c] } }, [b]: 'phishing' })],
    ['accounts under names', JSON.stringify({ 'bad.example': [a], 'worse.example': [{ account: b }] })],
    ['a list under a name', JSON.stringify({ addresses: [a, b] })],
    ['named accounts', JSON.stringify({ thief: a, other: b })],
    ['escapes', `[ "${a}" ,"\\u0030${b.slice(1)}"]`],
  ])('reads %s', async (_, text) => {
    for (const size of [1, 13, 100_000]) expect((await load('json', text, {}, size)).listed).toEqual([a, b]);
  });
  it('reads what objects say', async () => {
    const text = JSON.stringify({ [a]: { Category: 'exploit', severity: 'low', votes: 4 }, [b]: 'phishing', [c]: null });
    const { screening } = await load('json', text);
    expect(screening.screen(a).hits[0]).toMatchObject({ kind: 'exploit', severity: 'low', votes: 4 });
    expect(screening.screen(b).hits[0]).toMatchObject({ kind: 'phishing' });
    expect(screening.screen(c).hits[0]).toMatchObject({ kind: 'scam' });
  });
  it('takes only the rows asked for', async () => {
    const text = JSON.stringify([{ address: a, type: 'scam' }, { address: b, type: 'exchange' }, c]);
    const { listed, report } = await load('json', text, { only: { column: 'type', values: ['scam'] } });
    expect(listed).toEqual([a]);
    expect(report.skipped).toBe(2);
  });
  it.each([
    ['nothing', ''],
    ['a text', `"${a}"`],
    ['a number', '1'],
    ['a list that does not end', `["${a}"`],
    ['a comma at the end', `["${a}",]`],
    ['a comma at the beginning', `[,"${a}"]`],
    ['the wrong bracket', `["${a}"}`],
    ['something behind', `["${a}"] ["${b}"]`],
    ['no commas', `["${a}" "${b}"]`],
    ['a name alone', `{"${a}"}`],
    ['an element that never ends', `["${'x'.repeat(1_100_000)}"]`],
    ['elements that are no accounts', '[1]'],
    ['an object without an account', '[{"name":"x"}]'],
    ['an empty list', '[]'],
    ['accounts twice removed', JSON.stringify({ x: [[a]] })],
  ])('refuses %s', async (_, text) => {
    const error = await fresh()
      .load(source({ format: 'json' }), bytesOf(text, 65_536))
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'REQUEST_INVALID' });
  });
});

describe('ofac', () => {
  const text = `LAZARUS GROUP (a.k.a. "HIDDEN COBRA"), Potonggang District, Korea, North; Digital\nCurrency Address - XBT 149w62rY42aZBox8fGcmqNsXUzSStKeq8C; alt. Digital Currency Address - ETH ${a}; alt. Digital\nCurrency Address - ETH\n${b}; Secondary sanctions risk [DPRK3].\n\nSOMEBODY, Moscow; Digital Currency Address - USDT ${c} (individual) [CYBER2].\n\nNOBODY, Street 0x1; no addresses.\n`;
  it.each([1, 7, 100_000])('finds addresses wherever lines wrap, in pieces of %i bytes', async (size) => {
    const { screening, listed, report } = await load('ofac', text, { trust: 'authority' }, size);
    expect(listed).toEqual([a, b, c]);
    expect(totals(report)).toEqual({ rows: 3, unread: 0, skipped: 0, foreign: { XBT: 1 } });
    expect(screening.screen(a).hits[0]).toMatchObject({ kind: 'sanctioned' });
  });
  it('refuses what should have been an address', async () => {
    expect(await refusal('ofac', `Digital Currency Address - ETH 0x12; alt. Digital Currency Address - ETH ${a};`)).toMatchObject({
      unread: 1,
    });
    expect(await refusal('ofac', `Digital Currency Address: ${a};`)).toMatchObject({ unread: 1 });
    await refusal('ofac', 'Nothing of the kind.');
  });
});

describe('every format', () => {
  it.each(['plain', 'csv', 'json', 'ofac'] as const)('%s: no UTF-8, and what breaks off, is refused', async (format) => {
    async function* broken() {
      yield Buffer.from(`["${a}`);
      yield Uint8Array.of(0xff, 0xfe);
    }
    await expect(fresh().load(source({ format }), broken())).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    async function* cut(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`${a}\n`);
      throw new Error('the disk is gone');
    }
    await expect(fresh().load(source({ format }), cut())).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    async function* text() {
      yield `${a}\n` as unknown as Uint8Array;
    }
    await expect(fresh().load(source({ format }), text())).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });
  it('refuses fewer accounts than there must be', async () => {
    expect(await refusal('plain', `${a}\n${a}\n`, { atLeast: 2 })).toMatchObject({ problem: 'it has too few accounts' });
  });
  it.each([
    { name: '' },
    { name: 'a\nb' },
    { name: 'x'.repeat(201) },
    { format: 'xml' },
    { trust: 'everybody' },
    { basis: 'rumour' },
    { kind: 'malformed' },
    { kind: 'fine' },
    { severity: 'none' },
    { minVotes: 0 },
    { minVotes: 1.5 },
    { chains: [] },
    { expiresMs: -1 },
    { strict: 'no' },
    { columns: { who: 'x' } },
    { only: { column: 1, values: [] } },
    { atLeast: 0 },
    { signers: { desk: new Uint8Array(31) } },
  ] as unknown as Partial<ListSource>[])('%j is no source', async (change) => {
    await expect(fresh().load(source(change), bytesOf(a))).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
