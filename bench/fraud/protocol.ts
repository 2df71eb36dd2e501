import type { ProtocolTable, Run } from '../../src/integrations/bench/index.ts';
import { judgeCampaigns } from '../../src/integrations/bench/judge-campaigns.ts';
import { accountTables, measureAccounts } from './account-prefixes.ts';
import { approvalTables, measureApprovals } from './approvals.ts';
import { besideLists, listedRows, listTable } from './campaign-lists.ts';
import { AIMED_FALSE_PER_1000, TRAINING, type Track } from './cross-validate.ts';
import { hasData } from './data-files.ts';
import { heldOutTable, measureHeldOut } from './hold-out.ts';
import { measureIntentTables } from './intent.ts';
import { measurePoisoning, poisoningTables } from './poisoning.ts';
import { addressTables, measureAddresses } from './screening.ts';
import { runOnStreams, type StreamRun, trackName } from './stream-run.ts';
import { measureTonLists, tonTables } from './ton-lists.ts';

/** How the protocol is run. */
export interface ProtocolOptions {
  /** Train once more for each type of campaign, without it. Takes minutes for each. */
  readonly holdOut?: boolean;
  /** A data folder whose streams T4 learns from, in place of those that it judges. */
  readonly learn?: string | undefined;
  /** Takes lines of progress, and of what is left out. */
  readonly report?: (line: string) => void;
}

const TRACKS: readonly [Track, ...Track[]] = ['strict', 'full'];

/** A task that stands beside the streams: in which folder its data lies, and what it comes to. */
interface Task {
  readonly task: string;
  readonly folder: string;
  readonly run: (data: string) => Promise<readonly ProtocolTable[]>;
}

const BESIDE: readonly Task[] = [
  { task: 'T1', folder: 'address-lists', run: async (data) => addressTables(await measureAddresses(data)) },
  { task: 'T2', folder: 'address-poisoning', run: async (data) => poisoningTables(measurePoisoning(data)) },
  { task: 'T3', folder: 'eth-account-prefixes', run: async (data) => accountTables(measureAccounts(data)) },
  { task: 'T5', folder: 'approvals', run: async (data) => approvalTables(await measureApprovals(data)) },
  { task: 'T6', folder: 'intent-mismatch', run: async (data) => measureIntentTables(data) },
  { task: 'T7', folder: 'ton-lists', run: async (data) => tonTables(await measureTonLists(data)) },
];

/** The protocol on the labelled data of a folder: the streams, with lists and without, and the other tasks. Tasks without data are named and left out. */
export async function runProtocol(data: string, { holdOut = false, learn, report = () => undefined }: ProtocolOptions = {}): Promise<Run> {
  const run = runOnStreams(data, { tracks: TRACKS, learn });
  const tables: ProtocolTable[] = [...(await withLists(run))];
  if (holdOut) for (const track of TRACKS) tables.push(heldOut(run, track, report));
  for (const { task, folder, run: measure } of BESIDE) {
    if (hasData(data, folder)) tables.push(...(await measure(data)));
    else report(`SKIPPED ${task}: there is no ${folder} in ${data}.`);
  }
  return { ...run, tables };
}

async function withLists({ gauges: { rows }, scored }: StreamRun): Promise<readonly ProtocolTable[]> {
  const listed = await listedRows(rows);
  const alone = { name: 'lists alone', isAlarm: () => false };
  return [...scored, alone].map((detector) => listTable(detector.name, besideLists(rows, detector, listed)));
}

function heldOut({ gauges, scored }: StreamRun, track: Track, report: (line: string) => void): ProtocolTable {
  const held = measureHeldOut(gauges, track, TRAINING, AIMED_FALSE_PER_1000[track], report);
  const usual = scored.find(({ name }) => name === trackName(track));
  const { types } = judgeCampaigns(gauges.rows, (row) => usual?.isAlarm(row) === true);
  return heldOutTable(track, held, new Map(types.map(({ type, caught }) => [type, caught])));
}
