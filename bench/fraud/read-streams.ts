import { inOrder, type StreamRow } from '../../src/integrations/bench/stream-row.ts';
import type { ActionKind } from '../../src/risk/habits/wallet-action.ts';
import { dataRows } from './data-files.ts';

export type { StreamRow } from '../../src/integrations/bench/stream-row.ts';

const KINDS: Readonly<Record<string, ActionKind>> = {
  native: 'coin',
  erc20: 'token',
  call: 'call',
  approve: 'allowance',
  approve_all: 'allowance_all',
};

/** Reads the labelled streams of a data folder, in the order of time. */
export function readStreams(data: string): readonly StreamRow[] {
  const labels = new Map<string, readonly string[]>();
  for (const [wallet = '', seq = '', ...label] of dataRows(data, 'streams', 'labels_dev.csv.gz')) labels.set(`${wallet} ${seq}`, label);
  return inOrder(dataRows(data, 'streams', 'streams_dev.csv.gz').map((fields) => rowOf(fields, labels)));
}

function rowOf(fields: readonly string[], labels: ReadonlyMap<string, readonly string[]>): StreamRow {
  const [
    wallet = '',
    seq = '',
    ts,
    dir,
    signed,
    kind = '',
    party = '',
    token = '',
    ,
    decimals,
    amount,
    method,
    spender = '',
    allowance,
    ok,
  ] = fields;
  const what = KINDS[kind];
  if (what === undefined || (dir !== 'in' && dir !== 'out')) throw new Error(`a row of no known form: ${fields.join(',')}`);
  const isGrant = what === 'allowance' || what === 'allowance_all';
  const [label, campaign = '', type = '', score] = labels.get(`${wallet} ${seq}`) ?? [];
  return {
    wallet,
    seq: Number(seq),
    isOwn: signed === '1' && ok === '1' && dir === 'out',
    isScored: score === '1',
    isBad: label === '1',
    campaign,
    type,
    action: {
      atMs: Number(ts) * 1_000,
      direction: dir,
      kind: what,
      party: isGrant ? spender : party,
      asset: what === 'token' ? token : isGrant ? party : 'coin',
      amount: amount === '' || amount === undefined ? 0n : BigInt(amount),
      decimals: Number(decimals),
      // The data does not say which tokens a deployment would list.
      isListed: true,
      method: method === '' ? undefined : method,
      allowance: allowance === '' || allowance === undefined ? undefined : BigInt(allowance),
    },
  };
}
