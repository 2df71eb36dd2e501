import type { ExecutionResult } from '../../../index.ts';
import type { Command } from '../command.ts';
import { configOption } from '../load-config.ts';
import { withManager } from '../open-manager.ts';
import type { Outcome } from '../outcome.ts';
import { agentOption, readRequest } from '../read-request.ts';
import { decisionLines } from '../show-decision.ts';
import { exitCodeOf, judged } from './check.ts';

/** Done, still under way, or refused. */
function exitCode({ status, pending }: ExecutionResult): Outcome['exitCode'] {
  if (status === 'success') return 0;
  return status === 'approval_pending' || pending === true ? 2 : 1;
}

/** `castellan submit`: a dry run, and with `--execute` the payment itself. */
export const submit: Command = {
  name: 'submit',
  usage: '<request.json> [--execute]',
  summary: 'Put a request through the gate: a dry run, unless --execute is given.',
  notes: [
    'With --execute the request is decided, recorded, signed and sent like an agent’s own. Give it an `id`: the same id is never paid twice.',
    'Exit code 2 where a person is asked or the chain has not spoken yet: run it again with the same id.',
  ],
  options: {
    ...configOption,
    ...agentOption,
    execute: { type: 'boolean', about: 'really do it' },
  },
  positionals: [1, 1],
  examples: ['castellan submit payment.json', 'castellan submit payment.json --execute --json'],
  async run(call) {
    if (call.options['execute'] !== true) {
      const result = await judged(call);
      const line = 'Nothing was sent: this was a dry run; --execute does it.';
      return { exitCode: exitCodeOf(result), data: { executed: false, ...result }, lines: [...decisionLines(result.decision), line] };
    }
    const { agentId, request } = await readRequest(call);
    const result = await withManager(call, ({ security }) => security.agent(agentId).execute(request));
    const { status, requestId, txHash, decision } = result;
    return {
      exitCode: exitCode(result),
      data: { executed: true, ...result },
      lines: [`${status}: request ${requestId}${txHash === undefined ? '' : `, transaction ${txHash}`}`, ...decisionLines(decision)],
    };
  },
};
