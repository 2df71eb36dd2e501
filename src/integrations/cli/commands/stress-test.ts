import { resolve } from 'node:path';
import { fileExists, removeFile, systemRandom } from '../../../adapters/host/index.ts';
import { createMemoryStore } from '../../../adapters/store/memory/index.ts';
import { stressTest as runStress, type StressOptions } from '../../../authz/index.ts';
import { type Call, type Command, textOption } from '../command.ts';
import { configOption, loadConfig } from '../load-config.ts';
import { UsageError } from '../outcome.ts';
import { table } from '../output.ts';
import { policiesOf } from '../policies-of.ts';

const MAX_AGENTS = 1_000;
const MAX_TRANSACTIONS = 100_000;

function count(call: Call, name: string, standard: number, most: number): number {
  const text = textOption(call, name) ?? String(standard);
  const value = /^[1-9][0-9]{0,6}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= most)) throw new UsageError(`--${name} is a number from 1 to ${most}.`);
  return value;
}

/** Opens a ledger of its own for each adversary: in memory, or in a file that did not exist and is removed again. */
async function openerOf(call: Call): Promise<{ readonly open: StressOptions['openStore']; readonly clean: () => Promise<void> }> {
  const name = textOption(call, 'sqlite');
  if (name === undefined) return { open: async (clock) => createMemoryStore({ clock }), clean: async () => undefined };
  const { createSqliteStore } = await import('../../../adapters/store/sqlite/index.ts');
  const made: string[] = [];
  return {
    async open(clock, schedule) {
      const path = `${resolve(call.terminal.directory, name)}.${schedule}`;
      if (await fileExists(path)) throw new UsageError(`${path} exists: name a file that does not.`);
      made.push(path, `${path}-wal`, `${path}-shm`, `${path}-journal`);
      return createSqliteStore({ path, clock, random: systemRandom() });
    },
    async clean() {
      for (const path of made) await removeFile(path);
    },
  };
}

/** `castellan stress-test`: adversaries against the real ledger under an agent's limits. */
export const stressTest: Command = {
  name: 'stress-test',
  usage: '[--agents <n>] [--transactions <m>] [--agent <id>] [--sqlite <file>]',
  summary: 'Attack the ledger under the limits of a configuration, and report what was tried and what held.',
  notes: [
    'Splitting, racing, replaying, the edge of a window, jumps of the clock, amounts that are none; on ledgers of its own, never on yours.',
    'Exit code 1 where a limit did not hold.',
  ],
  options: {
    ...configOption,
    agents: { type: 'string', value: '<n>', about: 'agents that share the limit; default 4' },
    transactions: { type: 'string', value: '<m>', about: 'attempts of each adversary; default 200' },
    agent: { type: 'string', short: 'a', value: '<id>', about: 'whose limits; default the first of the configuration' },
    sqlite: { type: 'string', value: '<file>', about: 'on SQLite, in files of this name that are removed again; default in memory' },
  },
  positionals: [0, 0],
  examples: ['castellan stress-test --agents 8 --transactions 1000', 'castellan stress-test --sqlite /tmp/stress --json'],
  async run(call) {
    const load = { agents: count(call, 'agents', 4, MAX_AGENTS), transactions: count(call, 'transactions', 200, MAX_TRANSACTIONS) };
    const { permissions, compile } = policiesOf(await loadConfig(call));
    const agent = textOption(call, 'agent') ?? [...permissions.keys()][0];
    const words = agent === undefined ? undefined : permissions.get(agent);
    if (agent === undefined || words === undefined)
      throw new UsageError(`The configuration names no agent${agent === undefined ? '' : ` ${agent}`}.`);
    const opener = await openerOf(call);
    try {
      const report = await runStress({ policy: compile(words), openStore: opener.open, ...load });
      return {
        exitCode: report.held ? 0 : 1,
        data: { agent, ...load, ...report },
        lines: [
          ...table([
            ['adversary', 'tried', 'let through', 'held'],
            ...report.results.map(({ schedule, tried, accepted, held }) => [
              schedule,
              String(tried),
              String(accepted),
              held ? 'yes' : 'NO',
            ]),
          ]),
          ...report.results.flatMap(({ schedule, findings }) => findings.map((finding) => `! ${schedule}: ${finding}`)),
        ],
      };
    } finally {
      await opener.clean();
    }
  },
};
