import { evm } from '../../src/adapters/evm/index.ts';
import { memoryStore } from '../../src/adapters/store/memory/index.ts';
import { type LedgerRow, nativeAssetId, parseChainId, type RequestRow, type Store, storeKey } from '../../src/core/index.ts';
import { createSecurityManager } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';

/** What reorganisations came to. */
export interface ReorgReport {
  readonly reorgs: number;
  /** Successes told for a transaction that the chain then did not hold; must be 0. */
  readonly falseSuccesses: number;
  /** Everything else that is not as promised, in words; must be empty. */
  readonly faults: readonly string[];
}

const CHAIN = 'eip155:31337';
const PAYEE = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
const CONFIRMATIONS = 4;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

async function mine(anvil: Anvil, blocks: number): Promise<void> {
  for (let at = 0; at < blocks; at += 1) await anvil.rpc('evm_mine');
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 500; tries += 1) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await sleep(10);
  }
  throw new Error(`waited in vain for ${what}`);
}

/**
 * Pays on a chain that mines by hand; takes the including block away again, with fewer blocks above it than finality needs;
 * looks for a success; then lets the transaction in again, and counts what the ledger booked.
 */
export async function reorg(times: number): Promise<ReorgReport> {
  const anvil = await startAnvil({ automine: false });
  let store: Store | undefined;
  const memory = memoryStore();
  const security = createSecurityManager({
    chains: [evm({ chains: [{ chain: CHAIN, rpcUrl: anvil.rpcUrl, confirmations: CONFIRMATIONS, pollMs: 10 }] })],
    store: { open: (host) => (store = memory.open(host)) },
    risk: { anomalyThreshold: 100 },
    agents: {
      a1: {
        capabilities: { transfers: { enabled: true } },
        limits: { unit: 'ETH', perTransaction: 1, daily: 100, weekly: 100, monthly: 100 },
        rateLimiting: { maxPerHour: 1_000_000, cooldownSeconds: 0 },
        allowedDestinations: [PAYEE],
      },
    },
  });
  const faults: string[] = [];
  let falseSuccesses = 0;
  let paid = 0n;
  try {
    await security.start();
    const { address } = await security.custody.createWallet('owner', 'a1');
    await anvil.rpc('anvil_setBalance', [address, `0x${(10n ** 20n).toString(16)}`]);
    await mine(anvil, 2);
    const read = async (key: string): Promise<unknown> => (await (store as Store).get([key]))[0];
    const rowOf = async (id: string) => (await read(storeKey.request('a1', id))) as RequestRow | undefined;
    const booked = async (): Promise<bigint> => {
      const head = (await read(storeKey.ledger(`agent:a1|${nativeAssetId(parseChainId(CHAIN))}`))) as LedgerRow | undefined;
      return BigInt(head?.total ?? '0');
    };
    const receiptOf = async (hash: string) => (await anvil.rpc('eth_getTransactionReceipt', [hash])) as Record<string, string> | null;

    for (let time = 0; time < times; time += 1) {
      const id = `reorg-${time}`;
      let told: string | undefined;
      const asked = security.agent('a1').execute({ id, to: PAYEE, amount: `0.00000000000${1_000 + time}`, asset: 'ETH' });
      void asked.then((result) => {
        told = result.status;
      });
      const row = await until('the broadcast', async () => {
        const seen = await rowOf(id);
        return seen?.state === 'broadcast' ? seen : undefined;
      });
      const hash = row.txHash ?? '';
      const raw = (await anvil.rpc('eth_getRawTransactionByHash', [hash])) as string;
      const depth = 1 + (time % (CONFIRMATIONS - 1));
      await mine(anvil, depth);
      if ((await receiptOf(hash)) === null) faults.push(`${id}: not included before the reorg`);
      await sleep(60);
      // The branch with the transaction is replaced by an empty one of the same length.
      await anvil.rpc('anvil_reorg', [depth, []]);
      await anvil.rpc('anvil_dropTransaction', [hash]);
      await mine(anvil, CONFIRMATIONS + 1);
      await sleep(120);
      const gone = (await receiptOf(hash)) === null;
      if (!gone) faults.push(`${id}: the reorg did not take the transaction away`);
      if (gone && (told !== undefined || (await rowOf(id))?.state === 'final')) falseSuccesses += 1;
      if ((await booked()) !== paid) faults.push(`${id}: ${await booked()} booked while ${paid} was paid`);
      // The same bytes come back.
      await anvil.rpc('eth_sendRawTransaction', [raw]);
      await mine(anvil, CONFIRMATIONS + 1);
      const result = await asked;
      const receipt = await receiptOf(hash);
      if (result.status !== 'success' || result.txHash !== hash || receipt === null)
        faults.push(`${id}: ${result.status} after it was included again`);
      paid += BigInt(1_000 + time) * 10n ** 3n + BigInt(receipt?.['gasUsed'] ?? 0) * BigInt(receipt?.['effectiveGasPrice'] ?? 0);
      const again = await security.agent('a1').execute({ id, to: PAYEE, amount: `0.00000000000${1_000 + time}`, asset: 'ETH' });
      if (again.txHash !== hash) faults.push(`${id}: asked again, ${again.txHash ?? again.status}`);
      if ((await booked()) !== paid) faults.push(`${id}: ${await booked()} booked, ${paid} paid`);
    }
  } finally {
    await security.shutdown(1_000);
    await anvil.stop();
  }
  return { reorgs: times, falseSuccesses, faults };
}
