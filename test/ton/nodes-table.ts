import { ton } from '../../src/adapters/ton/index.ts';
import { type AssetId, type ChainNode, isCastellanError, type SignedTransaction, type UnsignedTransaction } from '../../src/core/index.ts';
import { createSecurityManager } from '../../src/index.ts';
import { createManualClock, startTonDevChain, type TonDevChain } from '../../src/testing/index.ts';
import { type Cell, type CellEndpoints, type CellOutcome, cellsOf, type Outcome, openNodes } from '../fixtures/faulty-nodes.ts';
import { deployJetton, type RawWallet, rawWallet } from '../fixtures/ton-deploy.ts';
import { addressOf, CHAIN, connect, idOf, jettonId, type Owner, pay, rawOf } from './node-scene.ts';
import { SHOP, TON_DIALECT } from './nodes-dialect.ts';

const COIN = 1_000_000_000n;
/** Reads that a payment of the coin does not need: these are asked of the node itself. */
export const BESIDE: ReadonlySet<string> = new Set(['balance', 'get method']);
/** All 171 cells. */
export const CELLS: readonly Cell[] = cellsOf(TON_DIALECT);

/** Decides by the rules of the table alone: up to a coin at a time, to whom it will. */
const FREE = {
  template: 'aggressive',
  limits: { unit: 'TON', perTransaction: 1, daily: 50, weekly: 100, monthly: 100 },
  rateLimiting: { cooldownSeconds: 0, maxPerHour: 10_000 },
};

type More = { readonly quorum?: 'all' | number };

/** A chain, and bad endpoints before it. */
export interface TableScene extends AsyncDisposable {
  pay(endpoints: CellEndpoints, more?: More): Promise<Outcome>;
  ask(read: string, endpoints: CellEndpoints, more?: More): Promise<Outcome>;
  readonly open: Awaited<ReturnType<typeof openNodes>>['open'];
  run(cell: Cell, through: 'gate' | 'node'): Promise<CellOutcome>;
}

interface Ground {
  readonly chain: TonDevChain;
  readonly bank: RawWallet;
  readonly alice: Owner;
  readonly jetton: AssetId;
  /** A payment that is over, and one that is only built. */
  readonly old: SignedTransaction;
  readonly built: UnsignedTransaction;
}

async function makeGround(): Promise<Ground> {
  const chain = await startTonDevChain();
  const bank = await rawWallet(chain, 'nodes bank', 10_000n * COIN);
  const on = connect(chain.url);
  const alice = on.owner('nodes alice');
  await chain.fund(rawOf(alice.wallet), 50n * COIN);
  const minter = await deployJetton(bank, { mint: [[addressOf(alice.wallet), 1_000n]] });
  const old = await on.order(alice, pay(idOf(SHOP), 1_000n));
  await on.node.broadcast(old);
  if ((await on.node.settle(old, { timeoutMs: 5_000 })).status !== 'final') throw new Error('the first payment did not land');
  const built = await on.build(alice, pay(idOf(SHOP), 1_000n));
  await on.node.close();
  return { chain, bank, alice, jetton: jettonId(minter), old, built };
}

/** Whether the node believed: each call is the one with which the gate would go on. */
async function believed(read: string, node: ChainNode, { alice, jetton, old, built }: Ground): Promise<boolean> {
  switch (read) {
    case 'head':
      return (await node.head()).number !== '';
    case 'balance':
      return (await node.balances?.(alice.wallet, [])) !== undefined;
    case 'seqno':
      return (await node.sequence(alice.wallet)).next >= 0;
    case 'code':
      return (await node.survey?.(pay(idOf(SHOP), 1n), alice.wallet)) !== undefined;
    case 'get method':
      return (await node.survey?.(pay(idOf(SHOP), 1n, jetton), alice.wallet)) !== undefined;
    case 'simulation':
      return (await node.simulate(built, {})).success;
    case 'transaction':
      return (await node.status(old)).status === 'final';
    default:
      return (await node.quote(pay(idOf(SHOP), 1n), alice.wallet, {})).ceiling >= 0n;
  }
}

const chainOf = ({ rpcUrl, timeoutMs, fetch }: CellEndpoints, more: More = {}) =>
  ton({
    chains: [{ chain: CHAIN, endpoint: rpcUrl, pollMs: 10, timeoutMs, maxHeadAgeMs: 600_000, maxClockSkewMs: 3_600_000, ...more }],
    fetch,
  });

/** What became of another account’s transaction. */
async function otherTransaction(at: TonDevChain, { address }: RawWallet): Promise<unknown> {
  const question = { id: 1, jsonrpc: '2.0', method: 'getTransactions', params: { address: address.toRawString(), limit: 1 } };
  const answer = await fetch(at.url, { method: 'POST', body: JSON.stringify(question) });
  return ((await answer.json()) as { readonly result: unknown }).result;
}

/** Starts the chain of a table. */
export async function openTable(): Promise<TableScene> {
  const ground = await makeGround();
  const { chain } = ground;
  const other = await otherTransaction(chain, ground.bank);
  const nodes = await openNodes(chain.url, TON_DIALECT, other);

  const payThrough: TableScene['pay'] = async (endpoints, more) => {
    const security = createSecurityManager({
      chains: [chainOf(endpoints, more)],
      agents: { a1: FREE },
      emergency: { autoResponseTriggers: [] },
      risk: { anomalyThreshold: 100 },
      execution: { settleTimeoutMs: 100, reconcileMs: 3_600_000 },
    });
    try {
      const { address } = await security.custody.createWallet('owner', 'a1');
      await chain.fund(address, 20n * COIN);
      const result = await security.agent('a1').execute({ id: 'pay', to: SHOP.toRawString(), amount: '0.1', asset: 'TON' });
      const [reason] = result.reasons;
      return {
        done: result.status === 'success',
        code: reason?.code ?? result.status,
        message: reason?.message ?? '',
        pending: result.pending === true,
        moved: 20n * COIN - (await chain.balance(address)),
      };
    } finally {
      await security.shutdown(2_000);
    }
  };
  const ask: TableScene['ask'] = async (read, endpoints, more) => {
    // Time stands still until the endpoint is silent: however busy the machine is, nothing else can be late.
    const clock = createManualClock(Date.now());
    if (endpoints.isSilent) endpoints.onActed = () => void clock.advanceAsync(endpoints.timeoutMs * 2);
    const random = { bytes: (size: number) => new Uint8Array(size) };
    const node = chainOf(endpoints, more).create({ clock, random }).node(CHAIN);
    const outcome = { pending: false, moved: 0n };
    try {
      const done = await believed(read, node, ground);
      return { ...outcome, done, code: done ? 'success' : 'not_believed', message: '' };
    } catch (error) {
      if (!isCastellanError(error)) throw error;
      const { code, details, shortMessage } = error;
      return { ...outcome, done: false, code: `${code} ${details['reason'] ?? ''}`.trim(), message: shortMessage };
    } finally {
      await node.close();
    }
  };
  return {
    open: nodes.open,
    pay: payThrough,
    ask,
    async run(cell, through) {
      const isPaid = through === 'gate' && !BESIDE.has(cell.read);
      const endpoints = nodes.open(cell, { onceSent: isPaid && cell.read === TON_DIALECT.landing });
      const started = performance.now();
      const outcome = await (isPaid ? payThrough(endpoints) : ask(cell.read, endpoints));
      return { ...outcome, acted: endpoints.seen.acted, tookMs: performance.now() - started };
    },
    async [Symbol.asyncDispose]() {
      await nodes[Symbol.asyncDispose]();
      await chain.close();
    },
  };
}
