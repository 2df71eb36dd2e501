import { Address, beginCell, Cell } from '@ton/core';
import { runTolkCompiler } from '@ton/tolk-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTransaction } from '../../src/adapters/ton/chain-transaction.ts';
import { MAX_ANSWER_BYTES } from '../../src/adapters/ton/endpoint.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/index.ts';
import { fakeJettonWallet, type JettonMinter, jettonWalletAddress, tonFixture } from '../fixtures/ton-contracts.ts';
import { deployJetton, deployTon, type RawWallet, rawWallet } from '../fixtures/ton-deploy.ts';
import { lyingEndpoint, Raw } from './endpoint-fixture.ts';
import { addressOf, connect, idOf, jettonId, type Owner, pay, rawOf } from './node-scene.ts';

const COIN = 1_000_000_000n;
const shop = idOf(new Address(0, Buffer.alloc(32, 0x5e)));

let chain: TonDevChain;
let bank: RawWallet;
let alice: Owner;
let jetton: JettonMinter;

beforeAll(async () => {
  chain = await startTonDevChain();
  bank = await rawWallet(chain, 'attack endpoint bank', 100n * COIN);
  const on = connect(chain.url);
  alice = on.owner('attack endpoint alice');
  await on.node.close();
  await chain.fund(rawOf(alice.wallet), 10n * COIN);
  jetton = await deployJetton(bank, { mint: [[addressOf(alice.wallet), 1_000n]] });
});
afterAll(async () => {
  await chain?.close();
});

describe('strangers who fill the wallet’s history with the largest messages there are', () => {
  it('do not keep a payment from being settled', async () => {
    const tooMuch = `{"ok":true,"result":"${'x'.repeat(MAX_ANSWER_BYTES)}"}`;
    await using swollen = await lyingEndpoint(chain.url, ({ method, params }) =>
      method === 'getTransactions' && Number(params['limit']) > 4 ? new Raw(tooMuch) : undefined,
    );
    const { node, order } = connect(swollen.url);
    const signed = await order(alice, pay(shop, COIN));
    expect((await node.broadcast(signed)).status).toBe('accepted');
    for (let index = 0; index < 6; index += 1) await bank.pay({ to: addressOf(alice.wallet), value: 1n });
    expect(await node.status(signed)).toMatchObject({ status: 'final', receipt: { success: true } });
    await node.close();
  });
});

/** Answers each payment with what reads like the notice of a token account. */
const NOISY = `tolk 1.3
fun onInternalMessage(in: InMessage) {
    if (in.body.isEmpty()) {
        val notice = beginCell().storeUint(0x7362d09c, 32).storeUint(0, 64).storeCoins(1).storeUint(0, 2).endCell();
        createMessage({ bounce: BounceMode.NoBounce, value: ton("0.01"), dest: in.senderAddress, body: notice }).send(1);
    }
}
`;

describe('whoever is paid, and has get methods of their own', () => {
  it.each([
    ['more items than any method leaves', (result: object) => ({ ...result, exit_code: 0, stack: Array(300).fill(['num', '0x1']) })],
    ['a number that is none', (result: object) => ({ ...result, exit_code: 0, stack: [['num', 'NaN']] })],
    ['a cell beyond the size of an answer', () => new Raw(`{"ok":true,"result":"${'x'.repeat(MAX_ANSWER_BYTES)}"}`)],
  ])('cannot keep the payment from being settled: %s', async (name, answer) => {
    const compiled = await runTolkCompiler({ entrypointFileName: 'noisy.tolk', fsReadCallback: () => NOISY });
    if (compiled.status === 'error') throw new Error(compiled.message);
    const noisy = tonFixture(Cell.fromBase64(compiled.codeBoc64), beginCell().storeUint(name.length, 32).endCell());
    await bank.pay({ to: noisy.address, value: COIN, init: noisy.init, bounce: false, body: beginCell().storeUint(1, 32).endCell() });
    await using hostile = await lyingEndpoint(chain.url, ({ method, params }, result) =>
      method === 'runGetMethod' && params['address'] === noisy.address.toRawString() ? answer(result) : undefined,
    );
    const { node, order } = connect(hostile.url);
    const signed = await order(alice, pay(idOf(noisy.address), COIN / 10n));
    expect((await node.broadcast(signed)).status).toBe('accepted');
    expect(await node.status(signed)).toMatchObject({ status: 'final', receipt: { success: true } });
    await node.close();
  });
});

