import { type Clock, createDeadlines, type Decision, type Reason, type ReasonCode, type Verdict } from '../../core/index.ts';
import type { ActionValidator, ValidatorAnswer } from '../action-validator.ts';
import { createJudge, type Judge } from '../judge.ts';
import type { JudgeInput, SharedPlace } from '../judge-input.ts';
import type { JudgeSettings } from '../judge-settings.ts';
import type { Layer } from '../layer.ts';
import { STANDARD_LAYERS } from '../layers/index.ts';
import type { CompiledPolicy } from '../policy/index.ts';
import { factsKept } from './facts-kept.ts';
import { readInput } from './read-input.ts';
import { FactLacking, HISTORY_OF_THEN } from './recorded-facts.ts';
import { recordedState } from './recorded-state.ts';

/** What a recorded decision comes to under some rules. */
export interface JudgedAgain {
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
  /** Facts that the rules need and the record lacks; where there are any, the verdict is `denied`. */
  readonly indeterminate: readonly string[];
}

/** Faults of a layer: facts of that moment, and no consequence of the rules. */
const FAULTS: ReadonlySet<ReasonCode> = new Set<ReasonCode>(['layer_threw', 'layer_timed_out', 'layer_malformed']);
/** No time passes: what was late then stands in the record as a fault. */
const STILL: Clock = { nowMs: () => 0, monotonicMs: () => 0, schedule: () => ({ cancel: () => undefined }) };
const DEADLINES = createDeadlines(STILL);
const JUDGES_KEPT = 64;

/**
 * Judges a recorded decision again under `after`, from nothing but the record and the rules `before` that it was judged under.
 * Deterministic: the same record and rules come to the same verdict and reasons, in the same order. Undefined where the decision
 * kept nothing to judge from.
 */
export async function judgeAgain(decision: Decision, before: CompiledPolicy, after: CompiledPolicy): Promise<JudgedAgain | undefined> {
  const read = readInput(decision);
  if (read === undefined) return undefined;
  const lacking = new Set<string>();
  const place = placeOf(decision);
  const isSame = before.digest === after.digest;
  const { simulation: _again, ...recorded } = decision.facts;
  const input: JudgeInput = {
    ...read,
    ...(place === undefined ? {} : { place }),
    policy: after,
    rows: { keys: [], values: [] },
    simulate: null,
    tokens: [...after.tokens.values()],
    deadlineMs: read.nowMs + 1,
    recorded: {
      facts: isSame ? recorded : factsKept(decision, before, after),
      state: recordedState(decision, after),
      lacking(name) {
        // When room returns is told to whoever is denied, and decides nothing.
        if (name.includes('limits.room.')) return null;
        lacking.add(name);
        return undefined;
      },
    },
  };
  const judged = await judgeFor(decision, (name) => lacking.add(name)).judge(input);
  const { verdict, reasons } = decision.input?.overruled === undefined ? judged : overruled(decision, judged);
  const indeterminate = [...lacking];
  return { verdict: indeterminate.length > 0 ? 'denied' : verdict, reasons, indeterminate };
}

/** What the store said no to then it says no to now; a denial of the layers never came so far. */
function overruled({ reasons }: Decision, judged: Pick<JudgedAgain, 'verdict' | 'reasons'>): Pick<JudgedAgain, 'verdict' | 'reasons'> {
  const [refusal] = reasons;
  return judged.verdict === 'denied' || refusal === undefined ? judged : { verdict: 'denied', reasons: [refusal, ...judged.reasons] };
}

function placeOf({ input, facts }: Decision): SharedPlace | undefined {
  if (input?.cancels === undefined) return undefined;
  const lines = (facts['limits.shared'] ?? facts['union.limits.shared']) as readonly (readonly [string, string])[] | undefined;
  return {
    isCancel: input.cancels,
    get lines() {
      if (lines === undefined) throw new FactLacking('limits.shared');
      return lines.map(([account, amount]) => ({ account, amount }));
    },
  };
}

const judges = new Map<string, Judge>();

/** The judge with the settings of that moment; a layer that failed then fails now, and a validator says what it said. */
function judgeFor(decision: Decision, lacking: (name: string) => void): Judge {
  const { input, reports } = decision;
  const { intentValidator, strategyValidator, eventStore, ...given } = input?.settings ?? {};
  const settings = { ...given, ...(eventStore === undefined ? {} : { eventStore: HISTORY_OF_THEN }) } as Partial<JudgeSettings>;
  const faulty = reports.filter(({ reasons }) => reasons.some(({ code }) => FAULTS.has(code)));
  if (faulty.length > 0 || intentValidator !== undefined || strategyValidator !== undefined) {
    const layers = STANDARD_LAYERS.map((layer): Layer => {
      const fault = faulty.find((report) => report.layer === layer.name);
      return fault === undefined ? layer : { name: layer.name, judge: () => ({ verdict: 'deny', reasons: fault.reasons }) };
    });
    const said = (code: ReasonCode): ActionValidator => ({ validate: async () => answerOf(decision, code, lacking) });
    const validators = {
      ...(intentValidator === undefined ? {} : { intentValidator: said('intent_validator_rejected') }),
      ...(strategyValidator === undefined ? {} : { strategyValidator: said('strategy_validator_rejected') }),
    };
    return createJudge({ clock: STILL, deadlines: DEADLINES, settings: { ...settings, ...validators }, layers });
  }
  const key = JSON.stringify({ ...given, eventStore: eventStore !== undefined });
  let judge = judges.get(key);
  if (judge === undefined) {
    judge = createJudge({ clock: STILL, deadlines: DEADLINES, settings });
    if (judges.size >= JUDGES_KEPT) judges.clear();
    judges.set(key, judge);
  }
  return judge;
}

/** A validator's answer as the decision tells it. */
function answerOf({ facts, reasons }: Decision, code: ReasonCode, lacking: (name: string) => void): ValidatorAnswer {
  const name = `validator.${code}`;
  const fact = (facts[name] ?? facts[`union.${name}`]) as unknown as Omit<ValidatorAnswer, 'reasoning'> | undefined;
  if (fact === undefined) {
    lacking(name);
    throw new FactLacking(name);
  }
  return { ...fact, reasoning: reasons.find((reason) => reason.code === code)?.message ?? '' };
}
