import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AccountId,
  type AssetId,
  assetAddress,
  assetChain,
  assetContract,
  type ChainId,
  collectibleAsset,
  collectionOf,
  nativeAssetId,
  parseAccount,
  parseAssetId,
  tokenAsset,
} from '../../src/core/index.ts';
import { expectCode } from './expect-code.ts';

const EVM = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const RAW = '0:2cf55953e92efbeadab7ba725c3f93a0b23f842cbba72d7b8e6f510a70e422e3';
const HASH = RAW.slice(2);
const FRIENDLY = 'EQAs9VlT6S776tq3unJcP5Ogsj-ELLunLXuOb1EKcOQi4wJB';

describe('parseAssetId', () => {
  it.each([
    ['eip155:1/slip44:60', 'eip155:1/slip44:60'],
    ['eip155:31337/slip44:60', 'eip155:31337/slip44:60'],
    ['ton:-239/slip44:607', 'ton:-239/slip44:607'],
    ['tvm:-239/slip44:607', 'ton:-239/slip44:607'],
    [`eip155:1/erc20:${EVM}`, `eip155:1/erc20:${EVM.toLowerCase()}`],
    [`eip155:1/erc20:${EVM.toLowerCase()}`, `eip155:1/erc20:${EVM.toLowerCase()}`],
    [`ton:-239/jetton:0%3A${HASH}`, `ton:-239/jetton:0%3A${HASH}`],
    [`tvm:-239/jetton:0%3a${HASH.toUpperCase()}`, `ton:-239/jetton:0%3A${HASH}`],
    [`ton:-239/jetton:${RAW}`, `ton:-239/jetton:0%3A${HASH}`],
    [`ton:-239/jetton:${FRIENDLY}`, `ton:-239/jetton:0%3A${HASH}`],
    [`ton:-239/jetton:-1%3A${HASH}`, `ton:-239/jetton:-1%3A${HASH}`],
    [`eip155:1/erc721:${EVM}`, `eip155:1/erc721:${EVM.toLowerCase()}`],
    [`eip155:1/erc721:${EVM}/42`, `eip155:1/erc721:${EVM.toLowerCase()}/42`],
    [`eip155:1/erc1155:${EVM}/0`, `eip155:1/erc1155:${EVM.toLowerCase()}/0`],
    [`ton:-239/nft:${FRIENDLY}`, `ton:-239/nft:0%3A${HASH}`],
  ])('%s is %s', (text, asset) => expect(parseAssetId(text)).toBe(asset));

  it.each([
    '',
    'ETH',
    'USDC',
    'eip155:1',
    'eip155:1/',
    'eip155:1/slip44',
    'eip155:1/slip44:',
    'eip155:1/slip44:061',
    'eip155:1/slip44:607',
    'eip155:1/slip44:0',
    'ton:-239/slip44:60',
    'eip155:1/slip44:60 ',
    'eip155:1/slip44:60/1',
    `eip155:1/nft:${EVM}`,
    `eip155:1/erc721:${EVM}/01`,
    `eip155:1/erc721:${EVM}/-1`,
    `eip155:1/erc721:${EVM}/${2n ** 256n}`,
    `eip155:1/erc20:${EVM}/1`,
    `ton:-239/nft:0%3A${HASH}/1`,
    `ton:-239/erc721:0%3A${HASH}`,
    `eip155:1/ERC20:${EVM}`,
    `ton:-239/erc20:${EVM}`,
    `eip155:1/jetton:0%3A${HASH}`,
    'ton:-239/jetton:',
    'eip155:1/slip44:60\n',
  ])('refuses %j', (text) => expectCode('ASSET_INVALID', () => parseAssetId(text)));
  it('refuses a wrong chain or address by its own code', () => {
    expectCode('CHAIN_INVALID', () => parseAssetId('eip155:0/slip44:60'));
    expectCode('CHAIN_INVALID', () => parseAssetId(' eip155:1/slip44:60'));
    expectCode('CHAIN_INVALID', () => parseAssetId('solana:1/slip44:501'));
    expectCode('ADDRESS_INVALID', () => parseAssetId(`eip155:1/erc20:${EVM.replace('A', 'a')}`));
    expectCode('ADDRESS_INVALID', () => parseAssetId('eip155:1/erc20:0x'));
    expectCode('ADDRESS_INVALID', () => parseAssetId(`ton:-239/jetton:0%253A${HASH}`));
    expectCode('ADDRESS_INVALID', () => parseAssetId(`ton:-239/jetton:1%3A${HASH}`));
    expectCode('ADDRESS_INVALID', () => parseAssetId(`eip155:1/erc20:eip155:2:${EVM}`));
  });
  it('refuses what is not text', () => {
    for (const value of [1, null, undefined, {}]) expectCode('ASSET_INVALID', () => parseAssetId(value as string));
  });
});

