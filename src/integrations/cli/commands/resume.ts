import { systemClock, systemRandom } from '../../../adapters/host/index.ts';
import type { Authorization } from '../../../core/authority.ts';
import { toHex } from '../../../core/digest.ts';
import { CastellanError } from '../../../core/errors.ts';
import type { Halt } from '../../../core/halt.ts';
import { agentResumeFacts, authorizationStatement, killLiftFacts, type SecurityManager, signStatement } from '../../../index.ts';
import { type Command, textOption, textOptions } from '../command.ts';
import { readKeyFile } from '../key-file.ts';
import { configOption } from '../load-config.ts';
import { withManager } from '../open-manager.ts';
import { type Outcome, UsageError } from '../outcome.ts';
import { timeText } from '../output.ts';
import { readAgentId } from './pause.ts';

/** Life of the authorization, ms: made for the act at hand. */
const LIFE_MS = 120_000;

/** `castellan resume`: lifts the kill switch, or one agent's pause. */
export const resume: Command = {
  name: 'resume',
  usage: '[agent] --notes <text> [--key <file>]',
  summary: 'Lift the kill switch, or the pause of one agent.',
  notes: ['With an owner in the registry it takes keys of the operator quorum. What is signed is the stop in force and no later one.'],
  options: {
    ...configOption,
    notes: { type: 'string', value: '<text>', about: 'why it is safe again; stands in the log' },
    key: { type: 'string', multiple: true, value: '<file>', about: 'key file of an operator; several for a quorum' },
    by: { type: 'string', value: '<name>', about: 'who lifts it; default the ids of the keys, or cli' },
  },
  positionals: [0, 1],
  examples: ['castellan resume --notes "keys rotated" --key operator.key', 'castellan resume trader --notes "checked with the desk"'],
  async run(call) {
    const agent = call.positionals[0] === undefined ? undefined : readAgentId(call.positionals[0]);
    const notes = textOption(call, 'notes');
    if (notes === undefined || notes.trim() === '') throw new UsageError('Say with --notes why it is safe again.');
    const keys = await Promise.all(textOptions(call, 'key').map((path) => readKeyFile(call, path)));
    return withManager(call, async ({ security, config }) => {
      const before = await stopsOf(security);
      const stop = agent === undefined ? before.kill : before.paused.get(agent);
      if (stop === undefined) return report(security, agent, false);
      const facts = agent === undefined ? killLiftFacts(stop) : agentResumeFacts(agent, stop);
      const act = {
        tenant: config.tenant ?? 'default',
        action: agent === undefined ? ('kill.lift' as const) : ('agent.resume' as const),
        facts,
        nonce: toHex(systemRandom().bytes(16)),
        expiresAtMs: systemClock().nowMs() + LIFE_MS,
      };
      const statement = authorizationStatement(act);
      const authorization: Authorization = {
        nonce: act.nonce,
        expiresAtMs: act.expiresAtMs,
        signatures: keys.map((key) => signStatement(key, statement)),
      };
      const approvedBy = textOption(call, 'by') ?? (keys.map(({ id }) => id).join(', ') || 'cli');
      const release = { approvedBy, notes, ...(keys.length === 0 ? {} : { authorization }) };
      if (agent === undefined) await security.emergency.deactivateKillSwitch(release);
      else await security.emergency.resumeAgent(agent, release);
      return report(security, agent, true);
    });
  },
};

async function stopsOf({
  emergency,
}: SecurityManager): Promise<{ readonly kill: Halt | undefined; readonly paused: ReadonlyMap<string, Halt> }> {
  let kill: Halt | undefined;
  const paused = new Map<string, Halt>();
  for (const { kind, agent, reason, by, atMs, untilMs } of await emergency.getActiveEmergencies()) {
    if (kind === 'unreadable' || atMs === null)
      throw new CastellanError('STORE_UNAVAILABLE', {
        message: 'The emergency state cannot be read; nothing was lifted.',
        retryable: true,
      });
    if (agent === null) kill = { reason, by, atMs, untilMs };
    else paused.set(agent, { reason, by, atMs, untilMs });
  }
  return { kill, paused };
}

/** Says what is still stopped: lifting one stop of two is done in part. */
async function report(security: SecurityManager, agent: string | undefined, wasLifted: boolean): Promise<Outcome> {
  const left = await stopsOf(security);
  const target = agent ?? 'The kill switch';
  const still = [
    ...(left.kill === undefined ? [] : [`The kill switch is on since ${timeText(left.kill.atMs)}: ${left.kill.reason}`]),
    ...[...left.paused].map(([id, { reason }]) => `${id} is paused: ${reason}`),
  ];
  const isStopped = left.kill !== undefined || (agent !== undefined && left.paused.has(agent));
  const done = agent === undefined ? 'The kill switch is lifted.' : `${agent} is no longer paused.`;
  return {
    exitCode: isStopped ? 2 : 0,
    data: { agent: agent ?? null, lifted: wasLifted, killSwitch: left.kill ?? null, paused: Object.fromEntries(left.paused) },
    lines: [wasLifted ? done : `${target} was not stopped; nothing changed.`, ...still],
  };
}
