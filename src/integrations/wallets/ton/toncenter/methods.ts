/** Methods of toncenter v2 that read: they go to the node as they are. */
const READ: ReadonlySet<string> = new Set([
  ...['detectAddress', 'detectHash', 'packAddress', 'unpackAddress'],
  ...[
    'getAddressBalance',
    'getAddressInformation',
    'getAddressState',
    'getExtendedAddressInformation',
    'getTokenData',
    'getWalletInformation',
  ],
  ...['getBlockHeader', 'getBlockTransactions', 'getBlockTransactionsExt', 'getConsensusBlock', 'getMasterchainBlockSignatures'],
  ...['getMasterchainInfo', 'getShardBlockProof', 'lookupBlock', 'shards'],
  ...['getConfigAll', 'getConfigParam', 'getLibraries', 'getOutMsgQueueSize', 'getOutMsgQueueSizes'],
  ...['estimateFee', 'getTransactions', 'getTransactionsStd', 'runGetMethod', 'runGetMethodStd'],
  ...['tryLocateResultTx', 'tryLocateSourceTx', 'tryLocateTx'],
]);
/** Methods that send a message of a wallet. */
const SEND: ReadonlySet<string> = new Set(['sendBoc', 'sendBocReturnHash', 'sendBocReturnHashNoError']);

/** What is done with a method; undefined for one that is refused. `sendQuery` is: it builds messages that nobody has seen. */
export function toncenterMethodKind(method: string): 'read' | 'send' | undefined {
  return READ.has(method) ? 'read' : SEND.has(method) ? 'send' : undefined;
}
