import { answerApproval, answerOptions, listApprovals } from '../answer-approval.ts';
import type { Command } from '../command.ts';

/** `castellan approve`: a person's signed yes, or without an id what waits for one. */
export const approve: Command = {
  name: 'approve',
  usage: '[id] --key <file> [--yes]',
  summary: 'Sign a yes to one escalated request; without an id list what is open.',
  notes: [
    'Shows what the transaction does, made from its decoded and simulated effects, and asks before it signs.',
    'The yes holds for this very action under the present policy and registry, once, until it expires.',
  ],
  options: answerOptions,
  positionals: [0, 1],
  examples: [
    'castellan approve',
    'castellan approve 019a3c5e7f00 --key ~/approver.key',
    'castellan approve 019a3c5e7f00 --key approver.key --yes --json',
  ],
  run(call) {
    const [id] = call.positionals;
    return id === undefined ? listApprovals(call) : answerApproval(call, id, 'approve');
  },
};
