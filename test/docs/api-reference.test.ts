import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { entryPoints } from '../../scripts/api/entry-points.ts';
import { publicValues } from '../../scripts/api/public-values.ts';
import { GENERATOR, REFERENCE_FOLDER, renderApiReference } from '../../scripts/api/typedoc-run.ts';
import { readDocument, root } from './snippets.ts';

/** Pages below a folder with their text, by their path. */
function pagesOf(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
  return new Map(names.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** Targets of relative links, without the part behind `#`. */
const linkedFiles = (path: string, text: string): readonly string[] =>
  [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => normalize(join(dirname(path), target)));

const values = publicValues(entryPoints());
/** How a page spells the heading of a value. */
const headingOf = ({ name, kind }: (typeof values)[number]): string =>
  `### ${name.replaceAll('_', '\\_')}${kind === 'function' ? '()' : ''}\n`;

/** How a page spells that another page has the value. */
const referenceOf = ({ name }: (typeof values)[number]): string => `### ${name.replaceAll('_', '\\_')}\n\nRe-exports [`;

const committed = pagesOf(root + REFERENCE_FOLDER);
const isInstalled = existsSync(root + GENERATOR);

describe('the API reference', () => {
  it.each(entryPoints())('$specifier has a page that names each of its functions, classes and constants', (entry) => {
    const page = readDocument(`${REFERENCE_FOLDER}/${entry.specifier}.md`);
    const own = values.filter(({ specifier }) => specifier === entry.specifier);
    expect(own.length).toBeGreaterThan(0);
    const missing = own.filter((value) => !page.includes(headingOf(value)) && !page.includes(referenceOf(value)));
    expect(missing.map(({ name }) => name)).toEqual([]);
  });
  it('links to nothing that is not there', () => {
    const broken = [...committed].flatMap(([path, text]) => linkedFiles(path, text).filter((target) => !committed.has(target)));
    expect(broken).toEqual([]);
  });
  it.skipIf(!isInstalled)(
    'is what the types say; npm run docs:api makes it anew. NOT CHECKED where scripts/api/typedoc is not installed',
    () => {
      const out = mkdtempSync(join(tmpdir(), 'castellan-reference-'));
      try {
        renderApiReference(out);
        expect(pagesOf(out)).toEqual(committed);
      } finally {
        rmSync(out, { recursive: true });
      }
    },
    120_000,
  );
});
