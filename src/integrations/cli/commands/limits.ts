import { CastellanError, isCastellanError } from '../../../core/errors.ts';
import type { SecurityConfig } from '../../../index.ts';
import type { Command } from '../command.ts';
import { configOption } from '../load-config.ts';
import { withManager } from '../open-manager.ts';
import { table, timeText } from '../output.ts';

/** `castellan limits`: what an agent may still spend and do. */
export const limits: Command = {
  name: 'limits',
  usage: '<agent>',
  summary: 'Show each limit of an agent with what is committed, pending and left.',
  notes: ['Amounts are in the smallest parts of the unit.'],
  options: configOption,
  positionals: [1, 1],
  examples: ['castellan limits agent', 'castellan limits agent --json'],
  run: (call) =>
    withManager(call, async ({ security, config }) => {
      const agent = call.positionals[0] ?? '';
      const report = await security.limits.inspect(agent).catch((error: unknown) => {
        throw isUnserved(error, agent, config) ? unserved(agent) : error;
      });
      const resets = (atMs: number | null): string => (atMs === null ? '' : `more ${timeText(atMs)}`);
      return {
        exitCode: 0,
        data: { ...report },
        lines: [
          ...table([
            ['cap', 'window', 'limit', 'committed', 'pending', 'left', ''],
            ...report.caps.map(({ capId, subject, unit, window, limit, committed, pending, remaining, resetsAt }) => [
              `${capId}${subject === null ? '' : ` ${subject}`}`,
              window,
              `${limit} ${unit}`,
              committed,
              pending,
              remaining,
              resets(resetsAt),
            ]),
          ]),
          ...table(
            report.rates.map(({ rule, limit, used, remaining, resetsAt }) => [
              rule,
              `${used} of ${limit}`,
              `${remaining} left`,
              resets(resetsAt),
            ]),
          ),
          ...(report.truncated ? ['There are more than are shown.'] : []),
        ],
      };
    }),
};

/** True for an agent that the configuration names and that no process has registered yet. */
function isUnserved(error: unknown, agent: string, { agents }: SecurityConfig): boolean {
  return isCastellanError(error) && error.code === 'AGENT_UNKNOWN' && agents !== undefined && Object.hasOwn(agents, agent);
}

function unserved(agentId: string): CastellanError {
  return new CastellanError('AGENT_UNKNOWN', {
    message: 'The configuration names this agent, but no process has served it yet: nothing of its limits is used.',
    details: { agentId },
  });
}
