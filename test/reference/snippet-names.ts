/** What the snippets of a document name, each once. */
export interface SnippetNames {
  /** Methods that are called, and those that tables list. */
  readonly methods: readonly string[];
  /** Classes and functions that are made, called or imported. */
  readonly exports: readonly string[];
  /** Keys of object literals, and words in the first column of tables. */
  readonly keys: readonly string[];
  /** Fields that are read. */
  readonly fields: readonly string[];
  /** Texts of option values. */
  readonly values: readonly string[];
  /** Environment variables. */
  readonly variables: readonly string[];
}

const LITERAL = /'[^'\n]*'|"[^"\n]*"/g;
const VARIABLE = /^([A-Z][A-Z_]*)=.*$/gm;
const PRINTED = /^\s*(console\.|alert\().*$/gm;

/** Code without what stands behind `//`; an address in a text is none. */
export function withoutComments(code: string): string {
  return code.replace(/(^|\s)\/\/.*$/gm, '$1').replace(/\/\*[\s\S]*?\*\//g, '');
}

const found = (text: string, pattern: RegExp): readonly string[] =>
  [...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? ''))].filter((name) => name !== '').sort();

/** Reads them out of a document, whether or not its code is fenced. */
export function readSnippetNames(document: string): SnippetNames {
  const text = withoutComments(document);
  const bare = text
    .replace(VARIABLE, '')
    .replace(/`([^`\n]*)`/g, (_whole, inner: string) => [...inner.matchAll(/\$\{([^}]*)\}/g)].map((match) => match[1]).join(' '))
    .replace(LITERAL, "''");
  const listed = found(document, /^\|?\s*`?([a-z]\w*)\([^\n]*?\)`?\s*\|/gm);
  const rows = found(document, /^\|?\s*`?([a-z]+(?:_[a-z]+)+)`?\s*\|/gm);
  const imported = found(text, /import \{([^}]*)\} from/g).flatMap((names) => names.split(',').map((name) => name.trim()));
  const made = [...found(bare, /\bnew ([A-Z]\w*)\(/g), ...found(bare, /\b(create[A-Z]\w*)\(/g)];
  return {
    methods: [...new Set([...listed, ...found(bare, /\b[a-zA-Z]\w*\.([a-z]\w*)\(/g)])].sort(),
    exports: [...new Set([...imported, ...made])].sort(),
    keys: [...new Set([...rows, ...found(bare, /(?:^|[{,([]\s*)([A-Za-z_]\w*):(?=\s|$)/gm)])].sort(),
    fields: found(bare, /(?<=[\w\])])\.([a-z]\w*)\b(?!\s*\()/g),
    values: found(text.replace(PRINTED, '').replace(/^import .*$/gm, ''), /'([^'\n]*)'/g),
    variables: found(document, VARIABLE),
  };
}

const escaped = (name: string): string => name.replace(/[$.*+?^{}()|[\]\\]/g, '\\$&');

/** Those of the names that code does not use. */
export function unusedNames(names: SnippetNames, source: string): SnippetNames {
  const code = withoutComments(source);
  const without = (list: readonly string[], isUsed: (name: string) => boolean) => list.filter((name) => !isUsed(name));
  const says = (pattern: (name: string) => string) => (name: string) => new RegExp(pattern(escaped(name))).test(code);
  return {
    methods: without(
      names.methods,
      says((name) => `\\.${name}\\(`),
    ),
    exports: without(
      names.exports,
      says((name) => `\\b${name}\\b`),
    ),
    keys: without(
      names.keys,
      says((name) => `\\b${name}\\s*[:,}]|\\['${name}'\\]`),
    ),
    fields: without(
      names.fields,
      says((name) => `\\.${name}\\b|[{,]\\s*${name}\\b`),
    ),
    values: without(names.values, (name) => code.includes(`'${name}'`)),
    variables: without(
      names.variables,
      says((name) => `\\b${name}\\b`),
    ),
  };
}
