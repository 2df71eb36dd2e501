import { beginCell, type Cell } from '@ton/core';
import type { AccountId } from '../../../core/ids.ts';
import { addressOf } from '../address.ts';
import type { TonClient } from '../client.ts';
import { runGetMethod, type StackItem, succeeded } from '../get-method.ts';
import { jettonWalletOf } from '../jetton-wallet.ts';
import type { Protocols } from '../protocols/index.ts';
import type { TonPool } from './market-options.ts';

/** What a pool tells: its reserves in its own order, and whether it trades by their product. */
export interface PoolState {
  readonly reserves: readonly [bigint, bigint];
  /** False for a pool of another curve: its reserves bound what can be had, and say nothing of the price. */
  readonly isProduct: boolean;
}

/** What reading a pool takes. */
export interface PoolQuestion {
  readonly client: TonClient;
  readonly pool: TonPool;
  readonly protocols: Protocols;
  readonly seqno: number;
  readonly signal: AbortSignal;
}

type Reader = (question: PoolQuestion) => Promise<PoolState | string>;

const UNREADABLE = 'pool_unreadable';
const ANOTHER = 'pool_of_other_assets';
const NATIVE_ASSET = 0;
const JETTON_ASSET = 1;

async function ask({ client, pool, seqno, signal }: PoolQuestion, method: string): Promise<readonly StackItem[]> {
  const result = await runGetMethod(client, pool.account, method, [], seqno, signal);
  return succeeded(result) ? result.stack : [];
}

const intOf = (item: StackItem | undefined): bigint | undefined => (item?.type === 'int' ? item.value : undefined);
const cellOf = (item: StackItem | undefined): Cell | undefined => (item?.type === 'slice' || item?.type === 'cell' ? item.cell : undefined);

function isAddress(item: StackItem | undefined, account: AccountId, client: TonClient): boolean {
  return cellOf(item)?.equals(beginCell().storeAddress(addressOf(account, client.chain)).endCell()) === true;
}

function reservesOf(first: StackItem | undefined, second: StackItem | undefined): readonly [bigint, bigint] | undefined {
  const [left, right] = [intOf(first), intOf(second)];
  return left === undefined || right === undefined ? undefined : [left, right];
}

/** Whether a router's account for each asset is the one that the pool names: otherwise it holds something else. */
async function holdsWhatIsSaid(question: PoolQuestion, router: AccountId, wallets: readonly (StackItem | undefined)[]): Promise<boolean> {
  const { client, pool, protocols, seqno, signal } = question;
  const checks = pool.minters.map(async (minter, side) => {
    const expected =
      minter === null
        ? [...protocols.values()].find(
            ({ protocol, role, owner, assets }) =>
              protocol === pool.protocol && role === 'token_account' && owner === router && assets[0] === pool.assets[side],
          )?.account
        : await jettonWalletOf(client, minter, router, seqno, signal);
    return expected !== undefined && expected !== null && isAddress(wallets[side], expected, client);
  });
  return (await Promise.all(checks)).every((holds) => holds);
}

/** `reserve0 reserve1 wallet0 wallet1 lp_fee protocol_fee ref_fee …` */
const readFirst: Reader = async (question) => {
  const { pool, protocols } = question;
  const router =
    pool.router ?? [...protocols.values()].find(({ protocol, role }) => protocol === 'stonfi-v1' && role === 'router')?.account;
  if (router === undefined) return 'pool_without_router';
  const [reserve0, reserve1, ...wallets] = await ask(question, 'get_pool_data');
  const reserves = reservesOf(reserve0, reserve1);
  if (reserves === undefined) return UNREADABLE;
  return (await holdsWhatIsSaid(question, router, wallets)) ? { reserves, isProduct: true } : ANOTHER;
};

/** `is_locked router supply reserve0 reserve1 wallet0 wallet1 …`; the router is the pool's own word, as the pool is the deployment's. */
const readSecond: Reader = async (question) => {
  const { client } = question;
  const [stack, kind] = await Promise.all([ask(question, 'get_pool_data'), ask(question, 'get_pool_type')]);
  const [isLocked, router, , reserve0, reserve1, ...wallets] = stack;
  const reserves = reservesOf(reserve0, reserve1);
  const named = accountOf(router, client);
  if (reserves === undefined || named === null || intOf(isLocked) === undefined) return UNREADABLE;
  if (intOf(isLocked) !== 0n) return 'pool_locked';
  if (!(await holdsWhatIsSaid(question, named, wallets))) return ANOTHER;
  return { reserves, isProduct: textOf(kind[0]) === 'constant_product' };
};

/** `get_reserves`, and `get_assets`: `native$0000`, `jetton$0001 workchain:int8 minter:uint256` */
const readDedust: Reader = async (question) => {
  const { pool, client } = question;
  const [held, assets, curve] = await Promise.all([ask(question, 'get_reserves'), ask(question, 'get_assets'), ask(question, 'is_stable')]);
  const reserves = reservesOf(held[0], held[1]);
  if (reserves === undefined) return UNREADABLE;
  const areThose = pool.minters.every((minter, side) => {
    const expected = beginCell().storeUint(minter === null ? NATIVE_ASSET : JETTON_ASSET, 4);
    if (minter !== null) {
      const { workChain, hash } = addressOf(minter, client.chain);
      expected.storeInt(workChain, 8).storeBuffer(hash);
    }
    return cellOf(assets[side])?.equals(expected.endCell()) === true;
  });
  return areThose ? { reserves, isProduct: intOf(curve[0]) === 0n } : ANOTHER;
};

/** How each protocol's pools are read. */
export const POOL_FORMS: Readonly<Record<TonPool['protocol'], Reader>> = {
  'stonfi-v1': readFirst,
  'stonfi-v2': readSecond,
  dedust: readDedust,
};

function accountOf(item: StackItem | undefined, client: TonClient): AccountId | null {
  const slice = cellOf(item)?.beginParse();
  if (slice === undefined || slice.remainingBits !== 267 || slice.remainingRefs !== 0) return null;
  const { workChain, hash } = slice.loadAddress();
  return `${client.chain}:${workChain}:${hash.toString('hex')}` as AccountId;
}

/** A short text of one cell. */
function textOf(item: StackItem | undefined): string | undefined {
  const slice = cellOf(item)?.beginParse();
  if (slice === undefined || slice.remainingBits % 8 !== 0) return undefined;
  return slice.loadBuffer(slice.remainingBits / 8).toString('latin1');
}
