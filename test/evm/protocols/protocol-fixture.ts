import { createEvmCodec } from '../../../src/adapters/evm/codec.ts';
import { type EvmAdapterOptions, readOptions } from '../../../src/adapters/evm/config.ts';
import { chainTokens } from '../../../src/adapters/evm/tokens.ts';
import type { AccountId, AssetId, ChainId, Codec, DecodedTransaction, Effect } from '../../../src/core/index.ts';
import { createManualClock } from '../../../src/testing/manual-clock.ts';

export const ETHEREUM = 'eip155:1' as ChainId;
export const ETH = 'eip155:1/slip44:60' as AssetId;
export const USDC = '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48';
export const USDT = '0xdac17f958d2ee523a2206206994597c13d831ec7';
export const DAI = '0x6b175474e89094c44da98b954eedeac495271d0f';
export const WETH = '0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2';
export const WALLET = '0x00000000000000000000000000000000000000aa';
export const EVE = '0x000000000000000000000000000000000000e0e0';

export const on = (address: string, chain: ChainId = ETHEREUM): AccountId => `${chain}:${address.toLowerCase()}` as AccountId;
export const token = (address: string, chain: ChainId = ETHEREUM): AssetId => `${chain}/erc20:${address.toLowerCase()}` as AssetId;

/** A codec for several chains, with further registered deployments and descriptors. */
export function codecOf(
  chains: readonly string[] = [ETHEREUM],
  more: Pick<EvmAdapterOptions, 'protocols' | 'descriptors'> = {},
  tokens: readonly string[] = [],
): Codec {
  const options = readOptions({
    chains: chains.map((chain) => ({
      chain,
      rpcUrl: 'http://127.0.0.1:1',
      confirmations: 1,
      tokens: tokens.map((address, index) => ({ symbol: `T${index}`, address, decimals: 18 })),
    })),
    clock: createManualClock(),
    ...more,
  });
  const { protocols, descriptors } = options;
  return createEvmCodec(new Map(options.chains.map((config) => [config.chain, chainTokens(config)])), { protocols, descriptors });
}

/** What one call does, decoded from the bytes of a transaction that makes it. */
export function decodeCall(
  codec: Codec,
  to: string,
  data: string,
  value = 0n,
  chain: ChainId = ETHEREUM,
  from = WALLET,
): DecodedTransaction {
  const asset = `${chain}/slip44:60` as AssetId;
  const params = { gas: '1000000', maxFeePerGas: '3', maxPriorityFeePerGas: '1' };
  const call = { to: on(to, chain), value, data: new Uint8Array(Buffer.from(data.slice(2), 'hex')) };
  const context = { chain, wallet: on(from, chain), slot: 0, fee: { asset, ceiling: 3_000_000n, params }, validUntilMs: null };
  return codec.decode(codec.build({ kind: 'calls', calls: [call] }, context));
}

/** Money and rights as one line each: `out USDC…48 5 → …88`, `in …`, `allow …`. */
export function flows(effects: readonly Effect[]): readonly string[] {
  const short = (id: string | null): string => (id === null ? '?' : id.slice(-4));
  return effects.flatMap((effect) => {
    switch (effect.kind) {
      case 'outflow':
      case 'inflow':
        return [
          `${effect.kind} ${short(effect.account)} ${effect.kind === 'outflow' ? '→' : '←'} ${short(effect.counterparty)} ${effect.asset.split('/')[1]} ${effect.amount}`,
        ];
      case 'allowance':
        return [`allowance ${short(effect.owner)} → ${short(effect.spender)} ${effect.asset.split('/')[1]} ${effect.amount}`];
      case 'operator':
        return [`operator ${short(effect.owner)} → ${short(effect.operator)} ${effect.approved}`];
      case 'unknown':
        return [`unknown ${effect.detail}`];
      default:
        return [];
    }
  });
}

/** Outflows of one account, and inflows to one. */
export const outOf = (effects: readonly Effect[], account: string, chain: ChainId = ETHEREUM) =>
  effects.flatMap((effect) =>
    effect.kind === 'outflow' && effect.account === on(account, chain)
      ? [{ to: effect.counterparty, asset: effect.asset, amount: effect.amount }]
      : [],
  );
export const into = (effects: readonly Effect[], account: string, chain: ChainId = ETHEREUM) =>
  effects.flatMap((effect) =>
    effect.kind === 'inflow' && effect.account === on(account, chain) ? [{ asset: effect.asset, amount: effect.amount }] : [],
  );
