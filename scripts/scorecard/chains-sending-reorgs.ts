import { evm } from '../../src/adapters/evm/index.ts';
import { systemClock } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { type LedgerRow, type RequestRow, storeKey } from '../../src/core/index.ts';
import { createSecurityManager } from '../../src/index.ts';
import { startAnvil } from '../../src/testing/index.ts';

/** What reorganisations of many depths came to. */
export interface DepthReport {
  readonly depths: number;
  /** Times that room was free while the bytes could still land; must be 0. */
  readonly freedEarly: number;
  readonly faults: readonly string[];
}

const UNIT = 'eip155:31337/slip44:60';
const PAID = 10n ** 15n;

/**
 * Pays, lets so many blocks come that the payment lies `depth` deep, takes them all away again, and asks: below finality and past it, the
 * room has to be in flight again until the same bytes are final once more.
 */
export async function reorgDepths(depths: readonly number[], confirmations: number): Promise<DepthReport> {
  const anvil = await startAnvil({ automine: false });
  const store = createMemoryStore({ clock: systemClock() });
  const limits = { unit: 'ETH', perTransaction: 1, daily: 50, weekly: 50, monthly: 50 };
  const security = createSecurityManager({
    chains: [evm({ chain: 'eip155:31337', rpcUrl: anvil.rpcUrl, confirmations, pollMs: 10 })],
    store: { open: () => ({ ...store, close: async () => undefined }) },
    agents: { a1: { template: 'aggressive', limits, rateLimiting: { cooldownSeconds: 0, maxPerHour: 10_000 } } },
    risk: { anomalyThreshold: 100 },
    emergency: { autoResponseTriggers: [] },
    execution: { reconcileMs: 3_600_000 },
  });
  const mine = (blocks: number): Promise<unknown> => anvil.rpc('anvil_mine', [`0x${blocks.toString(16)}`]);
  const faults: string[] = [];
  let freedEarly = 0;
  try {
    const { address } = await security.custody.createWallet('owner', 'a1');
    await anvil.rpc('anvil_setBalance', [address, `0x${(10n ** 20n).toString(16)}`]);
    await mine(2);
    const agent = security.agent('a1');
    const read = async (key: string): Promise<unknown> => (await store.get([key]))[0];
    const books = async (): Promise<{ readonly inFlight: bigint; readonly total: bigint }> => {
      const row = (await read(storeKey.ledger(`agent:a1|${UNIT}`))) as LedgerRow | undefined;
      return { inFlight: BigInt(row?.inFlight ?? '0'), total: BigInt(row?.total ?? '0') };
    };
    for (const depth of depths) {
      const id = `depth-${depth}`;
      const request = { id, to: `0x${(0xab0000 + depth).toString(16).padStart(40, '0')}`, amount: '0.001', asset: 'ETH' };
      const before = await books();
      const ask = (settleTimeoutMs: number) => agent.execute(request, { settleTimeoutMs });
      const sent = await ask(1);
      await mine(depth);
      const seen = await ask(1);
      if ((seen.status === 'success') !== depth >= confirmations) faults.push(`${id}: ${seen.status} at ${confirmations} confirmations`);
      await anvil.rpc('anvil_reorg', [depth, []]);
      await anvil.rpc('anvil_dropTransaction', [sent.txHash]).catch(() => undefined);
      const gone = await ask(1);
      const { inFlight, total } = await books();
      const row = (await read(storeKey.request('a1', id))) as RequestRow;
      if (inFlight < PAID || row.state === 'released') freedEarly += 1;
      if (gone.status === 'success' || row.state !== 'broadcast' || total !== before.total)
        faults.push(`${id}: ${gone.status}, ${row.state}, ${total - before.total} booked after it was taken away`);
      await mine(confirmations + 1);
      const again = await ask(2_000);
      const after = await books();
      const cost = after.total - before.total;
      if (again.status !== 'success' || again.txHash !== sent.txHash) faults.push(`${id}: ${again.status} once it was back`);
      if (after.inFlight !== 0n || cost < PAID || cost > 2n * PAID)
        faults.push(`${id}: ${after.inFlight} in flight, ${cost} booked at the end`);
    }
    if ((await security.getHealth()).killSwitch !== 'inactive')
      faults.push('a reorganisation was taken for a use of the key past the gate');
  } finally {
    await security.shutdown(1_000);
    await anvil.stop();
  }
  return { depths: depths.length, freedEarly, faults: faults.slice(0, 8) };
}
