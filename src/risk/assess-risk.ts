import { PATTERNS } from './fraud/index.ts';
import { habitFinding } from './habit-finding.ts';
import { COLD_BELOW } from './profile.ts';
import type { PatternAction, PatternId, PatternMatch, RiskAssessment, RiskFactor, RiskFlag, RiskVeto } from './risk-assessment.ts';
import type { RiskContext } from './risk-context.ts';
import { riskContext } from './risk-context.ts';
import type { RiskInput } from './risk-input.ts';
import { levelOf, scoreOf } from './score.ts';
import { SIGNALS } from './signals/index.ts';

/** Points of the market from which there is something to do about it. */
const MARKET_ADVICE_FROM = 20;
/** Points that a matched pattern adds, times its confidence. */
const PATTERN_POINTS: Readonly<Record<PatternAction, number>> = { block: 97, escalate: 40, alert: 20, monitor: 15, flag: 15 };

/**
 * Scores what a transaction is about to do: pure, synchronous, O(effects), without clock, dice or network.
 *
 * Fails closed: a missing input raises the score and stands in `flags`; a listed account and a blocking pattern are
 * vetoes whatever the score. Throws only where `listed` or `allowListed` throw or an id is malformed.
 */
export function assessRisk(input: RiskInput): RiskAssessment {
  const context = riskContext(input);
  const factors: RiskFactor[] = [];
  for (const signal of SIGNALS) {
    const factor = signal(context);
    if (factor !== undefined) insert(factors, factor);
  }
  const patterns: PatternMatch[] = [];
  const unchecked: PatternId[] = [];
  for (const pattern of input.fraudPatterns === false ? [] : PATTERNS) {
    const match = pattern(context);
    if (match === undefined) continue;
    if ('unchecked' in match) {
      unchecked.push(match.unchecked);
      continue;
    }
    patterns.push(match);
    insert(factors, factorOf(match));
  }
  const breakdown = scoreOf(factors, input.weights);
  const vetoes = vetoesOf(context, patterns);
  const score = breakdown.aggregate;
  const habits = habitFinding(context);
  return {
    score,
    level: levelOf(score),
    breakdown,
    factors,
    flags: flagsOf(context, factors),
    patterns,
    unchecked,
    recommendations: recommendationsOf(factors, vetoes),
    ...(habits === undefined ? {} : { habits }),
    vetoes,
  };
}

function factorOf(match: PatternMatch): RiskFactor {
  return {
    id: `pattern:${match.id}`,
    component: 'transaction',
    points: PATTERN_POINTS[match.recommendedAction] * match.confidence,
    detail: match.name,
    reason: match.reason,
  };
}

/** Puts a factor behind those of as many points: there are few of them. */
function insert(factors: RiskFactor[], factor: RiskFactor): void {
  let at = factors.length;
  factors.push(factor);
  for (; at > 0 && (factors[at - 1] as RiskFactor).points < factor.points; at -= 1) factors[at] = factors[at - 1] as RiskFactor;
  factors[at] = factor;
}

function vetoesOf(context: RiskContext, patterns: readonly PatternMatch[]): readonly RiskVeto[] {
  const vetoes: RiskVeto[] = [];
  for (const { account, listing } of context.parties) {
    if (listing === undefined || vetoes.some((veto) => veto.account === account)) continue;
    vetoes.push({ reason: 'address_blacklisted', detail: `${account} is listed by ${listing.source}.`, account });
  }
  for (const { list, why, required } of context.input.lists?.lacking ?? [])
    if (required) vetoes.push({ reason: 'screening_unavailable', detail: `The screening list ${list} is lacking: ${why}.`, account: null });
  for (const match of patterns) {
    if (match.recommendedAction !== 'block') continue;
    const account = context.parties.find((party) => party.account === match.evidence['destination'])?.account ?? null;
    vetoes.push({ reason: match.reason ?? 'risk_critical', detail: match.name, account });
  }
  return vetoes;
}

