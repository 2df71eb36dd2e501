import {
  type Address,
  beginCell,
  Cell,
  type CommonMessageInfo,
  loadMessage,
  loadTransaction,
  type Message,
  storeStateInit,
  type Transaction,
} from '@ton/core';
import { toFriendlyTonAddress } from '../../core/index.ts';
import { outMessageCells, type TransactionRecord } from './transaction-record.ts';

type Json = Readonly<Record<string, unknown>>;

const shaped = new WeakMap<TransactionRecord, Json>();

/** A transaction as toncenter gives it, `raw.transaction`. */
export function rawTransaction(record: TransactionRecord): Json {
  const known = shaped.get(record);
  if (known !== undefined) return known;
  const cell = Cell.fromBase64(record.boc);
  const transaction = loadTransaction(cell.beginParse());
  const received = cell.beginParse().loadRef().beginParse().loadMaybeRef();
  const out = outMessageCells(cell).map(rawMessage);
  // As tonlib adds them up: the price of sending belongs to the sender.
  const forwarding = [...transaction.outMessages.values()].reduce(
    (sum, { info }) => sum + (info.type === 'internal' ? info.forwardFee + info.ihrFee : 0n),
    0n,
  );
  const fee = transaction.totalFees.coins + forwarding;
  const storageFee = storageFeeOf(transaction);
  const json = {
    '@type': 'raw.transaction',
    address: accountAddress(record.account),
    account: record.account,
    utime: record.utime,
    data: record.boc,
    transaction_id: transactionId(record.lt, record.hash),
    fee: fee.toString(),
    storage_fee: storageFee.toString(),
    other_fee: (fee - storageFee).toString(),
    ...(received === null ? {} : { in_msg: rawMessage(received) }),
    out_msgs: out,
  };
  shaped.set(record, json);
  return json;
}

/** `internal.transactionId`; a hash in base64. */
export const transactionId = (lt: bigint, hash: string): Json => ({ '@type': 'internal.transactionId', lt: lt.toString(), hash });

/** The friendly, bounceable form, in which toncenter answers on both networks. */
export const accountAddress = (account: string): Json => ({
  '@type': 'accountAddress',
  account_address: toFriendlyTonAddress(account, { bounceable: true, testOnly: false }),
});

function storageFeeOf({ description }: Transaction): bigint {
  const phase = 'storagePhase' in description ? description.storagePhase : null;
  return phase?.storageFeesCollected ?? 0n;
}

function rawMessage(cell: Cell): Json {
  const message = loadMessage(cell.beginParse());
  const { info } = message;
  const text = commentOf(message.body);
  return {
    '@type': 'raw.message',
    hash: cell.hash().toString('base64'),
    source: info.type === 'external-in' ? '' : spell(info.src),
    destination: info.type === 'external-out' ? '' : spell(info.dest),
    ...valuesOf(info),
    body_hash: message.body.hash().toString('base64'),
    msg_data: { ...dataOf(message, text), init_state: initOf(message) },
    message: text ?? message.body.bits.subbuffer(0, message.body.bits.length & ~7)?.toString('base64') ?? '',
  };
}

const spell = (address: Address): string => address.toString();

function valuesOf(info: CommonMessageInfo): Json {
  if (info.type !== 'internal') {
    const createdLt = info.type === 'external-out' ? info.createdLt.toString() : '0';
    return { value: '0', extra_currencies: [], fwd_fee: '0', ihr_fee: '0', created_lt: createdLt };
  }
  const { other, coins } = info.value;
  return {
    value: coins.toString(),
    extra_currencies: extraCurrencies(other === undefined || other === null ? [] : [...other]),
    fwd_fee: info.forwardFee.toString(),
    ihr_fee: info.ihrFee.toString(),
    created_lt: info.createdLt.toString(),
  };
}

/** As toncenter lists them. */
export const extraCurrencies = (list: readonly (readonly [number, bigint])[]): readonly Json[] =>
  list.map(([id, amount]) => ({ '@type': 'extraCurrency', id, amount: amount.toString() }));

function dataOf({ body }: Message, text: string | null): Json {
  if (text !== null) return { '@type': 'msg.dataText', text: Buffer.from(text).toString('base64') };
  return { '@type': 'msg.dataRaw', body: body.toBoc().toString('base64') };
}

const initOf = ({ init }: Message): string =>
  init === undefined || init === null ? '' : beginCell().store(storeStateInit(init)).endCell().toBoc().toString('base64');

/** The text of a plain comment, null for any other body. */
function commentOf(body: Cell): string | null {
  const slice = body.beginParse(true);
  if (body.isExotic || slice.remainingBits < 32 || slice.loadUint(32) !== 0) return null;
  try {
    const text = slice.loadStringTail();
    return text.includes('\ufffd') ? null : text;
  } catch {
    return null;
  }
}
