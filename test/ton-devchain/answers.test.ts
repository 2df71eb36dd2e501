import { Address, beginCell, Cell, loadTransaction, toNano } from '@ton/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTonDevChain, type TonDevChain } from '../../src/testing/index.ts';
import { ask, headOf, MILLITON, offlineWallet, post, type RawTransaction, sendBoc, transactionsOf } from './ask.ts';

const SINK = new Address(0, Buffer.alloc(32, 7));
const HASH = expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/);
const DECIMAL = expect.stringMatching(/^\d+$/);
const BOC = expect.stringMatching(/^te6cc[A-Za-z0-9+/=]+$/);
const BLOCK = {
  '@type': 'ton.blockIdExt',
  workchain: -1,
  shard: '-9223372036854775808',
  seqno: expect.any(Number),
  root_hash: HASH,
  file_hash: HASH,
};
const SHARD = { ...BLOCK, workchain: 0 };
const ID = { '@type': 'internal.transactionId', lt: DECIMAL, hash: HASH };
const WHOLE = '-9223372036854775808';

let chain: TonDevChain;
let wallet: ReturnType<typeof offlineWallet>;
const result = async (method: string, params: unknown = {}): Promise<unknown> => (await ask(chain, method, params)).result;

beforeAll(async () => {
  chain = await startTonDevChain({ globalId: -239 });
  wallet = offlineWallet(chain, 'answers');
  await chain.fund(wallet.text, toNano(10));
  await sendBoc(chain, wallet.message(0, SINK, 5n * MILLITON));
});
afterAll(() => chain.close());

describe('accounts', () => {
  it('getAddressInformation', async () => {
    const common = {
      '@type': 'raw.fullAccountState',
      balance: DECIMAL,
      extra_currencies: [],
      last_transaction_id: ID,
      block_id: BLOCK,
      sync_utime: expect.any(Number),
      frozen_hash: '',
    };
    expect(await result('getAddressInformation', { address: wallet.text })).toEqual({ ...common, code: BOC, data: BOC, state: 'active' });
    expect(await result('getAddressInformation', { address: SINK.toString() })).toEqual({
      ...common,
      code: '',
      data: '',
      state: 'uninitialized',
    });
  });
  it('the smaller ones, in any spelling of the address', async () => {
    for (const address of [
      wallet.text,
      wallet.address.toRawString(),
      wallet.address.toString({ bounceable: false, urlSafe: false, testOnly: true }),
    ]) {
      expect(await result('getAddressBalance', { address })).toEqual(DECIMAL);
      expect(await result('getAddressState', { address })).toBe('active');
      expect(await result('packAddress', { address })).toBe(wallet.text);
      expect(await result('unpackAddress', { address })).toBe(wallet.address.toRawString());
      expect(await result('detectAddress', { address })).toMatchObject({
        raw_form: wallet.address.toRawString(),
        bounceable: { b64url: wallet.text },
      });
    }
    expect(await result('getWalletInformation', { address: wallet.text })).toMatchObject({
      wallet: true,
      wallet_type: 'wallet v5 r1',
      seqno: 1,
      account_state: 'active',
    });
    expect(await result('getExtendedAddressInformation', { address: wallet.text })).toMatchObject({
      '@type': 'fullAccountState',
      account_state: { '@type': 'raw.accountState' },
    });
  });
});

