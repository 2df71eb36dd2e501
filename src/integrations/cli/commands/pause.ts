import { readDoc } from '../../../core/doc.ts';
import { agentIdSchema } from '../../../core/schema.ts';
import { type Call, type Command, textOption } from '../command.ts';
import { configOption } from '../load-config.ts';
import { withStops } from '../open-stops.ts';
import { UsageError } from '../outcome.ts';
import { timeText } from '../output.ts';

/** `castellan pause`: stops one agent. */
export const pause: Command = {
  name: 'pause',
  usage: '<agent> [--reason <text>] [--duration <seconds>]',
  summary: 'Stop one agent, for a time or until it is resumed.',
  notes: [
    'Needs no signature and no secret, and never shortens a pause in force. An id that is not registered is paused all the same; exit code 2 says so.',
  ],
  options: {
    ...configOption,
    reason: { type: 'string', value: '<text>', about: 'stands in the log and in status' },
    duration: { type: 'string', value: '<seconds>', about: 'whole seconds; without it the pause ends when it is lifted' },
    by: { type: 'string', value: '<name>', about: 'who pauses; default cli' },
  },
  positionals: [1, 1],
  examples: ['castellan pause trader --reason "odd counterparties"', 'castellan pause trader --duration 3600'],
  async run(call) {
    const agent = readAgentId(call.positionals[0]);
    const duration = readDuration(call);
    return withStops(call, async ({ emergency, store }) => {
      const state = await emergency.pauseAgent(agent, {
        reason: textOption(call, 'reason') ?? '',
        by: textOption(call, 'by') ?? 'cli',
        ...(duration === undefined ? {} : { duration }),
      });
      const isKnown = (await readDoc(store, `agent/${agent}`)) !== undefined;
      const stop = state.paused[agent];
      const until = stop?.untilMs === null ? 'until it is resumed' : `until ${timeText(stop?.untilMs ?? null)}`;
      return {
        exitCode: isKnown ? 0 : 2,
        data: { agent, registered: isKnown, epoch: state.epoch, pause: stop ?? null },
        lines: [
          `${agent} is paused ${until}: ${stop?.reason ?? ''}`,
          ...(isKnown ? [] : [`No agent ${agent} is registered on this store: is the id spelled right?`]),
        ],
      };
    });
  },
};

/** The agent id of a call. @throws UsageError where it can be none */
export function readAgentId(given: string | undefined): string {
  const parsed = agentIdSchema.safeParse(given);
  if (!parsed.success) throw new UsageError('An agent id is 1 to 64 of A-Z a-z 0-9 _ . -');
  return parsed.data;
}

function readDuration(call: Call): number | undefined {
  const text = textOption(call, 'duration');
  if (text === undefined) return undefined;
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new UsageError('--duration is a whole number of seconds from 1.');
  return Number(text);
}
