import { Address } from '@ton/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountActivity, AccountId, ActivityPage } from '../../src/core/index.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/index.ts';
import { deployJetton, type RawWallet, rawWallet } from '../fixtures/ton-deploy.ts';
import { type Connection, connect, idOf, type Owner, pay, rawOf, TON } from './node-scene.ts';

const COIN = 1_000_000_000n;
const nobody = idOf(new Address(0, Buffer.alloc(32, 0x5e)));
let chain: TonDevChain;
let bank: RawWallet;
let on: Connection;
let alice: Owner;

beforeAll(async () => {
  chain = await startTonDevChain();
  bank = await rawWallet(chain, 'bank', 1_000n * COIN);
  on = connect(chain.url);
  alice = on.owner('alice');
  await chain.fund(rawOf(alice.wallet), 500n * COIN);
});
afterAll(async () => {
  await on.node.close();
  await chain.close();
});

const look = async (accounts: readonly AccountId[], cursor: string | null): Promise<ActivityPage> => {
  const { activity } = on.node;
  if (activity === undefined) throw new Error('the node tells no activity');
  return activity(accounts, cursor);
};
const brief = ({ kind, counterparty, amount, slot }: AccountActivity) => ({ kind, counterparty, amount, slot });
async function send(amount: bigint): Promise<string> {
  const signed = await on.order(alice, pay(nobody, amount));
  await on.node.broadcast(signed);
  await on.node.settle(signed, { timeoutMs: 5_000 });
  return signed.hash;
}

describe('what happened to accounts', () => {
  it('begins at the present state, and tells an order under the hash that we know it by', async () => {
    const begin = await look([alice.wallet], null);
    expect([begin.events, begin.more]).toEqual([[], false]);
    const hash = await send(COIN);
    await bank.pay({ to: Address.parseRaw(rawOf(alice.wallet)), value: 3n * COIN });
    const page = await look([alice.wallet], begin.cursor);
    expect(page.events.map(brief)).toEqual([
      { kind: 'sent', counterparty: nobody, amount: COIN, slot: 0 },
      { kind: 'received', counterparty: idOf(bank.address), amount: 3n * COIN, slot: null },
    ]);
    expect(page.events[0]).toMatchObject({ txHash: hash, asset: TON });
    expect((await look([alice.wallet], page.cursor)).events).toEqual([]);
  });

  it('tells an account that was never looked at nothing of its past', async () => {
    const { cursor } = await look([alice.wallet], null);
    const page = await look([alice.wallet, idOf(bank.address)], cursor);
    expect(page.events).toEqual([]);
    // Sent to an account that is not there, it comes back.
    await bank.pay({ to: Address.parseRaw(rawOf(nobody)), value: COIN });
    expect((await look([alice.wallet, idOf(bank.address)], page.cursor)).events.map(({ kind }) => kind)).toEqual(['sent', 'received']);
  });

  it('reads a history of more than one page to its end, each transaction once', { timeout: 30_000 }, async () => {
    let { cursor } = await look([alice.wallet], null);
    for (let round = 0; round < 260; round += 1) await chain.fund(rawOf(alice.wallet), 1_000_000n);
    const ours = await send(COIN);
    const seen: string[] = [];
    let pages = 0;
    for (let more = true; more; pages += 1) {
      const page = await look([alice.wallet], cursor);
      seen.push(...page.events.map(({ txHash }) => txHash));
      ({ cursor, more } = page);
    }
    expect([pages, seen.length, new Set(seen).size, seen.includes(ours)]).toEqual([2, 261, 261, true]);
  });

  it('refuses a cursor that is none', async () => {
    await expect(look([alice.wallet], '[]')).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });
});

describe('what a contract is made of', () => {
  it('is the hash of its code, and the owner that the standard’s method names', async () => {
    const minter = await deployJetton(bank, { mint: [] });
    const facts = await on.node.inspect?.([idOf(minter.address), nobody]);
    expect(facts?.[0]).toMatchObject({
      codeHash: minter.init?.code?.hash().toString('hex'),
      owner: idOf(bank.address),
      implementation: null,
    });
    expect(facts?.[1]).toEqual({ account: nobody, codeHash: null, implementation: null, admin: null, owner: null });
  });
});
