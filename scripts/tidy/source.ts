/** A TypeScript file as the tidy rules see it. All three texts have the same length, so offsets agree. */
export interface Source {
  readonly path: string;
  readonly text: string;
  /** Comments blanked, strings kept. */
  readonly uncommented: string;
  /** Comments, contents of strings, template text and regular expressions blanked. */
  readonly code: string;
}

/** One import, re-export or dynamic import. `specifier` is null where it is computed at run time. */
export interface Import {
  readonly specifier: string | null;
  readonly typeOnly: boolean;
  readonly dynamic: boolean;
}

const blank = (text: string): string => text.replace(/[^\n]/g, ' ');
/** After these a slash begins a regular expression and not a division. */
const BEFORE_REGEX = /(?:^|[=(,[{;:!&|?+\-*%<>~^]|=>|\b(?:return|typeof|case|in|of|do|else|void|delete|throw|new|await|yield))\s*$/;

function endOfRegex(text: string, start: number): number {
  let inClass = false;
  for (let i = start + 1; i < text.length; i += 1) {
    const char = text[i];
    if (char === '\\') i += 1;
    else if (char === '\n') return start + 1;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === '/' && !inClass) return i + 1;
  }
  return start + 1;
}

function endOfString(text: string, start: number): number {
  const quote = text[start];
  for (let i = start + 1; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === quote || text[i] === '\n') return i + 1;
  }
  return text.length;
}

/** Splits a file into code, strings and comments. */
export function readSource(path: string, text: string): Source {
  let uncommented = '';
  let code = '';
  // For each open template expression, how many braces stand open inside it.
  const templates: number[] = [];
  let i = 0;
  const take = (end: number, kind: 'code' | 'string' | 'comment'): void => {
    const piece = text.slice(i, end);
    uncommented += kind === 'comment' ? blank(piece) : piece;
    if (kind === 'string' && piece.length >= 2) code += piece.slice(0, 1) + blank(piece.slice(1, -1)) + piece.slice(-1);
    else code += kind === 'code' ? piece : blank(piece);
    i = end;
  };
  const takeTemplate = (): void => {
    let end = i + 1;
    while (end < text.length) {
      if (text[end] === '\\') end += 2;
      else if (text[end] === '`') {
        take(end + 1, 'string');
        return;
      } else if (text.startsWith('${', end)) {
        take(end + 2, 'string');
        templates.push(0);
        return;
      } else end += 1;
    }
    take(text.length, 'string');
  };
  while (i < text.length) {
    const char = text[i];
    const next = text[i + 1];
    const open = templates.length - 1;
    if (i === 0 && text.startsWith('#!')) take(endOfLine(text, i), 'comment');
    else if (char === '/' && next === '/') take(endOfLine(text, i), 'comment');
    else if (char === '/' && next === '*') {
      const end = text.indexOf('*/', i + 2);
      take(end < 0 ? text.length : end + 2, 'comment');
    } else if (char === "'" || char === '"') take(endOfString(text, i), 'string');
    else if (char === '`') takeTemplate();
    else if (char === '}' && templates[open] === 0) {
      templates.pop();
      takeTemplate();
    } else if (char === '/' && BEFORE_REGEX.test(code.slice(-40).trimEnd())) take(endOfRegex(text, i), 'string');
    else {
      if (open >= 0 && char === '{') templates[open] = (templates[open] ?? 0) + 1;
      if (open >= 0 && char === '}') templates[open] = (templates[open] ?? 0) - 1;
      take(i + 1, 'code');
    }
  }
  return { path, text, uncommented, code };
}

function endOfLine(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end < 0 ? text.length : end;
}

const STATIC = /(?<![\w$.])(?:import\s*(type\b\s*)?(?:[\w$*{},\s]*?\bfrom\s*)?|export\s*(type\b\s*)?[\w$*{},\s]*?\bfrom\s*)(['"])( *)\3/g;
// A computed `require` needs `createRequire`, whose door is shut; `require` alone may be a method of that name.
const DYNAMIC = /(?<![\w$.])(?:import\s*\(\s*(?:(['"`])( *)\1)?|require\s*\(\s*(['"`])( *)\3)/g;

/** Everything that a file imports, re-exports or loads, in order of kind. */
export function importsOf(source: Source): readonly Import[] {
  const found: Import[] = [];
  for (const match of source.code.matchAll(STATIC)) {
    const end = match.index + match[0].length - 1;
    const specifier = source.text.slice(end - (match[4]?.length ?? 0), end);
    found.push({ specifier, typeOnly: match[1] !== undefined || match[2] !== undefined || allTypes(match[0]), dynamic: false });
  }
  for (const match of source.code.matchAll(DYNAMIC)) {
    const end = match.index + match[0].length - 1;
    const width = (match[2] ?? match[4])?.length;
    const specifier = width === undefined ? null : source.text.slice(end - width, end);
    found.push({ specifier: specifier?.includes('${') ? null : specifier, typeOnly: false, dynamic: true });
  }
  return found;
}

/** `import { type A, type B } from` loads nothing either. */
function allTypes(clause: string): boolean {
  const names = /\{([^}]*)\}/
    .exec(clause)?.[1]
    ?.split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return names !== undefined && names.length > 0 && names.every((name) => name.startsWith('type '));
}

/** Resolves a relative import to a path in the tree. */
export function resolveImport(from: string, specifier: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}
