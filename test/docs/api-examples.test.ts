import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entryPoints } from '../../scripts/api/entry-points.ts';
import { examplesOf, publicValues } from '../../scripts/api/public-values.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import type { ExampleRun } from './example-runner.ts';
import { createReaderProject } from './reader-project.ts';
import { root, toPattern } from './snippets.ts';

const run = promisify(execFile);
const LOCAL_CHAIN = 'http://127.0.0.1:8545';

const values = publicValues(entryPoints());
const examples = values.flatMap(({ specifier, name, where, comment }) =>
  examplesOf(comment).map((program, index) => ({
    name: `${specifier} ${name}`,
    where,
    program,
    file: `${specifier.replaceAll('/', '-')}.${name}.${index}.ts`,
  })),
);

/** What an example says that it prints: the comment behind each `console.log(…);`. */
const promised = (program: string): readonly string[] =>
  program.split('\n').flatMap((line) => {
    const [, text] = /console\.log\(.*\); \/\/ (.*)$/.exec(line) ?? /console\.log\(.*\)\); \/\/ (.*)$/.exec(line) ?? [];
    return text === undefined ? [] : [text];
  });

let anvil: Anvil;
let project: string;
let checked = '';
const runs = new Map<string, ExampleRun>();

beforeAll(async () => {
  anvil = await startAnvil();
  project = createReaderProject();
  const files = examples.map(({ file, program }) => {
    const path = join(project, file);
    writeFileSync(path, `${program}\nexport {};\n`);
    return path;
  });
  checked = await run(`${root}node_modules/.bin/tsc`, ['-p', project], { cwd: project }).then(
    () => '',
    (error: { readonly stdout?: string }) => error.stdout ?? String(error),
  );
  for (const [index, { program }] of examples.entries()) writeFileSync(files[index] ?? '', program.replaceAll(LOCAL_CHAIN, anvil.rpcUrl));
  const ended = await run(process.execPath, ['--disable-warning=ExperimentalWarning', `${root}test/docs/example-runner.ts`, ...files], {
    cwd: project,
    timeout: 55_000,
  });
  for (const line of ended.stdout.trim().split('\n')) {
    const found = JSON.parse(line) as ExampleRun;
    runs.set(basename(found.file), found);
  }
}, 120_000);
afterAll(async () => {
  await anvil?.stop();
  if (project !== undefined) rmSync(project, { recursive: true });
});

describe('the examples of the API', () => {
  it('stand with every function, class and constant that is exported', () => {
    expect(values.length).toBeGreaterThan(50);
    expect(values.filter(({ comment }) => examplesOf(comment).length === 0).map(({ where, name }) => `${where} ${name}`)).toEqual([]);
  });
  it('pass the type checker', () => expect(checked).toBe(''));
  it.each(examples)('$name', ({ file, program }) => {
    const lines = promised(program);
    expect(lines.length, 'an example prints something, and says what').toBeGreaterThan(0);
    const result = runs.get(file);
    expect(result?.error).toBeNull();
    expect(`${result?.printed.join('\n')}\n`).toMatch(toPattern(lines));
  });
});

describe('the reader of examples', () => {
  it('takes fenced programs of a comment, and nothing else', () => {
    const comment = 'Says.\n@throws X\n@example\n```ts\none;\ntwo;\n```\n@example\n```ts\nthree;\n```\n```ts\nfour;\n```';
    expect(examplesOf(comment)).toEqual(['one;\ntwo;', 'three;']);
    expect(examplesOf('No example.')).toEqual([]);
  });
  it('knows what a line promises', () => {
    expect(promised('console.log(f(1)); // a b\nconsole.log(2);\n// console.log\nconst a = 1; // 5')).toEqual(['a b']);
  });
});
