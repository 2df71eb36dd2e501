import type { AuditEntry } from '../../../audit/index.ts';
import { createPolicyVersions } from '../../../authz/index.ts';
import { CastellanError } from '../../../core/errors.ts';
import type { CompiledPolicy, Decision } from '../../../index.ts';
import type { Command } from '../command.ts';
import { configOption } from '../load-config.ts';
import { type OpenManager, withManager } from '../open-manager.ts';
import { timeText } from '../output.ts';
import { decidedLines } from '../policy-words.ts';
import { decisionLines, effectLines } from '../show-decision.ts';

/** The decision of this id. @throws REQUEST_INVALID where the log holds none */
async function decisionOf({ security }: OpenManager, id: string): Promise<Decision> {
  const found = await security.audit.find(id);
  if (found?.event.type !== 'decision_made')
    throw new CastellanError('REQUEST_INVALID', { message: 'The log holds no such decision', details: { id } });
  return found.event.decision;
}

/** Searches for the rules of a decision, each over at most 100,000 entries. */
const MAX_SEARCHES = 20;

/** The rules that a decision was made under, from the words in the log; undefined where it holds them no more. */
async function rulesOf({ security }: OpenManager, { policy, at }: Decision): Promise<CompiledPolicy | undefined> {
  const told: AuditEntry[] = [];
  let cursor: string | undefined;
  for (let turn = 0; turn < MAX_SEARCHES; turn += 1) {
    const page = await security.audit.query({ types: 'permission_changed', toMs: at, limit: 200, cursor });
    told.push(...page.entries);
    cursor = page.cursor ?? undefined;
    const versions = createPolicyVersions();
    for (const { event } of told.toReversed()) versions.take(event);
    const found = versions.policyOf(policy);
    if (found !== undefined || cursor === undefined) return found;
  }
  return undefined;
}

const shared = { options: configOption, positionals: [1, 1] } as const;

/** `castellan explain`: why a recorded decision came out as it did. */
export const explain: Command = {
  ...shared,
  name: 'explain',
  usage: '<decisionId>',
  summary: 'Show a recorded decision: verdict, layers, reasons, the rules in words, and the facts that were read.',
  notes: ['Rules over history, and the leaf of a tree that decided, are named; the words of the rules come from the log itself.'],
  examples: ['castellan explain 01a2010cf3a873ac39f1862c9bb0', 'castellan explain 01a2010cf3a873ac39f1862c9bb0 --json'],
  run: (call) =>
    withManager(call, async (open) => {
      const decision = await decisionOf(open, call.positionals[0] ?? '');
      const decided = decidedLines(decision, await rulesOf(open, decision));
      const facts = Object.entries(decision.facts).map(([name, fact]) => `fact ${name} = ${JSON.stringify(fact)}`);
      return {
        exitCode: 0,
        data: { decision, decided },
        lines: [...decisionLines(decision), ...decided, ...effectLines(decision), ...facts],
      };
    }),
};

/** Every entry about a request or a decision, in the order of the log. */
async function entriesAbout({ security }: OpenManager, id: string): Promise<readonly AuditEntry[]> {
  for (const filter of [{ decisionId: id }, { requestId: id }]) {
    const { entries } = await security.audit.query({ ...filter, limit: 200 });
    if (entries.length > 0) return entries.toSorted((a, b) => a.index - b.index);
  }
  return [];
}

/** `castellan receipt`: what became of a request. */
export const receipt: Command = {
  ...shared,
  name: 'receipt',
  usage: '<id>',
  summary: 'Show what became of a request or decision: each entry of the log about it, and the transaction.',
  notes: ['Exit code 2 where the chain has not spoken, 1 where it was refused or failed.'],
  examples: ['castellan receipt invoice-7', 'castellan receipt 01a2010cf3a873ac39f1862c9bb0 --json'],
  run: (call) =>
    withManager(call, async (open) => {
      const id = call.positionals[0] ?? '';
      const entries = await entriesAbout(open, id);
      if (entries.length === 0) throw new CastellanError('REQUEST_INVALID', { message: 'The log holds nothing about it', details: { id } });
      const done = entries.findLast(({ event }) => event.type === 'execution_success')?.event;
      const failed = entries.some(({ event }) => event.type === 'execution_failed' || event.type === 'policy_rejected');
      const details = done?.type === 'execution_success' ? done.details : null;
      return {
        exitCode: details !== null ? 0 : failed ? 1 : 2,
        data: { id, receipt: details, entries },
        lines: [
          ...entries.map(({ index, event }) => `${index} ${timeText(event.at)} ${event.type} ${event.id}`),
          details === null
            ? 'No transaction of it is final.'
            : `Final: transaction ${String(details['txHash'])} in block ${String(details['block'])}`,
        ],
      };
    }),
};
