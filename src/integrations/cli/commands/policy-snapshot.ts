import { canonicalize } from '../../../core/canonical.ts';
import { sha256Hex } from '../../../core/digest.ts';
import type { Command } from '../command.ts';
import { textOption } from '../command.ts';
import { configOption, loadConfig } from '../load-config.ts';
import { UsageError } from '../outcome.ts';
import { table } from '../output.ts';
import { policiesOf } from '../policies-of.ts';
import { ruleText, temporalText, treeLines } from '../policy-words.ts';

/** One digest to pin: the agent’s own where there is one agent. */
const idOf = (agents: readonly { readonly agent: string; readonly digest: string }[]): string =>
  agents.length === 1 && agents[0] !== undefined
    ? agents[0].digest
    : sha256Hex(canonicalize(agents.map(({ agent, digest }) => [agent, digest]).sort(([a = ''], [b = '']) => (a < b ? -1 : 1))));

/** `castellan policy-snapshot`: what each agent's permissions compile to. */
export const policySnapshot: Command = {
  name: 'policy-snapshot',
  usage: '[--agent <id>]',
  summary: 'Show what the permissions of a configuration compile to: digest, rules and limits of each agent.',
  notes: ['Reads the configuration alone: no store is opened, no chain is asked.'],
  options: { ...configOption, agent: { type: 'string', short: 'a', value: '<id>', about: 'this agent alone' } },
  positionals: [0, 0],
  examples: ['castellan policy-snapshot', 'castellan policy-snapshot --agent agent --json > before.json'],
  async run(call) {
    const { permissions, compile } = policiesOf(await loadConfig(call));
    const wanted = textOption(call, 'agent');
    if (wanted !== undefined && !permissions.has(wanted)) throw new UsageError(`The configuration names no agent ${wanted}.`);
    const agents = [...permissions].flatMap(([agent, words]) => {
      if (wanted !== undefined && wanted !== agent) return [];
      const { digest, rules, temporal, tree, unit, unitCap } = compile(words);
      const told = tree === null ? [] : treeLines(tree, rules);
      return [{ agent, digest, unit: unit.id, limits: unitCap.windows, rules, temporal, tree: told, permissions: words }];
    });
    return {
      exitCode: 0,
      data: { id: idOf(agents), agents },
      lines: agents.flatMap(({ agent, digest, unit, limits, rules, temporal, tree }) => [
        `agent ${agent}: policy ${digest}`,
        ...table(limits.map(({ rule, limit }) => [`  limit ${rule}`, `${limit} of ${unit}`])),
        ...rules.map((rule) => `  ${ruleText(rule)}`),
        ...temporal.map((rule) => `  ${temporalText(rule)}`),
        ...tree.map((line) => `  ${line}`),
      ]),
    };
  },
};
