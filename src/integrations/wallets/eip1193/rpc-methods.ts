/** What a guarded provider does with a method. What is not named here is refused. */
export type MethodKind = 'read' | 'own' | 'send' | 'sign';

/** Methods that read: they go to the node as they are. */
const READ = [
  'eth_blobBaseFee',
  'eth_blockNumber',
  'eth_call',
  'eth_createAccessList',
  'eth_estimateGas',
  'eth_feeHistory',
  'eth_gasPrice',
  'eth_getBalance',
  'eth_getBlockByHash',
  'eth_getBlockByNumber',
  'eth_getBlockReceipts',
  'eth_getBlockTransactionCountByHash',
  'eth_getBlockTransactionCountByNumber',
  'eth_getCode',
  'eth_getFilterChanges',
  'eth_getFilterLogs',
  'eth_getLogs',
  'eth_getProof',
  'eth_getStorageAt',
  'eth_getTransactionByBlockHashAndIndex',
  'eth_getTransactionByBlockNumberAndIndex',
  'eth_getTransactionByHash',
  'eth_getTransactionCount',
  'eth_getTransactionReceipt',
  'eth_getUncleByBlockHashAndIndex',
  'eth_getUncleByBlockNumberAndIndex',
  'eth_getUncleCountByBlockHash',
  'eth_getUncleCountByBlockNumber',
  'eth_maxPriorityFeePerGas',
  'eth_newBlockFilter',
  'eth_newFilter',
  'eth_protocolVersion',
  'eth_simulateV1',
  'eth_syncing',
  'eth_uninstallFilter',
  'net_listening',
  'net_peerCount',
  'web3_clientVersion',
  'web3_sha3',
] as const;

/** Methods that we answer from what we know ourselves. */
const OWN = ['eth_accounts', 'eth_chainId', 'eth_coinbase', 'eth_requestAccounts', 'net_version', 'wallet_switchEthereumChain'] as const;
/** Methods that end in a transaction. */
const SEND = ['eth_sendTransaction', 'eth_signTransaction', 'eth_sendRawTransaction'] as const;
/** Methods that end in a signature over something else. */
const SIGN = ['personal_sign', 'eth_signTypedData', 'eth_signTypedData_v4'] as const;

const KINDS: ReadonlyMap<string, MethodKind> = new Map([
  ...READ.map((method) => [method, 'read'] as const),
  ...OWN.map((method) => [method, 'own'] as const),
  ...SEND.map((method) => [method, 'send'] as const),
  ...SIGN.map((method) => [method, 'sign'] as const),
]);

/**
 * What is done with a method; undefined for one that is refused. `eth_sign` is among those: it signs hashes that nobody can
 * read. So are the methods by which development nodes move money of others, and every method that we have never heard of.
 */
export function methodKind(method: string): MethodKind | undefined {
  return KINDS.get(method);
}
