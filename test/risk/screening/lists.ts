import { parseChainId } from '../../../src/core/index.ts';
import { createScreening, type ListSource, type Screening } from '../../../src/risk/index.ts';
import { createManualClock, createSeededRandom, type ManualClock } from '../../../src/testing/index.ts';
import { account } from '../fixtures.ts';

export const MAINNET = parseChainId('eip155:1');
export const TON = parseChainId('ton:-239');

/** The `n`-th address, without its chain. */
export const address = (n: number): string => account(n).slice('eip155:1:'.length);

/** A text as it comes from a file, in pieces of `size` bytes. */
export async function* bytesOf(text: string, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** A source of a plain list by people who report, with what is changed. */
export const source = (change: Partial<ListSource> = {}): ListSource => ({
  name: 'reports',
  format: 'plain',
  trust: 'community',
  chains: [MAINNET, TON],
  ...change,
});

/** Screening without lists, and its clock. */
export function fresh(options: Partial<Parameters<typeof createScreening>[0]> = {}): Screening & { readonly clock: ManualClock } {
  const clock = createManualClock();
  return { ...createScreening({ random: createSeededRandom(1), clock, chains: [MAINNET, TON], ...options }), clock };
}

/** Screening by one list of this text. */
export async function screenedBy(text: string, change: Partial<ListSource> = {}): Promise<ReturnType<typeof fresh>> {
  const screening = fresh();
  await screening.load(source(change), bytesOf(text));
  return screening;
}
