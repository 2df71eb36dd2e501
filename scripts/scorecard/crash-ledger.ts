import { type AssetId, type LedgerRow, pendingOf, type RequestRow, type Store, storeKey } from '../../src/core/index.ts';
import type { Anvil } from '../../src/testing/anvil.ts';

/** What one payer's chain history says. */
export interface Paid {
  /** Value and fee, wei, by transaction hash. */
  readonly spent: Map<string, bigint>;
  /** Transaction hashes by amount paid: an amount names one request. */
  readonly byAmount: Map<bigint, string[]>;
}

/** Reads what wallets paid, block by block, each block once. */
export function createChainReader(anvil: Anvil): { read(): Promise<void>; of(wallet: string): Paid } {
  const payers = new Map<string, Paid>();
  let next = 1;
  const of = (wallet: string): Paid => {
    const key = wallet.toLowerCase();
    const known = payers.get(key) ?? { spent: new Map(), byAmount: new Map() };
    payers.set(key, known);
    return known;
  };
  return {
    of,
    async read() {
      const head = Number(await anvil.rpc('eth_blockNumber'));
      for (; next <= head; next += 1) {
        const block = (await anvil.rpc('eth_getBlockByNumber', [`0x${next.toString(16)}`, true])) as {
          readonly transactions: readonly Record<string, string>[];
        };
        for (const tx of block.transactions) {
          const receipt = (await anvil.rpc('eth_getTransactionReceipt', [tx['hash']])) as Record<string, string>;
          const paid = of(tx['from'] as string);
          const value = BigInt(tx['value'] as string);
          const fee = BigInt(receipt['gasUsed'] as string) * BigInt(receipt['effectiveGasPrice'] as string);
          paid.spent.set(tx['hash'] as string, value + fee);
          paid.byAmount.set(value, [...(paid.byAmount.get(value) ?? []), tx['hash'] as string]);
        }
      }
    },
  };
}

/** What is wrong between one agent's ledger and the chain, in words; empty where nothing is. */
export async function ledgerFaults(
  store: Store,
  agent: string,
  asset: AssetId,
  paid: Paid,
  requestIds: readonly string[],
): Promise<readonly string[]> {
  const faults: string[] = [];
  const rows = (await store.get(requestIds.map((id) => storeKey.request(agent, id)))).filter(
    (row) => row !== undefined,
  ) as unknown as readonly RequestRow[];
  const [head] = (await store.get([storeKey.ledger(`agent:${agent}|${asset}`)])) as unknown as readonly (LedgerRow | undefined)[];
  const onChain = [...paid.spent.values()].reduce((sum, each) => sum + each, 0n);
  const nowMs = await store.now();
  const sumOf = (wanted: readonly RequestRow[]): bigint =>
    wanted.flatMap((row) => row.lines).reduce((sum, line) => sum + BigInt(line.amount), 0n);
  const flying = sumOf(rows.filter(({ state }) => state === 'redeemed' || state === 'signed' || state === 'broadcast'));
  const held = sumOf(rows.filter((row) => row.state === 'held' && (row.heldUntilMs ?? row.dueMs) >= nowMs));
  const final = rows.filter(({ state }) => state === 'final');
  const unsettledOnChain = [...paid.spent.keys()].filter((hash) => !final.some((row) => row.txHash === hash));
  if (unsettledOnChain.length === 0 && BigInt(head?.total ?? '0') !== onChain)
    faults.push(`${agent}: booked ${head?.total ?? '0'}, the chain shows ${onChain}`);
  if (unsettledOnChain.some((hash) => !rows.some((row) => row.txHash === hash)))
    faults.push(`${agent}: the chain shows a payment that no request knows`);
  if (BigInt(head?.inFlight ?? '0') !== flying) faults.push(`${agent}: ${head?.inFlight ?? '0'} in flight, requests say ${flying}`);
  if (head !== undefined && pendingOf(head, nowMs) !== flying + held)
    faults.push(`${agent}: ${pendingOf(head, nowMs)} pending, requests say ${flying + held}`);
  for (const [amount, hashes] of paid.byAmount)
    if (hashes.length > 1) faults.push(`${agent}: ${amount} wei was paid ${hashes.length} times`);
  for (const row of final)
    if (row.txHash === null || !paid.spent.has(row.txHash)) faults.push(`${agent}: ${row.requestId} is final and not on the chain`);
  return faults;
}
