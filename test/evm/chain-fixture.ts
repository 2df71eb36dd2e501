import { mnemonicToAccount } from 'viem/accounts';
import type { EvmAdapterOptions, EvmChainOptions } from '../../src/adapters/evm/index.ts';
import { createEvmAdapter } from '../../src/adapters/evm/index.ts';
import { systemClock, systemNet } from '../../src/adapters/host/index.ts';
import type {
  AccountId,
  Action,
  AssetId,
  ChainAdapter,
  ChainId,
  ChainNode,
  SignedTransaction,
  UnsignedTransaction,
} from '../../src/core/index.ts';
import { toHex } from '../../src/core/index.ts';
import type { Anvil } from '../../src/testing/anvil.ts';

export const CHAIN = 'eip155:31337' as ChainId;
export const NATIVE = 'eip155:31337/slip44:60' as AssetId;
export const on = (address: string): AccountId => `${CHAIN}:${address.toLowerCase()}` as AccountId;
export const assetOf = (address: string): AssetId => `${CHAIN}/erc20:${address.toLowerCase()}` as AssetId;
export const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.slice(2), 'hex'));

/** Account `index` of the local chain’s well-known phrase. */
export function signer(index: number) {
  const account = mnemonicToAccount('test test test test test test test test test test test junk', { addressIndex: index });
  return {
    address: account.address.toLowerCase() as `0x${string}`,
    wallet: on(account.address),
    sign: async (hash: Uint8Array): Promise<Uint8Array> => bytes(await account.sign({ hash: `0x${toHex(hash)}` })),
  };
}
export type Signer = ReturnType<typeof signer>;

/** What the manager brings. */
const net = systemNet();

/** An adapter on a running local chain, over the host's network where `network` says nothing else, and the steps of a transaction on it. */
export function connect(
  anvil: Pick<Anvil, 'rpcUrl'>,
  options: Partial<EvmChainOptions> = {},
  network: Pick<EvmAdapterOptions, 'fetch' | 'net'> = { net },
) {
  const adapter: ChainAdapter = createEvmAdapter({
    chains: [{ chain: CHAIN, rpcUrl: anvil.rpcUrl, confirmations: 1, pollMs: 10, timeoutMs: 5_000, ...options }],
    clock: systemClock(),
    ...network,
  });
  const node: ChainNode = adapter.node(CHAIN);
  const build = async (from: Signer, action: Action): Promise<UnsignedTransaction> => {
    const [{ next: slot }, fee] = await Promise.all([node.sequence(from.wallet), node.quote(action, from.wallet, {})]);
    return adapter.codec.build(action, { chain: CHAIN, wallet: from.wallet, slot, fee, validUntilMs: null });
  };
  const sign = async (from: Signer, tx: UnsignedTransaction): Promise<SignedTransaction> =>
    adapter.codec.assemble(tx, await from.sign(adapter.codec.signingHash(tx.payload)));
  return { adapter, node, build, sign, buildAndSign: async (from: Signer, action: Action) => sign(from, await build(from, action)) };
}

/** One call as an action. */
export function calling(to: string, data: string, value = 0n): Action {
  return { kind: 'calls', calls: [{ to: on(to), value, data: bytes(data) }] };
}
