import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { accountAddress, parseAccount } from '../../../src/core/index.ts';
import type { ListSource } from '../../../src/risk/index.ts';
import { fresh, MAINNET, source, TON } from './lists.ts';

const DATA = process.env.CASTELLAN_DATA ?? resolve(fileURLToPath(new URL('../../..', import.meta.url)), '../shared/data');
const present = existsSync(join(DATA, 'address-lists'));
if (!present) console.warn('SKIPPED: the labelled address lists are not on this machine; set CASTELLAN_DATA to their parent folder.');

const raw = (...path: string[]): Buffer => {
  const bytes = readFileSync(join(DATA, ...path));
  return path.at(-1)?.endsWith('.gz') ? gunzipSync(bytes) : bytes;
};
async function* file(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}
const column = (...path: string[]): readonly string[] =>
  raw(...path)
    .toString()
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(',')[0] ?? '');

const MALICIOUS: ListSource = source({ name: 'malicious', format: 'csv', chains: [MAINNET], columns: { address: 'address' } });

/** Every way to write the same account on a chain of this kind. */
function spellings(address: string): readonly string[] {
  const digits = address.slice(2);
  const id = parseAccount(address, MAINNET);
  const flipped = digits.replace(/[a-f]/g, (letter, at: number) => (at % 2 === 0 ? letter.toUpperCase() : letter));
  return [
    address,
    accountAddress(id),
    `0x${digits.toUpperCase()}`,
    `0X${digits.toUpperCase()}`,
    digits,
    digits.toUpperCase(),
    `0x${flipped}`,
    ` ${address}\n`,
    id,
    `eip155:1:${accountAddress(id)}`,
    `eip155:137:${address}`,
    `eth:${address}`,
    `ethereum:${address}@1`,
    icap(address),
  ];
}

function icap(address: string): string {
  const body = BigInt(address).toString(36).toUpperCase().padStart(30, '0');
  const digits = [...`${body}XE00`].map((char) => Number.parseInt(char, 36)).join('');
  return `XE${String(98n - (BigInt(digits) % 97n)).padStart(2, '0')}${body}`;
}

/** Friendly forms by the description of the format, apart from the library. */
function tonSpellings(hex: string): readonly string[] {
  return [0x11, 0x51].flatMap((tag) => {
    const bytes = Buffer.concat([Buffer.from([tag, 0]), Buffer.from(hex, 'hex'), Buffer.alloc(2)]);
    let crc = 0;
    for (const byte of bytes.subarray(0, 34))
      for (let bit = 7; bit >= 0; bit -= 1) {
        const top = ((crc >> 15) ^ (byte >> bit)) & 1;
        crc = ((crc << 1) & 0xffff) ^ (top === 1 ? 0x1021 : 0);
      }
    bytes.writeUInt16BE(crc, 34);
    return [bytes.toString('base64'), bytes.toString('base64url')];
  });
}

