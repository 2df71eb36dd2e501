import { parseArgs } from 'node:util';

/** The chains that have an act, in the order in which they are played. */
const CHAINS = ['evm', 'ton'] as const;
export type ChainName = (typeof CHAINS)[number];

export const USAGE = `usage: npm run demo [-- --chain ${CHAINS.join('|')}]`;

/** The acts to play: all unless one is named. Null for anything else on the command line. */
export function readOptions(args: readonly string[]): readonly ChainName[] | null {
  try {
    const { values } = parseArgs({ args: [...args], options: { chain: { type: 'string', multiple: true } }, allowPositionals: false });
    const { chain: [named, ...more] = [] } = values;
    if (named === undefined) return CHAINS;
    const chain = CHAINS.find((name) => name === named);
    return chain === undefined || more.length > 0 ? null : [chain];
  } catch {
    return null;
  }
}
