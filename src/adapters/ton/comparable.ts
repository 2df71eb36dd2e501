import type { Ballot } from '../../core/failover/tally.ts';

/** Fields that say something of the node or of the moment, or that API versions word differently: no reader looks at them. */
const UNCOMPARED: Readonly<Record<string, readonly string[]>> = {
  getAddressInformation: ['sync_utime', 'suspended', 'revision'],
  runGetMethod: ['gas_used', 'last_transaction_id'],
  getBlockHeader: ['validator_list_hash_short', 'catchain_seqno', 'is_key_block', 'prev_key_block_seqno', 'version', 'flags', 'vert_seqno'],
};
/** Methods whose answer is a transaction, or a list of them: the cells say everything, and the hash is theirs. */
const TRANSACTIONS: ReadonlySet<string> = new Set(['getTransactions', 'tryLocateResultTx', 'tryLocateTx', 'tryLocateSourceTx']);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The same value with one order of fields, without the API's own marks: `@extra` differs with every answer. */
function sorted(value: unknown, left: readonly string[] = []): unknown {
  if (Array.isArray(value)) return value.map((item) => sorted(item));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .filter((key) => !key.startsWith('@') && !left.includes(key))
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

function transaction(value: unknown): unknown {
  return isObject(value) ? sorted({ data: value['data'], transaction_id: value['transaction_id'] }) : value;
}

/** What of an answer is compared, and what may be used of it. */
export function toBallot(method: string, value: unknown): Ballot {
  const kept = TRANSACTIONS.has(method)
    ? Array.isArray(value)
      ? value.map(transaction)
      : transaction(value)
    : sorted(value, UNCOMPARED[method]);
  return { value: kept, spelling: kept === null || kept === undefined ? null : JSON.stringify(kept) };
}
