import { mnemonicToAccount } from 'viem/accounts';
import { createEvmAdapter } from '../../src/adapters/evm/index.ts';
import { systemClock } from '../../src/adapters/host/index.ts';
import type {
  Action,
  ChainAdapter,
  ChainNode,
  CoSignature,
  SignedTransaction,
  SmartAccount,
  UnsignedTransaction,
} from '../../src/core/index.ts';
import { toHex } from '../../src/core/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { deploySafeContracts, receiptOf, type SafeDeployment } from '../fixtures/safe-contracts.ts';
import { CHAIN, type Signer, signer } from './chain-fixture.ts';

/** A party with a key of its own. */
export interface Party extends Signer {
  readonly publicKey: Uint8Array;
  readonly coSign: (hash: Uint8Array) => Promise<CoSignature>;
}

/** Account `index` of the local chain as a party. */
export function party(index: number): Party {
  const own = signer(index);
  const point = Buffer.from(
    mnemonicToAccount('test test test test test test test test test test test junk', { addressIndex: index }).publicKey.slice(2),
    'hex',
  );
  const publicKey = Uint8Array.from([2 + ((point[64] as number) & 1), ...point.subarray(1, 33)]);
  const coSign = async (hash: Uint8Array): Promise<CoSignature> => {
    const signature = await own.sign(hash);
    signature[64] = (signature[64] as number) - 27;
    return { publicKey, signature };
  };
  return { ...own, publicKey, coSign };
}

/** A running chain with a Safe of accounts 1, 2 and 3, two of whom sign; account 5 sends. */
export interface SafeBench extends AsyncDisposable {
  readonly anvil: Anvil;
  readonly deployment: SafeDeployment;
  readonly adapter: ChainAdapter;
  readonly node: ChainNode;
  readonly parties: readonly [Party, Party, Party];
  readonly sender: Signer;
  readonly stranger: Party;
  readonly smart: SmartAccount;
  readonly safe: `0x${string}`;
  /** The order for an action in the sender's next place. */
  build(action: Action, ahead?: number): Promise<UnsignedTransaction>;
  /** The sender's transaction with the signatures of these parties. */
  complete(order: UnsignedTransaction, by: readonly Party[]): Promise<UnsignedTransaction>;
  /** The same, signed by the sender. */
  sign(completed: UnsignedTransaction): Promise<SignedTransaction>;
  /** Hands bytes to the chain past every check of ours; the receipt's status, or what the node said. */
  force(raw: Uint8Array): Promise<string>;
  fund(address: string, ether: number): Promise<void>;
  balance(address: string): Promise<bigint>;
}

export async function createSafeBench(): Promise<SafeBench> {
  const anvil = await startAnvil();
  const deployment = await deploySafeContracts(anvil);
  const sponsor = mnemonicToAccount('test test test test test test test test test test test junk', { addressIndex: 9 });
  const adapter = createEvmAdapter({
    chains: [{ chain: CHAIN, rpcUrl: anvil.rpcUrl, confirmations: 1, pollMs: 10, timeoutMs: 20_000 }],
    clock: systemClock(),
    accounts: { sponsor, safe: deployment },
  });
  const node = adapter.node(CHAIN);
  const { codec } = adapter;
  const parties = [party(1), party(2), party(3)] as const;
  const sender = signer(5);
  const owners = parties.map(({ wallet }) => wallet);
  const smart = (await adapter.accounts?.create('safe', {
    chain: CHAIN,
    sender: sender.wallet,
    owners,
    threshold: 2,
    salt: 'bench',
  })) as SmartAccount;
  const safe = smart.account.slice(CHAIN.length + 1) as `0x${string}`;
  const balance = async (address: string): Promise<bigint> => BigInt((await anvil.rpc('eth_getBalance', [address, 'latest'])) as string);
  return {
    anvil,
    deployment,
    adapter,
    node,
    parties,
    sender,
    stranger: party(7),
    smart,
    safe,
    async build(action, ahead = 0) {
      const [{ next }, fee] = await Promise.all([node.sequence(sender.wallet), node.quote(action, smart.account, { smart })]);
      return codec.build(action, { chain: CHAIN, wallet: smart.account, slot: next + ahead, fee, validUntilMs: null, smart });
    },
    async complete(order, by) {
      const coSigning = codec.coSigning?.(order.payload);
      if (coSigning === undefined) throw new Error('no order');
      const signatures = await Promise.all(by.map(({ coSign }) => coSign(coSigning.hash)));
      return codec.adopt(coSigning.attach(signatures), CHAIN, smart.account, undefined, smart);
    },
    sign: async (completed) => codec.assemble(completed, await sender.sign(codec.signingHash(completed.payload))),
    async force(raw) {
      try {
        const hash = await anvil.rpc('eth_sendRawTransaction', [`0x${toHex(raw)}`]);
        return (await receiptOf(anvil, hash)).status;
      } catch (error) {
        return String(error);
      }
    },
    async fund(address, ether) {
      await anvil.rpc('anvil_setBalance', [address, `0x${(BigInt(ether) * 10n ** 18n).toString(16)}`]);
    },
    balance,
    [Symbol.asyncDispose]: async () => {
      await node.close();
      await anvil.stop();
    },
  };
}
