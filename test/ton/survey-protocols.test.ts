import { Address, beginCell } from '@ton/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeBoc } from '../../src/adapters/ton/boc.ts';
import type { AccountFact, AccountId, Action } from '../../src/core/index.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/index.ts';
import { fakeJettonWallet, type JettonMinter, jettonWalletAddress } from '../fixtures/ton-contracts.ts';
import { deployJetton, deployTon, type RawWallet, rawWallet } from '../fixtures/ton-deploy.ts';
import { type Connection, connect, idOf, jettonId, type Owner, rawOf } from './node-scene.ts';
import { swapV1 } from './protocol-fixture.ts';

const COIN = 1_000_000_000n;

let chain: TonDevChain;
/** Stands in for a router: all that matters here is whose the token accounts are. */
let router: RawWallet;
let on: Connection;
let alice: Owner;
let given: JettonMinter;
let wanted: JettonMinter;

beforeAll(async () => {
  chain = await startTonDevChain();
  router = await rawWallet(chain, 'router', 100n * COIN);
  on = connect(chain.url, { protocols: [{ protocol: 'stonfi-v1', role: 'router', address: router.address.toRawString() }] });
  alice = on.owner('alice');
  given = await deployJetton(router, { content: 'https://jetton.example/given', mint: [[Address.parseRaw(rawOf(alice.wallet)), 1_000n]] });
  wanted = await deployJetton(router, { content: 'https://jetton.example/wanted', mint: [[router.address, 1_000n]] });
});
afterAll(async () => {
  await on.node.close();
  await chain.close();
});

/** A swap by the token that this account keeps, as a call. */
function swapBy(account: AccountId): Action {
  const body = beginCell()
    .storeUint(0x0f8a7ea5, 32)
    .storeUint(0, 64)
    .storeCoins(10n)
    .storeAddress(router.address)
    .storeAddress(Address.parseRaw(rawOf(alice.wallet)))
    .storeBit(false)
    .storeCoins(COIN / 5n)
    .storeMaybeRef(swapV1(account, 9n, alice.wallet))
    .endCell();
  const to = idOf(jettonWalletAddress(given, Address.parseRaw(rawOf(alice.wallet))));
  return { kind: 'calls', calls: [{ to, value: COIN, data: writeBoc(body) }] };
}

const survey = async (action: Action): Promise<readonly AccountFact[]> => (await on.node.survey?.(action, alice.wallet)) ?? [];

it('the account by which a router is told what to give out is asked whose token it keeps', async () => {
  const account = idOf(jettonWalletAddress(wanted, router.address));
  const facts = await survey(swapBy(account));
  expect(facts).toContainEqual({
    account,
    state: 'contract',
    holds: null,
    keeps: { owner: idOf(router.address), asset: jettonId(wanted) },
  });
  const found = on.adapter.codec.decode(await on.build(alice, swapBy(account)));
  expect(found.complete).toBe(true);
  expect(found.effects).toContainEqual(
    expect.objectContaining({ kind: 'inflow', account: alice.wallet, asset: jettonId(wanted), amount: 9n }),
  );
});

it('its own word is worth nothing, nor is an account of somebody else', async () => {
  const fake = await fakeJettonWallet({ victim: router.address, minter: wanted, balance: 1_000n });
  await deployTon(router, [fake]);
  const theirs = idOf(jettonWalletAddress(given, Address.parseRaw(rawOf(alice.wallet))));
  for (const account of [idOf(fake.address), theirs]) {
    const facts = await survey(swapBy(account));
    expect(facts.find((fact) => fact.account === account)).not.toHaveProperty('keeps');
  }
});
