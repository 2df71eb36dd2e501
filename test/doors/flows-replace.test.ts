import { type Address, getAddress } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { type LedgerRow, storeKey } from '../../src/core/index.ts';
import type { SecurityEvent } from '../../src/index.ts';
import { startAnvil } from '../../src/testing/index.ts';
import { type Fields, type FlowDoor, openFlowDoors, refusedFor } from './flow-doors.ts';
import { CHAIN, type DoorScene, ETHER, openDoorScene, SHOP, STRANGER } from './scene.ts';

const store = createMemoryStore({ clock: systemClock() });
let scene: DoorScene;
let doors: Awaited<ReturnType<typeof openFlowDoors>>;
const events: SecurityEvent[] = [];
const VALUE = ETHER / 2n;
const GWEI = 10n ** 9n;

beforeAll(async () => {
  const kept = { open: () => ({ ...store, close: async () => undefined }) };
  const config = {
    store: kept,
    keys: { encryptionKey: '5e'.repeat(32) },
    execution: { reconcileMs: 50 },
    emergency: { autoResponseTriggers: [] },
  };
  const anvil = await startAnvil({ automine: false });
  scene = await openDoorScene({ allowedDestinations: [SHOP, STRANGER] }, { anvil, config });
  scene.security.onEvent((event) => void events.push(event));
  await scene.anvil.rpc('evm_mine');
  doors = await openFlowDoors(scene);
});
afterAll(async () => {
  await doors.close();
  await scene[Symbol.asyncDispose]();
});

const priced = (fields: Fields, percent = 100n): Fields => ({
  gas: 30_000n,
  maxFeePerGas: (10n * GWEI * percent) / 100n,
  maxPriorityFeePerGas: (GWEI * percent) / 100n,
  ...fields,
});
/** Room of the agent that is in flight, wei. */
async function pending(): Promise<bigint> {
  const [row] = await store.get([storeKey.ledger(`agent:a1|${CHAIN}/slip44:60`)]);
  return BigInt((row as unknown as LedgerRow | undefined)?.inFlight ?? 0);
}

/** Pays, says no to whatever else wants the place, replaces and mines; then pays again and cancels. */
async function replaceAndCancel(door: FlowDoor): Promise<void> {
  const before = { shop: await scene.balance(SHOP), stranger: await scene.balance(STRANGER), nonce: await scene.nonce() };
  const own = getAddress(scene.wallet.address) as Address;
  const pay = { to: SHOP, value: VALUE, nonce: before.nonce } as const;
  const first = await door.send(priced(pay));
  const alone = await pending();
  for (const other of [
    priced({ ...pay, to: STRANGER }, 120n),
    priced({ ...pay, value: VALUE - 1n }, 120n),
    priced({ ...pay, data: '0x00' }, 120n),
    priced({ ...pay, to: own }, 120n),
  ])
    expect(await refusedFor(door.send(other)), JSON.stringify(other.to)).toBe('slot_taken');
  for (const low of [priced(pay), priced(pay, 109n), { ...priced(pay, 120n), maxPriorityFeePerGas: GWEI }])
    expect(await refusedFor(door.send(low))).toBe('replacement_underpriced');
  const second = await door.send(priced(pay, 120n));
  expect(second).not.toBe(first);
  // Both share the room of one payment: beyond it only the dearer fee is taken.
  expect((await pending()) - alone).toBeLessThan(VALUE / 100n);
  await scene.anvil.rpc('evm_mine');
  expect(await scene.anvil.rpc('eth_getTransactionReceipt', [second])).toMatchObject({ status: '0x1' });
  expect(await scene.anvil.rpc('eth_getTransactionReceipt', [first])).toBeNull();
  expect([(await scene.balance(SHOP)) - before.shop, await scene.nonce()]).toEqual([VALUE, before.nonce + 1]);
  await scene.settle();
  expect(await pending()).toBe(0n);

  const again = { ...pay, nonce: before.nonce + 1 };
  await door.send(priced(again));
  const nothing = { to: own, value: 0n, nonce: again.nonce };
  expect(await refusedFor(door.send(priced(nothing, 105n)))).toBe('replacement_underpriced');
  const cancel = await door.send(priced(nothing, 120n));
  await scene.anvil.rpc('evm_mine');
  expect(await scene.anvil.rpc('eth_getTransactionReceipt', [cancel])).toMatchObject({ status: '0x1' });
  expect([(await scene.balance(SHOP)) - before.shop, await scene.nonce()]).toEqual([VALUE, before.nonce + 2]);
  await scene.settle();
  expect(await pending()).toBe(0n);
  expect(await scene.balance(STRANGER)).toBe(before.stranger);
  // What is in a block already is not raced against.
  expect(await refusedFor(door.send(priced(nothing, 150n)))).toBe('slot_taken');
}

describe('a transaction in the place of one that still waits', () => {
  it.each(['toGuardedAccount', 'guardWalletClient', 'provider, viem', 'provider, ethers', 'gateway, ethers', 'gateway, raw JSON-RPC'])(
    'is its replacement or its cancellation, and nothing else: %s',
    async (name) => {
      await replaceAndCancel(doors.doors.find((door) => door.name === name) as FlowDoor);
      // Our own rival in the place is no use of the key past the gate.
      expect((await scene.security.getHealth()).killSwitch).toBe('inactive');
      expect(events.filter(({ severity }) => severity === 'critical' || severity === 'error')).toEqual([]);
    },
  );
});
