import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkDoors, checkGlobals } from '../scripts/tidy/doors.ts';
import { checkExercised, valueExports } from '../scripts/tidy/exports.ts';
import { checkCircles, checkFloors } from '../scripts/tidy/floors.ts';
import { importsOf, readSource, type Source } from '../scripts/tidy/source.ts';
import { type ChainWordExemption, checkChainWords, checkFiles, checkHonesty } from '../scripts/tidy/words.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Files that may name a chain in a chain-neutral room; each needs its reason. */
const CHAIN_WORDS_ALLOWED: readonly ChainWordExemption[] = [
  { path: 'src/custody/keys/bip44-path.ts', why: 'names the SLIP-44 coin types that a path may have' },
  { path: 'src/custody/keys/phrase-key.ts', why: 'names the one kind of phrase that is a key, and its published salts' },
  { path: 'src/risk/model/habit-model-data.ts', why: 'what looks like a word is a few of the letters that trees are packed in' },
  { path: 'src/risk/screening/spelling.ts', why: 'reads addresses out of lists that name no chain' },
  { path: 'src/risk/screening/ordinary-contracts.ts', why: 'data: accounts that lists must not hit' },
];

function read(folder: string): readonly Source[] {
  if (!existsSync(root + folder)) return [];
  const names = readdirSync(root + folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.includes('node_modules'),
  );
  return names.sort().map((name) => readSource(`${folder}/${name}`, readFileSync(`${root}${folder}/${name}`, 'utf8')));
}

const house = read('src');
const tests = read('test');
const beside = [...tests, ...read('scripts'), ...read('demo'), ...read('bench')];
const entries = [
  'src/index.ts',
  'src/adapters/evm/index.ts',
  'src/adapters/store/memory/index.ts',
  'src/adapters/store/sqlite/index.ts',
  'src/adapters/store/postgres/index.ts',
  'src/adapters/store/redis/index.ts',
  'src/adapters/ton/index.ts',
  'src/integrations/wallets/index.ts',
  'src/integrations/wallets/ton/index.ts',
  'src/testing/index.ts',
];

describe('the house', () => {
  it('is there to be read', () => expect(house.length).toBeGreaterThan(15));
  it('is walked downwards, never sideways, and entered by the front doors', () => expect(checkFloors(house)).toEqual([]));
  it('has no circles', () => expect(checkCircles(house)).toEqual([]));
  it('has one door per library', () => expect(checkDoors(house)).toEqual([]));
  it('keeps clock, dice, timers, console, network and environment behind their doors', () => expect(checkGlobals(house)).toEqual([]));
  it('has short files with telling names', () => expect(checkFiles([...house, ...beside])).toEqual([]));
  it('neither silences nor blinds the type checker', () => expect(checkHonesty(house)).toEqual([]));
  it('names no chain where chains must not matter', () => expect(checkChainWords(house, CHAIN_WORDS_ALLOWED)).toEqual([]));
  it('has no exemption that nothing needs', () => {
    const idle = CHAIN_WORDS_ALLOWED.filter(
      ({ path }) =>
        checkChainWords(
          house.filter((source) => source.path === path),
          [],
        ).length === 0,
    );
    expect(idle).toEqual([]);
  });
  it('exports no value that no test names', () => {
    expect(checkExercised(entries, new Map(house.map((source) => [source.path, source])), tests)).toEqual([]);
  });
});

const one = (path: string, text: string): readonly Source[] => [readSource(path, text)];
/** The finding's text without the path, or `clean`. */
const said = (findings: readonly string[]): string => findings.map((finding) => finding.replace(/^\S+: /, '')).join('; ') || 'clean';

