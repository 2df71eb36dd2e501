import { type EvmAdapterFactory, evm } from '../../src/adapters/evm/index.ts';
import { type ChainNode, isCastellanError, type SignedTransaction } from '../../src/core/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { createManualClock } from '../../src/testing/index.ts';
import { balanceOf, openBench, stranger } from '../e2e/bench.ts';
import { type Cell, type CellEndpoints, type CellOutcome, cellsOf, type Outcome, openNodes } from '../fixtures/faulty-nodes.ts';
import { mined, sendFrom } from '../fixtures/send-raw.ts';
import { assetOf, CHAIN, connect, NATIVE, on, signer } from './chain-fixture.ts';
import { EVM_DIALECT } from './nodes-dialect.ts';

/** Reads that a payment of the coin does not need: these are asked of the node itself. */
export const BESIDE: ReadonlySet<string> = new Set(['code', 'call']);
/** All 171 cells. */
export const CELLS: readonly Cell[] = cellsOf(EVM_DIALECT);
/** Made once: a phrase takes 2,048 rounds of hashing. */
const [PAYER, PAYEE, OTHER] = [signer(1), signer(2), signer(3)];
const ACTION = { kind: 'transfer', asset: NATIVE, amount: 1n, to: PAYEE.wallet } as const;

/** A chain, and bad endpoints before it. */
export interface TableScene extends AsyncDisposable {
  /** A payment through a whole manager over the cell's endpoints. */
  pay(endpoints: CellEndpoints, more?: { readonly quorum?: 'all' | number }): Promise<Outcome>;
  /** The one call of the node that decides by this read. */
  ask(read: string, endpoints: CellEndpoints, more?: { readonly quorum?: 'all' | number }): Promise<Outcome>;
  readonly open: Awaited<ReturnType<typeof openNodes>>['open'];
  run(cell: Cell, through: 'gate' | 'node'): Promise<CellOutcome>;
}

/** How the endpoints are reached: over the host's network, as a manager does, or by a `fetch` of the owner's. */
export type Reached = 'net' | 'fetch';

const chainOf = (
  { rpcUrl, timeoutMs, fetch, net }: CellEndpoints,
  reached: Reached,
  more: { readonly quorum?: 'all' | number } = {},
): EvmAdapterFactory => {
  const chains = [{ chain: CHAIN, rpcUrl, confirmations: 1, pollMs: 10, timeoutMs, maxHeadAgeMs: 600_000, ...more }];
  if (reached === 'fetch') return evm({ chains, fetch });
  return { create: (host) => evm({ chains }).create({ ...host, net }) };
};

/** Whether the node believed: each call is the one with which the gate would go on. */
async function believed(read: string, node: ChainNode, token: string, old: SignedTransaction): Promise<boolean> {
  const { wallet } = PAYER;
  switch (read) {
    case 'nonce':
      return (await node.sequence(wallet)).next >= 0;
    case 'code':
      return (await node.inspect?.([on(token)])) !== undefined;
    case 'call':
      return (await node.balances?.(wallet, [assetOf(token)])) !== undefined;
    case 'receipt':
      return (await node.status(old)).status === 'final';
    case 'chain id':
    case 'fee':
      return (await node.quote(ACTION, wallet, {})).ceiling >= 0n;
    default: {
      const fee = {
        asset: NATIVE,
        ceiling: 21_000n * 10n ** 10n,
        params: { gas: '21000', maxFeePerGas: '10000000000', maxPriorityFeePerGas: '1' },
      };
      const { codec } = connect({ rpcUrl: 'http://127.0.0.1:9' }).adapter;
      const slot = old.slot + 1;
      return (await node.simulate(codec.build(ACTION, { chain: CHAIN, wallet, slot, fee, validUntilMs: null }), {})).success;
    }
  }
}

async function minedPayment(anvil: Anvil): Promise<SignedTransaction> {
  const { node, buildAndSign } = connect(anvil);
  const signed = await buildAndSign(PAYER, ACTION);
  await node.broadcast(signed);
  await node.close();
  await mined(anvil, signed.hash);
  return signed;
}

/** Starts the chain of a table. */
export async function openTable(reached: Reached = 'net'): Promise<TableScene> {
  const anvil = await startAnvil();
  const [from, to] = [OTHER.address, PAYEE.address];
  const other = await sendFrom(anvil, { from, to, value: '0x1' });
  const old = await minedPayment(anvil);
  // A contract that answers one word, seven, to whatever it is asked.
  const token = stranger();
  await anvil.rpc('anvil_setCode', [token, '0x600760005260206000f3']);
  const nodes = await openNodes(anvil.rpcUrl, EVM_DIALECT, await anvil.rpc('eth_getTransactionReceipt', [other]));

  const pay: TableScene['pay'] = async (endpoints, more) => {
    const payee = stranger();
    const execution = { settleTimeoutMs: 100, reconcileMs: 3_600_000 };
    await using bench = await openBench(anvil, { chains: [chainOf(endpoints, reached, more)], execution });
    const result = await bench.security.agent('a1').execute({ id: 'pay', to: payee, amount: '0.1', asset: 'ETH' });
    const [reason] = result.reasons;
    return {
      done: result.status === 'success',
      code: reason?.code ?? result.status,
      message: reason?.message ?? '',
      pending: result.pending === true,
      moved: await balanceOf(anvil, payee),
    };
  };
  const ask: TableScene['ask'] = async (read, endpoints, more) => {
    const random = { bytes: (size: number) => new Uint8Array(size) };
    // Time stands still until the endpoint is silent: however busy the machine is, nothing else can be late.
    const clock = createManualClock(Date.now());
    if (endpoints.isSilent) endpoints.onActed = () => void clock.advanceAsync(endpoints.timeoutMs * 2);
    const node = chainOf(endpoints, reached, more).create({ clock, random }).node(CHAIN);
    const outcome = { pending: false, moved: 0n };
    try {
      const done = await believed(read, node, token, old);
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
    pay,
    ask,
    async run(cell, through) {
      const isPaid = through === 'gate' && !BESIDE.has(cell.read);
      const endpoints = nodes.open(cell, { onceSent: isPaid && cell.read === 'receipt' });
      const started = performance.now();
      const outcome = await (isPaid ? pay(endpoints) : ask(cell.read, endpoints));
      return { ...outcome, acted: endpoints.seen.acted, tookMs: performance.now() - started };
    },
    async [Symbol.asyncDispose]() {
      await nodes[Symbol.asyncDispose]();
      await anvil.stop();
    },
  };
}
