import { answerApproval, answerOptions, listApprovals } from '../answer-approval.ts';
import type { Command } from '../command.ts';

/** `castellan reject`: a person's signed no. */
export const reject: Command = {
  name: 'reject',
  usage: '[id] --key <file> [--yes]',
  summary: 'Sign a no to one escalated request; without an id list what is open.',
  notes: ['One no is enough, whatever the quorum, and also takes back a yes that was not used yet.'],
  options: answerOptions,
  positionals: [0, 1],
  examples: ['castellan reject', 'castellan reject 019a3c5e7f00 --key ~/approver.key'],
  run(call) {
    const [id] = call.positionals;
    return id === undefined ? listApprovals(call) : answerApproval(call, id, 'reject');
  },
};