describe('blocks', () => {
  it('getMasterchainInfo, shards, lookupBlock', async () => {
    const init = { ...BLOCK, shard: '0', seqno: 0 };
    expect(await result('getMasterchainInfo')).toEqual({ '@type': 'blocks.masterchainInfo', last: BLOCK, init, state_root_hash: HASH });
    const { seqno } = await headOf(chain);
    expect(await result('shards', { seqno })).toEqual({ '@type': 'blocks.shards', shards: [{ ...SHARD, seqno }] });
    for (const by of [{ seqno: 1 }, { lt: '1' }, { unixtime: 1 }])
      expect(await result('lookupBlock', { workchain: 0, shard: WHOLE, ...by })).toEqual({ ...SHARD, seqno: 1 });
  });
  it('getBlockHeader names the block before', async () => {
    const { seqno } = await headOf(chain);
    const before = await result('lookupBlock', { workchain: -1, shard: WHOLE, seqno: seqno - 1 });
    expect(await result('getBlockHeader', { workchain: -1, shard: WHOLE, seqno })).toMatchObject({
      '@type': 'blocks.header',
      global_id: -239,
      gen_utime: expect.any(Number),
      prev_blocks: [before],
    });
  });
  it('getBlockTransactions by pages, and in full', async () => {
    const [own] = await transactionsOf(chain, wallet.text);
    const { seqno } = (await result('lookupBlock', { workchain: 0, shard: WHOLE, lt: own?.transaction_id.lt })) as {
      readonly seqno: number;
    };
    const id = { workchain: 0, shard: WHOLE, seqno };
    expect(await result('getBlockTransactionsExt', id)).toMatchObject({ '@type': 'blocks.transactionsExt', transactions: [own] });
    expect(await result('getBlockTransactions', { ...id, after_lt: own?.transaction_id.lt })).toMatchObject({
      incomplete: false,
      transactions: [],
    });
  });
});

describe('transactions', () => {
  it('have the fields of toncenter', async () => {
    const [own] = await transactionsOf(chain, wallet.text);
    const message = {
      '@type': 'raw.message',
      hash: HASH,
      extra_currencies: [],
      value: DECIMAL,
      fwd_fee: DECIMAL,
      ihr_fee: '0',
      created_lt: DECIMAL,
      body_hash: HASH,
    };
    expect(own).toEqual({
      '@type': 'raw.transaction',
      address: { '@type': 'accountAddress', account_address: wallet.text },
      account: wallet.address.toRawString(),
      utime: expect.any(Number),
      data: BOC,
      transaction_id: ID,
      fee: DECIMAL,
      storage_fee: DECIMAL,
      other_fee: DECIMAL,
      in_msg: {
        ...message,
        source: '',
        destination: wallet.text,
        value: '0',
        msg_data: { '@type': 'msg.dataRaw', body: BOC, init_state: BOC },
        message: expect.any(String),
      },
      out_msgs: [
        {
          ...message,
          source: wallet.text,
          destination: SINK.toString(),
          value: '5000000',
          msg_data: { '@type': 'msg.dataRaw', body: BOC, init_state: '' },
          message: '',
        },
      ],
    });
  });
  it('hash to what they say, and so do their messages', async () => {
    const [own] = (await transactionsOf(chain, wallet.text)) as [RawTransaction & { readonly data: string }];
    const cell = Cell.fromBase64(own.data);
    expect(cell.hash().toString('base64')).toBe(own.transaction_id.hash);
    const sent = loadTransaction(cell.beginParse()).outMessages.get(0);
    expect(sent?.info.type === 'internal' && sent.info.createdLt.toString()).toBe(own.out_msgs[0]?.['created_lt']);
    const [received] = await transactionsOf(chain, SINK.toString());
    expect(received?.in_msg?.['hash']).toBe(own.out_msgs[0]?.['hash']);
    for (const method of ['tryLocateTx', 'tryLocateResultTx'])
      expect(
        await result(method, { source: wallet.text, destination: SINK.toString(), created_lt: own.out_msgs[0]?.['created_lt'] }),
      ).toEqual(received);
    expect(await result('getTransaction', { address: wallet.text, ...own.transaction_id })).toEqual(own);
  });
});

