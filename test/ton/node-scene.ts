import { Address } from '@ton/core';
import { type KeyPair, sign } from '@ton/crypto';
import { systemClock } from '../../src/adapters/host/index.ts';
import type { TonChainOptions } from '../../src/adapters/ton/index.ts';
import { createTonAdapter } from '../../src/adapters/ton/index.ts';
import type {
  AccountId,
  Action,
  AssetId,
  ChainAdapter,
  ChainId,
  ChainNode,
  Effect,
  SignedTransaction,
  UnsignedTransaction,
} from '../../src/core/index.ts';
import { nativeAssetId, tokenAsset } from '../../src/core/index.ts';
import type { TonDevChain } from '../../src/testing/index.ts';
import { keysOf } from '../fixtures/ton-deploy.ts';

export const CHAIN = 'ton:-3' as ChainId;
export const TON = nativeAssetId(CHAIN);
export const idOf = (address: Address): AccountId => `${CHAIN}:${address.toRawString()}` as AccountId;
export const rawOf = (account: AccountId): string => account.slice(CHAIN.length + 1);
export const addressOf = (account: AccountId): Address => Address.parseRaw(rawOf(account));
export const jettonId = (minter: { readonly address: Address }): AssetId => tokenAsset(CHAIN, idOf(minter.address));

/** A wallet of ours: its account and its key. */
export interface Owner {
  readonly wallet: AccountId;
  readonly keys: KeyPair;
}

/** An adapter on a running dev chain, and the steps of a transaction on it. */
export interface Connection {
  readonly adapter: ChainAdapter;
  readonly node: ChainNode;
  owner(name: string): Owner;
  build(from: Owner, action: Action, options?: { readonly slot?: number; readonly validUntilMs?: number }): Promise<UnsignedTransaction>;
  sign(from: Owner, tx: UnsignedTransaction): SignedTransaction;
  /** Built at the wallet's next slot and signed. */
  order(from: Owner, action: Action, options?: { readonly slot?: number }): Promise<SignedTransaction>;
}

/** Connects to a chain; its clock may be far from ours, as it is after `increaseTime`. */
export function connect(endpoint: string | readonly string[], options: Partial<TonChainOptions> = {}): Connection {
  const chains = [{ chain: CHAIN, endpoint, pollMs: 10, timeoutMs: 5_000, maxClockSkewMs: 3_600_000, ...options }];
  const adapter = createTonAdapter({ chains, clock: systemClock() });
  const node = adapter.node(CHAIN);
  const connection: Connection = {
    adapter,
    node,
    owner(name) {
      const keys = keysOf(name);
      return { keys, wallet: adapter.codec.walletOf(new Uint8Array(keys.publicKey), CHAIN) };
    },
    async build({ wallet, keys }, action, given = {}) {
      const facts = (await node.survey?.(action, wallet)) ?? [];
      const [{ next, chainTimeMs }, fee] = await Promise.all([node.sequence(wallet), node.quote(action, wallet, { facts })]);
      const validUntilMs = given.validUntilMs ?? (chainTimeMs ?? 0) + 120_000;
      const publicKey = new Uint8Array(keys.publicKey);
      return adapter.codec.build(action, { chain: CHAIN, wallet, slot: given.slot ?? next, fee, validUntilMs, publicKey, facts });
    },
    sign({ keys }, tx) {
      return adapter.codec.assemble(tx, new Uint8Array(sign(Buffer.from(adapter.codec.signingHash(tx.payload)), keys.secretKey)));
    },
    async order(from, action, given) {
      return connection.sign(from, await connection.build(from, action, given));
    },
  };
  return connection;
}

/** A payment as an action. */
export function pay(to: AccountId, amount: bigint, asset: AssetId = TON): Action {
  return { kind: 'transfer', asset, amount, to };
}

/** Outflows less inflows of an account. */
export function spent(effects: readonly Effect[], account: AccountId, asset: AssetId): bigint {
  return effects.reduce((sum, effect) => {
    if ((effect.kind !== 'outflow' && effect.kind !== 'inflow') || effect.account !== account || effect.asset !== asset) return sum;
    return effect.kind === 'outflow' ? sum + effect.amount : sum - effect.amount;
  }, 0n);
}

/** Balance of an account on the chain. */
export function balanceOf(chain: TonDevChain, account: AccountId): Promise<bigint> {
  return chain.balance(rawOf(account));
}
