import { type ConfigFinding, validateConfig } from '../../../index.ts';
import type { Command } from '../command.ts';
import { configOption, loadConfig } from '../load-config.ts';
import { policiesOf } from '../policies-of.ts';

const line = (agent: string, kind: string, { code, path, message }: ConfigFinding): string =>
  `${kind === 'error' ? '!' : 'warning:'} ${agent}${path === '' ? '' : ` ${path}`}: ${code}, ${message}`;

/** `castellan validate`: errors and warnings of every policy of a configuration. */
export const validate: Command = {
  name: 'validate',
  usage: '',
  summary: 'Look through the policies of a configuration: errors, and what is hardly meant so.',
  notes: ['Exit code 1 where a policy has errors, 2 where there are warnings alone. Opens nothing.'],
  options: configOption,
  positionals: [0, 0],
  examples: ['castellan validate', 'castellan validate --config staging.yaml --json'],
  async run(call) {
    const { keys, tokens, base, permissions } = policiesOf(await loadConfig(call));
    const approvers = keys.approver ?? 0;
    const found = [...permissions].map(([agent, words]) => ({ agent, ...validateConfig(words, { tokens, base, approvers, keys }) }));
    const lines = found.flatMap(({ agent, errors, warnings }) => [
      ...errors.map((error) => line(agent, 'error', error)),
      ...warnings.map((warning) => line(agent, 'warning', warning)),
    ]);
    const exitCode = found.some(({ valid }) => !valid) ? 1 : found.some(({ warnings }) => warnings.length > 0) ? 2 : 0;
    return {
      exitCode,
      data: { agents: found },
      lines: lines.length > 0 ? lines : [`${found.length} policies, nothing to say against any.`],
    };
  },
};
