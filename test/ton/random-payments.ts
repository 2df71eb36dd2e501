import { Address, Cell, loadTransaction } from '@ton/core';
import { readAccount } from '../../src/adapters/ton/account-state.ts';
import { readHead } from '../../src/adapters/ton/block.ts';
import type { SimulationReport } from '../../src/core/chain-adapter.ts';
import type { AccountId, AssetId } from '../../src/core/ids.ts';
import type { Action, Call } from '../../src/core/transaction.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';
import { eater, type JettonMinter, jettonMinter, jettonWalletAddress } from '../fixtures/ton-contracts.ts';
import { jettonTransferBody, textPayload } from '../fixtures/ton-messages.ts';
import type { SimulationScene } from './simulation-scene.ts';
import { CHAIN, call, idOf, jettonId, openScene, TON, toAddress } from './simulation-scene.ts';

/** What came of a row of random payments, each simulated and then really sent. */
export interface EqualityResult {
  readonly cases: number;
  readonly byKind: Readonly<Record<string, number>>;
  /** Cases in which all was equal, storage fees included. */
  readonly exact: number;
  /** The highest storage fees that one case paid, and the highest that a report had not counted, nanoton. */
  readonly mostStorage: bigint;
  readonly mostUncounted: bigint;
  /** Payments that were refused by a contract in simulation and reality alike: too little money for its gas, by the dice. */
  readonly failing: readonly string[];
  /** Differences that storage fees do not explain; empty is right. */
  readonly differences: readonly string[];
  readonly simulateMs: readonly number[];
}

interface Dice {
  below(bound: number): number;
  amount(most: number): bigint;
  address(): Address;
}

function createDice(seed: string): Dice {
  const random = createSeededRandom(seed);
  const below = (bound: number): number => Buffer.from(random.bytes(6)).readUIntBE(0, 6) % bound;
  return { below, amount: (most) => BigInt(1 + below(most)), address: () => new Address(0, Buffer.from(random.bytes(32))) };
}

interface Cast {
  readonly minters: readonly JettonMinter[];
  readonly known: readonly Address[];
}

const TEXTS = [undefined, 'rent', 'Überweisung für März, Rechnung 4711 — mit Dank und besten Grüßen an alle Beteiligten', 'x'.repeat(300)];

function recipient({ known }: Cast, dice: Dice): Address {
  return dice.below(3) === 0 ? dice.address() : (known[dice.below(known.length)] ?? dice.address());
}

function jettonCall(scene: SimulationScene, cast: Cast, dice: Dice): Call {
  const minter = cast.minters[dice.below(cast.minters.length)] as JettonMinter;
  const text = TEXTS[dice.below(TEXTS.length)];
  const body = jettonTransferBody({
    amount: dice.amount(1_000),
    to: recipient(cast, dice),
    queryId: BigInt(dice.below(2 ** 40)),
    responseTo: toAddress(scene.wallet),
    forwardAmount: [0n, 1n, 10_000_000n][dice.below(3)] ?? 1n,
    ...(text === undefined ? {} : { forwardPayload: textPayload(text) }),
  });
  return call(idOf(jettonWalletAddress(minter, toAddress(scene.wallet))), 60_000_000n + dice.amount(50_000_000), body);
}

function nativeCall(cast: Cast, dice: Dice): Call {
  const text = TEXTS[dice.below(TEXTS.length)];
  return call(idOf(recipient(cast, dice)), dice.amount(300_000_000), text === undefined ? null : textPayload(text));
}

