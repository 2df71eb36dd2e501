import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { documents, readDocument, root } from './snippets.ts';

const rooms = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('README.md'))
  .map((name) => `src/${name}`);
const examples = readdirSync(`${root}examples`).map((name) => `examples/${name}/README.md`);
const records = readdirSync(`${root}docs/adr`).map((name) => `docs/adr/${name}`);

/** Files that a document names: link targets below the root, and paths in backticks. */
function namedFiles(path: string, text: string): readonly string[] {
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map(([, target = '']) =>
    normalize(join(dirname(path), target)),
  );
  const quoted = [...text.matchAll(/`((?:src|test|scripts|bench|demo|docs)\/[\w./-]+)`/g)].map(([, target = '']) => target);
  return [...links, ...quoted];
}

describe('what the documents name', () => {
  it.each([...documents(), ...rooms, ...examples, ...records, 'CHANGELOG.md'])('%s names files that exist', (path) => {
    expect(namedFiles(path, readDocument(path)).filter((file) => !existsSync(root + file))).toEqual([]);
  });
  it('each room on the way in has a page', () => {
    expect(rooms.length).toBeGreaterThan(8);
    for (const room of [
      'core',
      'authz',
      'manager',
      'custody',
      'approvals',
      'audit',
      'emergency',
      'risk',
      'adapters/evm',
      'adapters/ton',
      'adapters/store',
    ]) {
      expect(rooms).toContain(`src/${room}/README.md`);
    }
  });
  it('the security model shows each threat by a test', () => {
    const rows = readDocument('docs/security-model.md')
      .split('## Threats')[1]
      ?.split('## Honest limits')[0]
      ?.split('\n')
      .filter((line) => /^\| (?!threat|---)/.test(line));
    expect(rows?.length).toBeGreaterThan(15);
    expect(rows?.filter((row) => !/`test\/[\w./-]+\.test\.ts`/.test(row))).toEqual([]);
  });
  it('links and quoted paths are both found', () => {
    expect(namedFiles('docs/a.md', '[x](b.md#part), [y](https://z.example/q), `test/c.test.ts`, `npm test`')).toEqual([
      'docs/b.md',
      'test/c.test.ts',
    ]);
  });
});
