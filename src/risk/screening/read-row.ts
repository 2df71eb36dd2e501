import { type AccountId, type ChainId, isCastellanError, parseChainId, type TimeMs } from '../../core/index.ts';
import { SCREENING_KINDS, SCREENING_SEVERITIES } from './entry.ts';
import type { ListRow } from './formats/row.ts';
import type { RowTally } from './list-report.ts';
import type { CheckedSource, RowField } from './list-source.ts';
import type { Listing } from './listing.ts';
import { readSpelling } from './spelling.ts';

const NUMBER = /^[0-9]{1,16}$/;
const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9:.]{5,12}(?:Z|[+-][0-9]{2}:[0-9]{2}))?$/;

/** The account of a row: `foreign` where the row names a chain that is none of ours, undefined where it cannot be read. */
export function accountOf(row: ListRow, { chains }: CheckedSource, tally: RowTally): AccountId | 'foreign' | undefined {
  const { address, chain: named } = row;
  if (named === undefined || named === '') return readSpelling(address, chains);
  const chain = chainNamed(named, chains);
  const account = readSpelling(address, chain === undefined ? chains : [chain, ...chains]);
  if (account === undefined) return chain === undefined ? 'foreign' : undefined;
  if (chain === undefined) tally.addDefaulted('chain');
  return account;
}

/** CAIP-2, or the bare number of a chain of the kind of one of these. */
function chainNamed(text: string, chains: readonly ChainId[]): ChainId | undefined {
  const kinds = new Set(chains.map((chain) => chain.slice(0, chain.indexOf(':'))));
  for (const name of text.includes(':') ? [text] : [...kinds].map((kind) => `${kind}:${text}`)) {
    try {
      return parseChainId(name);
    } catch (error) {
      if (!isCastellanError(error)) throw error;
    }
  }
  return undefined;
}

/** What a row says of its account; what it leaves open, or says in words that nobody knows, is what the list says of all. */
export function listingOf(row: ListRow, source: CheckedSource, tally: RowTally): Listing {
  const read = <T>(field: RowField, parse: (text: string) => T | undefined, otherwise: T): T => {
    const text = row[field];
    if (text === undefined || text === '') return otherwise;
    const value = parse(text.toLowerCase());
    if (value === undefined) tally.addDefaulted(field);
    return value ?? otherwise;
  };
  return {
    kind: read('kind', (text) => SCREENING_KINDS.find((kind) => kind === text && kind !== 'malformed'), source.kind),
    severity: read('severity', (text) => SCREENING_SEVERITIES.find((severity) => severity === text), source.severity),
    votes: read('votes', (text) => (NUMBER.test(text) && Number(text) >= 1 ? Number(text) : undefined), 1),
    expiresMs: read<TimeMs | null>('expires', timeOf, null),
  };
}

function timeOf(text: string): TimeMs | undefined {
  if (NUMBER.test(text)) return Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
  const time = DATE.test(text.toUpperCase()) ? Date.parse(text.toUpperCase()) : Number.NaN;
  return Number.isSafeInteger(time) && time >= 0 ? time : undefined;
}
