import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import type { AccountId, AssetId, Balance, ChainAdapter, ChainId, ChainNode, Token } from '../../src/core/index.ts';
import type { KeyWallet } from '../../src/custody/index.ts';
import { indexChains } from '../../src/manager/directory.ts';
import { createKeyUsage } from '../../src/manager/key-usage.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';

const CHAIN = 'eip155:31337' as ChainId;
const ETHER = `${CHAIN}/slip44:60` as AssetId;
const USD = `${CHAIN}/erc20:0x${'aa'.repeat(20)}` as AssetId;
const OTHER = `${CHAIN}/erc20:0x${'bb'.repeat(20)}` as AssetId;
const wallet = { account: `${CHAIN}:0x${'11'.repeat(20)}` as AccountId, chain: CHAIN } as KeyWallet;

let asked: (readonly [AccountId, readonly AssetId[]])[] = [];
beforeEach(() => {
  asked = [];
});

/** Usage over an adapter that answers what it is told to. */
function usageOver(answer: (() => readonly Balance[]) | undefined) {
  const balances: ChainNode['balances'] = async (account, assets) => {
    asked.push([account, assets]);
    return answer?.() ?? [];
  };
  const tokens: readonly Token[] = [ETHER, USD].map((asset) => ({ asset, symbol: asset.slice(-4), decimals: 18 }));
  const adapter = {
    family: 'evm',
    chains: [CHAIN],
    tokens,
    codec: { nativeAsset: () => tokens[0] },
    node: () => (answer === undefined ? {} : { balances }),
  } as unknown as ChainAdapter;
  const chains = indexChains([adapter], () => CHAIN);
  return createKeyUsage({ store: createMemoryStore({ clock: createManualClock() }), chains: () => chains });
}

describe('what a wallet of a replaced key still holds', () => {
  it('is asked of the chain for the coin and each token of the configuration', async () => {
    const held = [
      { asset: ETHER, amount: 0n },
      { asset: USD, amount: 5n },
    ];
    expect(await usageOver(() => held).balancesOf(wallet)).toEqual(held);
    expect(asked).toEqual([[wallet.account, [ETHER, USD]]]);
  });

  it('is not known from an adapter that tells none, or something else than was asked', async () => {
    await expect(usageOver(undefined).balancesOf(wallet)).rejects.toMatchObject({ code: 'CHAIN_UNAVAILABLE' });
    const [coin, usd] = [
      { asset: ETHER, amount: 1n },
      { asset: USD, amount: 1n },
    ];
    for (const answer of [[], [usd], [usd, coin], [coin, coin], [coin, usd, usd], [coin, { asset: OTHER, amount: 1n }]])
      await expect(usageOver(() => answer).balancesOf(wallet)).rejects.toMatchObject({ code: 'CHAIN_RESPONSE_INVALID' });
    await expect(usageOver(() => [coin]).balancesOf({ ...wallet, chain: 'eip155:1' as ChainId })).rejects.toMatchObject({
      code: 'CHAIN_INVALID',
    });
  });
});
