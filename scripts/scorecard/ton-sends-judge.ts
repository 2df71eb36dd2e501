import type { Address } from '@ton/core';
import {
  type LedgerRow,
  nativeAssetId,
  parseAccount,
  parseChainId,
  pendingOf,
  type RequestRow,
  storeKey,
  tokenAsset,
} from '../../src/core/index.ts';
import { jettonWalletAddress } from '../../test/fixtures/ton-contracts.ts';
import { jettonBalance } from '../../test/fixtures/ton-deploy.ts';
import { type Delivery, deliveriesTo, externalsOf, historyOf } from './ton-sends-history.ts';
import { isPaid, type Order } from './ton-sends-orders.ts';
import { type Payer, PURSE, type SendsScene } from './ton-sends-scene.ts';

/** What the chain's own history says of the orders, beside what the gate said and booked. */
export interface Judgement {
  /** Orders that arrived more than once. */
  readonly doublePayments: number;
  /** Payments that arrived. */
  readonly delivered: number;
  /** Everything that is not as promised, in words; empty is right. */
  readonly faults: readonly string[];
}

const STATES_AT_REST: ReadonlySet<string> = new Set(['denied', 'escalated', 'final', 'released']);
const PAGE = 500;

async function requestRows({ store }: SendsScene): Promise<readonly RequestRow[]> {
  const rows: RequestRow[] = [];
  for (let after: string | undefined; ; ) {
    const page = await store.scan('request/', { limit: PAGE, ...(after === undefined ? {} : { after }) });
    rows.push(...page.map(({ value }) => value as unknown as RequestRow));
    after = page.at(-1)?.key;
    if (page.length < PAGE || after === undefined) return rows;
  }
}

/** Each order against what its shop got; an order is one payment, of its very amount, from its very wallet. */
function orderFaults(orders: readonly Order[], delivered: ReadonlyMap<string, readonly Delivery[]>): readonly string[] {
  return orders.flatMap((order): readonly string[] => {
    const got = delivered.get(order.text) ?? [];
    const told = isPaid(order) ? 1 : 0;
    const wrong = got.find(
      ({ asset, from, amount }) => asset !== order.asset || amount !== order.amount || from !== order.payer.wallet.toRawString(),
    );
    const faults: string[] = [];
    if (told === 0) faults.push(`${order.text}: not paid after ${order.requests.length} requests`);
    if (got.length !== told) faults.push(`${order.text}: told ${told}, arrived ${got.length} times`);
    if (wrong !== undefined)
      faults.push(`${order.text}: ${wrong.amount} ${wrong.asset} arrived in place of ${order.amount} ${order.asset}`);
    return faults;
  });
}

/** Each request's last word against the messages that its wallet executed. */
function requestFaults(orders: readonly Order[], executed: ReadonlyMap<string, number>): readonly string[] {
  return orders.flatMap(({ requests }) =>
    requests.flatMap(({ id, answers }): readonly string[] => {
      const last = answers.at(-1);
      const hashes = [...new Set(answers.flatMap(({ txHash }) => txHash ?? []))];
      const faults: string[] = [];
      if (hashes.length > 1) faults.push(`${id}: signed ${hashes.length} different messages`);
      for (const hash of hashes) {
        const times = executed.get(hash) ?? 0;
        if (times !== (last?.status === 'success' ? 1 : 0)) faults.push(`${id}: told ${last?.status}, executed ${times} times`);
      }
      if (last?.status === 'success' && hashes.length === 0) faults.push(`${id}: a success without a hash`);
      if (last?.pending === true) faults.push(`${id}: still pending`);
      // Said to be over, and paid all the same: the agent would have paid twice.
      const turned = answers.findIndex(({ status, pending }) => status === 'execution_failed' && pending !== true);
      if (turned >= 0 && answers.slice(0, turned).some(({ status }) => status === 'success'))
        faults.push(`${id}: a success was taken back`);
      return faults;
    }),
  );
}

/** One agent's books against what its wallet lost. */
async function bookFaults(scene: SendsScene, payer: Payer, rows: readonly RequestRow[]): Promise<readonly string[]> {
  const { chain, store, minter, operator } = scene;
  const id = parseChainId(chain.chain);
  const units = {
    TON: [nativeAssetId(id), PURSE.coins - (await chain.balance(payer.wallet.toString()))],
    USD: [
      tokenAsset(id, parseAccount(minter.address.toString(), id)),
      PURSE.tokens - (await jettonBalance(operator.client, minter, payer.wallet)),
    ],
  } as const;
  const faults: string[] = [];
  const nowMs = await store.now();
  for (const [name, [unit, lost]] of Object.entries(units)) {
    const [found] = await store.get([storeKey.ledger(`agent:${payer.agent}|${unit}`)]);
    const head = found as unknown as LedgerRow | undefined;
    if (BigInt(head?.total ?? '0') !== lost) faults.push(`${payer.agent}: ${head?.total ?? '0'} ${name} booked, the wallet lost ${lost}`);
    const pending = pendingOf(head, nowMs);
    if (pending !== 0n) faults.push(`${payer.agent}: ${pending} ${name} still held or in flight`);
  }
  for (const row of rows)
    if (row.agent === payer.agent && !STATES_AT_REST.has(row.state)) faults.push(`${row.requestId}: left ${row.state}`);
  return faults;
}

const tally = <T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> => Map.groupBy(items, keyOf);

/** Reads the whole history of wallets and shops, and compares. The chain must be in order again, and everything at rest. */
export async function judgeSends(scene: SendsScene, orders: readonly Order[]): Promise<Judgement> {
  const { client } = scene.operator;
  const tokensOf = (owner: Address): Address => jettonWalletAddress(scene.minter, owner);
  const delivered: Delivery[] = [];
  const executed: string[] = [];
  for (const { shop, wallet } of scene.payers) {
    delivered.push(...(await deliveriesTo(client, shop, tokensOf(shop))));
    executed.push(...externalsOf(await historyOf(client, wallet)));
  }
  const byText = tally(delivered, ({ text }) => text);
  const times = new Map([...tally(executed, (hash) => hash)].map(([hash, all]) => [hash, all.length]));
  const rows = await requestRows(scene);
  const faults = [...orderFaults(orders, byText), ...requestFaults(orders, times)];
  const known = new Set(orders.flatMap(({ requests }) => requests.flatMap(({ answers }) => answers.flatMap(({ txHash }) => txHash ?? []))));
  for (const hash of times.keys()) if (!known.has(hash)) faults.push(`${hash}: executed, and no request told of it`);
  for (const text of byText.keys()) if (!orders.some((order) => order.text === text)) faults.push(`${text}: arrived and was not ordered`);
  for (const payer of scene.payers) faults.push(...(await bookFaults(scene, payer, rows)));
  for (const { type } of scene.events)
    if (type === 'monitor_reorg' || type === 'monitor_unrecorded' || type === 'emergency_changed') faults.push(`the gate told of ${type}`);
  return { doublePayments: [...byText.values()].filter((got) => got.length > 1).length, delivered: delivered.length, faults };
}
