import { Address } from '@ton/core';
import { evm } from '../../src/adapters/evm/index.ts';
import { systemClock } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { ton } from '../../src/adapters/ton/index.ts';
import { CastellanError, type LedgerRow, pendingOf, type Store, storeKey } from '../../src/core/index.ts';
import { createSecurityManager, type SecurityConfig, type SecurityManager } from '../../src/index.ts';
import { startAnvil, startTonDevChain } from '../../src/testing/index.ts';
import { mulberry32 } from './measure.ts';

/** What asking again and again came to. */
export interface RetryReport {
  readonly retries: number;
  readonly requests: number;
  /** Of those, the ones that were denied because the chain could not be asked: never signed, and never paid. */
  readonly denied: number;
  readonly faultsInjected: number;
  readonly doublePayments: number;
  /** Everything else that is not as promised, in words; must be empty. */
  readonly faults: readonly string[];
}

type Dice = () => number;

/** A store that now and then loses the answer to a step that was committed, or the step itself: a crash between two of them. */
function crashing(store: Store, dice: Dice, count: () => void): Store {
  const lost = (): never => {
    count();
    throw new CastellanError('STORE_UNAVAILABLE', { message: 'The process died here.', retryable: true });
  };
  return {
    ...store,
    close: async () => undefined,
    async apply(steps) {
      const die = dice();
      if (die < 0.03) lost();
      const results = await store.apply(steps);
      return die < 0.06 ? lost() : results;
    },
  };
}

/** The network as `fetch`: sending is lost on the way there, on the way back, doubled, or never answered. */
function faulty(dice: Dice, count: () => void): typeof fetch {
  const failed = (): Promise<Response> => Promise.reject(new TypeError('network error'));
  return async (input, init) => {
    const isSend = typeof init?.body === 'string' && init.body.includes('eth_sendRawTransaction');
    const die = isSend ? dice() : 1;
    if (die < 0.6) count();
    if (die < 0.2) return failed();
    const response = await fetch(input, init);
    if (die < 0.4) return failed();
    if (die < 0.57) return fetch(input, init);
    if (die < 0.6)
      return new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
      });
    return response;
  };
}

interface World {
  readonly config: (store: Store) => SecurityConfig;
  readonly fund: (address: string) => Promise<void>;
  /** A payee of its own for each request, so that the chain says how often each was paid. */
  readonly payee: (index: number) => string;
  readonly asset: string;
  readonly amount: string;
  readonly balance: (payee: string) => Promise<bigint>;
  readonly paid: bigint;
  readonly unit: string;
  /** Includes what waits, where the chain does not by itself. */
  readonly land: () => Promise<void>;
  /** Begins the faults of the network, and ends them. */
  readonly faults: (on: boolean) => void;
}

/** Asks for each request so often, by two managers over one store in turn and at once, and then counts on the chain. */
async function retry(world: World, dice: Dice, retries: number, injected: () => number): Promise<RetryReport> {
  const store = createMemoryStore({ clock: systemClock() });
  let shaky = true;
  const open = (): SecurityManager =>
    createSecurityManager(
      world.config(
        crashing(
          store,
          () => (shaky ? dice() : 1),
          () => undefined,
        ),
      ),
    );
  const calmly = createSecurityManager(world.config({ ...store, close: async () => undefined }));
  const wallet = await calmly.custody.createWallet('owner', 'a1');
  await world.fund(wallet.address);
  const processes = [open(), open()];
  const perRequest = 25;
  const requests = Math.max(1, Math.ceil(retries / perRequest));
  const faults: string[] = [];
  let double = 0;
  let denied = 0;
  const requestOf = (index: number) => ({ id: `r${index}`, to: world.payee(index), amount: world.amount, asset: world.asset });
  const ask = async (security: SecurityManager, index: number, settleTimeoutMs: number): Promise<string> =>
    (await answer(security, index, settleTimeoutMs)).hash;
  const answer = async (
    security: SecurityManager,
    index: number,
    settleTimeoutMs: number,
  ): Promise<{ readonly hash: string; readonly isDenied: boolean }> => {
    try {
      const { txHash, status } = await security.agent('a1').execute(requestOf(index), { settleTimeoutMs });
      return { hash: txHash ?? '', isDenied: status === 'policy_rejected' || status === 'simulation_failed' };
    } catch (error) {
      if (error instanceof CastellanError) return { hash: '', isDenied: false };
      throw error;
    }
  };
  try {
    for (let index = 0; index < requests; index += 1) {
      const hashes = new Set<string>();
      // Decided on a network in order: a request that was denied because nobody could be asked stays denied.
      shaky = false;
      world.faults(false);
      await calmly.agent('a1').authorize(requestOf(index));
      shaky = true;
      world.faults(true);
      for (let left = perRequest; left > 0; ) {
        const both = dice() < 0.3 && left > 1;
        const asked = both ? processes : [processes[left % 2] as SecurityManager];
        for (const hash of await Promise.all(asked.map((security) => ask(security, index, 1 + Math.floor(dice() * 20))))) hashes.add(hash);
        left -= asked.length;
        if (left <= 5) await world.land();
      }
      await world.land();
      shaky = false;
      const hash = await ask(calmly, index, 20_000);
      shaky = true;
      hashes.add(hash);
      hashes.delete('');
      if (hashes.size > 1) faults.push(`r${index}: ${hashes.size} transactions`);
    }
    world.faults(false);
    shaky = false;
    for (let index = 0; index < requests; index += 1) {
      const { isDenied } = await answer(calmly, index, 20_000);
      if (isDenied) denied += 1;
      const times = (await world.balance(world.payee(index))) / world.paid;
      if (times > 1n) double += 1;
      if (times !== (isDenied ? 0n : 1n)) faults.push(`r${index}: paid ${times} times`);
    }
    const [row] = await store.get([storeKey.ledger(`agent:a1|${world.unit}`)]);
    const pending = pendingOf(row as unknown as LedgerRow, Number.MAX_SAFE_INTEGER);
    if (pending !== 0n) faults.push(`${pending} still in flight`);
    const { killSwitch } = await calmly.getHealth();
    if (killSwitch !== 'inactive') faults.push('the gate took a retry for a use of the key past it');
  } finally {
    await Promise.all([...processes, calmly].map((security) => security.shutdown(2_000)));
  }
  return {
    retries: requests * perRequest,
    requests,
    denied,
    faultsInjected: injected(),
    doublePayments: double,
    faults: faults.slice(0, 8),
  };
}

