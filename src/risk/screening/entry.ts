import type { AccountId, Json, TimeMs } from '../../core/index.ts';

/** What a listed account is known for. `malformed` is an entry that could not be read: it counts as listed. */
export const SCREENING_KINDS = [
  'sanctioned',
  'phishing',
  'drainer',
  'scam',
  'exploit',
  'poisoning',
  'mixer',
  'manual',
  'malformed',
] as const;
/** Why an account is listed. */
export type ScreeningKind = (typeof SCREENING_KINDS)[number];

/** How bad the source says it is; every severity is a veto. */
export const SCREENING_SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
/** How bad a listed account is. Every severity denies. */
export type ScreeningSeverity = (typeof SCREENING_SEVERITIES)[number];

/** One account on the block list, stored under {@link screenKey}. A type alias, so that it is a JSON value as it stands. */
export type ScreeningEntry = {
  readonly account: AccountId;
  readonly kind: ScreeningKind;
  readonly severity: ScreeningSeverity;
  /** Who listed it: a list's name, `operator:<id>`, …; at most 200 characters. */
  readonly source: string;
  readonly addedMs: TimeMs;
  /** Null: until removed. */
  readonly expiresMs: TimeMs | null;
};

/** Key of the account's document in the store (`doc.put`). */
export function screenKey(account: AccountId): string {
  return `screen/${account}`;
}

/**
 * Reads the stored entry of `account`; undefined only where nothing is stored.
 *
 * Fails closed when the value is malformed, names another account or holds a field it should not: the account then
 * counts as listed, with kind `malformed`, for ever.
 */
export function parseScreening(json: Json | undefined, account: AccountId): ScreeningEntry | undefined {
  if (json === undefined || json === null) return undefined;
  return isEntry(json, account) ? json : { account, kind: 'malformed', severity: 'critical', source: 'store', addedMs: 0, expiresMs: null };
}

/** True while the entry is in force. Fails closed when its expiry is no number. */
export function isListed(entry: ScreeningEntry | undefined, nowMs: TimeMs): entry is ScreeningEntry {
  return entry !== undefined && (entry.expiresMs === null || !(entry.expiresMs <= nowMs));
}

const FIELDS: ReadonlySet<string> = new Set(['account', 'kind', 'severity', 'source', 'addedMs', 'expiresMs']);

function isEntry(json: Json, account: AccountId): json is ScreeningEntry {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return false;
  const entry = json as Partial<Record<keyof ScreeningEntry, Json>>;
  return (
    Object.keys(entry).every((key) => FIELDS.has(key)) &&
    entry.account === account &&
    SCREENING_KINDS.some((kind) => kind === entry.kind) &&
    SCREENING_SEVERITIES.some((severity) => severity === entry.severity) &&
    typeof entry.source === 'string' &&
    entry.source.length <= 200 &&
    isTime(entry.addedMs) &&
    (entry.expiresMs === null || isTime(entry.expiresMs))
  );
}

function isTime(value: Json | undefined): value is TimeMs {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
