import type { AnyQuestion, Dialect } from '../fixtures/node-faults.ts';

type Json = Record<string, unknown>;
const object = (value: unknown): Json => value as Json;
const asks =
  (...methods: readonly string[]) =>
  ({ method }: AnyQuestion): boolean =>
    methods.includes(method);
const isNewest = ({ method, params }: AnyQuestion): boolean =>
  method === 'eth_getBlockByNumber' && (params as readonly unknown[])[0] === 'latest';

/** A value that could be true and is not. */
function forge(read: string, { method }: AnyQuestion, result: unknown): unknown {
  switch (read) {
    case 'chain id':
      return '0x1';
    case 'head':
      return { ...object(result), baseFeePerGas: '0x1' };
    case 'balance':
      return '0x56bc75e2d63100000';
    case 'nonce':
      return '0x5';
    case 'code':
      return '0x6001';
    case 'call':
      return `0x${'77'.padStart(64, '0')}`;
    case 'simulation':
      return (result as Json[]).map((block) => ({
        ...block,
        calls: (block['calls'] as Json[]).map((call) => ({ ...call, logs: [], gasUsed: '0x1' })),
      }));
    case 'receipt':
      return result === null ? null : { ...object(result), gasUsed: '0x1' };
    default:
      return method === 'eth_estimateGas' ? '0x493e0' : { ...object(result), reward: [['0x174876e800'], ['0x174876e800']] };
  }
}

/** The same answer with a number in it that is none. */
function misnumber(read: string, { method }: AnyQuestion, result: unknown, sign: 'negative' | 'oversize'): unknown {
  const bad = sign === 'negative' ? '-0x1' : `0x${'f'.repeat(65)}`;
  if (typeof result === 'string') return bad;
  if (read === 'simulation')
    return (result as Json[]).map((block) => ({ ...block, calls: (block['calls'] as Json[]).map((call) => ({ ...call, gasUsed: bad })) }));
  if (method === 'eth_feeHistory') return { ...object(result), baseFeePerGas: [bad] };
  if (read === 'receipt') return { ...object(result), blockNumber: bad };
  return { ...object(result), number: bad };
}

/** JSON-RPC of Ethereum. */
export const EVM_DIALECT: Dialect = {
  reads: {
    'chain id': asks('eth_chainId'),
    head: isNewest,
    balance: asks('eth_getBalance'),
    nonce: asks('eth_getTransactionCount'),
    code: asks('eth_getCode'),
    call: asks('eth_call'),
    simulation: asks('eth_simulateV1'),
    receipt: asks('eth_getTransactionReceipt'),
    fee: asks('eth_feeHistory', 'eth_estimateGas'),
  },
  chainId: 'chain id',
  landing: 'receipt',
  otherChain: '0x1',
  sends: asks('eth_sendRawTransaction'),
  answer: (id, result) => JSON.stringify({ jsonrpc: '2.0', id, result }),
  stale(question, result) {
    if (!isNewest(question)) return undefined;
    const block = object(result);
    return { ...block, timestamp: `0x${(Number(block['timestamp']) - 3_600).toString(16)}` };
  },
  fork: ({ method }, result) => (method === 'eth_getBlockByNumber' ? { ...object(result), hash: `0x${'f0'.repeat(32)}` } : undefined),
  forge,
  misnumber,
};
