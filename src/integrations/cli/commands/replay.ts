import { systemClock, systemRandom } from '../../../adapters/host/index.ts';
import { parseEntry } from '../../../audit/index.ts';
import { type CompiledPolicy, type ReplayDifference, type ReplayReport, replay as replayLog, type SecurityEvent } from '../../../index.ts';
import type { ConfigPolicies } from '../../../manager/index.ts';
import { type Call, type Command, textOption } from '../command.ts';
import { configOption, loadConfig } from '../load-config.ts';
import { openDurableStore } from '../open-manager.ts';
import { table, timeText } from '../output.ts';
import { policiesOf } from '../policies-of.ts';
import { type LogFile, readLogFile } from '../read-log.ts';

const PAGE = 500;

/** The log of the configuration's own store. */
async function* ownLog(call: Call): AsyncGenerator<SecurityEvent> {
  const store = await openDurableStore(await loadConfig(call), { clock: systemClock(), random: systemRandom() });
  try {
    for (let from = 0; ; ) {
      const rows = await store.log(from, PAGE);
      for (const { entry } of rows) if (entry !== '') yield parseEntry(entry);
      const last = rows.at(-1);
      if (last === undefined) return;
      from = last.index + 1;
    }
  } finally {
    await store.close();
  }
}

/** Each agent's rules by the configuration; an agent that it does not name keeps its own. */
function candidateOf({ permissions, compile }: ConfigPolicies) {
  const compiled = new Map<string, CompiledPolicy>();
  return (agent: string): CompiledPolicy | undefined => {
    const words = permissions.get(agent);
    if (words === undefined) return undefined;
    const known = compiled.get(agent) ?? compile(words);
    compiled.set(agent, known);
    return known;
  };
}

const line =
  (word: string) =>
  ({ decisionId, agent, requestId, at, before, reasons }: ReplayDifference): string =>
    `${word}: ${decisionId}, ${timeText(at)}, agent ${agent}, request ${requestId}, was ${before}${reasons[0] === undefined ? '' : `: ${reasons[0].code}`}`;

function linesOf(report: ReplayReport, onlyChanged: boolean, log: LogFile | undefined): readonly string[] {
  const { newlyDenied, newlyAllowed, newlyEscalated, otherReasons, indeterminate, notReplayable } = report;
  const whys = new Set(notReplayable.map(({ why }) => why));
  return [
    ...newlyDenied.map(line('newly denied')),
    ...newlyAllowed.map(line('newly allowed')),
    ...newlyEscalated.map(line('newly escalated')),
    ...(onlyChanged ? [] : otherReasons.map(line('other reasons'))),
    ...(onlyChanged
      ? []
      : indeterminate.map(({ decisionId, agent, facts }) => `indeterminate: ${decisionId}, agent ${agent}, lacks ${facts.join(', ')}`)),
    ...table([
      ['decisions', String(report.decisions)],
      ['judged again', String(report.judged)],
      ['the same', String(report.same)],
      ['other reasons', String(otherReasons.length)],
      ['newly denied', String(newlyDenied.length)],
      ['newly allowed', String(newlyAllowed.length)],
      ['newly escalated', String(newlyEscalated.length)],
      ['indeterminate', String(indeterminate.length)],
      ['not replayable', `${notReplayable.length}${whys.size === 0 ? '' : `: ${[...whys].join(', ')}`}`],
      ...(log === undefined ? [] : [['log', `${log.entries} entries, ${log.missing} left out, root ${log.root}`]]),
    ]),
  ];
}

/** `castellan replay`: the decisions of a log, judged again by a configuration. */
export const replay: Command = {
  name: 'replay',
  usage: '[--audit-log <file>] [--only-changed]',
  summary: 'Judge the decisions of a log again by the policies of a configuration, and list what comes out otherwise.',
  notes: [
    'Without --audit-log it is the log of the configuration’s own store. Needs no chain, no price and no clock: everything stands in the log.',
    'Exit code 1 where something is newly denied, allowed or escalated; 2 where the log does not suffice for a decision.',
    'Decisions that were refused before any rule was asked stay as they are.',
    'A file is not proven by reading it: compare its root with that of a checkpoint, or of `castellan audit verify`.',
  ],
  options: {
    ...configOption,
    'audit-log': { type: 'string', value: '<file>', about: 'an archive, or an export in the format jsonl; packed by gzip or not' },
    'only-changed': { type: 'boolean', about: 'only what comes out otherwise' },
    unchanged: { type: 'boolean', about: 'by the rules of each decision: everything has to come out as recorded' },
  },
  positionals: [0, 0],
  examples: ['castellan replay --audit-log log.jsonl --config candidate.yaml --only-changed', 'castellan replay --unchanged --json'],
  async run(call) {
    const name = textOption(call, 'audit-log');
    const policies = call.options['unchanged'] === true ? undefined : policiesOf(await loadConfig(call));
    const file = name === undefined ? undefined : await readLogFile(call, name, policies?.config.tenant);
    const byConfig = policies === undefined ? {} : { policy: candidateOf(policies) };
    const report = await replayLog({ entries: file?.events ?? ownLog(call), ...byConfig });
    const log = file?.seen();
    const onlyChanged = call.options['only-changed'] === true;
    const { same, otherReasons, indeterminate, notReplayable, ...rest } = report;
    const isChanged = rest.newlyDenied.length + rest.newlyAllowed.length + rest.newlyEscalated.length > 0;
    const isPartial = indeterminate.length > 0 || notReplayable.some(({ why }) => why !== 'refused') || (log?.missing ?? 0) > 0;
    const isOther = call.options['unchanged'] === true && otherReasons.length > 0;
    const counts = { same, otherReasons: otherReasons.length, indeterminate: indeterminate.length, notReplayable: notReplayable.length };
    return {
      exitCode: isChanged || isOther ? 1 : isPartial ? 2 : 0,
      data: { ...(onlyChanged ? { ...rest, counts } : report), ...(log === undefined ? {} : { log }) },
      lines: linesOf(report, onlyChanged, log),
    };
  },
};
