import type { DryRunResult } from '../../../index.ts';
import type { Call, Command } from '../command.ts';
import { configOption } from '../load-config.ts';
import { withManager } from '../open-manager.ts';
import type { Outcome } from '../outcome.ts';
import { agentOption, readRequest } from '../read-request.ts';
import { decisionLines, effectLines, reasonText } from '../show-decision.ts';

const NOTES = ['Judges the request by all eight layers, as it would be now. Records nothing, holds nothing, signs nothing.'];
const EXIT = 'Exit code 1 where it would be denied, 2 where a person would be asked.';

/** Asks the gate about the request and records nothing. */
export async function judged(call: Call): Promise<DryRunResult> {
  const { agentId, request } = await readRequest(call);
  return withManager(call, ({ security }) => security.agent(agentId).dryRun(request));
}

/** 0 for a yes, 2 where a person is asked, 1 for a no. */
export const exitCodeOf = ({
  wouldProceed,
  approvalRequired,
}: Pick<DryRunResult, 'wouldProceed' | 'approvalRequired'>): Outcome['exitCode'] => (wouldProceed ? 0 : approvalRequired ? 2 : 1);

const shared = { usage: '<request.json>', options: { ...configOption, ...agentOption }, positionals: [1, 1] } as const;

/** `castellan check`: the answer and nothing else. */
export const check: Command = {
  ...shared,
  name: 'check',
  summary: 'Say whether the gate would let a request through, and why not.',
  notes: [...NOTES, EXIT],
  examples: ['castellan check payment.json --agent agent', 'castellan check payment.json --json'],
  async run(call) {
    const result = await judged(call);
    const { wouldProceed, approvalRequired, blockers, decision } = result;
    const answer = wouldProceed ? 'It would proceed.' : approvalRequired ? 'A person would be asked.' : 'It would be denied.';
    const reasons = blockers.length > 0 ? blockers : decision.reasons;
    return {
      exitCode: exitCodeOf(result),
      data: { wouldProceed, approvalRequired, verdict: decision.verdict, reasons },
      lines: [answer, ...reasons.map(reasonText)],
    };
  },
};

/** `castellan simulate`: what the exact bytes would do. */
export const simulate: Command = {
  ...shared,
  name: 'simulate',
  summary: 'Build the exact bytes of a request, decode and simulate them, and show what they would do.',
  notes: [...NOTES, 'Exit code 1 where the simulation fails, 2 where none was run because an earlier layer denies.'],
  examples: ['castellan simulate payment.json --agent agent', 'castellan simulate payment.json --json'],
  async run(call) {
    const { decision } = await judged(call);
    const report = decision.reports.find(({ layer }) => layer === 'simulation');
    const ran = decision.facts['simulation'] ?? null;
    const exitCode = ran === null ? 2 : report?.verdict === 'deny' ? 1 : 0;
    const reasons = report?.verdict === 'skipped' || report === undefined ? decision.reasons : report.reasons;
    return {
      exitCode,
      data: { simulation: ran, effects: decision.effects, reasons },
      lines: [
        exitCode === 0
          ? 'The simulation succeeds.'
          : exitCode === 1
            ? 'The simulation fails.'
            : 'Nothing was simulated: an earlier layer denies.',
        ...effectLines(decision),
        ...reasons.map(reasonText),
      ],
    };
  },
};

/** `castellan dry-run`: the whole decision that would be made. */
export const dryRun: Command = {
  ...shared,
  name: 'dry-run',
  summary: 'Show the whole decision that a request would get: every layer, every effect, every reason.',
  notes: [...NOTES, EXIT],
  examples: ['castellan dry-run payment.json --agent agent', 'castellan dry-run payment.json --json --config prod.yaml'],
  async run(call) {
    const result = await judged(call);
    return {
      exitCode: exitCodeOf(result),
      data: { ...result },
      lines: [...decisionLines(result.decision), ...effectLines(result.decision)],
    };
  },
};
