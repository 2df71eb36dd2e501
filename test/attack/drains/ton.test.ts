import { Address, beginCell } from '@ton/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/host/index.ts';
import { ton } from '../../../src/adapters/ton/index.ts';
import { createSecurityManager, type Reason, type SecurityManager, type Wallet } from '../../../src/index.ts';
import { startTonDevChain, type TonDevChain } from '../../../src/testing/ton-devchain/index.ts';
import { hookedStore } from '../../e2e/bench.ts';
import { eater } from '../../fixtures/ton-contracts.ts';
import { keysOf, walletOf } from '../../fixtures/ton-deploy.ts';
import { mintBody } from '../../fixtures/ton-messages.ts';
import { hazardToken, hazardWorld, PURSE, tokensOf } from '../../ton/hazard-cases.ts';
import { doorsFor, expectDenied, othersThan, TEMPLATES, type Template } from './drain.ts';
import { tonDoors } from './ton-doors.ts';
import { TON_DRAINS } from './ton-drains.ts';
import type { TonVictim } from './ton-order.ts';

/** Of the scene, its keys and its token. */
const NAME = 'drains';
let chain: TonDevChain;
let security: SecurityManager;
const victims = new Map<Template, TonVictim>();
const doorsOf = new Map<Template, ReturnType<typeof tonDoors>>();
const wallets = new Map<Template, Wallet>();
/** How often a permit was redeemed, without which no key signs. */
let redeemed = 0;
let offsetMs = 0;
const real = systemClock();
const clock = { ...real, nowMs: () => real.nowMs() + offsetMs, monotonicMs: () => real.monotonicMs() + offsetMs };

/** The templates as they are, and the lists that an owner has to write. */
async function permissions() {
  const shop = walletOf(keysOf(`shop ${NAME}`).publicKey, chain).address;
  const till = await eater(beginCell().storeStringTail(NAME).endCell().hash().readUInt32BE(0));
  return {
    limits: { unit: 'TON', perTransaction: 2, daily: 1_000, weekly: 1_000, monthly: 1_000, assets: { PLAIN: { daily: 1_000 } } },
    allowedDestinations: [shop.toString(), till.address.toString()],
    allowedContracts: [{ address: till.address.toString() }],
    rateLimiting: { cooldownSeconds: 0, maxPerHour: 100_000 },
  };
}

beforeAll(async () => {
  chain = await startTonDevChain();
  const tokens = [{ symbol: 'PLAIN', address: (await hazardToken(chain, NAME)).address.toRawString(), decimals: 0 }];
  const beforeApply = (commands: readonly { readonly kind: string }[]): void => {
    redeemed += commands.filter(({ kind }) => kind === 'permit.redeem').length;
  };
  const given = await permissions();
  security = createSecurityManager({
    clock,
    store: hookedStore({ beforeApply }, { clock }).factory,
    chains: [ton({ chains: [{ chain: chain.chain, endpoint: chain.url, tokens, pollMs: 10 }] })],
    agents: { balanced: { template: 'balanced', ...given }, aggressive: { template: 'aggressive', ...given } },
    emergency: { autoResponseTriggers: [] },
    risk: { anomalyThreshold: 100 },
  });
  for (const name of TEMPLATES) wallets.set(name, await security.custody.createWallet('owner', name));
  const addressOf = (name: Template): Address => Address.parse(wallets.get(name)?.address ?? '');
  const world = await hazardWorld(chain, addressOf('aggressive'), NAME);
  victims.set('aggressive', world);
  // The same thieves, and a second wallet to rob.
  const second = addressOf('balanced');
  await chain.fund(second.toString(), PURSE);
  await world.operator.pay({ to: world.jetton.address, value: 100_000_000n, body: mintBody({ to: second, amount: 1_000n }) });
  victims.set('balanced', { ...world, wallet: second });
  for (const [name, wallet] of wallets) doorsOf.set(name, tonDoors(chain, security, name, wallet, clock.nowMs));
});
afterAll(async () => {
  for (const { close } of doorsOf.values()) close();
  await security?.shutdown(2_000);
  await chain?.close();
});

/** Why an order would not go through; empty where it would. Twins are often the same. */
const answers = new Map<string, Promise<readonly Reason[]>>();
function against(
  id: Template,
  twin: (typeof TON_DRAINS)[number]['twin'],
  ask: () => Promise<readonly Reason[]>,
): Promise<readonly Reason[]> {
  const key = `${id} ${twin.toString()}`;
  const answer = answers.get(key) ?? ask();
  answers.set(key, answer);
  return answer;
}

for (const drain of TON_DRAINS)
  it(drain.name, async () => {
    for (const id of TEMPLATES) {
      const [victim, wallet, house] = [victims.get(id), wallets.get(id), doorsOf.get(id)];
      if (victim === undefined || wallet === undefined || house === undefined) throw new Error('no such scene');
      const agent = security.agent(id);
      const holdings = async () => [await chain.balance(wallet.address), await tokensOf(victim), redeemed];
      const before = await holdings();
      const order = drain.order(victim);
      const through = doorsFor(house.doors, order, id);
      for (const door of through) await expectDenied(agent, await door.refused(order), drain, `${door.name}, ${id}`);
      expect(await holdings()).toEqual(before);
      const blockers = await against(id, drain.twin, async () => {
        // So many refusals are a burst, and look like probing for an hour.
        offsetMs += 3_720_000;
        await chain.increaseTime(3_720);
        return (await agent.dryRun(await house.request(drain.twin(victim)))).blockers;
      });
      expect(othersThan(drain, blockers)).toEqual(drain.meets?.[id] ?? []);
    }
  });
