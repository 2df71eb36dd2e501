import { Address } from '@ton/core';
import { TonClient } from '@ton/ton';
import type { TonDevChain } from '../../src/testing/ton-devchain/index.ts';
import type { JettonMinter } from '../../test/fixtures/ton-contracts.ts';
import { jettonBalance, signingBytes, type WalletAction } from '../../test/fixtures/ton-deploy.ts';

/** A payment as it arrived. */
export interface Arrival {
  readonly nanoton: bigint;
  /** Null where none came along. */
  readonly comment: string | null;
}

/** Looks at the chain past the gate, with the official client. */
export interface TonView {
  readonly client: TonClient;
  /** Nanoton. */
  balance(address: string): Promise<bigint>;
  /** Base units of the demo's jetton, by the owner's own token account. */
  tokens(owner: string): Promise<bigint>;
  /** Messages that a wallet ever took; zero before it is deployed. */
  seqno(wallet: string): Promise<number>;
  /** What came in last. */
  lastArrival(address: string): Promise<Arrival>;
  /** The message that a web page would hand to a wallet: these actions, at its next place, for the next minute. */
  message(wallet: string, actions: readonly WalletAction[]): Promise<Uint8Array>;
}

/** The chain as its own endpoint tells it. */
export function viewTon(chain: TonDevChain, usdt: Pick<JettonMinter, 'address' | 'walletCode'>): TonView {
  const client = new TonClient({ endpoint: chain.url });
  const seqno = async (wallet: string): Promise<number> => {
    const address = Address.parse(wallet);
    return (await client.isContractDeployed(address)) ? (await client.runMethod(address, 'seqno')).stack.readNumber() : 0;
  };
  return {
    client,
    balance: (address) => chain.balance(address),
    tokens: (owner) => jettonBalance(client, usdt, Address.parse(owner)),
    seqno,
    async lastArrival(address) {
      const [newest] = await client.getTransactions(Address.parse(address), { limit: 1 });
      const message = newest?.inMessage;
      if (message?.info.type !== 'internal') throw new Error('nothing came in');
      const body = message.body.beginParse();
      const isText = body.remainingBits >= 32 && body.loadUint(32) === 0;
      return { nanoton: message.info.value.coins, comment: isText ? body.loadStringTail() : null };
    },
    message: async (wallet, actions) =>
      signingBytes(chain, actions, { seqno: await seqno(wallet), validUntil: Math.floor(Date.now() / 1_000) + 60 }),
  };
}
