import { type Document, isAlias, isMap, isPair, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { Permissions } from '../../authz/index.ts';
import { CastellanError } from '../../core/errors.ts';
import type { PolicyFormat } from './policy-format.ts';

/** Longest text, characters, and most nodes in it. */
const MAX_TEXT = 1_048_576;
const MAX_NODES = 200_000;
/** Problems whose message repeats what stands in the text. */
const QUOTING: ReadonlySet<string> = new Set(['TAG_RESOLVE_FAILED', 'BAD_ALIAS']);
const PLAIN_NUMBER = /^-?(0|[1-9][0-9]*)(?:\.([0-9]+))?$/;

/** Reads a policy from text; see `parsePolicy`. @throws POLICY_INVALID */
export function readPolicyText(text: string, format: PolicyFormat): Permissions {
  if (typeof text !== 'string' || text.length > MAX_TEXT) throw unreadable([`a policy is text of at most ${MAX_TEXT} characters`]);
  if (format !== 'json' && format !== 'yaml') throw unreadable(['the format is json or yaml']);
  if (format === 'json') checkJson(text);
  const lines = new LineCounter();
  const document = compose(text, lines);
  const problems = [...document.errors, ...document.warnings].map(({ code, message, pos }) => {
    // What it could not resolve may be a secret that was not quoted.
    const what = QUOTING.has(code)
      ? `what begins with ${text[pos[0]] ?? '?'} is not read`
      : (message.split('\n', 1)[0]?.slice(0, 200) ?? '');
    return QUOTING.has(code) ? `line ${lines.linePos(pos[0]).line}: ${what}` : what;
  });
  // JSON is YAML: one reading of numbers and of names that stand twice.
  if (problems.length === 0) problems.push(...oddNodes(document, lines));
  if (problems.length > 0) throw unreadable(problems.slice(0, 16));
  const value: unknown = document.toJS({ maxAliasCount: 0 });
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable(['permissions are fields and their values']);
  return value as Permissions;
}

function checkJson(text: string): void {
  try {
    JSON.parse(text);
  } catch {
    throw unreadable(['the text is no JSON']);
  }
}

function compose(text: string, lineCounter: LineCounter): Document {
  try {
    // Names that stand twice are looked for below: the parser compares each with all before it.
    return parseDocument(text, { version: '1.2', schema: 'core', merge: false, uniqueKeys: false, strict: true, lineCounter });
  } catch {
    // Nested beyond what can be read.
    throw unreadable(['the text cannot be read']);
  }
}

/** Aliases, tags, odd names, and numbers that would lose digits. */
function oddNodes(document: Document, lines: LineCounter): readonly string[] {
  const found: string[] = [];
  let nodes = 0;
  const tell = (offset: number | undefined, what: string): void => {
    if (found.length < 16) found.push(`line ${offset === undefined ? '?' : lines.linePos(offset).line}: ${what}`);
  };
  visit(document, (_key, node) => {
    nodes += 1;
    if (nodes > MAX_NODES) {
      found.push(`more than ${MAX_NODES} values`);
      return visit.BREAK;
    }
    if (isMap(node)) for (const name of repeatedNames(node.items)) tell(node.range?.[0], `${name.slice(0, 32)} stands twice`);
    if (isPair(node)) {
      const name = isScalar(node.key) ? node.key.value : undefined;
      if (typeof name !== 'string' || name === '__proto__') tell(undefined, `${String(name).slice(0, 32)} is no name of a field`);
      return undefined;
    }
    const at = (node as { readonly range?: readonly number[] | null } | null)?.range?.[0];
    if (isAlias(node)) tell(at, 'aliases are not read');
    else if (typeof (node as { readonly tag?: unknown } | null)?.tag === 'string') tell(at, 'tags are not read');
    else if (isScalar(node) && typeof node.value === 'number' && !keepsDigits(node.source ?? '', node.value))
      tell(at, 'it does not keep its digits as a number, write it as text');
    return undefined;
  });
  return found;
}

/** Names of fields that stand more than once. */
function repeatedNames(pairs: readonly { readonly key: unknown }[]): readonly string[] {
  const seen = new Set<unknown>();
  return pairs.flatMap(({ key }) => {
    const name = isScalar(key) ? key.value : undefined;
    const isRepeated = seen.has(name);
    seen.add(name);
    return isRepeated && typeof name === 'string' ? [name] : [];
  });
}

/** Whether a double says exactly what is written: the digits of both are the same. */
function keepsDigits(written: string, value: number): boolean {
  const digits = (text: string): string | undefined => {
    const match = PLAIN_NUMBER.exec(text);
    return match === null ? undefined : `${match[1]}.${(match[2] ?? '').replace(/0+$/, '')}`;
  };
  const given = digits(written);
  return given !== undefined && given === digits(String(Math.abs(value)));
}

function unreadable(problems: readonly string[]): CastellanError {
  return new CastellanError('POLICY_INVALID', { message: `The policy cannot be read: ${problems.join('; ')}`, details: { problems } });
}
