import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The root of the repository, with a slash at its end. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** A program in a document, as its reader would copy it. */
export interface Snippet {
  readonly name: string;
  /** `README.md:31`. */
  readonly where: string;
  readonly program: string;
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

/**
 * Makes programs of the blocks: each one that stands alone, and where other blocks go into it, one more with all of them
 * before its last line, in the order of the text.
 */
export function snippetsOf(blocks: readonly Block[]): readonly Snippet[] {
  const marked = blocks.map((block) => {
    const [, name, host] = MARKER.exec(block.marker ?? '') ?? [];
    if (name === undefined) throw new Error(`${block.where}: no marker`);
    return { ...block, name, host };
  });
  const hosts = marked.filter(({ host }) => host === undefined);
  for (const { host, where } of marked) {
    if (host !== undefined && !hosts.some(({ name }) => name === host)) throw new Error(`${where}: there is no snippet ${host}`);
  }
  return hosts.flatMap(({ name, where, code, prints }) => {
    const alone: Snippet = { name, where, program: code, prints };
    const inner = marked.filter(({ host }) => host === name);
    if (inner.length === 0) return [alone];
    const lines = code.trimEnd().split('\n');
    const last = lines.pop() ?? '';
    const program = [...lines, ...inner.map((block) => block.code), last].join('\n');
    const said = [prints, ...inner.map((block) => block.prints)];
    return [
      alone,
      {
        name: [name, ...inner.map((block) => block.name)].join('-'),
        where,
        program,
        prints: said.includes(null) ? null : said.flatMap((text) => text ?? []),
      },
    ];
  });
}

/** Turns what a document promises into a test of what a program prints. */
export const toPattern = (prints: readonly string[]): RegExp =>
  new RegExp(`^${prints.map((line) => line.split('…').map(escaped).join('.+')).join('\n')}\n$`);

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
