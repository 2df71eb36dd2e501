import type { ApprovalRecord, SecurityConfig, SecurityHealth, SecurityManager } from '../../../index.ts';
import type { Command } from '../command.ts';
import { configOption } from '../load-config.ts';
import { withManager } from '../open-manager.ts';
import { table, timeText } from '../output.ts';

type Emergencies = Awaited<ReturnType<SecurityManager['emergency']['getActiveEmergencies']>>;

/** Whether a note is about the triggers that a command leaves to the process that serves agents. */
function isOfThisProcess(note: string, { emergency }: SecurityConfig): boolean {
  const hasTriggers = emergency?.autoResponseEnabled !== false && emergency?.autoResponseTriggers?.length !== 0;
  return hasTriggers && note.startsWith('nothing pauses or stops by itself');
}

/** `castellan status`: how the deployment stands. */
export const status: Command = {
  name: 'status',
  usage: '',
  summary: 'Show what is stopped, who waits for a person, and how store, log and chains stand.',
  notes: ['Exit code 2 where a part cannot be read, such as a chain that does not answer.'],
  options: configOption,
  positionals: [0, 0],
  examples: ['castellan status', 'castellan status --json --config /srv/treasury/castellan.config.ts'],
  run: (call) =>
    withManager(call, async ({ security, config }) => {
      const [own, emergencies, open] = await Promise.all([
        security.getHealth(),
        security.emergency.getActiveEmergencies(),
        security.approvals.list({ state: 'pending' }),
      ]);
      const health = { ...own, notes: own.notes.filter((note) => !isOfThisProcess(note, config)) };
      // Jobs, events and work under way belong to the process that serves agents; this one has none.
      const { jobs: _jobs, events: _events, inFlight: _inFlight, started: _started, ...shared } = health;
      const isUnread =
        health.killSwitch === 'unreadable' || health.audit.fault !== null || health.chains.some(({ reachable }) => !reachable);
      return {
        exitCode: isUnread ? 2 : 0,
        data: { health: shared, emergencies, openApprovals: open.map(({ request }) => request.id) },
        lines: linesOf(health, emergencies, open),
      };
    }),
};

function linesOf(health: SecurityHealth, emergencies: Emergencies, open: readonly ApprovalRecord[]): readonly string[] {
  const { audit, store, chains } = health;
  const oldest = open.map(({ request }) => request.createdAtMs).sort((a, b) => a - b)[0];
  return [
    ...table([
      ['status', health.status],
      ['tenant', health.tenant],
      ['software', health.software],
      ['store', `${store.kind}, ${store.durability}`],
      ['owner', health.owned ? 'registered' : 'none'],
      ['kill switch', health.killSwitch],
      ['paused agents', health.pausedAgents.join(', ') || 'none'],
      ['epoch', String(health.epoch ?? 'unknown')],
      ['open approvals', oldest === undefined ? '0' : `${open.length}, the oldest since ${timeText(oldest)}`],
      ['audit log', `${audit.size} entries, ${audit.signedSize} signed${audit.fault === null ? '' : `, signing fails: ${audit.fault}`}`],
      ...chains.map(({ chain, reachable, head }) => [`chain ${chain}`, reachable ? `at block ${head ?? 'unknown'}` : 'does not answer']),
    ]),
    ...emergencies.map(({ kind, agent, reason, by, atMs, untilMs }) => {
      const end = untilMs === null ? '' : `, until ${timeText(untilMs)}`;
      return `! ${kind}${agent === null ? '' : ` ${agent}`} by ${by} since ${timeText(atMs)}${end}: ${reason}`;
    }),
    ...health.notes.map((note) => `note: ${note}`),
  ];
}
