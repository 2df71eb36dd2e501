import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { EVM_SCENES } from '../../demo/evm/scenes/index.ts';
import { TON_SCENES } from '../../demo/ton/scenes/index.ts';
import { LAYERS } from '../../src/index.ts';

const SCENES = [...EVM_SCENES, ...TON_SCENES];
const root = fileURLToPath(new URL('../../', import.meta.url));
let printed = '';
let errors = '';
let exitCode: number | null = null;
let seconds = Number.POSITIVE_INFINITY;

beforeAll(async () => {
  const startedMs = performance.now();
  const child = spawn(process.execPath, ['demo/main.ts'], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  // Older runtimes say that their SQLite is experimental; the demo itself says nothing there.
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  exitCode = await new Promise((resolve) => child.once('close', resolve));
  seconds = (performance.now() - startedMs) / 1_000;
}, 120_000);

describe('the demo', () => {
  it('exits with 0 and complains about nothing', () => {
    const complaints = errors.split('\n').filter((line) => line !== '' && !/ExperimentalWarning|--trace-warnings/.test(line));
    expect({ exitCode, complaints }, printed).toEqual({ exitCode: 0, complaints: [] });
  });

  it('takes less than a minute', () => expect(seconds).toBeLessThan(60));

  it('has two acts of thirteen scenes, each told apart by its title', () => {
    expect([EVM_SCENES.length, TON_SCENES.length]).toEqual([13, 13]);
    expect(new Set(SCENES.map(({ title }) => title)).size).toBe(26);
  });

  it('announces each act once, in its order', () => {
    const acts = printed.split('\n').flatMap((line) => /^(EVM|TON)\. /.exec(line)?.[1] ?? []);
    expect(acts).toEqual(['EVM', 'TON']);
  });

  it.each(SCENES.map((scene, index) => [index + 1, scene.title, scene.expected] as const))(
    'scene %i, %s, ends with: %s',
    (number, title, expected) => {
      const row = printed.split('\n').find((line) => line.startsWith(`${String(number).padStart(2)}  ✔`));
      expect(row?.split(/ {2,}/).slice(2, 5)).toEqual([title, expected, expected]);
    },
  );

  it('shows the eight layers, in their order, for each scene that decides', () => {
    const order = printed
      .split('\n')
      .map((line) => /^ {4}([a-z]+(?: limit)?) +[✔✘?·] /.exec(line)?.[1]?.replace(' ', '_'))
      .filter((name) => name !== undefined);
    expect(order).toEqual(Array.from({ length: 11 + 12 }, () => LAYERS).flat());
  });

  it('is plain text where nobody looks', () => expect(printed).not.toContain('\u001b'));
});
