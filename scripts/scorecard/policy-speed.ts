import { measurePolicy, type PolicyCost } from '../../bench/policy.ts';
import type { Bar, Measurement, Mode } from './bar.ts';

const us = (ns: number): string => `${(ns / 1e3).toFixed(2)} µs`;

function shown({ rules, bound, jsonRulesNs, casbinNs, compared, withRules }: PolicyCost, part: number): Measurement {
  return {
    figure: `1/${(1 / bound.ratio).toFixed(0)} (95 %: 1/${(1 / bound.upper).toFixed(0)})`,
    pass: bound.upper <= 1 / part,
    notes: [
      `${rules} rules: ${us(bound.a)} a request, Cedar ${us(bound.b)}, json-rules-engine ${us(jsonRulesNs)}, casbin ${us(casbinNs)}, medians of ${bound.rounds} rounds in one process`,
      `the same determining rules found by all four on ${compared} requests, ${withRules} of them with a rule against`,
    ],
  };
}

const measured = (count: number, mode: Mode): Promise<PolicyCost> =>
  measurePolicy(count, { rounds: mode === 'full' ? 31 : 11, requests: mode === 'full' ? 1_024 : 128 });

const few: Bar = {
  name: '20 rules beside Cedar',
  isTiming: true,
  target: 'at most 1/300',
  run: async (mode) => shown(await measured(20, mode), 300),
};

const many: Bar = {
  name: '1,000 rules beside Cedar',
  isTiming: true,
  target: 'at most 1/5,000',
  run: async (mode) => shown(await measured(1_000, mode), 5_000),
};

/** Cost must not grow with rules that an item is not about. */
const flat: Bar = {
  name: '1,000 rules beside 20',
  isTiming: true,
  target: 'at most 2 ×',
  async run(mode) {
    const [small, large] = [await measured(20, mode), await measured(1_000, mode)];
    const ratio = large.bound.a / small.bound.a;
    return { figure: `${ratio.toFixed(2)} ×`, pass: ratio <= 2, notes: [`${us(large.bound.a)} beside ${us(small.bound.a)}`] };
  },
};

/** A published mix of rules in four engines. */
export const bars: readonly Bar[] = [few, many, flat];