/** Flag of each factor that has one. */
const FLAG_OF: Readonly<Record<string, RiskFlag>> = {
  market_missing: 'no_market_data',
  market_stale: 'market_stale',
  volatility_unknown: 'volatility_unknown',
  price_impact_unknown: 'price_impact_unknown',
  liquidity_unknown: 'liquidity_unknown',
  liquidity_thin: 'liquidity_thin',
  depeg: 'depeg',
  peg_unknown: 'peg_unknown',
  market_divergent: 'market_divergent',
  gas_spike: 'gas_spike',
  fee_unknown: 'fee_unknown',
  amount_unpriced: 'amount_unpriced',
  new_destination: 'new_destination',
  address_lookalike: 'lookalike',
  address_blacklisted: 'listed',
  effect_unknown: 'effects_unknown',
  allowance_unlimited: 'allowance_unlimited',
};

function flagsOf(context: RiskContext, factors: readonly RiskFactor[]): readonly RiskFlag[] {
  const flags: RiskFlag[] = [];
  for (const { reason } of factors) {
    if (reason !== 'risk_inputs_missing') continue;
    flags.push('inputs_missing');
    break;
  }
  const { profile } = context.input;
  if (profile === undefined) flags.push('no_profile');
  else if (Math.min(profile.count, profile.priced) < COLD_BELOW) flags.push('profile_cold');
  for (const { id } of factors) {
    const flag = FLAG_OF[id];
    if (flag !== undefined) flags.push(flag);
  }
  return flags;
}

/** What a person or program should do about each factor. */
const ADVICE: Readonly<Record<string, string>> = {
  address_blacklisted: 'Do not deal with a listed account.',
  listing_doubtful: 'Look at what the list says of the account, and exempt it where it is ordinary.',
  listed_neighbour: 'Ask where the money of this account comes from and goes to.',
  screening_incomplete: 'Load the list that is lacking.',
  address_lookalike: 'Compare the whole destination with the one that was meant, not its ends.',
  'pattern:rapid_drain': 'Pause the agent and look at what drives its payments.',
  'pattern:gradual_increase': 'Look at why the amounts keep growing.',
  'pattern:structuring': 'Add the payments to this account up before the next one.',
  'pattern:dust_bait': 'Take the destination from where it was agreed, never from the list of past transactions.',
  'pattern:approval_phishing': 'Revoke rights that were given to this account.',
  'pattern:fan_out': 'Look at why so many accounts are new.',
  'pattern:consolidation_exit': 'Pause the agent and ask where everything is to go.',
  'pattern:authorization_probing': 'Look at what the agent tried before.',
  'pattern:sandwich_exposure': 'Demand close to what the market gives.',
  'pattern:fake_token': 'Compare the contract of the token with the issuer’s own.',
  'pattern:mimicked_comment': 'Confirm with its owner whom the comment belongs to.',
  'pattern:fleet_coordination': 'Look at what the agents of the fleet have read alike.',
  'pattern:timing_attack': 'Look at what the agent does at this hour.',
  new_destination: 'Confirm the destination through another channel.',
  allowance_unlimited: 'Approve exactly the amount that is needed.',
  allowance_new_spender: 'Confirm what the spender is.',
  control_change: 'Let an owner make this change outside the agent.',
  effect_unknown: 'Let a person read the undecoded call.',
  amount_unusual: 'Have a person confirm the amount.',
  amount_unpriced: 'Register the asset and a price for it.',
  market_missing: 'Configure a source of market data for what is moved.',
  market_stale: 'Look at why the source of market data no longer tells anything new.',
  volatility: 'Wait until the price settles, or send less.',
  price_impact: 'Split the trade, or wait for a deeper market.',
  liquidity_thin: 'Send less: the market does not hold enough to give what this is said to be worth.',
  depeg: 'Find out why the token lost its peg before anything is paid in it.',
  peg_unknown: 'Configure a price of the token in the unit of its peg.',
  market_divergent: 'Find out which source of prices is wrong.',
  gas_spike: 'Wait until fees are what they usually are.',
};

function recommendationsOf(factors: readonly RiskFactor[], vetoes: readonly RiskVeto[]): readonly string[] {
  const advice: string[] = [];
  for (const { id, component, points } of factors) {
    const line = ADVICE[id];
    // Every market swings a little, and every trade moves it.
    if (line !== undefined && (component !== 'market' || points >= MARKET_ADVICE_FROM)) advice.push(line);
  }
  return vetoes.length > 0 ? ['Do not send this transaction.', ...advice] : advice;
}
