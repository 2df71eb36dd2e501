import type { Terminal } from '../../adapters/host/index.ts';
import { isCastellanError } from '../../core/errors.ts';
import { type Outcome, UsageError } from './outcome.ts';

/** Where a command's words go. Secrets that it was told of never leave it, whatever carries them. */
export interface Output {
  /** Text from here on is searched for this secret. */
  conceal(secret: string): void;
  /** A line for the person, while the command runs. */
  say(line: string): void;
  finish(command: string, outcome: Outcome): void;
  /** One line on the error stream. */
  fail(error: unknown, debug: boolean): void;
}

/** Shorter texts are no secrets, and would blot out ordinary words. */
const LEAST_SECRET = 6;
/** Details of an error that fit on its line. */
const MAX_DETAILS = 600;

/** Writes for people, or with `json` one JSON document on the standard output, whatever happens. */
export function createOutput(terminal: Terminal, json: () => boolean): Output {
  const secrets = new Set<string>();
  // The longest first: one may be a part of another.
  const conceal = (text: string): string =>
    [...secrets].sort((a, b) => b.length - a.length).reduce((left, secret) => left.replaceAll(secret, '[concealed]'), text);
  const print = (text: string): void => terminal.out(`${conceal(text)}\n`);
  const printJson = (value: Readonly<Record<string, unknown>>): void =>
    print(asciiJson(JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner), 2)));
  return {
    conceal(secret) {
      if (secret.length < LEAST_SECRET) return;
      // In every spelling in which it could come out.
      const quoted = JSON.stringify(secret).slice(1, -1);
      for (const spelled of [
        secret,
        plain(secret),
        quoted,
        asciiJson(quoted),
        secret.replace(/\s+/g, ' '),
        plain(secret.replace(/\s+/g, ' ')),
      ])
        secrets.add(spelled);
    },
    say(line) {
      if (!json()) print(plain(line));
    },
    finish(command, { exitCode, lines, data }) {
      if (json()) printJson({ ok: exitCode === 0, command, exitCode, ...data });
      else for (const line of lines) print(plain(line));
    },
    fail(error, debug) {
      const { code, message, details } = describe(error);
      if (json()) printJson({ ok: false, error: { code, message, details } });
      const facts = Object.entries(details).map(([name, value]) => `${name}: ${String(value)}`);
      // A list of problems stands in the message already.
      const shown = facts.filter((fact) => !fact.startsWith('problems: ') && !fact.startsWith('fields: ')).join(', ');
      const line = `${code}: ${message}${shown === '' ? '' : ` (${shown.slice(0, MAX_DETAILS)})`}`;
      terminal.err(`${conceal(plain(line.replace(/\s+/g, ' ')))}\n`);
      if (debug && error instanceof Error) terminal.err(`${conceal((error.stack ?? '').split('\n').map(plain).join('\n'))}\n`);
    },
  };
}

/** Printable ASCII stays; everything else, escape sequences and bidirectional marks among it, is written as its code point. */
export function plain(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`);
}

/** The same JSON with everything but printable ASCII and line breaks escaped: some of it moves the cursor of a terminal. */
function asciiJson(json: string): string {
  return json.replace(/[^\x20-\x7e\n]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Rows of equally wide columns, two blanks apart. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const cells = rows.map((row) => row.map(plain));
  const width = (column: number): number => Math.max(...cells.map((row) => row[column]?.length ?? 0));
  return cells.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(width(column))))
      .join('  ')
      .trimEnd(),
  );
}

/** A time for people, UTC to the second. */
export function timeText(atMs: number | null): string {
  return atMs === null ? 'unknown' : `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

interface Described {
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

function describe(error: unknown): Described {
  if (isCastellanError(error)) return { code: error.code, message: error.shortMessage, details: error.details };
  if (error instanceof UsageError) return { code: 'USAGE', message: error.message, details: {} };
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  const message = error instanceof Error ? error.message : 'Something that is no error was thrown.';
  // Of what others throw: the first line, and of an address only its host, for keys stand in paths and queries.
  const bare = (message.split('\n')[0] ?? '').replace(/\b([a-z][a-z0-9+.-]*:\/\/)(?:[^\s/@]*@)?([^\s/?#]*)\S*/gi, '$1$2/...');
  return { code: typeof code === 'string' ? code : 'INTERNAL', message: bare, details: {} };
}
