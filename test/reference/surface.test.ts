import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readSnippetNames, unusedNames } from './snippet-names.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const FOLDER = process.env['CASTELLAN_REFERENCE'] ?? resolve(HERE, '../../../shared/reference');
/** Its title is how the document is told from its neighbours. */
const isOfSecurityLayer = (text: string): boolean => text.includes('createSecurityManager(') && text.includes('createEmergencyController(');

function documentText(): string | undefined {
  const names = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => name.endsWith('.txt')) : [];
  return names.map((name) => readFileSync(resolve(FOLDER, name), 'utf8')).find(isOfSecurityLayer);
}

/** What the suite runs: its tests, without this one and without lists of names. */
function suiteSource(): string {
  const files = readdirSync(HERE).filter(
    (name) => (name.endsWith('.test.ts') || name === 'full-config.ts') && name !== 'surface.test.ts' && name !== 'methods.test.ts',
  );
  return files.map((name) => readFileSync(resolve(HERE, name), 'utf8')).join('\n');
}

/** Names of the snippets that are nobody’s interface, and why. */
const ALLOWED: Readonly<Record<string, string>> = {
  error: 'console.error prints',
  './keys': 'a folder of the reader’s own: the tests write into one of theirs',
  '@tonaiagent/core/security': 'the name of the package, which is castellan here',
  'EQC...': 'a placeholder of an address',
  'EQC...malicious': 'a placeholder of an address',
  'EQD...': 'a placeholder of an address',
  env: 'process.env: nothing but configFromEnv reads the environment, and it is handed one here',
};

const document = documentText();
if (document === undefined) console.warn(`SKIPPED: no document of the security layer in ${FOLDER}; set CASTELLAN_REFERENCE to its folder.`);

describe.skipIf(document === undefined)('the snippets of the reference', () => {
  const names = readSnippetNames(document ?? '');

  it('are read', () => {
    expect(names.methods.length).toBeGreaterThan(50);
    expect(names.exports.length).toBeGreaterThan(15);
    expect(names.keys.length).toBeGreaterThan(100);
    expect(names.fields.length).toBeGreaterThan(40);
    expect(names.values.length).toBeGreaterThan(60);
    expect(names.variables).toHaveLength(10);
  });

  it('are all exercised here: methods, exports, option keys, fields, values, variables', () => {
    const unused = unusedNames(names, suiteSource());
    const open = Object.fromEntries(
      Object.entries(unused).map(([kind, list]) => [kind, list.filter((name: string) => ALLOWED[name] === undefined)]),
    );
    expect(open).toEqual({ methods: [], exports: [], keys: [], fields: [], values: [], variables: [] });
  });

  it('what is allowed to be missing is missing', () => {
    const unused = new Set(Object.values(unusedNames(names, suiteSource())).flat());
    expect(Object.keys(ALLOWED).filter((name) => !unused.has(name))).toEqual([]);
  });
});

describe('the reader of snippets', () => {
  const snippet = [
    "import { createDoor } from 'somewhere';",
    'const door = createDoor({',
    "lock: { kind: 'bolt' }, // never: mentioned",
    'keys: 2,',
    '});',
    "console.log('printed', door.lock.state, `${door.width} wide`);",
    'await door.open(key);',
    '| `close()` | Closes |',
    '| double_lock | Twice |',
    'DOOR_KEY=abc',
  ].join('\n');

  it('names what is written, and nothing that is only said', () => {
    expect(readSnippetNames(snippet)).toEqual({
      methods: ['close', 'log', 'open'],
      exports: ['createDoor'],
      keys: ['double_lock', 'keys', 'kind', 'lock'],
      fields: ['lock', 'state', 'width'],
      values: ['bolt'],
      variables: ['DOOR_KEY'],
    });
  });

  it('misses what code only mentions', () => {
    const unused = unusedNames(
      readSnippetNames(snippet),
      "// door.open()\ncreateDoor({ lock: { kind: 'latch' } })" + ".log(door.lock.state, door.width); const said = ['close'];",
    );
    expect(unused).toEqual({
      methods: ['close', 'open'],
      exports: [],
      keys: ['double_lock', 'keys'],
      fields: [],
      values: ['bolt'],
      variables: ['DOOR_KEY'],
    });
  });
});
