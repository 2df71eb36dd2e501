import type { JudgeInput, Judgement, Permissions, TemporalRuleInput } from '../../src/authz/index.ts';
import { type ActionRequest, type Effect, type Json, noteOutcome, type Outcome, type OutcomeRow, storeKey } from '../../src/core/index.ts';
import { foreign, judgeOnce, NOW, OPEN, policyOf, ROUTER } from './fixture.ts';

/** A policy that lets everything of the tests pass but for these rules. */
export const under = (...temporalRules: readonly TemporalRuleInput[]): Permissions => ({
  ...OPEN,
  allowedContracts: [{ address: ROUTER }],
  limits: { perTransaction: 1_000, daily: 5_000, weekly: 5_000, monthly: 5_000, assets: { USDC: { daily: 1_000_000 } } },
  temporalRules,
});

/** The row of an agent whose requests ended so, at these moments. */
export function outcomes(...ended: readonly (readonly [Outcome, number])[]): Readonly<Record<string, Json>> {
  const row = ended.reduce<OutcomeRow | undefined>((before, [outcome, atMs]) => noteOutcome(before, outcome, atMs), undefined);
  return row === undefined ? {} : { [storeKey.outcomes('a1')]: row as unknown as Json };
}

/** The document beside a policy that says since when its counters count. */
export const counting = (since: Readonly<Record<string, number>>): Readonly<Record<string, Json>> => ({
  [storeKey.doc('policy/a1')]: { version: 1, value: { temporal: since } },
});

/** One judgement under temporal rules. */
export async function judged(scene: {
  readonly rules: readonly TemporalRuleInput[];
  readonly rows?: Readonly<Record<string, Json>>;
  readonly effects?: readonly Effect[];
  readonly agent?: string;
  readonly request?: ActionRequest;
  readonly over?: Partial<JudgeInput>;
}): Promise<Judgement> {
  return judgeOnce({
    policy: policyOf(under(...scene.rules)),
    rows: scene.rows ?? {},
    ...(scene.effects === undefined ? {} : { effects: scene.effects }),
    request: scene.request ?? foreign({ type: 'transaction', agentId: scene.agent ?? 'a1', receivedAtMs: NOW }),
    over: scene.over ?? {},
  });
}

/** What the policy layer's rules over history told, `<rule>: <code>`. */
export const toldBy = ({ reports }: Judgement): readonly string[] =>
  reports.flatMap(({ reasons }) => reasons.flatMap(({ code, rule }) => (code.startsWith('temporal_') ? [`${rule}: ${code}`] : [])));