describe('the reader of sources', () => {
  const specifiers = (text: string) => importsOf(readSource('src/core/a.ts', text)).map(({ specifier }) => specifier);

  it.each([
    ["import a from './a.ts';", ['./a.ts']],
    ["import {\n  a,\n  type B,\n} from './a.ts';", ['./a.ts']],
    ["import a, * as b from './a.ts'", ['./a.ts']],
    ["import './a.ts';", ['./a.ts']],
    ["import'./a.ts'", ['./a.ts']],
    ['export * from \'./a.ts\';\nexport * as b from "./b.ts";', ['./a.ts', './b.ts']],
    ["export {\n  a,\n  b as c\n} from './a.ts';", ['./a.ts']],
    ["export type { A } from './a.ts';", ['./a.ts']],
    ["const a = await import('./a.ts');", ['./a.ts']],
    ["const a = await import(\n  './a.ts'\n);", ['./a.ts']],
    ["type A = import('./a.ts').A;", ['./a.ts']],
    ['const a = import(`./a.ts`);', ['./a.ts']],
    ['const a = import(`./${name}.ts`);', [null]],
    ['const a = import(name);', [null]],
    ["const a = require('./a.ts');", ['./a.ts']],
    ['interface A { require(action: string): void }', []],
    ["// import a from './a.ts';\n/* export * from './b.ts'; */", []],
    ['const a = "import b from \'./b.ts\'";', []],
    ["const a = `${`import './b.ts'`} } ${{ b: 1 }.b} import './c.ts'`; import './d.ts';", ['./d.ts']],
    ["const a = /['\"`]/; import './a.ts'; // '", ['./a.ts']],
    ["const a = b / c; import './a.ts'; const d = e / f;", ['./a.ts']],
    ["const a = 'it\\'s'; import './a.ts';", ['./a.ts']],
    ["export const from = 'a'; export function b() {} const c = 'd';", []],
  ])('%s', (text, expected) => expect(specifiers(text)).toEqual(expected));

  it('tells imports that only name types', () => {
    const typeOnly = (text: string) => importsOf(readSource('src/core/a.ts', text)).map((found) => found.typeOnly);
    expect(
      typeOnly("import type { A } from 'a'; import { type B, type C } from 'b'; import { type D, e } from 'c'; import f from 'd';"),
    ).toEqual([true, true, false, false]);
  });
});

