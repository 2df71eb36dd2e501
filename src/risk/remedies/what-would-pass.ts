import type { AssetId } from '../../core/index.ts';
import { assessRisk } from '../assess-risk.ts';
import type { RiskInput } from '../risk-input.ts';
import { later, onlyPayment, onlyRight, withAllowance, withAmount } from './changed-input.ts';
import { passesRisk } from './passes-risk.ts';
import type { Remedy } from './remedy.ts';

/** Quarter octaves below the amount that are looked at: down to a thousandth. */
const STEPS_DOWN = 40;
/** The largest power of ten of base units that an allowance is tried at. */
const MOST_ZEROS = 30;
const HOUR_MS = 3_600_000;
const WAITS = [
  [HOUR_MS, 'an hour'],
  [6 * HOUR_MS, 'six hours'],
  [24 * HOUR_MS, 'a day'],
  [7 * 24 * HOUR_MS, 'a week'],
] as const;

/** Terms of the gate. */
export interface PassTerms {
  readonly maxRiskScore: number;
  /** The worth of an amount in the unit of the limits; null where it has none. */
  readonly worthOf: (asset: AssetId, amount: bigint) => bigint | null;
}

/**
 * What would have made a transaction pass that does not: each remedy is the input with one change, scored again. At most 20 scores. Empty where it passes,
 * where nothing helps, and for an input whose profile is an excerpt: that knows nothing of other transactions.
 */
export function whatWouldPass(input: RiskInput, { maxRiskScore, worthOf }: PassTerms): readonly Remedy[] {
  if (input.profile?.known !== undefined) return [];
  const passing = (changed: RiskInput): number | undefined => {
    const assessment = assessRisk(changed);
    return passesRisk(assessment, maxRiskScore) ? assessment.score : undefined;
  };
  const remedies = [amountRemedy(input, passing, worthOf), allowanceRemedy(input, passing), destinationRemedy(input, passing)];
  return [...remedies, waitRemedy(input, passing)].filter((remedy) => remedy !== undefined);
}

type Passing = (changed: RiskInput) => number | undefined;

function amountRemedy(input: RiskInput, passing: Passing, worthOf: PassTerms['worthOf']): Remedy | undefined {
  const payment = onlyPayment(input);
  if (payment === undefined) return undefined;
  const at = (steps: number): bigint => twoDigits(quarterOctavesBelow(payment.amount, steps));
  const found = firstPassing(1, STEPS_DOWN, (steps) =>
    at(steps) > 0n ? passing(withAmount(input, payment, at(steps), worthOf)) : undefined,
  );
  if (found === undefined) return undefined;
  const atMost = at(found.step).toString();
  const detail = `${atMost} base units instead of ${payment.amount} would pass.`;
  return { kind: 'amount', asset: payment.asset, atMost, score: found.score, detail };
}

function allowanceRemedy(input: RiskInput, passing: Passing): Remedy | undefined {
  const right = onlyRight(input);
  if (right === undefined) return undefined;
  const zeros = right.amount === 'unlimited' ? MOST_ZEROS : Math.min(MOST_ZEROS, right.amount.toString().length - 1);
  const at = (step: number): bigint => 10n ** BigInt(zeros - step);
  const found = firstPassing(0, zeros, (step) => (at(step) === right.amount ? undefined : passing(withAllowance(input, right, at(step)))));
  if (found === undefined) return undefined;
  const atMost = at(found.step).toString();
  return { kind: 'allowance', asset: right.asset, atMost, score: found.score, detail: `An allowance of ${atMost} base units would pass.` };
}

function destinationRemedy(input: RiskInput, passing: Passing): Remedy | undefined {
  const score = passing({ ...input, allowListed: () => true });
  if (score === undefined) return undefined;
  return { kind: 'destination', score, detail: 'It would pass if the policy named whom it deals with.' };
}

function waitRemedy(input: RiskInput, passing: Passing): Remedy | undefined {
  for (const [forMs, words] of WAITS) {
    const score = passing(later(input, forMs));
    if (score !== undefined)
      return { kind: 'wait', forMs, score, detail: `In ${words} it would pass, if nothing else happens until then.` };
  }
  return undefined;
}

/** The least step found that passes, where the last one does, by halving: at most seven scores. What is returned was scored. */
function firstPassing(
  first: number,
  last: number,
  score: (step: number) => number | undefined,
): { step: number; score: number } | undefined {
  const atLast = last < first ? undefined : score(last);
  if (atLast === undefined) return undefined;
  let best = { step: last, score: atLast };
  let from = first;
  while (from < best.step) {
    const middle = Math.floor((from + best.step) / 2);
    const found = score(middle);
    if (found === undefined) from = middle + 1;
    else best = { step: middle, score: found };
  }
  return best;
}

/** An amount divided by 2^(steps/4), rounded down, exactly the same everywhere. */
function quarterOctavesBelow(amount: bigint, steps: number): bigint {
  return (amount * (QUARTERS[steps % 4] as bigint)) / (1_000_000n << BigInt(Math.floor(steps / 4)));
}

/** Millionths of 2^(-n/4). */
const QUARTERS = [1_000_000n, 840_896n, 707_106n, 594_603n] as const;

/** Rounded down to two significant digits. */
function twoDigits(amount: bigint): bigint {
  const zeros = 10n ** BigInt(Math.max(0, amount.toString().length - 2));
  return (amount / zeros) * zeros;
}
