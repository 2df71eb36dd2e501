import type { LayerOutcome, LedgerCap, Reason } from '../../core/index.ts';
import { type LayerContext, reason, settleFindings } from '../layer.ts';
import type { OutsideFigures } from './ask-event-store.ts';
import type { Review, TemporalFindings } from './findings.ts';
import { type Meter, NO_LIMIT, temporalState } from './meters.ts';
import { outcomeFigure } from './outcome-figures.ts';
import { addedTo, countedSince, usedOn } from './read-meters.ts';
import type { TemporalCondition, TemporalRule } from './temporal-rule.ts';

const NONE: TemporalFindings = { denials: [], escalations: [], reviews: [], lines: [], caps: [] };

/**
 * Every temporal rule against the agent's history and the transaction at hand; all that match are told. A counter is taken in the
 * deciding step under the bound that held here, so that of two requests at once the second finds the first.
 *
 * Fails closed: a history that cannot be read, or does not reach back over the window, denies.
 */
export function temporalFindings(context: LayerContext, outside: OutsideFigures): TemporalFindings {
  const { policy, request } = context;
  if (policy.temporal.length === 0 || context.place?.isCancel === true) return NONE;
  const { meters } = temporalState(policy, request.agentId);
  const denials: Reason[] = [];
  const escalations: Reason[] = [];
  const reviews: Review[] = [];
  const triggered = new Set<TemporalRule>();
  const found = (rule: TemporalRule, condition: TemporalCondition, figure: string): void => {
    if (triggered.has(rule)) return;
    triggered.add(rule);
    if (rule.then === 'review') reviews.push({ rule: rule.id, label: rule.label, found: figure, limit: condition.value });
    else (rule.then === 'deny' ? denials : escalations).push(told(rule, condition, figure));
  };
  for (const rule of policy.temporal) {
    for (const [index, condition] of rule.when.entries()) {
      if (condition.asset !== undefined || condition.contract !== undefined) continue;
      const told = outsideFigure(outside, rule, index);
      if (told === null) denials.push(unreadable(rule));
      else if (told !== undefined && meets(condition, told)) found(rule, condition, told.toString());
      const figure = outcomeFigure(context, condition);
      if (figure === null) denials.push(unreadable(rule));
      else if (figure.holds) found(rule, condition, String(figure.figure));
    }
  }
  const charges = new Map<Meter['at'], bigint>();
  for (const meter of meters) {
    const added = addedTo(context, meter);
    if (added === 0n) continue;
    const uncovered = reachesBack(context, meter);
    if (uncovered !== undefined) denials.push(uncovered);
    if (added === 'unlimited') found(meter.rule, meter.condition, 'unlimited');
    else {
      const told = outsideFigure(outside, meter.rule, meter.rule.when.indexOf(meter.condition));
      if (told === null) denials.push(unreadable(meter.rule));
      const used = usedOn(context, meter.at)[meter.window] ?? 0n;
      // Both saw much of the same: the larger of them, not their sum.
      const total = (told != null && told > used ? told : used) + added;
      if (total > meter.most) found(meter.rule, meter.condition, total.toString());
      charges.set(meter.at, added);
    }
  }
  const lines = [...charges].map(([{ account }, amount]) => ({ account, amount: amount.toString() }));
  return { denials, escalations, reviews, lines, caps: [...charges.keys()].map((at) => capOf(at, meters, triggered)) };
}

/** The outcome of the other checks with that of the temporal rules: every one of these that matches is told, whatever decides. */
export function settleTemporal(
  { denials: late, escalations: asked, reviews }: TemporalFindings,
  denials: readonly Reason[],
  escalations: readonly Reason[],
): LayerOutcome {
  const signals = reviews.map(({ rule, found, limit }) => ({
    type: 'anomaly_detected' as const,
    details: { type: 'review', rule, found, limit },
  }));
  const { verdict, reasons } = settleFindings([...denials, ...late], denials.length + late.length > 0 ? asked : [...escalations, ...asked]);
  return { verdict, reasons, ...(signals.length === 0 ? {} : { signals }) };
}

/** The bounds of rules that did not trigger; under one that did, and was answered, everything passes and goes on counting. */
function capOf(at: Meter['at'], meters: readonly Meter[], triggered: ReadonlySet<TemporalRule>): LedgerCap {
  const windows = meters
    .filter((meter) => meter.at === at)
    .map(({ rule, condition, most }) => ({
      windowMs: condition.windowMs,
      limit: triggered.has(rule) ? NO_LIMIT : most.toString(),
      rule: rule.id,
    }));
  return { account: at.account, windows };
}

function told(rule: TemporalRule, { field, value, windowMs, asset }: TemporalCondition, figure: string): Reason {
  return reason(rule.code, `A rule over the agent’s history matches: ${rule.label}`, {
    rule: rule.id,
    limit: value,
    requested: figure,
    ...(asset === undefined ? {} : { unit: asset }),
    retryable: windowMs !== null,
    facts: { predicate: field, windowMs },
  });
}

/** The figure of the deployment's own event store; undefined where there is none, null where it cannot say. */
function outsideFigure(outside: OutsideFigures, { id }: TemporalRule, index: number): bigint | null | undefined {
  if (outside === null) return undefined;
  const figure = outside[id]?.[index];
  return typeof figure === 'string' && /^\d{1,96}$/.test(figure) ? BigInt(figure) : null;
}

const meets = ({ operator, value }: TemporalCondition, figure: bigint): boolean =>
  operator === 'lt' ? figure < BigInt(value) : figure >= BigInt(value);

function unreadable(rule: TemporalRule): Reason {
  return reason('temporal_history_unavailable', 'How earlier requests ended cannot be read.', { rule: rule.id, retryable: true });
}

/** Why the counter does not answer for its whole window; undefined where it does. */
function reachesBack(context: LayerContext, { rule, condition, at }: Meter): Reason | undefined {
  const since = countedSince(context, condition);
  const resetsAtMs = (since ?? 0) + (condition.windowMs ?? 0);
  if (since === 0 || (since !== null && context.nowMs >= resetsAtMs)) return undefined;
  return reason('temporal_history_unavailable', 'The history does not reach back over the window of a rule.', {
    rule: rule.id,
    retryable: since !== null,
    ...(since === null ? {} : { resetsAtMs }),
    facts: { counter: at.counter },
  });
}
