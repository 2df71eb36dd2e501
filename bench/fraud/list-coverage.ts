import { createHash } from 'node:crypto';
import type { ChainId } from '../../src/core/index.ts';
import { createScreening, type ListBytes, type ListSource, type Screening } from '../../src/risk/index.ts';
import { createManualClock, createSeededRandom } from '../../src/testing/index.ts';

/** Shares of the bad addresses that lists know, in percent. */
export const COVERAGES: readonly number[] = [0, 25, 50, 75, 100];

/** That many percent of the addresses, chosen by their digests alone: the same in every run, and all of a smaller share are in a larger one. */
export function revealed(addresses: Iterable<string>, percent: number): ReadonlySet<string> {
  const ranked = [...new Set(addresses)].map(
    (address) => [createHash('sha256').update(`revealed:${address}`).digest('hex'), address] as const,
  );
  ranked.sort(([left], [right]) => (left < right ? -1 : 1));
  return new Set(ranked.slice(0, Math.round((ranked.length * percent) / 100)).map(([, address]) => address));
}

/** A list by people who report, as most lists are. */
export function reportedList(change: Partial<ListSource> & Pick<ListSource, 'chains'>): ListSource {
  return { name: 'reported', format: 'plain', trust: 'community', ...change };
}

/** A text in pieces, as a file is read. */
export async function* pieces(bytes: Uint8Array, size = 65_536): ListBytes {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Screening without lists, the same in every run. */
export function emptyScreening(chains: readonly ChainId[]): Screening {
  return createScreening({ random: createSeededRandom(1), clock: createManualClock(), chains });
}

/** Screening by one list of these addresses; by none where there are none, for an empty list is refused. */
export async function screenedBy(addresses: Iterable<string>, chains: readonly ChainId[]): Promise<Screening> {
  const screening = emptyScreening(chains);
  const text = [...addresses].join('\n');
  if (text !== '') await screening.load(reportedList({ chains }), pieces(Buffer.from(text)));
  return screening;
}
