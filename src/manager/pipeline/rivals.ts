import type { ChargeLine } from '../../core/ledger.ts';
import { type Command, type RequestRow, type Store, storeKey } from '../../core/store.ts';
import type { Receipt } from '../../core/transaction.ts';
import { docKey, readDoc } from '../directory.ts';
import { chargedLines } from './charged-lines.ts';

/** Transactions that one place of a wallet's sequence may have beside the first; each costs at least an eighth more than the last. */
export const MAX_REPLACEMENTS = 16;

/** Everything of ours that is or was in one place of a wallet's sequence: the request that took it, and what was to replace it. */
export interface Rivals {
  readonly first: RequestRow;
  readonly replacements: readonly RequestRow[];
  /** Of the document that names them. */
  readonly version: number;
}

const rowOf = async (store: Store, agent: string, requestId: string): Promise<RequestRow | undefined> =>
  (await store.get([storeKey.request(agent, requestId)]))[0] as unknown as RequestRow | undefined;

/** The rivals of a request, itself among them. */
export async function readRivals(store: Store, row: RequestRow): Promise<Rivals> {
  const firstId = row.replaces?.requestId ?? row.requestId;
  const { value, version } = await readDoc<{ readonly ids: readonly string[] }>(store, docKey.rivals(row.agent, firstId));
  const ids = value?.ids ?? [];
  if (ids.length === 0 && firstId === row.requestId) return { first: row, replacements: [], version };
  const rows = await store.get([firstId, ...ids].map((id) => storeKey.request(row.agent, id)));
  const [first, ...replacements] = rows as unknown as readonly (RequestRow | undefined)[];
  return { first: first ?? row, replacements: replacements.filter((one) => one !== undefined), version };
}

/** All of them but one. */
export function othersOf({ first, replacements }: Rivals, { requestId }: RequestRow): readonly RequestRow[] {
  return [first, ...replacements].filter((one) => one.requestId !== requestId);
}

/** Whether bytes of it may be out. */
export const isOut = ({ state }: RequestRow): boolean => state === 'redeemed' || state === 'signed' || state === 'broadcast';

/** Whether its bytes exist, so that only the chain can end it. */
export const isSent = ({ state }: RequestRow): boolean => state === 'signed' || state === 'broadcast';

/** The room that a new rival need not take: the first one's, which stays until the chain has decided. What other rivals take may be given back. */
export const roomHeld = ({ first }: Rivals): readonly ChargeLine[] => (isSent(first) ? first.lines : []);

/** The command that names one more rival; refused where another process has named one meanwhile. */
export function nameRival(rivals: Rivals, requestId: string): Command {
  const ids = rivals.replacements.map((one) => one.requestId).filter((id) => id !== requestId);
  return {
    kind: 'doc.put',
    key: docKey.rivals(rivals.first.agent, rivals.first.requestId),
    value: { ids: [...ids, requestId] },
    ifVersion: rivals.version,
  };
}

/**
 * What the chain charged for the one that landed. Of a replacement the amount that the first request reserved, which is what it paid out,
 * and its own fee; of one that did nothing, the fee alone.
 */
export function landedLines({ first }: Rivals, landed: RequestRow, receipt: Receipt): readonly ChargeLine[] {
  const { replaces } = landed;
  if (replaces === undefined) return chargedLines(landed, receipt);
  const sum = (lines: readonly ChargeLine[], account: string): bigint =>
    lines.reduce((total, line) => (line.account === account ? total + BigInt(line.amount) : total), 0n);
  const accounts = [...new Set([...first.lines, ...landed.lines, ...landed.feeLines].map(({ account }) => account))];
  const lines = accounts.map((account) => {
    const fee = sum(landed.feeLines, account);
    const principal = replaces.by === 'same' ? sum(first.lines, account) - sum(first.feeLines, account) : 0n;
    return { account, amount: (principal + fee).toString() };
  });
  return chargedLines({ ...landed, lines }, receipt);
}

/** Gives the room of those back that can never land any more: of the place one is final. */
export function dropRivals(rivals: Rivals, landed: RequestRow): readonly Command[] {
  return othersOf(rivals, landed).flatMap((row): readonly Command[] => {
    const { agent, requestId } = row;
    if (row.state === 'held') return [{ kind: 'ledger.expire', agent, requestId }];
    if (row.state === 'final')
      // A reorganisation past finality: another one of the place is on the chain now.
      return [
        { kind: 'ledger.settle', agent, requestId, to: 'broadcast' },
        { kind: 'ledger.settle', agent, requestId, to: 'released' },
      ];
    return isOut(row) ? [{ kind: 'ledger.settle', agent, requestId, to: 'released' }] : [];
  });
}

/** The row of a request of this agent, or what it replaces, if anything. */
export async function firstOf(store: Store, agent: string, requestId: string): Promise<RequestRow | undefined> {
  const row = await rowOf(store, agent, requestId);
  return row?.replaces === undefined ? row : rowOf(store, agent, row.replaces.requestId);
}
