import { getAddress, verifyMessage } from 'viem';
import { recoverAuthorizationAddress } from 'viem/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signApproval } from '../../src/index.ts';
import { person, registered } from '../e2e/bench.ts';
import { type FlowDoor, openFlowDoors, refusedFor } from './flow-doors.ts';
import { type DoorScene, ETHER, openDoorScene, SHOP, STRANGER } from './scene.ts';

const ann = person('ann');
const CODE = '0x63c0c19a282a1b52b07dd5a65b58948a07dae32b';
let scene: DoorScene;
let doors: Awaited<ReturnType<typeof openFlowDoors>>;
const doorOf = (name: string) => doors.doors.find((door) => door.name === name) as FlowDoor;

beforeAll(async () => {
  scene = await openDoorScene(
    { requireApprovalAbove: '0.5', signatures: { messages: 'ask' }, allowedDelegates: [CODE] },
    { chain: { delegates: [CODE] }, config: { registry: { keys: [registered(ann, 'approver')] }, approvals: { waitMs: 0 } } as never },
  );
  doors = await openFlowDoors(scene);
});
afterAll(async () => {
  await doors.close();
  await scene[Symbol.asyncDispose]();
});

const asked = () => scene.security.approvals.list({ state: 'pending' });
async function answer(verdict: 'approve' | 'reject'): Promise<void> {
  const records = await asked();
  expect(records).toHaveLength(1);
  await scene.security.approvals.answer(signApproval(ann, records[0]?.request as never, verdict));
}

describe('what a person has to decide', () => {
  it.each(['guardWalletClient', 'provider, viem', 'provider, ethers', 'gateway, raw JSON-RPC'])(
    'goes out as the request that they saw once the same is asked for again: %s',
    async (name) => {
      const door = doorOf(name);
      // A client that fills in nonce and fee by itself has to ask for the very same bytes.
      const exact = { gas: 21_000n, nonce: await scene.nonce(), maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 1n };
      const order = {
        to: SHOP,
        value: (ETHER * 6n) / 10n + BigInt(10 * name.length),
        ...(name === 'guardWalletClient' ? exact : {}),
      } as const;
      const before = await scene.balance(SHOP);
      expect(await refusedFor(door.send(order))).toBe('approval_required');
      expect(await refusedFor(door.send(order)), 'nobody is asked twice').toBe('approval_required');
      await answer('approve');
      expect(await refusedFor(door.send({ ...order, value: order.value + 1n })), 'their yes is for nothing else').toBe('approval_required');
      await answer('reject');
      const hash = await door.send(order);
      await expect
        .poll(() => scene.anvil.rpc('eth_getTransactionReceipt', [hash]), { timeout: 5_000, interval: 10 })
        .toMatchObject({ status: '0x1' });
      expect((await scene.balance(SHOP)) - before).toBe(order.value);
      // A yes is good once, and a no is told before anybody is asked anew.
      const next = { ...order, ...(name === 'guardWalletClient' ? { nonce: exact.nonce + 1 } : {}) };
      expect(await refusedFor(door.send(next))).toBe('approval_required');
      await answer('reject');
      expect(await refusedFor(door.send(next))).toBe('approval_rejected');
      expect(await refusedFor(door.send(next))).toBe('approval_required');
      await answer('reject');
      expect((await scene.balance(SHOP)) - before).toBe(order.value);
    },
  );

  it.each(['toGuardedAccount', 'provider, viem', 'gateway, ethers'])('is signed then, if it is a message: %s', async (name) => {
    const message = `I agree to all of it, through ${name}.`;
    expect(await refusedFor(doorOf(name).signMessage(message))).toBe('approval_required');
    await answer('approve');
    const signature = await doorOf(name).signMessage(message);
    expect(await verifyMessage({ address: getAddress(scene.wallet.address), message, signature })).toBe(true);
  });

  it.each(['toGuardedAccount', 'guardWalletClient'])(
    'is code of its own for the account (EIP-7702), where it is listed: %s',
    async (name) => {
      const account: unknown = doorOf(name).client?.account;
      const { signAuthorization } = account as { signAuthorization(order: object): Promise<object> };
      const order = { address: CODE, chainId: 31_337, nonce: (await scene.nonce()) + 1 };
      expect(await refusedFor(signAuthorization(order))).toBe('risk_high');
      await answer('approve');
      const authorization = await signAuthorization(order);
      expect(await recoverAuthorizationAddress({ authorization } as never)).toBe(scene.wallet.address);
      for (const [change, reason] of [
        [{ address: STRANGER }, /control_not_allowed|effect_unknown|capability/],
        [{ chainId: 0 }, /hazard_not_allowed/],
        [{ chainId: 1 }, /chain_id_mismatch/],
      ] as const)
        expect(await refusedFor(signAuthorization({ ...order, ...change }))).toMatch(reason);
      expect(await asked()).toEqual([]);
    },
  );
});
