import type { AgentId, Command, Decision, Verdict } from '../../core/index.ts';
import type { HabitFinding } from '../../risk/index.ts';
import { alarmCommands, habitsIn } from './risk-thresholds.ts';

const SHADOW = 'shadow/';
/** The span over which the two models are compared. */
export const SHADOW_WINDOW_MS = 30 * 86_400_000;
/** What the shipped model and the one in the shadow came to. */
export const SHADOW_CELLS = ['both', 'active', 'shadow', 'neither'] as const;
/** One of the four. */
export type ShadowCell = (typeof SHADOW_CELLS)[number];

/** Which of the two alarmed. */
export const shadowCell = ({ alarm, shadow }: HabitFinding): ShadowCell | undefined =>
  shadow === undefined ? undefined : alarm ? (shadow.alarm ? 'both' : 'active') : shadow.alarm ? 'shadow' : 'neither';

/** Counter of a cell of one model; of decisions, or of what people said of them. */
export const shadowCounter = (model: string, of: 'decisions' | 'legitimate' | 'fraud', cell: ShadowCell): string =>
  `${SHADOW}${model}/${of}/${cell}`;

/** Counts an alarm, and what the two models came to. */
export function habitCommands(
  agent: AgentId,
  verdict: Verdict,
  judged: Pick<Decision, 'facts' | 'reasons'>,
): readonly Extract<Command, { kind: 'rate.take' }>[] {
  const habits = habitsIn(judged);
  const cell = habits === undefined ? undefined : shadowCell(habits);
  const alarms = alarmCommands(agent, verdict, judged);
  if (cell === undefined || habits?.shadow === undefined) return alarms;
  const key = shadowCounter(habits.shadow.model, 'decisions', cell);
  return [...alarms, { kind: 'rate.take', key, windowMs: SHADOW_WINDOW_MS, max: null, cooldownMs: 0 }];
}
