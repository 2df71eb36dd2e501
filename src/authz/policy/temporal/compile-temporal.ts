import type { TemporalCondition, TemporalRule } from '../../temporal/temporal-rule.ts';
import { flatAmount } from '../caps/flat-amount.ts';
import { parseDecimal, scaleDecimal } from '../language/decimal.ts';
import type { Names } from '../language/names.ts';
import type { ParsedTemporalRule } from './temporal-schema.ts';

const THEN = { reject: 'deny', require_approval: 'escalate', flag_for_review: 'review' } as const;

/** Temporal rules in canonical form; what is wrong with them stands in `names.problems`. */
export function compileTemporal(given: readonly ParsedTemporalRule[], names: Names): readonly TemporalRule[] {
  const seen = new Set<string>();
  return given.map(({ predicate, consequence, label = predicate.kind }, index) => {
    const path = `temporalRules[${index}]`;
    if (seen.has(label)) names.problems.push(`${path}.label: ${label} is there twice`);
    seen.add(label);
    return {
      id: `temporal.${label}`,
      when: conditionsOf(predicate, `${path}.predicate`, names),
      then: THEN[consequence.kind],
      label: describe(predicate),
      priority: 0,
      code: 'temporal_rule_triggered',
    };
  });
}

type Predicate = ParsedTemporalRule['predicate'];

function conditionsOf(predicate: Predicate, path: string, names: Names): readonly TemporalCondition[] {
  switch (predicate.kind) {
    case 'spend_velocity':
      return velocityOf(predicate, path, names);
    case 'contract_call_frequency': {
      const { kind: field, windowMs, threshold } = predicate;
      const contracts = names.account(predicate.contractAddress, `${path}.contractAddress`, predicate.chain);
      return contracts.map((contract) => ({ field, operator: 'gt', value: String(threshold), windowMs, contract }));
    }
    case 'success_drought': {
      const { kind: field, windowMs, threshold, warmUpMs = windowMs, minOutcomes = threshold } = predicate;
      return [{ field, operator: 'lt', value: String(threshold), windowMs, warmUpMs, minOutcomes }];
    }
    case 'consecutive_failures':
      return [{ field: predicate.kind, operator: 'gte', value: String(predicate.count), windowMs: predicate.windowMs ?? null }];
    default:
      return [{ field: predicate.kind, operator: 'gte', value: String(predicate.threshold), windowMs: predicate.windowMs }];
  }
}

function velocityOf(
  { kind: field, windowMs, token, maxAmount, decimals }: Extract<Predicate, { kind: 'spend_velocity' }>,
  path: string,
  names: Names,
): readonly TemporalCondition[] {
  const flat = { token, amount: maxAmount, ...(decimals === undefined ? {} : { decimals }) };
  const amount = parseDecimal(flatAmount(flat, path, names));
  return names.assets(token, `${path}.token`).flatMap((asset) => {
    const listed = names.token(asset);
    if (listed === undefined) names.problems.push(`${path}.token: the asset is on no token list`);
    const most = amount === undefined ? undefined : scaleDecimal(amount, listed?.decimals ?? 0);
    if (most === undefined || most === 0n) {
      names.problems.push(`${path}.maxAmount: must be above 0, with no more decimals than the token has`);
      return [];
    }
    return [{ field, operator: 'gte', value: most.toString(), windowMs, asset } as const];
  });
}

/** The rule in words, for people. */
function describe(predicate: Predicate): string {
  const span = predicate.windowMs === undefined ? '' : ` within ${predicate.windowMs / 1_000} s`;
  switch (predicate.kind) {
    case 'simulation_failure_rate':
      return `${predicate.threshold} or more failed simulations${span}.`;
    case 'contract_call_frequency':
      return `More than ${predicate.threshold} calls of ${predicate.contractAddress.slice(0, 80)}${span}.`;
    case 'success_drought':
      return `Fewer than ${predicate.threshold} successes${span}.`;
    case 'spend_velocity':
      return `${predicate.maxAmount} ${predicate.token.slice(0, 80)} or more spent${span}.`;
    case 'consecutive_failures':
      return `${predicate.count} or more failures in a row${span}.`;
    default:
      return `${predicate.threshold} or more approvals that nobody gave in time${span}.`;
  }
}
