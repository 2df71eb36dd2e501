import type { Decision, Verdict } from '../../core/index.ts';

const VERDICTS: ReadonlySet<unknown> = new Set<Verdict>(['approved', 'escalated', 'denied']);
const LAYER_VERDICTS: ReadonlySet<unknown> = new Set(['pass', 'deny', 'escalate', 'skipped']);
/** Fields of an effect that are amounts, where it has them. */
const AMOUNTS = ['amount', 'max', 'value'] as const;

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isReason = (value: unknown): boolean => isFields(value) && typeof value['code'] === 'string';

/** Whether a decision that was read from outside has the shape of one: it may come from a log that somebody else wrote. */
export function isWellFormed(decision: Decision): boolean {
  const { id, requestId, agent, policy, at, verdict, reasons, reports, facts, effects, wallet, chain, input } = decision;
  return (
    [id, requestId, agent, policy].every((text) => typeof text === 'string') &&
    Number.isSafeInteger(at) &&
    at >= 0 &&
    VERDICTS.has(verdict) &&
    Array.isArray(reasons) &&
    reasons.every(isReason) &&
    Array.isArray(reports) &&
    reports.every((report) => isFields(report) && LAYER_VERDICTS.has(report['verdict']) && isList(report['reasons'])) &&
    isFields(facts) &&
    Array.isArray(effects) &&
    effects.every(isEffect) &&
    [wallet, chain].every((account) => account === null || typeof account === 'string') &&
    (input === undefined || isFields(input))
  );
}

const isList = (value: unknown): boolean => Array.isArray(value) && value.every(isReason);

function isEffect(effect: unknown): boolean {
  if (!isFields(effect) || typeof effect['kind'] !== 'string') return false;
  return AMOUNTS.every((field) => {
    const amount = effect[field];
    return amount === undefined || amount === null || typeof amount === 'bigint' || amount === 'unlimited';
  });
}
