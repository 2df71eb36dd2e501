import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ERROR_SENTENCES } from './reference/error-sentences.ts';
import { REASON_SENTENCES } from './reference/reason-sentences.ts';
import { RECOVERY_SENTENCES } from './reference/recovery-sentences.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The page that {@link renderReference} makes, below the root. */
export const REFERENCE_PAGE = 'docs/errors-and-reasons.md';

/** One code of a union, and the comment that it stands under; empty where there is none. */
interface Member {
  readonly code: string;
  readonly section: string;
}

/** Reads the members of `export type <name> = | 'a' | 'b';` in their order. */
export function unionMembers(source: string, name: string): readonly Member[] {
  const [, body] = new RegExp(`export type ${name} =\\n([^;]*);`).exec(source) ?? [];
  if (body === undefined) throw new Error(`there is no union ${name}`);
  let section = '';
  return body.split('\n').flatMap((line) => {
    const [, comment] = /^\s*\/\/ (.*)$/.exec(line) ?? [];
    section = comment ?? section;
    return [...line.matchAll(/'([A-Za-z_]+)'/g)].map(([, code = '']) => ({ code, section }));
  });
}

/** Where the unions stand: naming a code there is not using it. */
const UNIONS: ReadonlySet<string> = new Set(['core/errors.ts', 'core/reason.ts', 'core/verification.ts']);

/** The codes that no source names outside the union itself: kept for later, never met in this version. */
function reservedCodes(codes: readonly string[]): ReadonlySet<string> {
  const sources = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !UNIONS.has(name) && !name.includes('conformance'))
    .map((name) => readFileSync(`${root}src/${name}`, 'utf8'))
    .join('\n');
  return new Set(codes.filter((code) => !sources.includes(`'${code}'`)));
}

function table(members: readonly Member[], sentences: Readonly<Record<string, string>>): readonly string[] {
  const reserved = reservedCodes(members.map(({ code }) => code));
  const lines: string[] = [];
  let section: string | undefined;
  for (const member of members) {
    if (member.section !== section) {
      section = member.section;
      if (lines.length > 0) lines.push('');
      if (section !== '') lines.push(`### ${section.charAt(0).toUpperCase()}${section.slice(1)}`, '');
      lines.push('| code | meaning |', '| --- | --- |');
    }
    lines.push(
      `| \`${member.code}\` | ${sentences[member.code]}${reserved.has(member.code) ? ' *Reserved: this version does not use it.*' : ''} |`,
    );
  }
  return lines;
}

/** The page of all errors and reasons, made from the unions in the code. */
export function renderReference(): string {
  const read = (path: string): string => readFileSync(root + path, 'utf8');
  const errors = unionMembers(read('src/core/errors.ts'), 'ErrorCode');
  const reasons = unionMembers(read('src/core/reason.ts'), 'ReasonCode');
  const recovery = unionMembers(read('src/core/verification.ts'), 'RecoveryReason');
  return `${[
    '# Errors and reasons',
    '',
    '<!-- Made by scripts/reference-tables.ts from the unions in src/core; edit the sentences in scripts/reference. -->',
    '',
    'A "no" is a value: `result.reasons` lists why, the strictest first. Programs switch on `code`; `message` is for people.',
    'A reason may carry `rule`, `limit`, `remaining`, `requested` (decimal base units of `unit`), `resetsAtMs` and `retryable`.',
    'An error means that something is broken, or that a call was wrong. It is a `CastellanError` with `code`, `shortMessage`, `details`',
    'and `retryable`; `isCastellanError(value)` recognizes it.',
    '',
    '## Reasons',
    '',
    ...table(reasons, REASON_SENTENCES),
    '',
    '## Reasons of a recovery',
    '',
    'A recovery that does not open or go on is a `RECOVERY_REFUSED` with `details.reason`. What `completeRecovery` answers is a value:',
    '`reason`, and with it all `blockers`.',
    '',
    ...table(recovery, RECOVERY_SENTENCES),
    '',
    '## Errors',
    '',
    ...table(errors, ERROR_SENTENCES),
  ].join('\n')}\n`;
}

if (import.meta.filename === process.argv[1]) writeFileSync(root + REFERENCE_PAGE, renderReference());
