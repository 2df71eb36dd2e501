import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { copyExamples, createReaderProject, sourceExports } from './reader-project.ts';
import { blocksOf, documents, readDocument, root, snippetsOf, toPattern } from './snippets.ts';

const run = promisify(execFile);
const blocks = documents().flatMap((path) => blocksOf(path, readDocument(path)));
const snippets = snippetsOf(blocks.filter(({ marker }) => marker !== null));
const LOCAL_CHAIN = 'http://127.0.0.1:8545';

let project: string;
let anvil: Anvil;
beforeAll(async () => {
  project = createReaderProject();
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
  rmSync(project, { recursive: true });
});

describe('the documents', () => {
  it('README has at most 200 lines', () => {
    expect(readDocument('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(200);
  });
  it.each(['quick-start', 'ton-quick-start'])('the program %s has at most twenty lines of code', (wanted) => {
    const quickStart = snippets.find(({ name }) => name === wanted);
    expect(quickStart?.program.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(20);
  });
  it('hold no program that is not run', () => {
    expect(blocks.filter(({ marker }) => marker === null).map(({ where }) => where)).toEqual([]);
  });
  it('name each program once', () => {
    const names = blocks.flatMap(({ marker }) => /snippet: ([a-z0-9-]+)/.exec(marker ?? '')?.[1] ?? []);
    expect(new Set(names).size).toBe(names.length);
  });
  it('use every entry of the package by its name, but the memory store, the stores that need a server, and the kits for tests and adapters', () => {
    const used = snippets.map(({ program }) => program).join('\n');
    for (const specifier of Object.keys(sourceExports())) {
      if (['./store/memory', './store/postgres', './store/redis', './testing', './adapter'].includes(specifier)) continue;
      expect(used).toContain(`'castellan${specifier.slice(1)}'`);
    }
  });
});

describe('the programs in the documents', () => {
  it('pass the type checker', async () => {
    for (const { name, program } of snippets) writeFileSync(join(project, `${name}.ts`), program);
    const checked = await run(`${root}node_modules/.bin/tsc`, ['-p', project], { cwd: project }).catch((error: unknown) => error);
    expect((checked as { readonly stdout: string }).stdout).toBe('');
  });

  it.concurrent.each(snippets)(
    '$where $name does what the text says',
    async ({ name, program, prints }) => {
      expect(prints, 'a ```text block after the program says what it prints').not.toBeNull();
      const folder = join(project, `run-${name}`);
      mkdirSync(folder);
      copyExamples(folder);
      writeFileSync(join(folder, 'program.ts'), program.replaceAll(LOCAL_CHAIN, anvil.rpcUrl));
      const ended = await run(process.execPath, ['--disable-warning=ExperimentalWarning', 'program.ts'], { cwd: folder, timeout: 60_000 });
      expect(ended.stdout).toMatch(toPattern(prints ?? []));
      expect(ended.stderr).toBe('');
    },
    70_000,
  );
});

describe('the reader of documents', () => {
  it('finds programs with and without a marker, and what is promised', () => {
    const text = '<!-- snippet: a -->\n\n```ts\none;\nlast;\n```\n\n```text\nsays 0x…\n```\n\nWords.\n\n```typescript\ntwo;\n```\n';
    expect(blocksOf('x.md', text)).toEqual([
      { where: 'x.md:3', marker: '<!-- snippet: a -->', code: 'one;\nlast;', prints: ['says 0x…'] },
      { where: 'x.md:14', marker: null, code: 'two;', prints: null },
    ]);
  });
  it('puts programs before the last line of another', () => {
    const block = (marker: string, code: string, line: string | null) => ({
      where: 'x.md:1',
      marker: `<!-- snippet: ${marker} -->`,
      code,
      prints: line === null ? null : [line],
    });
    const outer = block('a', 'one;\nlast;', 'x');
    expect(snippetsOf([outer, block('b, in a', 'two;', 'y'), block('c, in a', 'three;', 'z')])).toMatchObject([
      { name: 'a', program: 'one;\nlast;', prints: ['x'] },
      { name: 'a-b-c', program: 'one;\ntwo;\nthree;\nlast;', prints: ['x', 'y', 'z'] },
    ]);
    expect(snippetsOf([outer, block('b, in a', 'two;', null)])[1]?.prints).toBeNull();
    expect(() => snippetsOf([block('b, in a', 'two;', 'y')])).toThrow('no snippet a');
  });
  it('takes no other text for the promised one', () => {
    const pattern = toPattern(['success 0x…', 'a.b']);
    expect(pattern.test('success 0x12\na.b\n')).toBe(true);
    for (const wrong of ['success 0x\na.b\n', 'success 0x12\naxb\n', 'success 0x12\na.b\nmore\n', '!success 0x12\na.b\n', '']) {
      expect(pattern.test(wrong), wrong).toBe(false);
    }
  });
});
