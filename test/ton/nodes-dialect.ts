import { Address, beginCell, Cell, Dictionary } from '@ton/core';
import type { AnyQuestion, Dialect } from '../fixtures/node-faults.ts';
import { networkId } from './endpoint-fixture.ts';

type Json = Record<string, unknown>;
const object = (value: unknown): Json => value as Json;
const paramsOf = ({ params }: AnyQuestion): Json => params as Json;
const base64 = (cell: Cell): string => cell.toBoc().toString('base64');
/** The account whose address begins the table: who is paid. */
export const SHOP = new Address(0, Buffer.alloc(32, 0x5e));
const GLOBAL_ID = 19;
const FORKED = Buffer.alloc(32, 7).toString('base64');

const asks =
  (method: string, of?: (params: Json) => boolean) =>
  (question: AnyQuestion): boolean =>
    question.method === method && (of === undefined || of(paramsOf(question)));
const isShop = ({ address }: Json): boolean => address === SHOP.toRawString();
const info = (cell: Cell): Json => ({ config: { bytes: base64(cell) } });

/** The wallet's data with a seqno one higher. */
function laterSeqno(data: string): string {
  const slice = Cell.fromBase64(data).beginParse();
  const version = beginCell().storeBits(slice.loadBits(1));
  return base64(
    version
      .storeUint(slice.loadUint(32) + 1, 32)
      .storeSlice(slice)
      .endCell(),
  );
}

function withAnotherParameter(result: unknown): Json {
  const cell = Cell.fromBase64(String(object(object(result)['config'])['bytes']));
  const params = Dictionary.loadDirect(Dictionary.Keys.Int(32), Dictionary.Values.Cell(), cell);
  params.set(-999, beginCell().storeUint(7, 8).endCell());
  return info(beginCell().storeDictDirect(params).endCell());
}

/** A value that could be true and is not. */
function forge(read: string, question: AnyQuestion, result: unknown): unknown {
  const fields = object(result);
  switch (read) {
    case 'chain id':
      return networkId(-239);
    case 'head':
      return { ...fields, last: { ...object(fields['last']), root_hash: FORKED } };
    case 'balance':
      return { ...fields, balance: '999000000000' };
    case 'seqno':
      return { ...fields, data: laterSeqno(String(fields['data'])) };
    case 'code':
      return { ...fields, state: 'active', code: base64(beginCell().storeUint(1, 8).endCell()), data: base64(Cell.EMPTY) };
    case 'get method':
      return { ...fields, exit_code: 0, stack: [['cell', { bytes: base64(beginCell().storeAddress(SHOP).endCell()) }]] };
    case 'simulation':
      return withAnotherParameter(result);
    case 'transaction':
      return [...(result as Json[]), ...(result as Json[])];
    default:
      return paramsOf(question)['config_id'] === 21
        ? info(beginCell().storeUint(0xdd, 8).storeUint(1, 64).endCell())
        : info(beginCell().storeUint(0xea, 8).storeUint(1, 64).storeUint(1, 64).storeUint(1, 64).endCell());
  }
}

/** The same answer with a number in it that is none. */
function misnumber(read: string, _question: AnyQuestion, result: unknown, sign: 'negative' | 'oversize'): unknown {
  const bad = sign === 'negative' ? '-5' : `1${'0'.repeat(90)}`;
  const fields = object(result);
  if (read === 'head') return { ...fields, last: { ...object(fields['last']), seqno: bad } };
  if (read === 'transaction')
    return (result as Json[]).map((entry) => ({ ...entry, transaction_id: { ...object(entry['transaction_id']), lt: bad } }));
  if (read === 'get method') return { ...fields, exit_code: 0, stack: [['num', bad]] };
  if ('config' in fields) return { config: { bytes: bad } };
  return { ...fields, balance: bad };
}

/** The API of toncenter, version 2. */
export const TON_DIALECT: Dialect = {
  reads: {
    'chain id': asks('getConfigParam', ({ config_id }) => config_id === GLOBAL_ID),
    head: asks('getMasterchainInfo'),
    balance: asks('getAddressInformation', (params) => !isShop(params)),
    seqno: asks('getAddressInformation', (params) => !isShop(params)),
    code: asks('getAddressInformation', isShop),
    'get method': asks('runGetMethod'),
    simulation: asks('getConfigAll'),
    transaction: asks('getTransactions'),
    fee: asks('getConfigParam', ({ config_id }) => config_id !== GLOBAL_ID),
  },
  chainId: 'chain id',
  landing: 'transaction',
  otherChain: networkId(-239),
  sends: asks('sendBoc'),
  answer: (id, result) => JSON.stringify({ ok: true, result, jsonrpc: '2.0', id }),
  stale({ method }, result) {
    const fields = object(result);
    return method === 'getBlockHeader' ? { ...fields, gen_utime: Number(fields['gen_utime']) - 3_600 } : undefined;
  },
  fork(question, result) {
    if (question.method === 'getMasterchainInfo') return forge('head', question, result);
    const { id } = object(result);
    return question.method === 'getBlockHeader' ? { ...object(result), id: { ...object(id), root_hash: FORKED } } : undefined;
  },
  forge,
  misnumber,
};
