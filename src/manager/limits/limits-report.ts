import type { CapScope } from '../../authz/index.ts';
import type { AgentId, TimeMs } from '../../core/ids.ts';

/** One cap over one window, as it stands. Amounts are decimal strings of the smallest parts of `unit`. */
export interface CapUse {
  /** The cap's name; `limits`, `limits.assets` and `strategy:<id>` are the agent's own limits. */
  readonly capId: string;
  readonly scope: CapScope;
  /** The asset, recipient or contract; null where the scope is a holder. */
  readonly subject: string | null;
  /** Asset id, or `USD`. */
  readonly unit: string;
  /** `transaction`, `hour`, `day`, `week`, `month`, `total`, or the length in ms. */
  readonly window: string;
  readonly limit: string;
  /** Final on the chain and in the window. */
  readonly committed: string;
  /** Held by permits that may still be used, and on its way: counts in every window. */
  readonly pending: string;
  readonly remaining: string;
  /** When the next part of what is used leaves by itself, ms; null where waiting alone frees nothing. */
  readonly resetsAt: TimeMs | null;
  /** Null where nobody is warned. */
  readonly warningThresholdPct: number | null;
}

/** One bound on how often, as it stands. */
export interface RateUse {
  /** The field, e.g. `maxPerHour`, `burst`, `perUser.maxPerDay`. */
  readonly rule: string;
  readonly windowMs: number;
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
  /** When one more will fit, ms; null where it does now. Counts the cooldown. */
  readonly resetsAt: TimeMs | null;
}

/** What an agent may still spend and do, by our own ledger. */
export interface LimitsReport {
  readonly agentId: AgentId;
  readonly atMs: TimeMs;
  /** Of caps by asset, recipient and contract those that something was counted for, at most 256 each. */
  readonly caps: readonly CapUse[];
  readonly rates: readonly RateUse[];
  /** True where there are more subjects of a cap than are shown. */
  readonly truncated: boolean;
}
