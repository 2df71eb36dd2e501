import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Reason } from '../../../src/index.ts';
import { createGuardedProvider, toGuardedAccount } from '../../../src/integrations/wallets/index.ts';
import { doorsFor, expectDenied, othersThan, TEMPLATES, type Template } from './drain.ts';
import { evmDoors, requestOf, signatureOrder } from './evm-doors.ts';
import type { EvmOrder } from './evm-order.ts';
import { SIGNATURE_DRAINS } from './evm-signatures.ts';
import { TRANSACTION_DRAINS } from './evm-transactions.ts';
import { type EvmWorld, openEvmWorld } from './evm-world.ts';

let world: EvmWorld;
const doorsOf = new Map<Template, Awaited<ReturnType<typeof evmDoors>>>();

beforeAll(async () => {
  world = await openEvmWorld();
  for (const id of TEMPLATES) doorsOf.set(id, await evmDoors(world, id, world.wallets[id]));
});
afterAll(async () => {
  for (const { close } of doorsOf.values()) await close();
  await world?.[Symbol.asyncDispose]();
});

/** Why an order would not go through; empty where it does. No transaction is sent. */
async function against(id: Template, order: EvmOrder): Promise<readonly Reason[]> {
  const agent = world.security.agent(id);
  const asked = signatureOrder(order);
  if (asked === undefined) return (await agent.dryRun(requestOf(order))).blockers;
  const { chain, account: wallet } = world.wallets[id];
  try {
    await agent.signOrder({ chain, wallet, order: asked });
    return [];
  } catch (error) {
    const { details } = error as { readonly details?: { readonly decisionId?: string } };
    const decision = await agent.explain(details?.decisionId ?? '');
    if (decision === undefined) throw error;
    return decision.reasons;
  }
}

// By a loop: `it.each` shortens long names.
for (const drain of [...TRANSACTION_DRAINS, ...SIGNATURE_DRAINS])
  it(drain.name, async () => {
    for (const id of TEMPLATES) {
      const victim = world.victim(id);
      const order = drain.order(victim);
      const through = doorsFor(doorsOf.get(id)?.doors ?? [], order, id);
      const before = [await world.holdings(), world.redeemed()];
      for (const door of through) await expectDenied(world.security.agent(id), await door.refused(order), drain, `${door.name}, ${id}`);
      expect([await world.holdings(), world.redeemed()]).toEqual(before);
      world.rest();
      expect(othersThan(drain, await against(id, drain.twin(victim)))).toEqual(drain.meets?.[id] ?? []);
    }
  });

it('a bare hash is signed at no door', async () => {
  const { wallets, security, anvil } = world;
  const hash = `0x${'5a'.repeat(32)}` as const;
  const before = world.redeemed();
  const account = toGuardedAccount(security.agent('aggressive'), wallets.aggressive);
  await expect(account.sign?.({ hash })).rejects.toMatchObject({ code: 'SIGNING_CLOSED' });
  const provider = createGuardedProvider({ agent: security.agent('aggressive'), wallets: [wallets.aggressive], upstream: anvil.rpcUrl });
  await expect(provider.request({ method: 'eth_sign', params: [wallets.aggressive.address, hash] })).rejects.toMatchObject({ code: 4200 });
  expect(world.redeemed()).toBe(before);
});
