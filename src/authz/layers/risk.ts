import type { LayerOutcome, LayerSignal, Reason, ReasonCode } from '../../core/index.ts';
import { assessRisk, type PatternMatch, parseProfile, parseScreening, type RiskInput, type RiskVeto } from '../../risk/index.ts';
import { screenRow } from '../judge-keys.ts';
import type { Valuation } from '../judge-memo.ts';
import type { JudgeState } from '../judge-state.ts';
import { deny, type Layer, type LayerContext, PASS, reason } from '../layer.ts';
import { accountsOf } from '../limits/ledger-accounts.ts';
import { roomInUse } from '../limits/room-in-use.ts';
import { withValuation } from '../limits/valuation.ts';
import { riskFactsOf } from './risk-facts.ts';
import { explained, learntOf } from './risk-thresholds.ts';
import { passing } from './screened.ts';

const DAY_MS = 86_400_000;

/** Layer 3: the score and the vetoes of `risk`, and what follows: above 80 or the maximum denies, from 60 a person decides. */
export const riskLayer: Layer = Object.freeze({
  name: 'risk',
  judge(context) {
    const { riskEnabled, fraudDetectionEnabled, allowUnenforced } = context.settings;
    if (!riskEnabled)
      return allowUnenforced
        ? { verdict: 'pass', reasons: [], unenforced: ['risk'] }
        : deny('risk_inputs_missing', 'Risk is switched off, which needs allowUnenforced.');
    if (!fraudDetectionEnabled && !allowUnenforced)
      return deny('risk_inputs_missing', 'Patterns of fraud are switched off, which needs allowUnenforced.');
    const judged = withValuation(context, (valuation) => judgeRisk(context, valuation));
    return fraudDetectionEnabled ? judged : withoutPatterns(judged);
  },
} satisfies Layer);

/** The same outcome, and what was not looked for. */
function withoutPatterns(judged: LayerOutcome | Promise<LayerOutcome>): LayerOutcome | Promise<LayerOutcome> {
  if (judged instanceof Promise) return judged.then(withoutPatterns);
  return { ...judged, unenforced: [...(judged.unenforced ?? []), 'fraud_detection'] };
}

function judgeRisk(context: LayerContext, valuation: Valuation): LayerOutcome {
  const { settings, output } = context;
  const lastDay = spentToday(context);
  const assessment = context.fact('risk', (state) => assess(context, valuation, lastDay, state));
  const { score } = assessment;
  output.riskScore = score;
  const denials: Reason[] = [];
  const escalations: Reason[] = [];
  for (const { code, detail, evidence } of assessment.vetoes)
    denials.push(reason(code as ReasonCode, detail, { ...shown(evidence), ...passing(code) }));
  if (!(score <= 80)) denials.push(reason('risk_critical', 'The risk score is critical.', { limit: '80', requested: String(score) }));
  if (!(score <= settings.maxRiskScore)) {
    denials.push(
      reason('risk_score_exceeded', 'The risk score is above the configured maximum.', {
        rule: 'maxRiskScore',
        limit: String(settings.maxRiskScore),
        requested: String(score),
      }),
    );
  }
  if (score >= 60)
    escalations.push(
      reason('risk_high', 'The risk score is high.', {
        limit: '60',
        requested: String(score),
        facts: { factors: assessment.factors.join(' ') },
      }),
    );
  const signals: LayerSignal[] = [];
  for (const { id, action, code, evidence } of assessment.patterns) {
    if (action === 'block') signals.push({ type: 'fraud_detected', details: { pattern: id, score } });
    if (action === 'escalate')
      escalations.push(
        reason((code ?? 'risk_high') as ReasonCode, `The request fits the pattern ${id}.`, { rule: id, ...shown(evidence) }),
      );
  }
  const verdict = denials.length > 0 ? 'deny' : escalations.length > 0 ? 'escalate' : 'pass';
  if (verdict === 'pass' && score === 0) return PASS;
  return { verdict, reasons: [...denials, ...escalations], score, ...(signals.length === 0 ? {} : { signals }) };
}

/** The assessment without its texts: what the consequences follow from. */
function assess(context: LayerContext, valuation: Valuation, lastDay: bigint | null, state: JudgeState) {
  const { effects, exposure, request, policy, settings, nowMs } = context;
  const accounts = accountsOf(policy, request.agentId);
  const input: RiskInput = {
    effects,
    wallet: request.wallet,
    nowMs,
    profile: parseProfile(state.doc(accounts.profileKey)),
    listed: (account) => parseScreening(state.doc(screenRow(account)), account),
    lists: state.lists,
    allowListed: (account) =>
      policy.destinations.has(account) ||
      policy.contracts.has(account) ||
      policy.spenders.has(account) ||
      exposure.calls.some(({ contract, protocol }) => contract === account && protocol !== null && policy.protocols.has(protocol)),
    allowList: policy.named,
    amountsInUnit: { outflow: valuation.outflow, perTransaction: accounts.unit.limits[0] ?? null, lastDay },
    decimals: (asset) => policy.tokens.get(asset)?.decimals,
    market: state.market,
    weights: settings.weights,
    declaredConfidence: request.context.confidence,
    fraudPatterns: settings.fraudDetectionEnabled,
    ...riskFactsOf(context, state),
    ...learntOf(context, state),
  };
  const assessment = assessRisk(input);
  const { score, factors, patterns, vetoes, unchecked } = assessment;
  return {
    score,
    factors: factors.map(({ id, points }) => `${id}:${Math.round(points)}`),
    patterns: patterns.map(({ id, recommendedAction, reason: code, evidence }) => ({ id, action: recommendedAction, code, evidence })),
    ...(unchecked.length === 0 ? {} : { unchecked }),
    ...explained(input, assessment, settings.maxRiskScore, valuation),
    vetoes: vetoes.map((veto) => ({ code: veto.reason, detail: veto.detail, account: veto.account, ...evidenceFor(veto, patterns) })),
  };
}

/** What a blocking pattern goes by stands with its veto; a listing goes by its list alone. */
function evidenceFor(
  { detail, reason: code }: RiskVeto,
  patterns: readonly PatternMatch[],
): { readonly evidence?: PatternMatch['evidence'] } {
  const pattern = code === 'address_blacklisted' ? undefined : patterns.find(({ name }) => name === detail);
  return pattern === undefined ? {} : { evidence: pattern.evidence };
}

/** Evidence as data of a reason; records of before it was kept have none. */
function shown(evidence: PatternMatch['evidence'] | undefined): Pick<Reason, 'facts'> {
  return evidence === undefined ? {} : { facts: evidence };
}

function spentToday(context: LayerContext): bigint | null {
  const { unit } = accountsOf(context.policy, context.request.agentId);
  const index = unit.cap.windows.findIndex(({ windowMs }) => windowMs === DAY_MS);
  return index < 0 ? null : (roomInUse(context, unit)[index] ?? null);
}
