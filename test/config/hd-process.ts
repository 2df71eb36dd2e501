/** A process that makes six wallets on a store that it shares with others. */
import { sqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { EVM_CHAIN, KEYS, offlineEvm, open } from './bench.ts';

const [path = '', name = ''] = process.argv.slice(2);
const security = open({ chains: [offlineEvm()], keys: KEYS, store: sqliteStore({ path }), keyDerivation: {} });
const made = await Promise.all(
  Array.from({ length: 6 }, async (_, index) => {
    const { keyId } = await security.custody.createWallet('u', `${name}${index}`, { chain: EVM_CHAIN });
    return (await security.keys.getKey(keyId)).path;
  }),
);
await security.shutdown(1_000);
process.send?.(made);
process.disconnect?.();
