import { execFile } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { createReaderProject } from './reader-project.ts';
import { readDocument, root } from './snippets.ts';

const run = promisify(execFile);

/** The `npx castellan` lines of a document's shell blocks, each as its arguments. */
function commandLines(text: string): readonly (readonly string[])[] {
  return [...text.matchAll(/^npx castellan (.*)$/gm)].map(([, line = '']) =>
    [...line.replace(/\s+#.*$/, '').matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? ''),
  );
}

let anvil: Anvil;
let project: string;
beforeAll(async () => {
  anvil = await startAnvil();
  project = join(createReaderProject(), 'deployment');
  mkdirSync(project);
});
afterAll(async () => {
  await anvil.stop();
  rmSync(join(project, '..'), { recursive: true });
});

describe('the command lines in README', () => {
  it('work one after another, as they stand', async () => {
    const lines = commandLines(readDocument('README.md'));
    expect(lines.map(([name]) => name)).toEqual(['init', 'kill', 'resume', 'audit']);
    let secret = '';
    const said: string[] = [];
    for (const args of lines) {
      const env = { PATH: process.env['PATH'] ?? '', RPC_URL: anvil.rpcUrl, KEY_ENCRYPTION_KEY: secret };
      const { stdout } = await run(process.execPath, [`${root}src/integrations/cli/main.ts`, ...args], { cwd: project, env });
      secret ||= /\b[0-9a-f]{64}\b/.exec(stdout)?.[0] ?? '';
      said.push(stdout);
    }
    expect(said[2]).toContain('The kill switch is lifted.');
    expect(said[3]).toContain('The log is intact.');
  });

  it('are read as a shell reads them', () => {
    expect(commandLines('npx castellan kill --reason "a b"   # why\nnpm test\n')).toEqual([['kill', '--reason', 'a b']]);
  });
});
