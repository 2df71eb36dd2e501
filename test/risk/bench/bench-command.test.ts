import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { inProcess } from '../../cli/deployment.ts';
import { address } from '../habits/actions.ts';

const folder = mkdtempSync(join(tmpdir(), 'castellan-bench-'));
afterAll(() => rmSync(folder, { recursive: true }));
const ME = address(500);

/** A wallet that was filled up once and pays six friends in turn. */
function write(name: string, count: number): void {
  const rows = Array.from({ length: count }, (_, n) => {
    const isIn = n === 0;
    const [from, to] = isIn ? [address(9), ME] : [ME, address(n % 6)];
    const value = isIn ? '900' : (0.5 + (n % 7) / 10).toFixed(1);
    return `0xh${n},${n},${1_700_000_000 + n * 40_000},x,${from},${to},,${isIn ? value : 0},${isIn ? 0 : value},0,0,0,0,,,Transfer`;
  });
  const head =
    'Transaction Hash,Blockno,UnixTimestamp,DateTime (UTC),From,To,ContractAddress,Value_IN(ETH),Value_OUT(ETH),CurrentValue,TxnFee(ETH),TxnFee(USD),Historical $Price/Eth,Status,ErrCode,Method';
  writeFileSync(join(folder, name), [head, ...rows].join('\n'));
}
write('long.csv', 300);
write('short.csv', 15);
const bench = (...args: readonly string[]) => inProcess(folder, ['bench', ...args]);

describe('castellan bench', () => {
  it('measures an imported wallet and writes the report', async () => {
    const { code, out, err } = await bench('--import', 'long.csv', '--out', 'made/here');
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('1 wallets, ');
    expect(out).toMatch(/^type +recall +false alarms in 1,000 +value lost +delay +latency$/m);
    expect(out).toMatch(/^all +\d+\/\d+ .* us$/m);
    const report = JSON.parse(readFileSync(join(folder, 'made/here/fraud-report.json'), 'utf8'));
    expect(report).toMatchObject({ form: 'castellan-fraud-report/1', source: 'imported: long.csv, seed 1', wallets: 1 });
    expect(report.campaigns).toBeGreaterThan(3);
    expect(readFileSync(join(folder, 'made/here/fraud-report.html'), 'utf8')).toMatch(/^<!doctype html>/);
  });

  it('says the same under --json, and the same again', async () => {
    const first = await bench('--import', 'long.csv', '--json', '--seed', '7');
    expect(first.code).toBe(0);
    expect((await bench('--import', 'long.csv', '--json', '--seed', '7')).out).toBe(first.out);
    const { ok, exitCode, report } = JSON.parse(first.out);
    expect([ok, exitCode]).toEqual([true, 0]);
    const { timelines: _timelines, ...written } = JSON.parse(readFileSync(join(folder, 'fraud-report.json'), 'utf8'));
    expect(report).toEqual(written);
    expect((await bench('--import', 'long.csv', '--json', '--seed', '8')).out).not.toBe(first.out);
  });

  it('ends with 2 where a history is too short to be counted', async () => {
    const { code, out } = await bench('--import', 'short.csv', '--out', 'short', '--json');
    expect(code).toBe(2);
    expect(JSON.parse(out).report).toMatchObject({ counted: 0, campaigns: 0 });
  });

  it('ends with 1 for what is no export, and where something else lies in the way', async () => {
    writeFileSync(join(folder, 'broken.csv'), 'hello');
    const broken = await bench('--import', 'broken.csv', '--out', 'broken');
    expect([broken.code, broken.out, existsSync(join(folder, 'broken'))]).toEqual([1, '', false]);
    expect(broken.err).toMatch(/^CONFIG_INVALID: The export is of no known form/);
    writeFileSync(join(folder, 'fraud-report.html'), 'mine');
    const taken = await bench('--import', 'long.csv');
    expect([taken.code, taken.out]).toEqual([1, '']);
    expect(taken.err).toMatch(/^CONFIG_INVALID: Nothing was written: a file that is no report is there already/);
    expect(readFileSync(join(folder, 'fraud-report.html'), 'utf8')).toBe('mine');
  });

  it.each([
    ['a seed that is none', ['--seed', 'x']],
    ['a seed that is too large', ['--seed', '4294967296']],
    ['a file that is not there', ['--import', 'gone.csv']],
    ['a wallet of nothing', ['--wallet', ME]],
    ['a word too many', ['data']],
    ['an unknown option', ['--data', 'x']],
  ])('ends with 3 for %s', async (_what, args) => {
    const { code, out, err } = await bench(...args);
    expect([code, out]).toEqual([3, '']);
    expect(err).toMatch(/^USAGE: [^\n]+\n$/);
  });

  it('has help with examples, and a line in the help of all', async () => {
    const { code, out } = await bench('--help');
    expect(code).toBe(0);
    expect(out).toMatch(/Examples:\n {2}castellan bench\n/);
    expect((await inProcess(folder, ['--help'])).out).toMatch(/^ {2}bench \[--import <file>\]/m);
  });
});
