import { type Command, textOption } from '../command.ts';
import { configOption } from '../load-config.ts';
import { withStops } from '../open-stops.ts';
import { timeText } from '../output.ts';

/** `castellan kill`: stops everything, in every process on the store. */
export const kill: Command = {
  name: 'kill',
  usage: '[--reason <text>]',
  summary: 'Stop every agent at once, in every process on the store.',
  notes: [
    'Needs no signature and no secret, only the store. Permits that were not redeemed by then are void; `castellan resume` lifts it.',
    'A kill already in force stays as it is.',
  ],
  options: {
    ...configOption,
    reason: { type: 'string', value: '<text>', about: 'stands in the log and in status' },
    by: { type: 'string', value: '<name>', about: 'who throws the switch; default cli' },
  },
  positionals: [0, 0],
  examples: ['castellan kill --reason "keys seen in a log" --by alice', 'castellan kill --json'],
  run: (call) =>
    withStops(call, async ({ emergency }) => {
      const before = await emergency.getActiveEmergencies();
      const state = await emergency.activateKillSwitch({
        reason: textOption(call, 'reason') ?? '',
        triggeredBy: textOption(call, 'by') ?? 'cli',
      });
      const wasKilled = before.some(({ kind, atMs }) => kind === 'kill' && atMs === state.kill?.atMs);
      return {
        exitCode: 0,
        data: { wasKilled, epoch: state.epoch, kill: state.kill },
        lines: [
          wasKilled ? 'Everything was stopped already.' : 'Everything is stopped.',
          `By ${state.kill?.by ?? 'nobody'}, ${timeText(state.kill?.atMs ?? null)}: ${state.kill?.reason ?? ''}`,
          `Epoch ${state.epoch}. To go on: castellan resume --notes <text> --key <operator key file>`,
        ],
      };
    }),
};
