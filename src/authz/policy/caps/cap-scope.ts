/** Who spends: one agent, everybody of one user, one wallet, or all. */
export const HOLDERS = ['agent', 'user', 'wallet', 'fleet'] as const;
/** Whose spending one account of a cap counts. */
export type CapHolder = (typeof HOLDERS)[number];

/** What a cap keeps one account each for: a holder, or what the effects name. */
export const CAP_SCOPES = [...HOLDERS, 'asset', 'recipient', 'contract'] as const;
/** What a cap keeps one account each for. */
export type CapScope = (typeof CAP_SCOPES)[number];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Windows by name, ms: `0` bounds one transaction, `null` everything for ever; a day, a week and a month are 24 h, 7 d and 30 d. */
export const CAP_WINDOWS = {
  transaction: 0,
  hour: HOUR_MS,
  day: DAY_MS,
  week: 7 * DAY_MS,
  month: 30 * DAY_MS,
  total: null,
} as const;
/** The name of a window. */
export type CapWindowName = keyof typeof CAP_WINDOWS;
/** The names of the windows. */
export const CAP_WINDOW_NAMES = Object.keys(CAP_WINDOWS) as [CapWindowName, ...CapWindowName[]];
