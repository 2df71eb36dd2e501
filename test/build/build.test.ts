import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bundledIn, NOTICES, writeNotices } from '../../scripts/build/notices.ts';
import { straightImports } from '../../scripts/build/straight-imports.ts';

const folder = mkdtempSync(join(tmpdir(), 'castellan-build-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
function write(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}
type Load = (file: { readonly path: string }) => { readonly contents: string } | undefined;
function loaderOf(src: string): Load {
  let load: Load | undefined;
  straightImports(src).setup({
    onLoad: (_options, given) => {
      load = given;
    },
  });
  if (load === undefined) throw new Error('nothing was set up');
  return load;
}
const at = (name: string): string => JSON.stringify(join(folder, name));

describe('imports of the bundle', () => {
  write(
    'src/room/index.ts',
    "export { type A, b, c as shown } from './made.ts';\nexport * from './inner/index.ts';\nexport type { D } from './types.ts';\n",
  );
  write('src/room/inner/index.ts', "export { deep } from './deep.ts';\n");
  const load = loaderOf(join(folder, 'src'));
  const read = (text: string): string | undefined => load({ path: write('src/user/file.ts', text) })?.contents;

  it('go to the file behind a door, by the name it has there', () => {
    expect(read("import { type A, b, shown as mine } from '../room/index.ts';\nb(mine);\n")).toBe(
      `import { b as b } from ${at('src/room/made.ts')}; import { c as mine } from ${at('src/room/made.ts')};\nb(mine);\n`,
    );
    expect(read("export { deep } from '../room/index.ts';")).toBe(`export { deep as deep } from ${at('src/room/inner/deep.ts')};`);
  });

  it('keep the lines where they are, and load nothing for types', () => {
    const text = "import {\n  type A,\n  b,\n} from '../room/index.ts';\nthrow new Error('line 5');\n";
    expect(read(text)?.split('\n').indexOf("throw new Error('line 5');")).toBe(4);
    expect(read("import { type A, type D } from '../room/index.ts';\n")).toBe('\n');
  });

  it('leave the rest alone: other files, what a door makes itself, and folders of others', () => {
    const plain = "import { a } from './a.ts';\nimport type { D } from '../room/index.ts';\nimport * as all from '../room/index.ts';\n";
    expect(read(plain)).toBe(plain);
    expect(read("import { own } from '../room/index.ts';")).toBe(`import { own as own } from ${at('src/room/index.ts')};`);
    expect(load({ path: write('elsewhere/a.ts', plain) })).toBeUndefined();
  });

  it('take of zod what is used', () => {
    expect(read("import { z } from 'zod';\n")).toBe("import * as z from 'zod';\n");
  });
});

describe('notices of bundled code', () => {
  const map = (name: string, sources: readonly string[]) => write(name, JSON.stringify({ version: 3, sources }));
  map('dist/a.js.map', ['../src/index.ts', '../node_modules/alpha/lib/x.js']);
  map('dist/deep/b.js.map', ['../../node_modules/@scope/beta/y.js', '../../node_modules/alpha/z.js']);
  const library = (name: string, licence: string | undefined) => {
    write(`node_modules/${name}/package.json`, JSON.stringify({ version: '1.2.3', license: 'MIT' }));
    if (licence !== undefined) write(`node_modules/${name}/${licence}`, `Terms of ${name}\n`);
  };

  it('name each library of which there is a line, and its terms', () => {
    library('alpha', 'LICENSE');
    library('@scope/beta', 'license.md');
    expect(bundledIn(join(folder, 'dist'))).toEqual(['@scope/beta', 'alpha']);
    writeNotices(join(folder, 'dist'), join(folder, 'node_modules'));
    const text = readFileSync(join(folder, 'dist', NOTICES), 'utf8');
    for (const name of ['@scope/beta', 'alpha']) expect(text).toContain(`${name} 1.2.3 (MIT)\n\nTerms of ${name}\n`);
  });

  it('refuse a library that has no terms to pass on', () => {
    map('bare/c.js.map', ['../node_modules/gamma/x.js']);
    library('gamma', undefined);
    expect(() => writeNotices(join(folder, 'bare'), join(folder, 'node_modules'))).toThrow(/gamma/);
  });
});
