import { Address, beginCell } from '@ton/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountFact, AccountId, Action } from '../../src/core/index.ts';
import { tokenAsset } from '../../src/core/index.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/index.ts';
import { counter, fakeJettonWallet, type JettonMinter, jettonWalletAddress } from '../fixtures/ton-contracts.ts';
import { deployJetton, deployTon, payment, type RawWallet, rawWallet, signingBytes } from '../fixtures/ton-deploy.ts';
import { lyingEndpoint } from './endpoint-fixture.ts';
import { CHAIN, type Connection, connect, idOf, jettonId, type Owner, pay, rawOf } from './node-scene.ts';

const COIN = 1_000_000_000n;
const nobody = idOf(new Address(0, Buffer.alloc(32, 0x5e)));

let chain: TonDevChain;
let bank: RawWallet;
let on: Connection;
let alice: Owner;
let aliceAddress: Address;
let jetton: JettonMinter;
let till: AccountId;

beforeAll(async () => {
  chain = await startTonDevChain();
  bank = await rawWallet(chain, 'bank', 100n * COIN);
  on = connect(chain.url);
  alice = on.owner('alice');
  aliceAddress = Address.parseRaw(rawOf(alice.wallet));
  jetton = await deployJetton(bank, {
    mint: [
      [aliceAddress, 1_000n],
      [bank.address, 5n],
    ],
  });
  const contract = await counter(1);
  await deployTon(bank, [contract]);
  till = idOf(contract.address);
});
afterAll(async () => {
  await on.node.close();
  await chain.close();
});

async function survey(action: Action): Promise<readonly AccountFact[]> {
  return (await on.node.survey?.(action, alice.wallet)) ?? [];
}
const calling = (...accounts: readonly AccountId[]): Action => ({
  kind: 'calls',
  calls: accounts.map((to) => ({ to, value: 1n, data: new Uint8Array() })),
});

