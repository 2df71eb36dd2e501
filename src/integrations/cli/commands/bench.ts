import { resolve } from 'node:path';
import { readText, systemClock } from '../../../adapters/host/index.ts';
import {
  compareRows,
  detectorRows,
  latencyByType,
  type Run,
  runOnImported,
  runOnMade,
  toFraudReport,
  USUAL_STREAMS,
  writeReport,
} from '../../bench/index.ts';
import { type Call, type Command, textOption, textOptions } from '../command.ts';
import { UsageError } from '../outcome.ts';
import { table } from '../output.ts';

/** Longest export that is read, bytes. */
const MOST_BYTES = 64 * 1_024 * 1_024;
const MOST_SEED = 2 ** 32 - 1;

function seedOf(call: Call): number {
  const text = textOption(call, 'seed') ?? String(USUAL_STREAMS.seed);
  if (!/^\d{1,10}$/.test(text) || Number(text) > MOST_SEED) throw new UsageError(`--seed is a whole number from 0 to ${MOST_SEED}.`);
  return Number(text);
}

async function readExport(call: Call, name: string) {
  const text = await readText(resolve(call.terminal.directory, name), MOST_BYTES);
  if (text === undefined)
    throw new UsageError(`There is no export at ${resolve(call.terminal.directory, name)}, or it is longer than 64 MiB.`);
  return { name, text };
}

async function runOf(call: Call): Promise<Run> {
  const [seed, clock, wallet] = [seedOf(call), systemClock(), textOption(call, 'wallet')];
  const names = textOptions(call, 'import');
  if (wallet !== undefined && names.length === 0) throw new UsageError('--wallet says whose the exports are: name them by --import.');
  if (names.length === 0) return runOnMade({ ...USUAL_STREAMS, seed }, clock);
  const files = await Promise.all(names.map((name) => readExport(call, name)));
  return runOnImported(files, { seed, clock, ...(wallet === undefined ? {} : { wallet }) });
}

/** `castellan bench`: what the detector catches, on made-up agents or on a person's own wallets. */
export const bench: Command = {
  name: 'bench',
  usage: '[--import <file>]... [--out <dir>]',
  summary: 'Measure what the model of habits catches and what it alarms in vain, and write a report with charts.',
  notes: [
    'Without --import on made-up agents: it needs no network and no data. The same seed writes the same bytes.',
    'With --import on your own wallets: CSV of Etherscan’s form, or tonapi’s account events. Nothing leaves the machine.',
    'Writes fraud-report.html and fraud-report.json, over earlier reports and over nothing else.',
    'Exit code 2 where an imported history is too short to be counted, or for campaigns to be put in.',
  ],
  options: {
    import: { type: 'string', multiple: true, value: '<file>', about: 'an export of a wallet; several times for several files' },
    wallet: { type: 'string', value: '<account>', about: 'whose the exports are, where they do not tell' },
    out: { type: 'string', value: '<dir>', about: 'where the report goes; here by default' },
    seed: { type: 'string', value: '<n>', about: 'seed of the dice, 1 by default' },
  },
  positionals: [0, 0],
  examples: ['castellan bench', 'castellan bench --import export-0x1234.csv --out reports', 'castellan bench --seed 7 --json'],
  async run(call) {
    const run = await runOf(call);
    const report = toFraudReport(run);
    const files = await writeReport(resolve(call.terminal.directory, textOption(call, 'out') ?? '.'), report);
    const [first] = report.detectors;
    const byType = first === undefined ? [] : table(detectorRows(first, latencyByType(run.stream, run.scored[0])));
    const { timelines: _timelines, ...figures } = report;
    return {
      exitCode: report.counted > 0 && report.campaigns > 0 ? 0 : 2,
      data: { files, report: figures },
      lines: [
        `Source: ${report.source}`,
        `${report.wallets} wallets, ${report.counted} counted actions, ${report.bad} of them bad, in ${report.campaigns} campaigns.`,
        '',
        ...byType,
        '',
        ...table(compareRows(report)),
        '',
        ...report.limits.map((limit) => `- ${limit}`),
        '',
        `Written: ${files.join(', ')}`,
      ],
    };
  },
};
