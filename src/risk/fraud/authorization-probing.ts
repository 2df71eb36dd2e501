import type { RiskContext } from '../risk-context.ts';
import type { PatternAnswer } from './pattern.ts';

const MS_PER_HOUR = 3_600_000;
/** Denied requests within an hour, where they are at least half of all; and those that are too many beside any number of others. */
const SOME = 5;
const SHARE = 0.5;
const MANY = 20;

/**
 * `authorization_probing`: just before, the gate said no many times, and now something is asked for again. Who holds a hijacked agent feels for what passes.
 * Alerts; escalates where no number of granted requests between would explain it.
 *
 * Of 35 payment orders sent in the name of Bangladesh Bank in February 2016 thirty were stopped; five passed. Avoiding it costs the attacker patience:
 * fewer than five refusals an hour. An honest agent in a loop fits it too, and should be looked at just the same.
 */
export function authorizationProbing({ input: { attempts } }: RiskContext): PatternAnswer {
  if (attempts === undefined) return { unchecked: 'authorization_probing' };
  const { denied, total, withinMs } = attempts;
  // Of a longer time an hour's share counts; what is no number counts as everything.
  const inHour = denied * Math.min(1, MS_PER_HOUR / withinMs);
  const isMany = !(inHour < MANY);
  if (!isMany && (inHour < SOME || denied < SHARE * total)) return undefined;
  return {
    id: 'authorization_probing',
    name: 'Many refusals just before',
    confidence: isMany ? 0.8 : 0.6,
    recommendedAction: isMany ? 'escalate' : 'alert',
    evidence: { denied: finite(denied), total: finite(total), withinMs: finite(withinMs) },
    reason: isMany ? 'risk_high' : null,
  };
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
