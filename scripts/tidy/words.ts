import type { Source } from './source.ts';

const KEBAB = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:test|config|d))?\.ts$/;
const BANNED_NAMES = new Set(['utils', 'util', 'helpers', 'helper', 'common', 'misc', 'types']);
const MAX_LINES = 300;

/** Files are named in kebab-case after what they hold, and none is longer than 300 lines. */
export function checkFiles(sources: readonly Source[]): readonly string[] {
  const found: string[] = [];
  for (const { path, text } of sources) {
    const parts = path.split('/');
    const name = parts.at(-1) ?? '';
    if (!KEBAB.test(name)) found.push(`${path}: is not named in kebab-case`);
    for (const part of parts) if (BANNED_NAMES.has(part.replace(/\..*$/, ''))) found.push(`${path}: ${part} says nothing`);
    const lines = text.replace(/\n$/, '').split('\n').length;
    if (lines > MAX_LINES) found.push(`${path}: has ${lines} lines, more than ${MAX_LINES}`);
  }
  return found;
}

const ANY = /(?:[:<|&,(=[]|=>|\b(?:as|extends|satisfies|keyof))\s*any\b(?!\s*[:(.?])/;
const SILENCED = /@ts-(?:ignore|nocheck|expect-error)/;
const UNFINISHED = /\b(?:TODO|FIXME|HACK|for now)\b/;

/** The type checker is neither silenced nor blinded, and nothing says that it is unfinished. */
export function checkHonesty(sources: readonly Source[]): readonly string[] {
  const found: string[] = [];
  for (const { path, text, code } of sources) {
    if (ANY.test(code)) found.push(`${path}: uses any`);
    if (SILENCED.test(text)) found.push(`${path}: silences the type checker`);
    if (UNFINISHED.test(text)) found.push(`${path}: says that it is unfinished`);
  }
  return found;
}

/** Rooms that judge or keep, and must not know which chain they serve. */
const CHAIN_NEUTRAL = /^src\/(authz|custody|audit|risk)\//;
const CHAIN_WORD = /\b(?:evm|ton|viem)\b|0x/i;

/** A chain word that may stand in a chain-neutral room, and why. */
export interface ChainWordExemption {
  readonly path: string;
  readonly why: string;
}

/** No chain word decides anything in a chain-neutral room. Numbers written in hexadecimal are no chain words. */
export function checkChainWords(sources: readonly Source[], exempt: readonly ChainWordExemption[]): readonly string[] {
  const found: string[] = [];
  for (const source of sources) {
    if (!CHAIN_NEUTRAL.test(source.path) || exempt.some(({ path }) => path === source.path)) continue;
    const text = withoutHexNumbers(source);
    text.split('\n').forEach((line, index) => {
      const word = CHAIN_WORD.exec(line)?.[0];
      if (word !== undefined) found.push(`${source.path}:${index + 1}: chain word ${word}`);
    });
  }
  return found;
}

function withoutHexNumbers({ code, uncommented }: Source): string {
  let text = uncommented;
  for (const match of code.matchAll(/(?<![\w$])0x[0-9a-f_]+n?\b/gi)) {
    text = text.slice(0, match.index) + ' '.repeat(match[0].length) + text.slice(match.index + match[0].length);
  }
  return text;
}