describe.skipIf(!present)('labelled accounts (T1)', () => {
  const malicious = present ? column('address-lists', 'screening_malicious_dev.csv.gz') : [];
  const benign = present ? column('address-lists', 'screening_benign_dev.csv.gz') : [];

  // The two halves of the data have no row in common: that none is blocked says that lookups never err, not that lists never do.
  it('every spelling of every row is found, and of no other', { timeout: 120_000 }, async () => {
    const screening = fresh();
    const report = await screening.load(MALICIOUS, file(raw('address-lists', 'screening_malicious_dev.csv.gz')));
    expect(report).toMatchObject({ rows: malicious.length, unread: 0, accounts: malicious.length });
    let errors = 0;
    let asked = 0;
    for (const address of malicious)
      for (const spelling of spellings(address)) {
        asked += 1;
        if (screening.screen(spelling).verdict !== 'listed') errors += 1;
      }
    let blocked = 0;
    for (const address of benign)
      for (const spelling of spellings(address)) {
        asked += 1;
        if (screening.screen(spelling).verdict !== 'clear') blocked += 1;
      }
    process.stdout.write(
      `T1: ${malicious.length} malicious, ${benign.length} ordinary, ${asked} spellings: ${errors} lookup errors, ${blocked} blocked\n`,
    );
    expect(malicious.length).toBeGreaterThan(10_000);
    expect(benign.length).toBeGreaterThan(11_000);
    expect({ errors, blocked }).toEqual({ errors: 0, blocked: 0 });
  });

  it.each([25, 50, 75, 100])('a list that covers %i %% recalls as much', async (percent) => {
    // Mixed by a fixed walk: the rows stand in order of their digits.
    const covered = malicious.filter((_, index) => ((index * 7_919) % malicious.length) * 100 < percent * malicious.length);
    const screening = fresh();
    await screening.load(source({ chains: [MAINNET] }), file(Buffer.from(covered.join('\n'))));
    const recalled = malicious.filter((address) => screening.screen(address).verdict === 'listed').length;
    process.stdout.write(`T1 at ${percent} %: ${covered.length} of ${malicious.length} listed, ${recalled} recalled\n`);
    expect(recalled).toBe(covered.length);
    expect(covered.length / malicious.length).toBeCloseTo(percent / 100, 2);
  });

  it('a list that names ordinary contracts by mistake is outweighed where another source knows them, and only there', {
    timeout: 60_000,
  }, async () => {
    const screening = fresh();
    const mistaken = [...new Set(column('address-lists', 'forta_scam_detector_fp_list.csv').map((address) => address.toLowerCase()))];
    const known = new Set(benign);
    await screening.load(MALICIOUS, file(raw('address-lists', 'screening_malicious_dev.csv.gz')));
    await screening.load(source({ name: 'by mistake', chains: [MAINNET] }), file(Buffer.from(mistaken.join('\n'))));
    const blocked = (): readonly string[] => mistaken.filter((address) => screening.screen(address).verdict === 'listed');
    const before = blocked();
    // Labels of another source, collected without looking at the mistakes.
    await screening.load(
      source({ name: 'labels', format: 'plain', basis: 'ordinary', trust: 'curated', chains: [MAINNET] }),
      file(Buffer.from(benign.join('\n'))),
    );
    const after = blocked();
    const recalled = malicious.filter((address) => screening.screen(address).verdict === 'listed').length;
    process.stdout.write(
      `of ${mistaken.length} ordinary contracts that one list names by mistake ${before.length} are blocked by it, ${after.length} beside ${benign.length} labels of another source\n`,
    );
    expect(before.length).toBeGreaterThan(1_000);
    expect(after).toEqual(before.filter((address) => !known.has(address)));
    expect(after.length).toBeLessThan(before.length);
    expect(recalled).toBe(malicious.length);
  });

  it('what OFAC lists is listed, whatever else is said of it', async () => {
    const screening = fresh();
    const names = ['ofac_ETH.txt', 'ofac_BSC.txt', 'ofac_ARB.txt'];
    for (const name of names) {
      const bytes = raw('address-lists', name);
      const trusted = source({ name, trust: 'authority', kind: 'sanctioned', chains: [MAINNET] });
      expect((await screening.load(trusted, file(bytes))).unread).toBe(0);
      await screening.load(source({ name: `ordinary ${name}`, basis: 'ordinary', trust: 'curated' }), file(bytes));
    }
    const sanctioned = names.flatMap((name) => raw('address-lists', name).toString().trim().split(/\s+/));
    expect(sanctioned.length).toBeGreaterThan(150);
    for (const address of sanctioned) expect(screening.screen(address).verdict).toBe('listed');
    // The same accounts as the text of the SDN list has them.
    const text = sanctioned
      .map((address, index) => `PERSON ${index}; Digital Currency Address\n- ETH ${address}; (individual).\n`)
      .join('\n');
    const sdn = fresh();
    const report = await sdn.load(source({ name: 'SDN', format: 'ofac', trust: 'authority' }), file(Buffer.from(text)));
    expect(report).toMatchObject({ rows: sanctioned.length, unread: 0 });
    for (const address of sanctioned) expect(sdn.screen(address).verdict).toBe('listed');
  });
});

describe.skipIf(!present)('labelled accounts of TON (T7)', () => {
  it('scammers are found in every spelling, and nobody else', async () => {
    const screening = fresh();
    const bytes = raw('ton-lists', 'ton_labels_dev.csv');
    const only = { column: 'category', values: ['scammer'] };
    const report = await screening.load(source({ name: 'labels', format: 'csv', chains: [TON], only }), file(bytes));
    const rows = bytes.toString().trim().split(/\r?\n/).slice(1);
    const ids = (isBad: boolean) =>
      rows.flatMap((row) => {
        const [address = '', category] = row.split(',');
        return /^[EU]Q[\w-]{46}$/.test(address) && (category === 'scammer') === isBad ? [parseAccount(address, TON)] : [];
      });
    const bad = new Set(ids(true));
    const asked = (id: string) => [
      id,
      id.slice('ton:-239:'.length),
      id.replace('ton', 'tvm'),
      ...(id.includes(':0:') ? tonSpellings(id.slice(-64)) : []),
    ];
    const errors = [...bad].flatMap((id) => asked(id).filter((spelling) => screening.screen(spelling).verdict !== 'listed'));
    const blocked = ids(false).filter((id) => !bad.has(id) && asked(id).some((spelling) => screening.screen(spelling).verdict !== 'clear'));
    process.stdout.write(
      `T7: ${bad.size} scammers, ${rows.length} rows: ${errors.length} lookup errors, ${blocked.length} others blocked\n`,
    );
    expect(report).toMatchObject({ accounts: bad.size, unread: 0 });
    expect(bad.size).toBeGreaterThan(50);
    expect({ errors, blocked }).toEqual({ errors: [], blocked: [] });
  });
});