const common = (store: Store, unit: string) =>
  ({
    store: { open: () => store },
    keys: { encryptionKey: '6b'.repeat(32) },
    agents: {
      a1: {
        template: 'aggressive',
        limits: { unit, perTransaction: 1, daily: 5_000, weekly: 5_000, monthly: 5_000 },
        rateLimiting: { cooldownSeconds: 0, maxPerHour: 1_000_000 },
      },
    },
    risk: { anomalyThreshold: 100, fraudDetectionEnabled: false },
    allowUnenforced: true,
    emergency: { autoResponseTriggers: [] },
    execution: { reconcileMs: 3_600_000 },
  }) satisfies Partial<SecurityConfig>;

const payeeBytes = (index: number): string => (0x10_000 + index).toString(16).padStart(40, 'ab');

/** Retries on a local EVM chain, the network failing in six of ten sends. */
export async function retryOnEvm(retries: number, seed: number): Promise<RetryReport> {
  const dice = mulberry32(seed);
  const anvil = await startAnvil({ automine: false });
  let injected = 0;
  let isCalm = true;
  const network = faulty(
    () => (isCalm ? 1 : dice()),
    () => (injected += 1),
  );
  const chains = [{ chain: 'eip155:31337', rpcUrl: anvil.rpcUrl, confirmations: 1, pollMs: 10, timeoutMs: 500 }];
  const world: World = {
    config: (store) => ({ ...common(store, 'ETH'), chains: [evm({ chains, fetch: network })] }),
    fund: async (address) => void (await anvil.rpc('anvil_setBalance', [address, `0x${(10n ** 24n).toString(16)}`])),
    payee: (index) => `0x${payeeBytes(index)}`,
    asset: 'ETH',
    amount: '0.000000000000001',
    paid: 1_000n,
    balance: async (payee) => BigInt((await anvil.rpc('eth_getBalance', [payee, 'latest'])) as string),
    unit: 'eip155:31337/slip44:60',
    land: async () => void (await anvil.rpc('evm_mine', [])),
    faults: (on) => {
      isCalm = !on;
    },
  };
  try {
    return await retry(world, dice, retries, () => injected);
  } finally {
    await anvil.stop();
  }
}

/** Retries on a local TON chain, which loses a fifth of the messages and answers a tenth of the questions with an error. */
export async function retryOnTon(retries: number, seed: number): Promise<RetryReport> {
  const chain = await startTonDevChain();
  const payee = (index: number): string =>
    new Address(0, Buffer.from(payeeBytes(index).padStart(64, 'cd'), 'hex')).toString({ bounceable: false });
  const world: World = {
    config: (store) => ({
      ...common(store, 'TON'),
      chains: [ton({ chain: chain.chain, endpoint: chain.url, pollMs: 10, rebroadcastMs: 100, maxClockSkewMs: 3_600_000 })],
    }),
    fund: (address) => chain.fund(address, 10n ** 15n),
    payee,
    asset: 'TON',
    amount: '0.5',
    paid: 499_000_000n,
    balance: (to) => chain.balance(to),
    unit: `${chain.chain}/slip44:607`,
    land: async () => undefined,
    faults: (on) => chain.setFaults(on ? { dropRate: 0.2, errorRate: 0.1, seed } : {}),
  };
  try {
    return await retry(world, mulberry32(seed), retries, () => Math.round(retries * 0.2));
  } finally {
    await chain.close();
  }
}
