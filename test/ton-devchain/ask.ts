import { type Address, beginCell, type Cell, external, storeMessage } from '@ton/core';
import { WalletContractV5R1 } from '@ton/ton';
import type { TonDevChain } from '../../src/testing/index.ts';
import { keysOf } from '../fixtures/ton-deploy.ts';
import { pay } from './client-script/stage.ts';

/** What came back over HTTP. */
export interface Reply<Result = unknown> {
  readonly status: number;
  readonly ok: boolean;
  readonly result: Result;
  readonly error: string;
  readonly code: number;
}

/** A block's id. */
export interface BlockId {
  readonly seqno: number;
  readonly shard: string;
  readonly root_hash: string;
}

/** A transaction, as far as the tests look at it. */
export interface RawTransaction {
  readonly utime: number;
  readonly transaction_id: { readonly lt: string; readonly hash: string };
  readonly in_msg?: Readonly<Record<string, unknown>>;
  readonly out_msgs: readonly Readonly<Record<string, unknown>>[];
}

/** Asks a chain without the official client. */
export async function ask<Result = unknown>(chain: TonDevChain, method: string, params: unknown = {}): Promise<Reply<Result>> {
  return post(chain, JSON.stringify({ id: '1', jsonrpc: '2.0', method, params }));
}

/** Posts a body as it is; `path` takes the place of `/jsonRPC`. */
export async function post<Result = unknown>(chain: TonDevChain, body: string, path = '/jsonRPC'): Promise<Reply<Result>> {
  const response = await fetch(chain.url.replace(/\/jsonRPC$/, path), { method: 'POST', body });
  return { status: response.status, ...((await response.json()) as Omit<Reply<Result>, 'status'>) };
}

/** The newest block. */
export const headOf = async (chain: TonDevChain): Promise<BlockId> =>
  (await ask<{ readonly last: BlockId }>(chain, 'getMasterchainInfo')).result.last;

/** The newest transactions of an account. */
export const transactionsOf = async (chain: TonDevChain, address: string): Promise<readonly RawTransaction[]> =>
  (await ask<readonly RawTransaction[]>(chain, 'getTransactions', { address })).result;

/** A wallet that signs without asking the chain anything. */
export function offlineWallet(chain: TonDevChain, name: string) {
  const keys = keysOf(name);
  const networkGlobalId = chain.chain === 'ton:-3' ? -3 : -239;
  const contract = WalletContractV5R1.create({ workchain: 0, publicKey: keys.publicKey, walletId: { networkGlobalId } });
  return {
    address: contract.address,
    text: contract.address.toString(),
    /** The external message at a seqno. */
    message(seqno: number, to: Address, value: bigint, timeout = 0xffff_fffe): Cell {
      const actions = [{ type: 'sendMsg' as const, mode: 3, outMsg: pay(to, value) }];
      const body = contract.createRequest({ seqno, secretKey: keys.secretKey, timeout, actions, authType: 'external' });
      const init = seqno === 0 ? { init: contract.init } : {};
      return beginCell()
        .store(storeMessage(external({ to: contract.address, body, ...init })))
        .endCell();
    },
  };
}

export const sendBoc = (chain: TonDevChain, message: Cell): Promise<Reply> =>
  ask(chain, 'sendBoc', { boc: message.toBoc().toString('base64') });

/** What an account has, in thousandths of a TON: the rest is storage fees, which depend on the second. */
export const milliton = async (chain: TonDevChain, address: string): Promise<number> =>
  Math.round(Number(await chain.balance(address)) / 1e6);

/** Nanoton. */
export const MILLITON = 1_000_000n;
