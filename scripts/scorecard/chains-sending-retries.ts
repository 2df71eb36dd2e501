import { systemClock } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { CastellanError, type LedgerRow, pendingOf, type Store, storeKey } from '../../src/core/index.ts';
import { createSecurityManager, type SecurityManager } from '../../src/index.ts';
import { crashing, type Dice } from './chains-sending-faults.ts';
import { type OpenWorld, openEvm, openTon, type World } from './chains-sending-worlds.ts';
import { mulberry32 } from './measure.ts';

/** What asking again and again came to. */
export interface RetryReport {
  readonly retries: number;
  readonly requests: number;
  /** Of those, the ones that were denied because the chain could not be asked: never signed, and never paid. */
  readonly denied: number;
  /** Retries that found their payment not final yet: only these could have paid once more. */
  readonly early: number;
  /** Faults of the network, and steps of the store that were cut off. */
  readonly networkFaults: number;
  readonly storeFaults: number;
  readonly doublePayments: number;
  /** Everything else that is not as promised, in words; must be empty. */
  readonly faults: readonly string[];
}

/** Worlds that are asked side by side: most of asking is waiting. */
const SIDE_BY_SIDE = 6;
const PER_REQUEST = 25;
/** Of those, the last ones come between blocks. */
const WHILE_LANDING = 5;
/** Looks at the end of one request, a block before each. */
const MOST_LOOKS = 30;
const LOOK_MS = 1_000;

/** What one `execute` came to; no hash where there is none. */
interface Answer {
  readonly hash: string;
  readonly end: 'paid' | 'denied' | 'open';
}

async function ask(security: SecurityManager, world: World, index: number, settleTimeoutMs: number): Promise<Answer> {
  const request = { id: `r${index}`, to: world.payee(index), amount: world.amount, asset: world.asset };
  try {
    const { txHash = '', status } = await security.agent('a1').execute(request, { settleTimeoutMs });
    const isDenied = status === 'policy_rejected' || status === 'simulation_failed';
    return { hash: txHash, end: status === 'success' ? 'paid' : isDenied ? 'denied' : 'open' };
  } catch (error) {
    if (error instanceof CastellanError) return { hash: '', end: 'open' };
    throw error;
  }
}

/** Asks until the request has come to an end, with a block before each look. */
async function finish(security: SecurityManager, world: World, index: number): Promise<Answer> {
  for (let look = 1; ; look += 1) {
    await world.land();
    const answer = await ask(security, world, index, LOOK_MS);
    if (answer.end !== 'open' || look === MOST_LOOKS) return answer;
  }
}

/** Asks for each request so often, by two managers over one store in turn and at once, and then counts on the chain. */
async function retry(world: World, dice: Dice, requests: number): Promise<Omit<RetryReport, 'networkFaults'>> {
  const store = createMemoryStore({ clock: systemClock() });
  let storeFaults = 0;
  const countLost = (): void => void (storeFaults += 1);
  const open = (over: Store): SecurityManager => createSecurityManager(world.config(over));
  const calmly = open({ ...store, close: async () => undefined });
  const processes: readonly [SecurityManager, SecurityManager] = [
    open(crashing(store, dice, countLost)),
    open(crashing(store, dice, countLost)),
  ];
  const faults: string[] = [];
  let [early, denied, doublePayments] = [0, 0, 0];
  try {
    const wallet = await calmly.custody.createWallet('owner', 'a1');
    await world.fund(wallet.address);
    await world.land();
    for (let index = 0; index < requests; index += 1) {
      const hashes = new Set<string>();
      // Decided on a network in order: a request that was denied because nobody could be asked stays denied.
      world.faults(false);
      await calmly.agent('a1').authorize({ id: `r${index}`, to: world.payee(index), amount: world.amount, asset: world.asset });
      world.faults(true);
      for (let left = PER_REQUEST; left > 0; ) {
        const both = dice() < 0.3 && left > 1;
        const asked = both ? processes : [processes[left % 2 === 0 ? 0 : 1]];
        const answers = await Promise.all(asked.map((security) => ask(security, world, index, 1 + Math.floor(dice() * 20))));
        for (const { hash, end } of answers) {
          hashes.add(hash);
          if (end === 'open') early += 1;
        }
        left -= asked.length;
        if (left <= WHILE_LANDING) await world.land();
      }
      hashes.add((await finish(calmly, world, index)).hash);
      hashes.delete('');
      if (hashes.size > 1) faults.push(`r${index}: ${hashes.size} transactions`);
    }
    world.faults(false);
    for (let index = 0; index < requests; index += 1) {
      const { end } = await finish(calmly, world, index);
      if (end === 'open') faults.push(`r${index}: came to no end`);
      if (end === 'denied') denied += 1;
      const times = (await world.balance(world.payee(index))) / world.paid;
      if (times > 1n) doublePayments += 1;
      if (times !== (end === 'denied' ? 0n : 1n)) faults.push(`r${index}: paid ${times} times`);
    }
    const sent = await world.sent(wallet.address);
    if (sent !== requests - denied) faults.push(`the chain carried out ${sent} transactions for ${requests - denied} payments`);
    const [row] = await store.get([storeKey.ledger(`agent:a1|${world.unit}`)]);
    const pending = pendingOf(row as unknown as LedgerRow, Number.MAX_SAFE_INTEGER);
    if (pending !== 0n) faults.push(`${pending} still in flight`);
    const { killSwitch } = await calmly.getHealth();
    if (killSwitch !== 'inactive') faults.push('the gate took a retry for a use of the key past it');
  } finally {
    await Promise.all([...processes, calmly].map((security) => security.shutdown(2_000)));
  }
  return { retries: requests * PER_REQUEST, requests, denied, early, storeFaults, doublePayments, faults };
}

async function inWorld(open: OpenWorld, requests: number, seed: number): Promise<RetryReport> {
  const dice = mulberry32(seed);
  let networkFaults = 0;
  const world = await open(dice, () => void (networkFaults += 1));
  try {
    const report = await retry(world, dice, requests);
    return { ...report, networkFaults };
  } finally {
    await world.stop();
  }
}

/** Shares the requests out among worlds side by side, each with a chain, a store, a wallet and two managers of its own. */
async function sideBySide(open: OpenWorld, retries: number, seed: number): Promise<RetryReport> {
  const requests = Math.max(1, Math.ceil(retries / PER_REQUEST));
  const worlds = Math.min(SIDE_BY_SIDE, requests);
  const shares = Array.from({ length: worlds }, (_, world) => Math.ceil((requests - world) / worlds));
  const reports = await Promise.all(shares.map((share, world) => inWorld(open, share, seed + world)));
  const sum = (of: (report: RetryReport) => number): number => reports.reduce((total, report) => total + of(report), 0);
  return {
    retries: sum((report) => report.retries),
    requests: sum((report) => report.requests),
    denied: sum((report) => report.denied),
    early: sum((report) => report.early),
    networkFaults: sum((report) => report.networkFaults),
    storeFaults: sum((report) => report.storeFaults),
    doublePayments: sum((report) => report.doublePayments),
    faults: reports.flatMap(({ faults }, world) => faults.map((fault) => `world ${world}, ${fault}`)),
  };
}

/** Retries on local EVM chains, whose networks fail in six of ten sends. */
export const retryOnEvm = (retries: number, seed: number): Promise<RetryReport> => sideBySide(openEvm, retries, seed);

/** Retries on local TON chains, which forget a fifth of the messages and answer a tenth of the questions with an error. */
export const retryOnTon = (retries: number, seed: number): Promise<RetryReport> => sideBySide(openTon, retries, seed);
