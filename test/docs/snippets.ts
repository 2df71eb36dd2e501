import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The root of the repository, with a slash at its end. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** A program in a document, as its reader would copy it. */
export interface Snippet {
  readonly name: string;
  /** `README.md:31`. */
  readonly where: string;
  /** The whole program: where the text says "before the last line of …", it stands there. */
  readonly program: string;
  /** The block alone. */
  readonly code: string;
  /** The lines that the document promises it prints; `…` stands for any text within a line. Null where it promises none. */
  readonly prints: readonly string[] | null;
}

/** A fenced block of TypeScript with the line before it and the block after it. */
interface Block {
  readonly where: string;
  readonly marker: string | null;
  readonly code: string;
  readonly prints: readonly string[] | null;
}

const MARKER = /^<!-- snippet: ([a-z0-9-]+)(?:, in ([a-z0-9-]+))? -->$/;

/** README.md and the pages of docs/; the records of decisions hold no programs. */
export function documents(): readonly string[] {
  const pages = readdirSync(`${root}docs`).filter((name) => name.endsWith('.md'));
  return ['README.md', ...pages.sort().map((name) => `docs/${name}`)];
}

export const readDocument = (path: string): string => readFileSync(root + path, 'utf8');

/** Every block fenced as `ts` or `typescript`. */
export function blocksOf(path: string, text: string): readonly Block[] {
  const lines = text.split('\n');
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    if (!/^\s*(`{3,}|~{3,})\s*(ts|typescript|js|javascript|mts)\b/i.test(lines[at] ?? '')) continue;
    const end = closing(lines, at);
    const before = lines.slice(0, at).findLast((line) => line.trim() !== '') ?? '';
    const next = lines.findIndex((line, index) => index > end && line.trim() !== '');
    const promised = next >= 0 && lines[next] === '```text';
    blocks.push({
      where: `${path}:${at + 1}`,
      marker: MARKER.test(before) ? before : null,
      code: lines.slice(at + 1, end).join('\n'),
      prints: promised ? lines.slice(next + 1, closing(lines, next)) : null,
    });
  }
  return blocks;
}

function closing(lines: readonly string[], from: number): number {
  const end = lines.findIndex((line, index) => index > from && /^\s*(`{3,}|~{3,})\s*$/.test(line));
  if (end < 0) throw new Error(`line ${from + 1}: the block has no end`);
  return end;
}

/** Makes programs of the blocks. A block that goes into another one is put before that one's last line. */
export function snippetsOf(blocks: readonly Block[]): readonly Snippet[] {
  const marked = blocks.map((block) => {
    const [, name, host] = MARKER.exec(block.marker ?? '') ?? [];
    if (name === undefined) throw new Error(`${block.where}: no marker`);
    return { ...block, name, host };
  });
  return marked.map(({ name, host, where, code, prints }) => {
    if (host === undefined) return { name, where, code, prints, program: code };
    const around = marked.find((other) => other.name === host && other.host === undefined);
    if (around === undefined) throw new Error(`${where}: there is no snippet ${host}`);
    const lines = around.code.trimEnd().split('\n');
    const last = lines.pop() ?? '';
    return {
      name,
      where,
      code,
      program: [...lines, code, last].join('\n'),
      prints: prints === null ? null : [...(around.prints ?? []), ...prints],
    };
  });
}

/** Turns what a document promises into a test of what a program prints. */
export const toPattern = (prints: readonly string[]): RegExp =>
  new RegExp(`^${prints.map((line) => line.split('…').map(escaped).join('.+')).join('\n')}\n$`);

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