describe('each rule finds what it is for', () => {
  it.each([
    ['src/core/a.ts', '../risk/index.ts', 'goes up from floor 0 to 1'],
    ['src/risk/a.ts', '../custody/index.ts', 'goes sideways from risk to custody'],
    ['src/adapters/evm/a.ts', '../host/index.ts', 'goes sideways from adapters/evm to adapters/host'],
    ['src/adapters/store/sqlite/a.ts', '../memory/index.ts', 'goes sideways from adapters/store/sqlite to adapters/store/memory'],
    ['src/adapters/evm/a.ts', '../store/kernel/index.ts', 'goes sideways from adapters/evm to adapters/store/kernel'],
    ['src/authz/a.ts', '../manager/index.ts', 'goes up from floor 2 to 3'],
    ['src/manager/a.ts', '../index.ts', 'goes sideways from manager to index'],
    ['src/manager/a.ts', '../testing/index.ts', 'goes up from floor 3 to 4'],
    ['src/authz/a.ts', '../risk/engine.ts', 'enters risk past its index.ts'],
    ['src/authz/a.ts', '../elsewhere/index.ts', 'leads to no known room'],
    ['src/authz/a.ts', '../../test/a.ts', 'leaves src'],
    ['src/authz/a.ts', './b.js', 'does not end in .ts'],
    ['src/authz/a.ts', './policy/b.ts', 'clean'],
    ['src/authz/a.ts', '../core/ids.ts', 'clean'],
    ['src/adapters/store/sqlite/a.ts', '../kernel/rows.ts', 'clean'],
    ['src/manager/a.ts', '../adapters/store/sqlite/rows.ts', 'enters adapters/store/sqlite past its index.ts'],
    ['src/index.ts', './manager/index.ts', 'clean'],
    ['src/integrations/cli/a.ts', '../../index.ts', 'clean'],
  ])('floors: %s importing %s', (path, target, expected) =>
    expect(said(checkFloors(one(path, `import { a } from '${target}';`)))).toContain(expected),
  );

  it('floors: a room that the plan does not know', () => expect(said(checkFloors(one('src/shed/a.ts', '')))).toContain('no room'));

  it('circles: through three files, by types and dynamic imports too', () => {
    const ring = [
      readSource('src/core/a.ts', "import type { B } from './b.ts';"),
      readSource('src/core/b.ts', "export * from './c.ts';"),
      readSource('src/core/c.ts', "const a = await import('./a.ts');"),
    ];
    expect(checkCircles(ring)).toEqual(['circle: src/core/a.ts → src/core/b.ts → src/core/c.ts → src/core/a.ts']);
    expect(checkCircles(ring.slice(0, 2))).toEqual([]);
  });

  it.each([
    ['src/manager/a.ts', 'viem', 'not imported through its door'],
    ['src/authz/a.ts', 'viem/utils', 'not imported through its door'],
    ['src/audit/a.ts', 'node:crypto', 'not imported through its door'],
    ['src/adapters/host/files.ts', 'node:crypto', 'not imported through its door'],
    ['src/adapters/host/random.ts', 'node:crypto', 'clean'],
    ['src/custody/a.ts', '@noble/hashes/sha3.js', 'not imported through its door'],
    ['src/audit/a.ts', '@noble/curves/ed25519.js', 'not imported through its door'],
    ['src/risk/a.ts', 'simple-statistics', 'not imported through its door'],
    ['src/adapters/store/memory/a.ts', 'node:sqlite', 'not imported through its door'],
    ['src/manager/a.ts', 'rxjs', 'not imported through its door'],
    ['src/audit/a.ts', 'zod', 'not imported through its door'],
    ['src/audit/a.ts', 'node:fs/promises', 'not imported through its door'],
    ['src/adapters/store/sqlite/tables.ts', 'node:fs', 'not imported through its door'],
    ['src/adapters/store/sqlite/connection.ts', 'node:fs', 'clean'],
    ['src/adapters/notify/post.ts', 'node:https', 'clean'],
    ['src/adapters/notify/webhook.ts', 'node:https', 'not imported through its door'],
    ['src/adapters/notify/post.ts', 'node:net', 'not imported through its door'],
    ['src/adapters/notify/resolve.ts', 'node:dns/promises', 'clean'],
    ['src/adapters/notify/email.ts', 'nodemailer', 'not imported through its door'],
    ['src/audit/a.ts', 'lodash', 'has no door'],
    ['src/adapters/evm/a.ts', 'viem', 'clean'],
    ['src/custody/a.ts', '@scure/bip32', 'clean'],
    ['src/core/digest.ts', '@noble/hashes/sha3.js', 'clean'],
    ['src/adapters/host/a.ts', 'node:fs', 'clean'],
  ])('doors: %s importing %s', (path, library, expected) =>
    expect(said(checkDoors(one(path, `import { a } from '${library}';`)))).toContain(expected),
  );

  it('doors: a computed name, and a type of rxjs', () => {
    expect(said(checkDoors(one('src/audit/a.ts', 'await import(name);')))).toContain('computed name');
    expect(said(checkDoors(one('src/manager/a.ts', "import type { Observable } from 'rxjs';")))).toBe('clean');
  });

  it.each([
    'Date.now()',
    'new Date()',
    'new Date',
    'Date()',
    'const { now } = Date;',
    'performance.now()',
    'process.hrtime.bigint()',
    'Math.random()',
    'const { random } = Math;',
    'roll(Math)',
    'crypto.randomUUID()',
    'setTimeout(f, 1)',
    'const later = setInterval;',
    'setImmediate(f)',
    'AbortSignal.timeout(5)',
    'process.env.HOME',
    "process['env']",
    'const { env } = process;',
    'console.log(1)',
    "fetch('a')",
    'const get = fetch;',
    'new WebSocket(url)',
    'globalThis.fetch',
    "eval('1')",
    'new Function(body)',
    '`${Date.now()}`',
  ])('globals: %s', (code) => expect(checkGlobals(one('src/audit/a.ts', code))).not.toEqual([]));

  it.each([
    'new Date(atMs)',
    '// Date.now()',
    "'console.log'",
    'clock.setTimeout(f)',
    'const o = { fetch: get };',
    'Math.max(1, 2)',
    'net.fetch(url)',
    'const at: Date = new Date(ms);',
    '/* setTimeout */',
    'x instanceof Date',
  ])('globals: %s is clean', (code) => expect(checkGlobals(one('src/audit/a.ts', code))).toEqual([]));

  it('globals: open where the door is', () =>
    expect(checkGlobals(one('src/adapters/host/clock.ts', 'Date.now(); setTimeout(f, 1);'))).toEqual([]));

  it.each([
    ['src/core/eventBus.ts', '', 'kebab-case'],
    ['src/core/Event.ts', '', 'kebab-case'],
    ['src/core/utils.ts', '', 'says nothing'],
    ['src/helpers/a.ts', '', 'says nothing'],
    ['src/core/types.ts', '', 'says nothing'],
    ['src/core/a.ts', '\n'.repeat(301), 'has 301 lines'],
    ['src/core/a.ts', 'a\n'.repeat(300), 'clean'],
    ['src/core/event-bus.ts', '', 'clean'],
  ])('files: %s', (path, text, expected) => expect(said(checkFiles(one(path, text)))).toContain(expected));

  it.each([
    'const a: any = 1;',
    'const a = b as any;',
    'const a: any[] = [];',
    'const a: Record<string, any> = {};',
    'type A = string | any;',
    '// @ts-ignore',
    '// @ts-expect-error',
    '// @ts-nocheck',
    '// TODO later',
    '// good enough for now',
  ])('honesty: %s', (text) => expect(checkHonesty(one('src/core/a.ts', text))).not.toEqual([]));

  it.each(["const a = 'x: any';", '// as any other', 'Promise.any([])', 'const any = 1;', 'const a = { any: 1 };'])(
    'honesty: %s is clean',
    (text) => expect(checkHonesty(one('src/core/a.ts', text))).toEqual([]),
  );

  it('chain words: in code and strings, not in comments or numbers, and not where exempt', () => {
    const bad = "if (chain.startsWith('evm')) deny();\nconst prefix = '0x';\nconst ton = 1;";
    expect(checkChainWords(one('src/authz/a.ts', bad), [])).toHaveLength(3);
    expect(checkChainWords(one('src/custody/models/a.ts', "import { a } from 'viem';"), [])).toHaveLength(1);
    expect(checkChainWords(one('src/adapters/evm/a.ts', bad), [])).toEqual([]);
    expect(checkChainWords(one('src/authz/a.ts', '// evm, ton\nconst mask = 0xff & 0x1fn; const button = 1;'), [])).toEqual([]);
    expect(checkChainWords(one('src/authz/a.ts', bad), [{ path: 'src/authz/a.ts', why: 'a self-test' }])).toEqual([]);
  });

  it('exports: values by every way out, types left out, names in comments and strings not counted', () => {
    const tree = new Map(
      [
        [
          'src/index.ts',
          "export * from './a.ts';\nexport { b as c, type D, E } from './b.ts';\nexport const f = 1;\nexport type { G } from './b.ts';",
        ],
        ['src/a.ts', 'export function a() {}\nexport interface A {}\nexport async function later() {}'],
        ['src/b.ts', 'const b = 1;\nexport { b };\nexport type D = 1;\nexport interface E {}\nexport class G {}'],
      ].map(([path = '', text = '']) => [path, readSource(path, text)] as const),
    );
    expect([...valueExports('src/index.ts', tree)].sort()).toEqual(['a', 'c', 'f', 'later']);
    expect(checkExercised(['src/index.ts'], tree, one('test/a.test.ts', "a(); c; // f\n'later';"))).toEqual([
      'src/index.ts: no test names f',
      'src/index.ts: no test names later',
    ]);
  });
});
