import { isCastellanError } from '../../../core/errors.ts';
import { checkSource, type ListBytes, type ListSource, type ListState, type ListUpdate, type OwnExemption } from '../../../risk/index.ts';

/** A list as a deployment configures it. A type alias, so that fields nobody knows are refused one by one. */
export type ConfiguredList = Omit<ListSource, 'chains' | 'assetCodes'> & {
  /** CAIP-2; where an address without a chain is looked for, in this order. Default: the chains of the deployment. */
  readonly chains?: readonly string[] | undefined;
  readonly assetCodes?: Readonly<Record<string, readonly string[]>> | undefined;
  /** True: while the list is not loaded, is over or too old, every request is denied. False, the default for `ordinary` accounts: the score rises. */
  readonly required?: boolean | undefined;
  /** A list that was loaded longer ago counts as lacking. Default: it never does. */
  readonly maxAgeMs?: number | undefined;
  /**
   * Brings the list. Of a list with `signers`: the signed updates from `last` on, which is what was last in force, or a row that
   * begins with a full one; null where there is none. Of every other: its bytes.
   */
  read(last: ListState | null): ListBytes | readonly ListUpdate[] | Promise<ListBytes | readonly ListUpdate[]>;
};

/** An account that the owner exempts from public lists, as a deployment writes it down: CAIP-10, with its reason. */
export type ConfiguredExemption = Omit<OwnExemption, 'account'> & { readonly account: string };

const FIELDS: ReadonlySet<string> = new Set([
  ...['name', 'format', 'trust', 'basis', 'kind', 'severity', 'minVotes', 'chains', 'expiresMs', 'strict', 'columns', 'only'],
  ...['assetCodes', 'atLeast', 'signers', 'required', 'maxAgeMs', 'read'],
]);

/** The source of a configured list. @throws CONFIG_INVALID, CHAIN_INVALID where it is not well described */
export function sourceOf(list: ConfiguredList, chains: readonly string[]): ListSource {
  const { read: _read, required: _required, maxAgeMs: _maxAgeMs, ...source } = list;
  const checked = { ...source, chains: source.chains ?? chains } as ListSource;
  checkSource(checked);
  return checked;
}

/** What is wrong with a configured list; undefined for a sound one. */
export function listProblem(list: ConfiguredList): string | undefined {
  const unknown = Object.keys(list).find((field) => !FIELDS.has(field));
  if (unknown !== undefined) return `${unknown}: unknown field`;
  const { maxAgeMs, required } = list;
  if (maxAgeMs !== undefined && !(Number.isSafeInteger(maxAgeMs) && maxAgeMs > 0)) return 'maxAgeMs: must be ms above 0';
  if (required !== undefined && typeof required !== 'boolean') return 'required: must be true or false';
  try {
    // Which chains the deployment has is not known yet; any stands in for them.
    sourceOf(list, ['eip155:1']);
  } catch (error) {
    if (!isCastellanError(error)) throw error;
    return `${String(error.details['field'] ?? 'chains')}: is not well described`;
  }
  return undefined;
}
