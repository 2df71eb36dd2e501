import type { Ballot } from '../../core/failover/tally.ts';

type Pick = (value: unknown) => unknown;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const each =
  (pick: Pick): Pick =>
  (value) =>
    Array.isArray(value) ? value.map(pick) : value;
/** Only these fields, in this order. */
function fields(picks: Readonly<Record<string, Pick | null>>): Pick {
  return (value) => {
    if (!isObject(value)) return value;
    const kept: Record<string, unknown> = {};
    for (const [name, pick] of Object.entries(picks)) if (value[name] !== undefined) kept[name] = (pick ?? sorted)(value[name]);
    return kept;
  };
}

/** The same value with one order of fields, and one case of hex digits: programs spell addresses as they like. */
function sorted(value: unknown): unknown {
  if (typeof value === 'string') return /^0x[0-9a-fA-F]*$/.test(value) ? value.toLowerCase() : value;
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

const just = (...names: readonly string[]): Readonly<Record<string, null>> => Object.fromEntries(names.map((name) => [name, null]));

const EVENT = fields(just('address', 'topics', 'data'));
const LOG = fields(
  just('address', 'topics', 'data', 'blockNumber', 'blockHash', 'transactionHash', 'transactionIndex', 'logIndex', 'removed'),
);
const TRANSACTION = fields(
  just('hash', 'blockHash', 'blockNumber', 'transactionIndex', 'type', 'from', 'to', 'nonce', 'value', 'input', 'gas', 'gasPrice'),
);
const BLOCK = fields({
  ...just('number', 'hash', 'parentHash', 'timestamp', 'baseFeePerGas', 'gasLimit', 'miner', 'stateRoot'),
  transactions: each((entry) => (typeof entry === 'string' ? sorted(entry) : TRANSACTION(entry))),
});
const RECEIPT = fields({
  ...just('transactionHash', 'blockHash', 'blockNumber', 'transactionIndex', 'from', 'to', 'contractAddress', 'status', 'gasUsed'),
  ...just('effectiveGasPrice', 'l1Fee'),
  logs: each(LOG),
});
const SIMULATED = each(fields({ calls: each(fields({ ...just('status', 'returnData', 'gasUsed'), logs: each(EVENT) })) }));

/** What of an answer is compared where programs differ in the rest; of a method that is not here, all of it. */
const COMPARED: Readonly<Record<string, Pick>> = {
  eth_getBlockByNumber: BLOCK,
  eth_getBlockByHash: BLOCK,
  eth_getTransactionReceipt: RECEIPT,
  eth_getBlockReceipts: each(RECEIPT),
  eth_getTransactionByHash: TRANSACTION,
  eth_getLogs: each(LOG),
  eth_simulateV1: SIMULATED,
  // The share of gas that was used is a fraction, which programs round differently.
  eth_feeHistory: fields(just('oldestBlock', 'baseFeePerGas', 'reward')),
};

/** What of an answer is compared, and what may be used of it. */
export function toBallot(method: string, value: unknown): Ballot {
  const kept = (COMPARED[method] ?? sorted)(value);
  return { value: kept, spelling: kept === null || kept === undefined ? null : JSON.stringify(kept) };
}
