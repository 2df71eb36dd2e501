import type { Command, Json, Store } from '../../../core/store.ts';
import type { ListState, OwnExemption } from '../../../risk/index.ts';
import { readDoc } from '../../directory.ts';

/** What is kept of a list: the version that was last in force, and whether the owners let it go. */
export interface KeptList {
  /** Null where nobody signs the list. */
  readonly state: ListState | null;
  readonly isDropped: boolean;
  /** Accounts that it then had; null where that is not known, and once it was let go. */
  readonly accounts: number | null;
  /** Of the document; 0 where there is none. */
  readonly version: number;
  /** False where the document cannot be read: then nothing is known of what was in force, and nothing is taken. */
  readonly isSound: boolean;
}

const keyOf = (name: string): string => `screening-list/${encodeURIComponent(name)}`;
const EXEMPTIONS = 'screening-exemptions';

/** Reads what is kept of a list. @throws STORE_UNAVAILABLE */
export async function readKept(store: Store, name: string): Promise<KeptList> {
  const { value, version } = await readDoc<Json>(store, keyOf(name));
  if (value === undefined) return { state: null, isDropped: false, accounts: null, version, isSound: true };
  const kept = (value ?? {}) as Readonly<Partial<Record<'sequence' | 'digest' | 'dropped' | 'accounts', unknown>>>;
  const { sequence, digest, dropped, accounts } = kept;
  const isSigned = Number.isSafeInteger(sequence) && typeof digest === 'string' && /^[0-9a-f]{64}$/.test(digest);
  const isSound = typeof dropped === 'boolean' && (isSigned || sequence === null);
  const state = isSigned ? ({ list: name, sequence, digest } as ListState) : null;
  return {
    state,
    isDropped: isSound && dropped === true,
    accounts: Number.isSafeInteger(accounts) ? (accounts as number) : null,
    version,
    isSound,
  };
}

/** The command that keeps it. Refused where somebody else wrote meanwhile. */
export function keepCommand(name: string, version: number, state: ListState | null, accounts: number | 'dropped'): Command {
  const isDropped = accounts === 'dropped';
  const value: Json = {
    ...{ sequence: state?.sequence ?? null, digest: state?.digest ?? null, dropped: isDropped },
    ...(isDropped ? {} : { accounts }),
  };
  return { kind: 'doc.put', key: keyOf(name), value, ifVersion: version };
}

/** Reads the exemptions that the owners added; none, which is the stricter, where they cannot be read. @throws STORE_UNAVAILABLE */
export async function readAdded(store: Store): Promise<{ readonly added: readonly OwnExemption[]; readonly version: number }> {
  const { value, version } = await readDoc<Json>(store, EXEMPTIONS);
  return { added: Array.isArray(value) ? (value as unknown as readonly OwnExemption[]) : [], version };
}

/** The command that keeps the exemptions that the owners added. */
export function keepAdded(added: readonly OwnExemption[], version: number): Command {
  return { kind: 'doc.put', key: EXEMPTIONS, value: added as unknown as Json, ifVersion: version };
}
