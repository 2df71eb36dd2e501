import { resolveImport, type Source } from './source.ts';

const DECLARED =
  /(?<![\w$.])export\s+(?:declare\s+)?(?:abstract\s+)?(async\s+function\*?|function\*?|class|const|let|interface|type)\s+([A-Za-z_$][\w$]*)/g;
const LISTED = /(?<![\w$.])export\s*(type\s+)?\{([^}]*)\}\s*(?:from\s*(['"])( *)\3)?/g;
const STARRED = /(?<![\w$.])export\s*(type\s+)?\*\s*(?:as\s+([\w$]+)\s*)?from\s*(['"])( *)\3/g;

/** Names that a module exports as values; types exist for the compiler alone and are left out. */
export function valueExports(path: string, sources: ReadonlyMap<string, Source>): ReadonlySet<string> {
  const names = new Set<string>();
  const source = sources.get(path);
  if (source === undefined) return names;
  const { code, text } = source;
  const imported = (match: RegExpExecArray, width: number): string => {
    const end = match.index + match[0].length - 1;
    return resolveImport(path, text.slice(end - width, end));
  };
  for (const match of code.matchAll(DECLARED)) {
    if (match[1] !== 'interface' && match[1] !== 'type' && match[2] !== undefined) names.add(match[2]);
  }
  for (const match of code.matchAll(LISTED)) {
    if (match[1] !== undefined) continue;
    const from = match[3] === undefined ? undefined : valueExports(imported(match, match[4]?.length ?? 0), sources);
    for (const item of (match[2] ?? '').split(',')) {
      const [local, alias] = item.trim().split(/\s+as\s+/);
      if (local === undefined || local === '' || local.startsWith('type ')) continue;
      // Without `type`, a listed name may still be a type of the module it comes from.
      if (from === undefined || from.has(local)) names.add(alias ?? local);
    }
  }
  for (const match of code.matchAll(STARRED)) {
    if (match[1] !== undefined) continue;
    if (match[2] !== undefined) names.add(match[2]);
    else for (const name of valueExports(imported(match, match[4]?.length ?? 0), sources)) names.add(name);
  }
  return names;
}

/** Each public value is named in the code of at least one test. */
export function checkExercised(
  entries: readonly string[],
  sources: ReadonlyMap<string, Source>,
  tests: readonly Source[],
): readonly string[] {
  const words = new Set(tests.flatMap(({ code }) => code.match(/[A-Za-z_$][\w$]*/g) ?? []));
  const found: string[] = [];
  for (const entry of entries) {
    for (const name of valueExports(entry, sources)) if (!words.has(name)) found.push(`${entry}: no test names ${name}`);
  }
  return found;
}
