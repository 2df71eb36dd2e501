import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Scored } from '../src/integrations/bench/detector.ts';
import {
  compareRows,
  detectorRows,
  type FraudReport,
  latencyByType,
  type Run,
  runOnImported,
  runOnMade,
  toFraudReport,
  USUAL_STREAMS,
  writeReport,
} from '../src/integrations/bench/index.ts';
import { table } from '../src/integrations/cli/output.ts';
import { tablesText } from './fraud/print-tables.ts';
import { runProtocol } from './fraud/protocol.ts';
import type { StreamRow } from './fraud/read-streams.ts';
import { isolationForest } from './fraud/rivals/isolation-forest.ts';
import { scoreByRival } from './fraud/rivals/rival.ts';
import { percentile, spendVelocity, zScore } from './fraud/rivals/simple-rivals.ts';

/** What others use, on the same rows. */
export function scoreByRivals(stream: readonly StreamRow[]): readonly Scored[] {
  return [zScore, spendVelocity, percentile, isolationForest].map((rival) => {
    const scores = scoreByRival(rival, stream);
    return {
      name: rival.name,
      rule: `a score above ${rival.threshold}`,
      scores,
      isAlarm: (row) => (scores[row] as number) > rival.threshold,
    };
  });
}

/** The tables of a report as text. */
export function reportText(report: FraudReport, run: Run): string {
  const blocks = report.detectors.map((detector, at) => {
    const latency = at === 0 ? latencyByType(run.stream, run.scored[0]) : undefined;
    return [`${detector.name}`, ...table(detectorRows(detector, latency))].join('\n');
  });
  const head = `Source: ${report.source}\n${report.wallets} wallets, ${report.counted} counted actions, ${report.bad} of them bad, in ${report.campaigns} campaigns.`;
  const compared = table(compareRows(report)).join('\n');
  const limits = report.limits.map((limit) => `- ${limit}`).join('\n');
  return [head, ...blocks, compared, ...(report.tables.length === 0 ? [] : [tablesText(report.tables)]), limits].join('\n\n');
}

if (import.meta.filename === process.argv[1]) {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      import: { type: 'string', multiple: true },
      wallet: { type: 'string' },
      out: { type: 'string' },
      seed: { type: 'string' },
      'hold-out': { type: 'boolean' },
      learn: { type: 'string' },
    },
  });
  const seed = Number(values.seed ?? USUAL_STREAMS.seed);
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Error('--seed is a whole number');
  if (values['hold-out'] === true && values.data === undefined) throw new Error('--hold-out needs --data');
  if (values.learn !== undefined && (values.data === undefined || values['hold-out'] === true))
    throw new Error('--learn needs --data, without --hold-out');
  const clock = { monotonicMs: () => performance.now() };
  const files = (values.import ?? []).map((name) => ({ name, text: readFileSync(name, 'utf8') }));
  const wallet = values.wallet === undefined ? {} : { wallet: values.wallet };
  const own =
    values.data !== undefined
      ? await runProtocol(values.data, {
          holdOut: values['hold-out'] === true,
          learn: values.learn,
          report: (line) => process.stderr.write(`${line}\n`),
        })
      : files.length > 0
        ? runOnImported(files, { seed, clock, ...wallet })
        : runOnMade({ ...USUAL_STREAMS, seed }, clock);
  const run: Run = { ...own, scored: [...own.scored, ...scoreByRivals(own.stream)] };
  const report = toFraudReport(run);
  const written = await writeReport(resolve(values.out ?? '.'), report);
  process.stdout.write(`${reportText(report, run)}\n\nWritten: ${written.join(', ')}\n`);
}
