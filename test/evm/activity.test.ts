import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountActivity, AccountId, ActivityPage } from '../../src/core/index.ts';
import { collectibleAsset } from '../../src/core/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { CHAIN, connect, NATIVE, on, signer } from './chain-fixture.ts';
import { LOGGER, logData } from './logger-contract.ts';

const alice = signer(1);
const bob = signer(2);
let anvil: Anvil;
let chain: ReturnType<typeof connect>;

beforeAll(async () => {
  anvil = await startAnvil({ automine: false });
  chain = connect(anvil);
  await mine(3);
});
afterAll(async () => {
  await chain.node.close();
  await anvil.stop();
});

const mine = (blocks = 1): Promise<unknown> => anvil.rpc('anvil_mine', [`0x${blocks.toString(16)}`]);
const look = async (accounts: readonly AccountId[], cursor: string | null): Promise<ActivityPage> => {
  const { activity } = chain.node;
  if (activity === undefined) throw new Error('the node tells no activity');
  return activity(accounts, cursor);
};
const brief = ({ kind, counterparty, asset, amount, slot }: AccountActivity) => ({ kind, counterparty, asset, amount, slot });
const pay = async (amount: bigint): Promise<string> => {
  const signed = await chain.buildAndSign(alice, { kind: 'transfer', asset: NATIVE, amount, to: bob.wallet });
  await chain.node.broadcast(signed);
  return signed.hash;
};

describe('what happened to accounts', () => {
  it('begins at the present head, and tells what was sent and received from there on, each once', async () => {
    await pay(1n);
    await mine();
    const begin = await look([alice.wallet, bob.wallet], null);
    expect([begin.events, begin.more, begin.holdings.length]).toEqual([[], false, 2]);
    const hash = await pay(7n);
    await mine(2);
    const page = await look([alice.wallet, bob.wallet], begin.cursor);
    expect(page.events.map(brief)).toEqual([
      { kind: 'sent', counterparty: bob.wallet, asset: NATIVE, amount: 7n, slot: 1 },
      { kind: 'received', counterparty: alice.wallet, asset: NATIVE, amount: 7n, slot: null },
    ]);
    expect(page.events.map(({ txHash }) => txHash)).toEqual([hash, hash]);
    const rest = await look([alice.wallet, bob.wallet], page.cursor);
    expect([rest.events, rest.cursor, rest.more]).toEqual([[], page.cursor, false]);
  });

  it('reads a long stretch in pages without a gap', async () => {
    let { cursor } = await look([alice.wallet], null);
    const hashes: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      hashes.push(await pay(1n));
      await mine(40);
    }
    const seen: string[] = [];
    let pages = 0;
    for (let more = true; more; pages += 1) {
      const page = await look([alice.wallet], cursor);
      seen.push(...page.events.map(({ txHash }) => txHash));
      ({ cursor, more } = page);
    }
    expect([pages, seen]).toEqual([4, hashes]);
  });

  it('tells tokens and rights by the logs that name an account, and nothing where nothing moved', async () => {
    const logger = on('0x00000000000000000000000000000000000c0de0');
    await anvil.rpc('anvil_setCode', [logger.split(':')[2], LOGGER]);
    const { cursor } = await look([alice.wallet], null);
    const [a, b] = [alice.address, bob.address];
    const logs = [
      logData('Transfer(address,address,uint256)', [a, b], [5n]),
      logData('Transfer(address,address,uint256)', [a, b], [0n]),
      logData('Transfer(address,address,uint256)', [b, a], [6n]),
      logData('Transfer(address,address,uint256)', [a, b, 9n], []),
      logData('Approval(address,address,uint256)', [a, b], [2n ** 256n - 1n]),
      logData('ApprovalForAll(address,address,bool)', [a, b], [1n]),
      logData('TransferSingle(address,address,address,uint256,uint256)', [b, a, b], [3n, 4n]),
    ];
    for (const data of logs) {
      await anvil.rpc('eth_sendTransaction', [{ from: bob.address, to: logger.split(':')[2], data, gas: '0x30d40' }]);
    }
    await mine();
    const token = `${CHAIN}/erc20:${logger.split(':')[2]}`;
    const nft = (id?: bigint) => collectibleAsset(CHAIN, 'erc721', logger, id);
    const to = { counterparty: bob.wallet, slot: null };
    expect((await look([alice.wallet], cursor)).events.map(brief)).toEqual([
      { kind: 'sent', asset: token, amount: 5n, ...to },
      { kind: 'received', asset: token, amount: 6n, ...to },
      { kind: 'sent', asset: nft(9n), amount: 1n, ...to },
      { kind: 'allowance', asset: token, amount: 'unlimited', ...to },
      { kind: 'operator', asset: nft(), amount: 'unlimited', ...to },
      { kind: 'sent', asset: collectibleAsset(CHAIN, 'erc1155', logger, 3n), amount: 4n, ...to },
    ]);
  });

  it('tells that an account runs other code than it did, and whose', async () => {
    const { cursor } = await look([alice.wallet], null);
    await anvil.rpc('anvil_setCode', [alice.address, `0xef0100${bob.address.slice(2)}`]);
    await mine();
    const page = await look([alice.wallet], cursor);
    expect(page.events.map(({ kind, counterparty }) => [kind, counterparty])).toEqual([['code', bob.wallet]]);
    await mine();
    expect((await look([alice.wallet], page.cursor)).events).toEqual([]);
    await anvil.rpc('anvil_setCode', [alice.address, '0x']);
    await mine();
  });

  it.each([1, 5, 17, 64])('finds a reorganisation of depth %i, and tells again what came again', async (depth) => {
    const { cursor } = await look([alice.wallet], null);
    const hash = await pay(3n);
    await mine(depth);
    let before = await look([alice.wallet], cursor);
    const first = before.events;
    while (before.more) before = await look([alice.wallet], before.cursor);
    expect(first.map(({ txHash }) => txHash)).toEqual([hash]);
    await anvil.rpc('anvil_reorg', [depth, []]);
    await mine();
    let gone = await look([alice.wallet], before.cursor);
    expect([gone.reorganised, gone.events, gone.fromHeight]).toEqual([true, [], Number(first[0]?.block)]);
    while (gone.more) gone = await look([alice.wallet], gone.cursor);
    // The same bytes, in another block.
    const raw = await pay(3n);
    await mine();
    const again = await look([alice.wallet], gone.cursor);
    expect([again.reorganised, again.events.map(({ txHash }) => txHash)]).toEqual([false, [raw]]);
  });

  it('refuses a cursor that is none', async () => {
    await expect(look([alice.wallet], '{}')).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    await expect(look([alice.wallet], 'x')).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });
});
