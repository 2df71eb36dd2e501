/** Claims of one agent: the action, and when the claim ends, ms. Oldest first. */
export type HeldClaims = readonly (readonly [actionKey: string, expiresAtMs: number])[];

/**
 * Most claims that one agent has at a time: enough for whatever an agent does at once, and few enough that no agent takes every action
 * from all others, or fills the store.
 */
export const MAX_HELD = 128;

/** Reads the list at rest. An odd one counts as full: whoever damaged it gets no more claims by it. */
export function parseHeld(value: unknown): HeldClaims | undefined {
  if (value === null) return [];
  const isClaim = (one: unknown): boolean =>
    Array.isArray(one) && one.length === 2 && typeof one[0] === 'string' && Number.isSafeInteger(one[1]);
  return Array.isArray(value) && value.every(isClaim) ? (value as HeldClaims) : undefined;
}

/** The list with one more claim, or the same one for longer, and without those that are over; undefined where there is no room. */
export function withClaim(held: HeldClaims | undefined, actionKey: string, expiresAtMs: number, openAtMs: number): HeldClaims | undefined {
  if (held === undefined) return undefined;
  const kept = held.filter(([key, endsMs]) => key !== actionKey && endsMs >= openAtMs);
  return kept.length < MAX_HELD ? [...kept, [actionKey, expiresAtMs]] : undefined;
}

/** The list without a claim. */
export function withoutClaim(held: HeldClaims | undefined, actionKey: string): HeldClaims | undefined {
  return held?.filter(([key]) => key !== actionKey);
}
