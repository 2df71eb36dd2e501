import {
  comparePolicies,
  diffPolicies,
  type PolicyDifference,
  type ProbeDifference,
  type RuleDifferences,
  type ValueDifference,
} from '../../../index.ts';
import type { ConfigPolicies } from '../../../manager/index.ts';
import type { Command } from '../command.ts';
import { loadNamedConfig } from '../load-config.ts';
import { policiesOf } from '../policies-of.ts';
import { ruleText, temporalText } from '../policy-words.ts';

const valueLine = ({ path, before = 'none', after = 'none' }: ValueDifference): string => `  ${path}: ${before} -> ${after}`;
const probeLine =
  (word: string) =>
  ({ action, reasons }: ProbeDifference): string =>
    `  ${word}: ${action}${reasons.length === 0 ? '' : ` (${reasons.join(', ')})`}`;

function ruleLines<R extends { readonly id: string }>(
  { added, removed, changed }: RuleDifferences<R>,
  textOf: (rule: R) => string,
): readonly string[] {
  return [
    ...added.map((rule) => `  rule added: ${textOf(rule)}`),
    ...removed.map((rule) => `  rule removed: ${textOf(rule)}`),
    ...changed.map(({ before, after }) => `  rule changed: ${textOf(before)} -> ${textOf(after)}`),
  ];
}

function differenceLines({ rules, temporal, tree, leaves, limits, lists, settings }: PolicyDifference): readonly string[] {
  return [
    ...ruleLines(rules, ruleText),
    ...ruleLines(temporal, temporalText),
    ...[...limits, ...lists, ...settings, ...tree].map(valueLine),
    ...leaves.flatMap(({ path, difference }) => [`  leaf ${path}:`, ...differenceLines(difference).map((line) => `  ${line}`)]),
  ];
}

async function compare(agent: string, a: ConfigPolicies, b: ConfigPolicies, generates: boolean) {
  const [old, now] = [a.permissions.get(agent), b.permissions.get(agent)];
  if (old === undefined || now === undefined)
    return { agent, only: old === undefined ? 'b' : 'a', difference: null, actions: null } as const;
  const [before, after] = [a.compile(old), b.compile(now)];
  return {
    agent,
    only: null,
    difference: diffPolicies(before, after),
    actions: generates ? await comparePolicies(before, after) : null,
  } as const;
}

/** `castellan diff`: what two configurations say differently, and which actions show it. */
export const diff: Command = {
  name: 'diff',
  usage: '--config-a <file> --config-b <file> [--generate-actions]',
  summary: 'Compare the policies of two configurations, in the one form that all permissions compile to.',
  notes: [
    'With --generate-actions both are asked about actions at the edge of everything that either says.',
    'Exit code 1 where an action is newly denied or newly allowed, or an agent is in one of them alone; 2 where only the words differ.',
  ],
  options: {
    'config-a': { type: 'string', value: '<file>', about: 'the configuration before' },
    'config-b': { type: 'string', value: '<file>', about: 'the configuration after' },
    'generate-actions': { type: 'boolean', about: 'try actions at the edges of every rule' },
  },
  positionals: [0, 0],
  examples: [
    'castellan diff --config-a before.yaml --config-b after.yaml',
    'castellan diff --config-a before.yaml --config-b after.yaml --generate-actions --json',
  ],
  async run(call) {
    const a = policiesOf(await loadNamedConfig(call, 'config-a'));
    const b = policiesOf(await loadNamedConfig(call, 'config-b'));
    const generates = call.options['generate-actions'] === true;
    const agents = await Promise.all(
      [...new Set([...a.permissions.keys(), ...b.permissions.keys()])].map((agent) => compare(agent, a, b, generates)),
    );
    const isViolated = agents.some(
      ({ only, actions }) =>
        only !== null || (actions !== null && actions.newlyDenied.length + actions.newlyAllowed.length + actions.newlyEscalated.length > 0),
    );
    const isSame = agents.every(({ difference }) => difference?.same === true);
    return {
      exitCode: isViolated ? 1 : isSame ? 0 : 2,
      data: { agents },
      lines: agents.flatMap(({ agent, only, difference, actions }) => [
        `agent ${agent}: ${only !== null ? `only in ${only}` : difference.same ? 'the same' : 'differs'}`,
        ...(difference === null ? [] : differenceLines(difference)),
        ...(actions === null
          ? []
          : [
              `  ${actions.tried} actions tried${actions.leftOut === 0 ? '' : `, ${actions.leftOut} left out`}`,
              ...actions.newlyDenied.map(probeLine('newly denied')),
              ...actions.newlyAllowed.map(probeLine('newly allowed')),
              ...actions.newlyEscalated.map(probeLine('newly escalated')),
            ]),
      ]),
    };
  },
};