describe('a survey', () => {
  it('tells empty accounts, wallets and contracts apart', async () => {
    expect(await survey(calling(nobody, idOf(bank.address), till, nobody, idOf(jetton.address)))).toEqual([
      { account: nobody, state: 'empty', holds: null },
      { account: idOf(bank.address), state: 'wallet', holds: null },
      { account: till, state: 'contract', holds: null },
      { account: idOf(jetton.address), state: 'contract', holds: null },
    ]);
    // Money alone makes no wallet.
    await chain.fund(rawOf(nobody), 5n);
    expect(await survey(pay(nobody, 1n))).toEqual([{ account: nobody, state: 'empty', holds: null }]);
  });

  it('finds the wallet’s own token account for a transfer', async () => {
    const own = idOf(jettonWalletAddress(jetton, aliceAddress));
    expect(await survey(pay(nobody, 1n, jettonId(jetton)))).toEqual([
      { account: nobody, state: 'empty', holds: null },
      { account: own, state: 'contract', holds: jettonId(jetton) },
    ]);
    expect(await survey(calling(own))).toEqual([{ account: own, state: 'contract', holds: jettonId(jetton) }]);
  });

  it('names a token account that is not there yet, and what it would hold', async () => {
    const bob = on.owner('bob');
    const own = idOf(jettonWalletAddress(jetton, Address.parseRaw(rawOf(bob.wallet))));
    expect(await on.node.survey?.(pay(till, 1n, jettonId(jetton)), bob.wallet)).toContainEqual({
      account: own,
      state: 'empty',
      holds: jettonId(jetton),
    });
  });

  it('believes no account’s word of itself: a look-alike holds nothing', async () => {
    const fake = await fakeJettonWallet({ victim: aliceAddress, minter: jetton, balance: 1_000_000n });
    await deployTon(bank, [fake]);
    expect(await survey(calling(idOf(fake.address)))).toEqual([{ account: idOf(fake.address), state: 'contract', holds: null }]);
  });

  it('somebody else’s token account holds nothing for us', async () => {
    const theirs = idOf(jettonWalletAddress(jetton, bank.address));
    expect(await survey(calling(theirs))).toEqual([{ account: theirs, state: 'contract', holds: null }]);
  });

  it('refuses a token whose contract is none', async () => {
    for (const minter of [till, nobody, idOf(bank.address)]) {
      await expect(survey(pay(nobody, 1n, tokenAsset(CHAIN, minter)))).rejects.toMatchObject({
        code: 'CHAIN_REJECTED',
        details: { reason: 'token_unreadable' },
      });
    }
  });

  it('reads the destinations of foreign bytes', async () => {
    const sends = [till, nobody].map((account) => payment({ to: Address.parseRaw(rawOf(account)), value: 1n }));
    const bytes = await signingBytes(chain, sends, { seqno: 3, validUntil: 2_000_000_000 });
    expect((await survey({ kind: 'transaction', bytes })).map(({ account }) => account)).toEqual([till, nobody]);
    await expect(survey({ kind: 'transaction', bytes: bytes.slice(1) })).rejects.toMatchObject({ code: 'PAYLOAD_UNDECODABLE' });
  });

  it('has nothing to say of what the chain does not know', async () => {
    expect(await survey({ kind: 'approve', asset: jettonId(jetton), amount: 'unlimited', spender: till })).toEqual([]);
  });

  it('reads everything as of one block, and states anew each time', async () => {
    await using honest = await lyingEndpoint(chain.url, () => undefined);
    const { node } = connect(honest.url);
    const action = calling(till, nobody, idOf(jettonWalletAddress(jetton, aliceAddress)));
    await node.survey?.(action, alice.wallet);
    const states = honest.asked.filter(({ method }) => method === 'getAddressInformation' || method === 'runGetMethod');
    expect(new Set(states.map(({ params }) => params['seqno'])).size).toBe(1);
    const asked = honest.asked.length;
    await chain.mine();
    await node.survey?.(action, alice.wallet);
    const again = honest.asked.slice(asked).map(({ method, params }) => params['method'] ?? method);
    expect(again.filter((method) => method === 'getAddressInformation')).toHaveLength(3);
    // Which account a minter names for an owner does not change.
    expect(again).not.toContain('get_wallet_address');
    await node.close();
  });

  it('believes no endpoint that makes a minter name another account', async () => {
    const fake = await fakeJettonWallet({ victim: aliceAddress, minter: jetton, balance: 7n });
    const rude = beginCell().storeAddress(fake.address).storeUint(1, 1).endCell();
    await using liar = await lyingEndpoint(chain.url, ({ params }, result) =>
      params['method'] === 'get_wallet_address' ? { ...result, stack: [['cell', { bytes: rude.toBoc().toString('base64') }]] } : undefined,
    );
    const { node } = connect(liar.url);
    // An address with something behind it is none.
    await expect(node.survey?.(pay(nobody, 1n, jettonId(jetton)), alice.wallet)).rejects.toMatchObject({
      details: { reason: 'token_unreadable' },
    });
    await node.close();
  });
});

describe('a quote', () => {
  const transfer = (): Action => pay(idOf(bank.address), 5n, jettonId(jetton));

  it('bounds the fee by the bytes alone, the same with given facts', async () => {
    const facts = await survey(transfer());
    const fee = await on.node.quote(transfer(), alice.wallet, { facts });
    expect(await on.node.quote(transfer(), alice.wallet, {})).toEqual(fee);
    expect(fee.params['attached']).toBe('50000000');
    expect(fee.ceiling).toBeGreaterThan(50_000_000n);
    expect(await on.node.quote(transfer(), alice.wallet, { ceiling: fee.ceiling })).toEqual(fee);
  });

  it('is refused below that bound', async () => {
    const { ceiling } = await on.node.quote(transfer(), alice.wallet, {});
    await expect(on.node.quote(transfer(), alice.wallet, { ceiling: ceiling - 1n })).rejects.toMatchObject({
      code: 'CHAIN_REJECTED',
      details: { reason: 'fee_exceeds_ceiling', needed: String(ceiling), ceiling: String(ceiling - 1n) },
    });
  });

  it('is refused where the network asks more than the configured prices', async () => {
    for (const name of ['gas', 'lump', 'bit', 'cell'] as const) {
      const { node } = connect(chain.url, { gasPrices: { [name]: 1n } });
      await expect(node.quote(pay(nobody, 1n), alice.wallet, {})).rejects.toMatchObject({
        code: 'CHAIN_REJECTED',
        details: { reason: 'gas_prices_above_configured', above: [name] },
      });
      await node.close();
    }
  });

  it('is refused for what no message can say', async () => {
    const allowance: Action = { kind: 'approve', asset: jettonId(jetton), amount: 1n, spender: till };
    await expect(on.node.quote(allowance, alice.wallet, {})).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });
});
