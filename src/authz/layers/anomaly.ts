import { EMPTY_RATE, eventsIn, type LayerOutcome, type RateRow } from '../../core/index.ts';
import { detectAnomaly, parseProfile } from '../../risk/index.ts';
import type { Valuation } from '../judge-memo.ts';
import { type Layer, type LayerContext, PASS, reason } from '../layer.ts';
import { accountsOf } from '../limits/ledger-accounts.ts';
import { withValuation } from '../limits/valuation.ts';
import { ATTEMPTS_WINDOW_MS } from './rate-limit.ts';

const TEN_SECONDS_MS = 10_000;
const CODES = { amount: 'anomaly_amount', burst: 'anomaly_burst', interval: 'anomaly_interval' } as const;

/**
 * Layer 7: whether amount, pace or interval are unlike the agent's own. A burst denies until it is over, the others ask a
 * person; each leaves an event.
 */
export const anomalyLayer: Layer = Object.freeze({
  name: 'anomaly',
  judge: (context) => withValuation(context, (valuation) => judgeAnomaly(context, valuation)),
} satisfies Layer);

function judgeAnomaly(context: LayerContext, valuation: Valuation): LayerOutcome {
  const { policy, request, settings, nowMs } = context;
  const accounts = accountsOf(policy, request.agentId);
  const { last10s, lastMinute } = context.fact('rate.attempts', (state) => {
    const row = (state.row(accounts.rateKeys[1] as string) as RateRow | undefined) ?? EMPTY_RATE;
    return { last10s: 1 + eventsIn(row, TEN_SECONDS_MS, nowMs).count, lastMinute: 1 + eventsIn(row, ATTEMPTS_WINDOW_MS, nowMs).count };
  });
  const finding = context.fact('anomaly', (state) => {
    const { type, deviationScore, caution } = detectAnomaly({
      profile: parseProfile(state.doc(accounts.profileKey)),
      nowMs,
      unitAmount: valuation.outflow,
      attemptsLast10s: last10s,
      attemptsLastMinute: lastMinute,
      anomalyThreshold: settings.anomalyThreshold,
    });
    return { type, deviations: Math.round(deviationScore * 1_000) / 1_000, caution };
  });
  if (finding.type === null) return PASS;
  const { type, deviations } = finding;
  const facts = { deviations, last10s, lastMinute };
  return {
    verdict: type === 'burst' ? 'deny' : 'escalate',
    reasons: [
      reason(CODES[type], MESSAGES[type], {
        rule: 'anomalyThreshold',
        limit: String(settings.anomalyThreshold),
        requested: String(deviations),
        retryable: type === 'burst',
        facts,
      }),
    ],
    score: Math.min(100, deviations * 10),
    signals: [{ type: 'anomaly_detected', details: { type, ...facts } }],
  };
}

const MESSAGES = {
  amount: 'The amount is unlike what this agent usually pays.',
  burst: 'The agent asks much faster than it usually does.',
  interval: 'The request comes unusually soon after the last payment.',
} as const;
