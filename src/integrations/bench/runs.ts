import type { Clock } from '../../core/index.ts';
import { inject } from './campaigns/inject.ts';
import { type Scored, scoreByShippedModel } from './detector.ts';
import { createDice, seedOf } from './dice.ts';
import { type ExportFile, readExports } from './import/read-export.ts';
import { groupOf, type MakeStreams, makeStreams } from './make-streams.ts';
import type { ProtocolTable } from './protocol-table.ts';
import { countedRows, inOrder, type StreamRow, toRows } from './stream-row.ts';
import { thresholdFor } from './threshold.ts';

/** Streams, where they are from, and what castellan said of them. */
export interface Run {
  readonly source: string;
  readonly limits: readonly string[];
  readonly stream: readonly StreamRow[];
  readonly scored: readonly [Scored, ...Scored[]];
  readonly groupOf?: (wallet: string) => string;
  /** Of the other tasks of the protocol, where there is labelled data. */
  readonly tables?: readonly ProtocolTable[];
}

/** For latencies alone; without one nothing is timed. */
type Watch = Pick<Clock, 'monotonicMs'>;

/** False alarms in 1,000 good actions of other made-up wallets that the second threshold is set for. */
const AIMED_FALSE_PER_1000 = 4;

/** Made-up agents: needs nothing but the seed. */
export function runOnMade(size: MakeStreams, clock?: Watch): Run {
  const stream = makeStreams(size);
  const shipped = scoreByShippedModel(stream, clock);
  const others = makeStreams({ ...size, seed: seedOf(size.seed, 'other wallets') });
  const threshold = thresholdFor(countedRows(others), scoreByShippedModel(others).scores, AIMED_FALSE_PER_1000);
  const fitted: Scored = {
    name: 'castellan, threshold of such agents',
    rule: `a score above that of ${AIMED_FALSE_PER_1000} in 1,000 good actions of other made-up wallets`,
    scores: shipped.scores,
    isAlarm: (row) => (shipped.scores[row] as number) > threshold,
  };
  return {
    source: `made-up agents, seed ${size.seed}, ${size.walletsOfEach} wallets of each kind, ${size.days} days`,
    limits: [
      'Agents and campaigns are made up: the figures compare versions and detectors, and say nothing of how often real wallets are robbed or alarmed.',
      'Made-up agents are more regular than real wallets, so that harmless actions stand out less; the behaviour on TON is that on EVM with the accounts and units of TON, and no allowances.',
      'Only the model of habits is measured: no list, no pattern, no policy, no limit and no simulation, which all see more.',
      'An attacker who knows the model, or who waits until an account is old, is not among the campaigns.',
    ],
    stream,
    scored: [shipped, fitted],
    groupOf,
  };
}

/** Own actions for each campaign that is put into an imported history. */
const ACTIONS_PER_CAMPAIGN = 40;
const MOST_CAMPAIGNS = 9;

/** A person's own wallets, as an explorer exported them, with campaigns put in. @throws CONFIG_INVALID for what is no export */
export function runOnImported(
  files: readonly ExportFile[],
  { seed, wallet, clock }: { readonly seed: number; readonly wallet?: string; readonly clock?: Watch },
): Run {
  const rows = readExports(files, wallet).flatMap(({ wallet: whose, actions }, turn) => {
    const own = actions.filter(({ isOwn }) => isOwn).length;
    const attacks = Math.min(MOST_CAMPAIGNS, Math.floor(own / ACTIONS_PER_CAMPAIGN));
    const surprises = Number(attacks > 0);
    const dice = createDice(seedOf(seed, whose));
    return toRows(whose, attacks === 0 ? actions : inject(actions, { wallet: whose, attacks, surprises, turn }, dice));
  });
  const stream = inOrder(rows);
  return {
    source: `imported: ${files.map(({ name }) => name).join(', ')}, seed ${seed}`,
    limits: [
      'The history is taken for harmless as it is: whatever was fraud in it counts as a false alarm.',
      'Campaigns are put in where there are 40 own actions or more for each; a few campaigns say little, see the bounds.',
      'Exports hold no internal transactions, so that balances are guesses, and those of Etherscan name no spender: allowances are seen as calls.',
      'Only the model of habits is measured: no list, no pattern, no policy, no limit and no simulation, which all see more.',
    ],
    stream,
    scored: [scoreByShippedModel(stream, clock)],
    groupOf: (whose) => whose,
  };
}