function draw(scene: SimulationScene, cast: Cast, dice: Dice): { readonly kind: string; readonly action: Action } {
  switch (dice.below(5)) {
    case 0: {
      const comment = TEXTS[dice.below(3)];
      const to = idOf(recipient(cast, dice));
      const action: Action = {
        kind: 'transfer',
        asset: TON,
        amount: dice.amount(500_000_000),
        to,
        ...(comment === undefined ? {} : { comment }),
      };
      return { kind: 'native', action };
    }
    case 1: {
      const minter = cast.minters[dice.below(cast.minters.length)] as JettonMinter;
      return {
        kind: 'jetton',
        action: { kind: 'transfer', asset: jettonId(minter), amount: dice.amount(1_000), to: idOf(recipient(cast, dice)) },
      };
    }
    case 2:
      return { kind: 'jetton', action: { kind: 'calls', calls: [jettonCall(scene, cast, dice)] } };
    default: {
      const calls = Array.from({ length: 2 + dice.below(4) }, () =>
        dice.below(2) === 0 ? nativeCall(cast, dice) : jettonCall(scene, cast, dice),
      );
      return { kind: 'batch', action: { kind: 'calls', calls } };
    }
  }
}

/** What each account gained by the report: nanoton, and tokens by owner. */
function gainsByReport({ effects }: SimulationReport): ReadonlyMap<string, bigint> {
  const gains = new Map<string, bigint>();
  for (const effect of effects) {
    if (effect.kind !== 'outflow' && effect.kind !== 'inflow' && effect.kind !== 'fee') continue;
    const key = `${effect.account}|${effect.asset}`;
    const gain = effect.kind === 'fee' ? -effect.max : effect.kind === 'inflow' ? effect.amount : -effect.amount;
    gains.set(key, (gains.get(key) ?? 0n) + gain);
  }
  return gains;
}

/** Storage fees that the report counted. */
function countedStorage({ caveats }: SimulationReport): bigint {
  const [told = '0'] = caveats.flatMap((caveat) => /^storage_fees_counted: (\d+)$/.exec(caveat)?.[1] ?? []);
  return BigInt(told);
}

/** Storage fees that an account's transactions after a logical time paid. */
async function storagePaid(scene: SimulationScene, account: AccountId, after: bigint): Promise<bigint> {
  const params = { address: account.slice(CHAIN.length + 1), limit: 12 };
  const list = (await scene.client.request('getTransactions', params)) as { data: string; transaction_id: { lt: string } }[];
  let paid = 0n;
  for (const { data, transaction_id: id } of list) {
    if (BigInt(id.lt) <= after) break;
    const { description } = loadTransaction(Cell.fromBase64(data).beginParse());
    if (description.type === 'generic') paid += description.storagePhase?.storageFeesCollected ?? 0n;
  }
  return paid;
}

interface Snapshot {
  readonly coins: ReadonlyMap<AccountId, bigint>;
  readonly tokens: ReadonlyMap<string, bigint>;
  /** Logical time of each account's newest transaction. */
  readonly lts: ReadonlyMap<AccountId, bigint>;
}

/** Coins of all accounts that a payment may touch, and tokens by owner. */
async function look(scene: SimulationScene, cast: Cast, owners: ReadonlySet<AccountId>, others: readonly AccountId[]): Promise<Snapshot> {
  const { seqno } = await readHead(scene.client);
  const coins = new Map<AccountId, bigint>();
  const tokens = new Map<string, bigint>();
  const lts = new Map<AccountId, bigint>();
  const read = async (account: AccountId) => {
    const state = await readAccount(scene.client, account, seqno);
    coins.set(account, state.balance);
    lts.set(account, state.lastLt);
    return state;
  };
  await Promise.all(others.map(read));
  await Promise.all(
    [...owners].map(async (owner) => {
      await read(owner);
      for (const minter of cast.minters) {
        const { data } = await read(idOf(jettonWalletAddress(minter, toAddress(owner))));
        tokens.set(`${owner}|${jettonId(minter)}`, data === null ? 0n : data.beginParse().loadCoins());
      }
    }),
  );
  return { coins, tokens, lts };
}