describe('a minter’s answer', () => {
  it('is asked for again after some minutes: an upgraded minter, or a lie of one moment, does not stay', async () => {
    const fake = await fakeJettonWallet({ victim: addressOf(alice.wallet), minter: jetton, balance: 7n });
    await deployTon(bank, [fake]);
    let lies = true;
    await using liar = await lyingEndpoint(chain.url, ({ params }, result) => {
      if (!lies || params['method'] !== 'get_wallet_address') return undefined;
      const cell = beginCell().storeAddress(fake.address).endCell();
      return { ...result, stack: [['cell', { bytes: cell.toBoc().toString('base64') }]] };
    });
    const { node } = connect(liar.url);
    const held = async () =>
      (await node.survey?.(pay(shop, 1n, jettonId(jetton)), alice.wallet))?.flatMap(({ account, holds }) => (holds ? [account] : []));
    expect(await held()).toEqual([idOf(fake.address)]);
    lies = false;
    await chain.mine(120);
    expect(await held()).toEqual([idOf(jettonWalletAddress(jetton, addressOf(alice.wallet)))]);
    await node.close();
  });
});

describe('a message with as many references as the network carries', () => {
  /** `int_msg_info` with another currency, `StateInit` with three references and a body with four, each in a cell of its own. */
  function crowded(to: Address): Cell {
    const leaf = beginCell().storeUint(7, 8).endCell();
    const currency = beginCell().storeUint(0b10, 2).storeUint(32, 6).storeUint(100, 32).storeUint(1, 5).storeUint(1, 8).endCell();
    const library = beginCell().storeUint(0b10, 2).storeUint(256, 9).storeBuffer(leaf.hash()).storeBit(true).storeRef(leaf).endCell();
    const init = beginCell().storeUint(0b0011, 4).storeRef(leaf).storeRef(leaf).storeBit(true).storeRef(library).endCell();
    const body = [0, 1, 2, 3].reduce((cell) => cell.storeRef(leaf), beginCell().storeUint(1, 32)).endCell();
    return beginCell()
      .storeUint(0b0100, 4)
      .storeAddress(to)
      .storeAddress(to)
      .storeCoins(1)
      .storeMaybeRef(currency)
      .storeCoins(0)
      .storeCoins(0)
      .storeUint(1, 64)
      .storeUint(1, 32)
      .storeUint(0b11, 2)
      .storeRef(init)
      .storeBit(true)
      .storeRef(body)
      .endCell();
  }

  it('does not make the history of its receiver unreadable', async () => {
    const wallet = addressOf(alice.wallet);
    await bank.pay({ to: wallet, value: COIN / 100n });
    const [newest] = await bank.client.getTransactions(wallet, { limit: 1 });
    const root = newest?.raw;
    if (root === undefined) throw new Error('no transaction');
    const messages = beginCell()
      .storeBits(root.refs[0]?.bits as Cell['bits'])
      .storeRef(crowded(wallet));
    for (const out of root.refs[0]?.refs.slice(1) ?? []) messages.storeRef(out);
    const altered = beginCell().storeBits(root.bits).storeRef(messages.endCell());
    for (const ref of root.refs.slice(1)) altered.storeRef(ref);
    const cell = altered.endCell();
    const answer = {
      data: cell.toBoc().toString('base64'),
      transaction_id: { lt: String(newest?.lt), hash: cell.hash().toString('base64') },
    };
    expect(readTransaction(answer, alice.wallet).inMessage?.message.init?.libraries?.size).toBe(1);
  });
});
