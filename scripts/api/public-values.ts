import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readSource, resolveImport, type Source } from '../tidy/source.ts';
import { type EntryPoint, root } from './entry-points.ts';

/** A function, class or constant that an entry point exports, with the comment above it. */
export interface PublicValue {
  readonly specifier: string;
  readonly name: string;
  readonly kind: 'function' | 'class' | 'const';
  /** `src/core/money.ts:41`. */
  readonly where: string;
  /** The text of its comment, without stars; empty where it has none. */
  readonly comment: string;
}

const LISTED = /(?<![\w$.])export\s*\{([^}]*)\}\s*from\s*'([^']*)'/g;
const STARRED = /(?<![\w$.])export\s*\*\s*from\s*'([^']*)'/g;
const DECLARED = /(?<![\w$.])export\s+(?:abstract\s+)?(?:async\s+)?(function|class|const)\*?\s+([\w$]+)/g;
const COMMENT = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*$/;

/** All values of the entry points, each where it is declared; types are left out. */
export function publicValues(entries: readonly EntryPoint[]): readonly PublicValue[] {
  const sources = readSources();
  return entries.flatMap(({ specifier, source }) =>
    [...valuesOf(source, sources)].map(([name, value]): PublicValue => ({ specifier, name, ...value })),
  );
}

function readSources(): ReadonlyMap<string, Source> {
  if (!existsSync(`${root}src`)) throw new Error('there are no sources');
  const names = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return new Map(names.map((name) => [`src/${name}`, readSource(`src/${name}`, readFileSync(`${root}src/${name}`, 'utf8'))]));
}

type Value = Omit<PublicValue, 'specifier' | 'name'>;

function valuesOf(path: string, sources: ReadonlyMap<string, Source>): ReadonlyMap<string, Value> {
  const found = new Map<string, Value>();
  const source = sources.get(path);
  if (source === undefined) return found;
  for (const match of source.code.matchAll(DECLARED)) {
    const [, kind, name = ''] = match;
    if (found.has(name)) continue;
    const before = source.text.slice(0, match.index);
    const [, comment = ''] = COMMENT.exec(before) ?? [];
    const where = `${path}:${before.split('\n').length}`;
    found.set(name, { kind: kind as Value['kind'], where, comment: withoutStars(comment) });
  }
  for (const match of source.uncommented.matchAll(LISTED)) {
    const [, list = '', from = ''] = match;
    const inner = valuesOf(resolveImport(path, from), sources);
    for (const item of list.split(',')) {
      const [local = '', alias] = item.trim().split(/\s+as\s+/);
      const value = inner.get(local);
      if (value !== undefined) found.set(alias ?? local, value);
    }
  }
  for (const [, from = ''] of source.uncommented.matchAll(STARRED)) {
    for (const [name, value] of valuesOf(resolveImport(path, from), sources)) found.set(name, value);
  }
  return found;
}

const withoutStars = (comment: string): string => comment.replace(/^\s*\* ?/gm, '').trim();

/** The programs of a comment's `@example` blocks. */
export const examplesOf = (comment: string): readonly string[] =>
  [...comment.matchAll(/@example[^\n]*\n```ts\n([\s\S]*?)\n```/g)].map(([, program = '']) => program);