describe('collectibles', () => {
  const contract = parseAccount(EVM, 'eip155:1' as ChainId);
  const item = parseAssetId(`eip155:1/erc721:${EVM}/42`);
  it('know their collection and its contract; coins and tokens have none', () => {
    expect(collectibleAsset('eip155:1' as ChainId, 'erc721', contract, 42n)).toBe(item);
    expect(collectionOf(item)).toBe(`eip155:1/erc721:${EVM.toLowerCase()}`);
    expect(assetContract(item)).toBe(contract);
    expect(assetContract(parseAssetId(`ton:-239/nft:${FRIENDLY}`))).toBe(`ton:-239:0:${HASH}`);
    for (const asset of ['eip155:1/slip44:60', `eip155:1/erc20:${EVM}`]) expect(collectionOf(parseAssetId(asset))).toBeNull();
  });
  it('are never taken for tokens', () => {
    expectCode('ASSET_INVALID', () => assetAddress(item));
    expectCode('ASSET_INVALID', () => collectibleAsset('eip155:2' as ChainId, 'erc721', contract));
    expectCode('ASSET_INVALID', () => collectibleAsset('eip155:1' as ChainId, 'nft', contract));
  });
});

describe('tokens and coins', () => {
  const account = fc.oneof(
    fc
      .tuple(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), fc.uint8Array({ minLength: 20, maxLength: 20 }))
      .map(([chain, bytes]) => parseAccount(`eip155:${chain}:0x${Buffer.from(bytes).toString('hex')}`)),
    fc
      .tuple(fc.constantFrom('ton:-239', 'ton:-3'), fc.constantFrom('0', '-1'), fc.uint8Array({ minLength: 32, maxLength: 32 }))
      .map(([chain, workchain, bytes]) => parseAccount(`${chain}:${workchain}:${Buffer.from(bytes).toString('hex')}`)),
  );
  it('asset and contract lead to each other', () => {
    fc.assert(
      fc.property(account, (contract) => {
        const chain = contract.slice(0, contract.indexOf(':', contract.indexOf(':') + 1)) as ChainId;
        const asset = tokenAsset(chain, contract);
        expect(parseAssetId(asset)).toBe(asset);
        expect(assetChain(asset)).toBe(chain);
        expect(assetAddress(asset)).toBe(contract);
        expect(assetAddress(nativeAssetId(chain))).toBeNull();
        expect(parseAssetId(nativeAssetId(chain))).toBe(nativeAssetId(chain));
      }),
    );
  });
  it('no token of one chain on another', () => {
    expectCode('ASSET_INVALID', () => tokenAsset('eip155:2' as ChainId, parseAccount(EVM, 'eip155:1' as ChainId)));
    expectCode('ASSET_INVALID', () => tokenAsset('ton:-3' as ChainId, parseAccount(RAW, 'ton:-239' as ChainId)));
  });
  it('refuses what is no asset id', () => {
    expectCode('ASSET_INVALID', () => assetChain('ETH' as AssetId));
    expectCode('ASSET_INVALID', () => assetAddress('eip155:1/jetton:x' as AssetId));
    expectCode('CHAIN_INVALID', () => assetAddress('solana:1/erc20:x' as AssetId));
    expectCode('ADDRESS_INVALID', () => tokenAsset('eip155:1' as ChainId, 'nonsense' as AccountId));
  });
});
