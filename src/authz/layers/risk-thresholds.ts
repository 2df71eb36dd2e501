import {
  type AgentId,
  type AssetId,
  type Command,
  type Decision,
  EMPTY_RATE,
  eventsIn,
  type RateRow,
  type ReasonCode,
  storeKey,
  type TimeMs,
  type Verdict,
} from '../../core/index.ts';
import {
  type HabitFinding,
  parseScoreRecord,
  passesRisk,
  type Remedy,
  type RiskAssessment,
  type RiskInput,
  type StrongReason,
  strongestReasons,
  whatWouldPass,
} from '../../risk/index.ts';
import type { Valuation } from '../judge-memo.ts';
import type { JudgeState } from '../judge-state.ts';
import type { LayerContext } from '../layer.ts';

/** The span over which alarms by habits are counted. */
export const ALARMS_WINDOW_MS = 86_400_000;
const ALARMS = 'alarms/';
/** Escalations that rest on scores and habits alone, and not on a rule, a limit or a pattern. */
const SOFT: ReadonlySet<ReasonCode> = new Set<ReasonCode>(['risk_high', 'anomaly_amount', 'anomaly_interval']);

/** Row key of an agent's own scores. */
export const scoresRow = (agent: AgentId): string => storeKey.doc(`threshold/${agent}`);
/** Row key of its alarms by habits. */
export const alarmsRow = (agent: AgentId): string => storeKey.rate(ALARMS + agent);
/** What all of those begin with. */
export const ALARMS_PREFIX: string = storeKey.rate(ALARMS);
/** The rows that the threshold of an agent follows from. */
export const thresholdRows = (agent: AgentId): readonly string[] => [scoresRow(agent), alarmsRow(agent)];

/** Alarms in the last 24 hours. A count that cannot be read is none, so that a person is asked sooner. */
export function alarmsIn(row: unknown, nowMs: TimeMs): number {
  const { count } = eventsIn((row as RateRow | undefined) ?? EMPTY_RATE, ALARMS_WINDOW_MS, nowMs);
  return Number.isSafeInteger(count) ? count : 0;
}

/** What the risk layer knows of the agent's own scores, and the model in the shadow. */
export function learntOf(
  { request, settings, nowMs }: Pick<LayerContext, 'request' | 'settings' | 'nowMs'>,
  state: Pick<JudgeState, 'doc' | 'row'>,
): Pick<RiskInput, 'scores' | 'alarmsLately' | 'shadowModel'> {
  return {
    scores: parseScoreRecord(state.doc(scoresRow(request.agentId))),
    alarmsLately: alarmsIn(state.row(alarmsRow(request.agentId)), nowMs),
    shadowModel: settings.shadowModel,
  };
}

/** Why, and what would have passed: with a decision that does not pass. JSON-safe. */
export type Explained = {
  readonly habits?: HabitFinding;
  /** The three strongest reasons. */
  readonly because?: readonly StrongReason[];
  readonly wouldPass?: readonly Remedy[];
};

/** What a decision keeps of habits, reasons and remedies. */
export function explained(
  input: RiskInput,
  assessment: RiskAssessment,
  maxRiskScore: number,
  { worthOf }: Pick<Valuation, 'worthOf'>,
): Explained {
  const { habits } = assessment;
  const told = habits === undefined ? {} : { habits };
  if (passesRisk(assessment, maxRiskScore)) return told;
  const worth = (asset: AssetId, amount: bigint): bigint | null => {
    const value = worthOf({ asset, amount });
    return typeof value === 'bigint' ? value : null;
  };
  return { ...told, because: strongestReasons(assessment), wouldPass: whatWouldPass(input, { maxRiskScore, worthOf: worth }) };
}

/** What the model of habits said of a decision, over the simulated effects where there were some; undefined where it said nothing. */
export function habitsIn({ facts }: Pick<Decision, 'facts'>): HabitFinding | undefined {
  const found = [facts['union.risk'], facts['risk']].map((fact) => (fact as { readonly habits?: HabitFinding } | undefined)?.habits);
  const sound = found.filter((habits) => habits !== undefined && typeof habits.model === 'string' && Number.isFinite(habits.odds));
  return sound.find((habits) => habits?.alarm === true) ?? sound[0];
}

/** The count that an alarm by habits alone leaves: what also a rule or a pattern asks about tires nobody in vain. */
export function alarmCommands(
  agent: AgentId,
  verdict: Verdict,
  { facts, reasons }: Pick<Decision, 'facts' | 'reasons'>,
): readonly Extract<Command, { kind: 'rate.take' }>[] {
  if (verdict !== 'escalated' || habitsIn({ facts })?.alarm !== true) return [];
  if (!reasons.every(({ code, rule }) => SOFT.has(code) && (code !== 'risk_high' || rule === undefined))) return [];
  return [{ kind: 'rate.take', key: ALARMS + agent, windowMs: ALARMS_WINDOW_MS, max: null, cooldownMs: 0 }];
}
