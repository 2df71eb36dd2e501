import type { DevChain } from '../chain.ts';
import { ApiFailure, malformed } from '../failure.ts';
import type { Params } from '../params.ts';
import { rawTransaction } from '../raw-transaction.ts';
import { messageKey, type TransactionRecord } from '../transaction-record.ts';
import type { Method, Methods } from './method.ts';

const MOST = 100;

/** Newest first, from the transaction that lt and hash name (it included), down to `to_lt` (not included). */
function list(chain: DevChain, params: Params): readonly TransactionRecord[] {
  const all = chain.state().transactions.get(params.address('address').toRawString()) ?? [];
  const limit = params.optionalInt('limit') ?? 10;
  if (limit < 1 || limit > MOST) throw malformed(`limit is 1 to ${MOST}`);
  const lt = params.optionalBigint('lt');
  const hash = params.optionalHash('hash');
  const toLt = params.optionalBigint('to_lt') ?? 0n;
  let end = all.length;
  // Without both the newest are given, as toncenter does.
  if (lt !== null && hash !== null) {
    const at = all.findLastIndex((record) => record.lt === lt && record.hash === hash);
    if (at < 0) throw new ApiFailure(500, 'LITE_SERVER_UNKNOWN: cannot locate transaction in block with specified logical time');
    end = at + 1;
  }
  const page: TransactionRecord[] = [];
  for (let at = end - 1; at >= 0 && page.length < limit; at -= 1) {
    const record = all[at] as TransactionRecord;
    if (record.lt <= toLt) break;
    page.push(record);
  }
  return page;
}

const locate =
  (index: 'received' | 'sent'): Method =>
  (chain, params) => {
    const key = messageKey(
      params.address('source').toRawString(),
      params.address('destination').toRawString(),
      params.bigint('created_lt'),
    );
    const found = chain.state()[index].get(key);
    if (found === undefined) throw new ApiFailure(500, 'Tx not found');
    return rawTransaction(found);
  };

/** History. */
export const TRANSACTION_METHODS: Methods = {
  getTransactions: (chain, params) => list(chain, params).map(rawTransaction),
  getTransactionsStd(chain, params) {
    const page = list(chain, params);
    return { '@type': 'raw.transactions', transactions: page.map(rawTransaction) };
  },
  getTransaction(chain, params) {
    if (params.optionalBigint('lt') === null || params.optionalHash('hash') === null) throw malformed('lt and hash are required');
    return rawTransaction(list(chain, params)[0] as TransactionRecord);
  },
  tryLocateTx: locate('received'),
  tryLocateResultTx: locate('received'),
  tryLocateSourceTx: locate('sent'),
};
