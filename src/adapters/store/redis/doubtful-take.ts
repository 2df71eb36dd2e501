import type { TimeMs } from '../../../core/ids.ts';

/** Room that was taken and of which nobody said yet whether the record holds it: it is on its way there, or whoever took it died. */
export interface DoubtfulTake {
  /** `<request id>/<agent>`. */
  readonly id: string;
  readonly amount: bigint;
  /** Store time at which it was taken, ms. */
  readonly takenAtMs: TimeMs;
  /** Store time until which the record may hold it unredeemed. */
  readonly untilMs: TimeMs;
  readonly decisionId: string;
}

/** What the counter keeps of a take: `<amount> <taken at> <until> <decision>`. */
export function takeText(amount: bigint, nowMs: TimeMs, untilMs: TimeMs, decisionId: string): string {
  return `${amount} ${nowMs} ${untilMs} ${decisionId}`;
}

/** Reads {@link takeText}; undefined for anything else. */
export function parseTake(id: string, text: string): DoubtfulTake | undefined {
  const [, amount, takenAtMs, untilMs, decisionId] = /^(\d+) (\d+) (\d+) (.*)$/s.exec(text) ?? [];
  if (amount === undefined || decisionId === undefined) return undefined;
  return { id, amount: BigInt(amount), takenAtMs: Number(takenAtMs), untilMs: Number(untilMs), decisionId };
}
