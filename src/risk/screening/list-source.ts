import { CastellanError, type ChainId, isStrictPublicKey, parseChainId, type TimeMs } from '../../core/index.ts';
import { SCREENING_KINDS, SCREENING_SEVERITIES, type ScreeningKind, type ScreeningSeverity } from './entry.ts';

/** Formats of lists. */
export const LIST_FORMATS = ['plain', 'csv', 'json', 'ofac'] as const;
/** How a list is written: an account a line, RFC 4180, JSON, or the text of OFAC's SDN list. */
export type ListFormat = (typeof LIST_FORMATS)[number];

/** Who stands behind lists. */
export const LIST_TRUSTS = ['owner', 'authority', 'curated', 'community'] as const;
/** Who stands behind a list: the owner, a public authority, people who check each entry, or whoever reports something. */
export type ListTrust = (typeof LIST_TRUSTS)[number];

/** What lists say. */
export const LIST_BASES = ['actor', 'holder', 'involved', 'ordinary'] as const;
/**
 * What a list says of its accounts. `actor`: they did it. `holder`: an issuer froze what they hold. `involved`: they took part,
 * which victims, tokens and routers did too. `ordinary`: the opposite of the others, they are ordinary contracts and services.
 */
export type ListBasis = (typeof LIST_BASES)[number];

/** Fields of a row. */
export const ROW_FIELDS = ['address', 'chain', 'kind', 'severity', 'votes', 'expires'] as const;
/** A field of a row, whatever its column is called. */
export type RowField = (typeof ROW_FIELDS)[number];

/** A list: where it comes from, and what it says of the accounts on it where their rows do not. */
export interface ListSource {
  /** 1 to 200 printable characters; a list loaded again under its name replaces the former one. */
  readonly name: string;
  readonly format: ListFormat;
  readonly trust: ListTrust;
  /** Default `actor`. */
  readonly basis?: ListBasis | undefined;
  /** Default `scam`, and `sanctioned` for `ofac`. */
  readonly kind?: Exclude<ScreeningKind, 'malformed'> | undefined;
  /** Default `high`. */
  readonly severity?: ScreeningSeverity | undefined;
  /** Reports that a row needs to have the full weight of the list. Default 1. */
  readonly minVotes?: number | undefined;
  /** Where an address without a chain is looked for, in this order. */
  readonly chains: readonly ChainId[];
  /** When the whole list ends; null, the default: never. */
  readonly expiresMs?: TimeMs | null | undefined;
  /** True, the default: one row that cannot be read refuses the list. False: such rows are left out and reported. */
  readonly strict?: boolean | undefined;
  /** Names of columns, or of members of a JSON object, where they are not the usual ones. */
  readonly columns?: Readonly<Partial<Record<RowField, string>>> | undefined;
  /** Takes only rows whose column holds one of these texts. */
  readonly only?: { readonly column: string; readonly values: readonly string[] } | undefined;
  /** Codes of assets in `ofac` texts whose addresses must be readable, and on which chains they lie. */
  readonly assetCodes?: Readonly<Record<string, readonly ChainId[]>> | undefined;
  /** Fewer accounts refuse the list: a file that was cut off lets nobody go. Default 1. */
  readonly atLeast?: number | undefined;
  /** Ed25519 keys, 32 bytes each by their ids, one of which signs each update. Where there are any, nothing unsigned is taken. */
  readonly signers?: Readonly<Record<string, Uint8Array>> | undefined;
}

/** A source with its defaults. */
export type CheckedSource = { readonly [Field in keyof Omit<ListSource, 'only' | 'columns'>]-?: Exclude<ListSource[Field], undefined> } & {
  readonly columns: NonNullable<ListSource['columns']>;
  readonly only: ListSource['only'];
};

const OFAC_CODES: Readonly<Record<string, readonly ChainId[]>> = Object.freeze({
  ETH: ['eip155:1' as ChainId],
  ETC: ['eip155:61' as ChainId],
  BSC: ['eip155:56' as ChainId],
  ARB: ['eip155:42161' as ChainId],
});

const NAME = /^[^\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}]{1,200}$/u;

/** Checks a source and fills in what it leaves open. @throws CONFIG_INVALID naming the field */
export function checkSource(source: ListSource): CheckedSource {
  const fail = (field: string): never => {
    throw new CastellanError('CONFIG_INVALID', { message: 'The source of a screening list is not well described.', details: { field } });
  };
  const one = <T extends string>(values: readonly T[], value: unknown, field: string): T =>
    values.find((known) => known === value) ?? fail(field);
  const count = (value: unknown, field: string): number =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 ? value : fail(field);
  if (typeof source !== 'object' || source === null) fail('source');
  const { name, expiresMs = null, columns = {}, only, assetCodes = OFAC_CODES, strict = true, signers = {} } = source;
  if (typeof name !== 'string' || !NAME.test(name)) fail('name');
  if (typeof strict !== 'boolean') fail('strict');
  if (expiresMs !== null && !(Number.isSafeInteger(expiresMs) && expiresMs >= 0)) fail('expiresMs');
  const chains = (given: readonly ChainId[], field: string): readonly ChainId[] =>
    Array.isArray(given) && given.length > 0 && given.length <= 64 ? given.map((chain) => parseChainId(chain)) : fail(field);
  const format = one(LIST_FORMATS, source.format, 'format');
  const kind = one(SCREENING_KINDS, source.kind ?? (format === 'ofac' ? 'sanctioned' : 'scam'), 'kind');
  if (Object.entries(columns).some(([field, column]) => !ROW_FIELDS.some((known) => known === field) || typeof column !== 'string'))
    fail('columns');
  if (only !== undefined && (typeof only?.column !== 'string' || !Array.isArray(only.values))) fail('only');
  if (Object.values(signers).some((key) => !isStrictPublicKey(key))) fail('signers');
  return Object.freeze({
    name,
    format,
    trust: one(LIST_TRUSTS, source.trust, 'trust'),
    basis: one(LIST_BASES, source.basis ?? 'actor', 'basis'),
    kind: kind === 'malformed' ? fail('kind') : kind,
    severity: one(SCREENING_SEVERITIES, source.severity ?? 'high', 'severity'),
    minVotes: count(source.minVotes ?? 1, 'minVotes'),
    chains: chains(source.chains, 'chains'),
    expiresMs,
    strict,
    columns: { ...columns },
    only,
    assetCodes: Object.fromEntries(Object.entries(assetCodes).map(([code, on]) => [code, chains(on, 'assetCodes')])),
    atLeast: count(source.atLeast ?? 1, 'atLeast'),
    signers: Object.fromEntries(Object.entries(signers).map(([id, key]) => [id, key.slice()])),
  });
}