/** Whether what the chain did is what the report said, to the nanoton; how much of it was storage. */
async function compare(
  scene: SimulationScene,
  cast: Cast,
  report: SimulationReport,
  send: () => Promise<void>,
): Promise<{ readonly storage: bigint; readonly uncounted: bigint; readonly differences: readonly string[] }> {
  const gains = gainsByReport(report);
  const owners = new Set<AccountId>([scene.wallet]);
  for (const effect of report.effects) {
    if (effect.kind !== 'inflow' || effect.asset === TON) continue;
    owners.add(effect.account);
  }
  const others = [...gains.keys()].flatMap((key) => {
    const [account, asset] = key.split('|') as [AccountId, AssetId];
    return asset === TON && !owners.has(account) ? [account] : [];
  });
  const before = await look(scene, cast, owners, others);
  await send();
  const after = await look(scene, cast, owners, others);
  const differences: string[] = [];
  for (const [key, held] of after.tokens) {
    const off = (gains.get(key) ?? 0n) - (held - (before.tokens.get(key) ?? 0n));
    if (off !== 0n) differences.push(`${key}: ${off} tokens`);
  }
  let missing = 0n;
  let storage = 0n;
  const offs: [AccountId, bigint][] = [];
  for (const [account, had] of before.coins) {
    const off = (gains.get(`${account}|${TON}`) ?? 0n) - ((after.coins.get(account) ?? 0n) - had);
    offs.push([account, off]);
    missing += off;
    storage += await storagePaid(scene, account, before.lts.get(account) ?? 0n);
  }
  // Time goes by between the two: what storage cost in it may make a difference, and nothing else.
  const uncounted = storage - countedStorage(report);
  if (missing !== uncounted) differences.push(`in all ${missing} nanoton differ, ${uncounted} of storage`);
  for (const [account, off] of offs)
    if (off > uncounted || off < -uncounted) differences.push(`${account}: ${off} nanoton differ, in all ${uncounted} of storage`);
  return { storage, uncounted, differences };
}

/**
 * Simulates and then sends `count` random payments: native, jetton, and batches of both, to new and known accounts. The
 * accounts' gains must be those of the report, but for what storage cost in between: it is read from the transactions that paid.
 */
export async function runRandomPayments(count: number, seed: string): Promise<EqualityResult> {
  await using scene = await openScene({ fund: 10_000_000_000_000n });
  const dice = createDice(seed);
  const minters = await Promise.all(['a', 'b'].map((content) => jettonMinter({ admin: scene.admin, content })));
  for (const minter of minters) await scene.mint(minter, 1_000_000_000n);
  const keeper = await eater();
  await scene.deploy(keeper);
  const cast: Cast = { minters, known: [scene.admin, keeper.address, ...Array.from({ length: 4 }, () => dice.address())] };
  const byKind: Record<string, number> = {};
  const differences: string[] = [];
  const failing: string[] = [];
  const simulateMs: number[] = [];
  let exact = 0;
  let mostStorage = 0n;
  let mostUncounted = 0n;
  for (let number = 0; number < count; number += 1) {
    const { kind, action } = draw(scene, cast, dice);
    byKind[kind] = (byKind[kind] ?? 0) + 1;
    if (dice.below(10) === 0) await scene.chain.increaseTime(dice.below(30 * 86_400));
    const tx = await scene.build(action);
    const started = performance.now();
    const report = await scene.simulate(tx);
    simulateMs.push(performance.now() - started);
    // What fails must fail in the same way, to the nanoton.
    if (!report.success) failing.push(`${number} ${kind}: ${report.errors.join()}`);
    const found = await compare(scene, cast, report, () => scene.send(tx));
    if (found.uncounted === 0n) exact += 1;
    if (found.uncounted > mostUncounted) mostUncounted = found.uncounted;
    if (found.storage > mostStorage) mostStorage = found.storage;
    differences.push(...found.differences.map((difference) => `${number} ${kind}: ${difference}`));
  }
  return { cases: count, byKind, exact, mostStorage, mostUncounted, failing, differences, simulateMs };
}