describe('configuration and libraries', () => {
  it('carry the global id', async () => {
    const { config } = (await result('getConfigParam', { config_id: 19 })) as { readonly config: { readonly bytes: string } };
    expect(Cell.fromBase64(config.bytes).beginParse().loadInt(32)).toBe(-239);
    expect(await result('getConfigParam', { param: '21' })).toMatchObject({
      '@type': 'configInfo',
      config: { '@type': 'tvm.cell', bytes: BOC },
    });
    expect(await result('getConfigAll')).toMatchObject({ '@type': 'configInfo', config: { '@type': 'tvm.cell', bytes: BOC } });
  });
  it('a library is found once it is there', async () => {
    const library = beginCell().storeUint(0xabc, 32).endCell();
    const hash = library.hash();
    expect(await result('getLibraries', { libraries: [hash.toString('hex')] })).toEqual({ '@type': 'smc.libraryResult', result: [] });
    await ask(chain, 'dev_addLibrary', { boc: library.toBoc().toString('base64') });
    const entry = { '@type': 'smc.libraryEntry', hash: hash.toString('base64'), data: library.toBoc().toString('base64') };
    expect(await result('getLibraries', { libraries: [hash.toString('base64'), '00'.repeat(32)] })).toEqual({
      '@type': 'smc.libraryResult',
      result: [entry],
    });
  });
});

describe('sending', () => {
  it('sendBocReturnHash gives both hashes', async () => {
    const message = wallet.message(1, SINK, 5n * MILLITON);
    const sent = await ask(chain, 'sendBocReturnHash', { boc: message.toBoc().toString('base64') });
    expect(sent.result).toEqual({ '@type': 'raw.extMessageInfo', hash: message.hash().toString('base64'), hash_norm: HASH });
  });
  it('estimateFee is what it costs', async () => {
    const message = wallet.message(2, SINK, 5n * MILLITON);
    const body = message.beginParse().skip(2 + 2 + 267 + 4 + 1);
    const cell = body.loadBit() ? body.loadRef() : body.asCell();
    const { source_fees: fees } = (await result('estimateFee', { address: wallet.text, body: cell.toBoc().toString('base64') })) as {
      readonly source_fees: Record<string, number>;
    };
    const before = await chain.balance(wallet.text);
    await sendBoc(chain, message);
    const cost = Number(before - (await chain.balance(wallet.text)) - 5n * MILLITON);
    const { in_fwd_fee: imported = 0, storage_fee: stored = 0, gas_fee: gas = 0, fwd_fee: forwarded = 0 } = fees;
    expect(Math.abs(cost - imported - stored - gas - forwarded)).toBeLessThan(5);
  });
});

describe('the plain HTTP form', () => {
  const get = async (path: string): Promise<unknown> => (await fetch(chain.url.replace('jsonRPC', path))).json();
  it('reads by GET', async () => {
    expect(await get(`getAddressBalance?address=${wallet.text}`)).toEqual({ ok: true, result: DECIMAL });
    expect(await get(`getTransactions?address=${wallet.text}&limit=1`)).toMatchObject({
      ok: true,
      result: [{ '@type': 'raw.transaction' }],
    });
    expect(await get('getNothing')).toEqual({ ok: false, error: expect.any(String), code: 404 });
    for (const name of ['dev_mine', 'sendBoc']) expect(await get(name)).toMatchObject({ ok: false, code: 405 });
    expect(await get('getAddressBalance?address=x')).toEqual({ ok: false, error: 'Incorrect address', code: 416 });
    expect(await get(`getLibraries?libraries=${'00'.repeat(32)}&libraries=${'11'.repeat(32)}`)).toMatchObject({ ok: true });
  });
  it('sends by POST', async () => {
    const boc = wallet
      .message(3, SINK, 5n * MILLITON)
      .toBoc()
      .toString('base64');
    expect(await post(chain, JSON.stringify({ boc }), '/sendBoc')).toEqual({ status: 200, ok: true, result: { '@type': 'ok' } });
  });
  it('JSON-RPC gives the id back', async () => {
    for (const id of ['x', 5, null])
      expect(await post(chain, JSON.stringify({ id, jsonrpc: '2.0', method: 'getConsensusBlock' }))).toMatchObject({
        ok: true,
        id,
        jsonrpc: '2.0',
      });
  });
});
