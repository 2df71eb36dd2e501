import { describe, expect, it } from 'vitest';
import {
  accountAddress,
  assetAddress,
  CastellanError,
  type ChainFamily,
  chainNamespace,
  displayForms,
  nativeAssetId,
  parseAccount,
  parseAssetId,
  parseChainId,
  registerChainFamily,
  walletAddress,
} from '../../src/core/index.ts';
import { expectCode } from './expect-code.ts';

const orchard: ChainFamily = {
  namespace: 'orchard',
  aliases: ['garden'],
  chainReference: (text) => (text === 'main' ? text : undefined),
  addressKey(text) {
    if (/^[a-z]{3,12}$/i.test(text)) return text.toLowerCase();
    throw new CastellanError('ADDRESS_INVALID', { message: 'An address is 3 to 12 letters.' });
  },
  addressText: (key, _reference, use) => (use === 'wallet' ? `pay-${key}` : key),
  displayForms: (key) => [key],
  coinType: '4242',
  tokens: 'apple',
  collectibles: {},
};

describe('a registered family of chains', () => {
  it('is unknown before', () => expectCode('CHAIN_INVALID', () => parseChainId('orchard:main')));

  it('has one spelling for each chain, account and asset', () => {
    registerChainFamily(orchard);
    registerChainFamily(orchard);
    const chain = parseChainId('garden:main');
    expect([chain, chainNamespace(chain)]).toEqual(['orchard:main', 'orchard']);
    const account = parseAccount('garden:main:Alice');
    expect([account, parseAccount('ALICE', chain)]).toEqual(['orchard:main:alice', 'orchard:main:alice']);
    expect([accountAddress(account), walletAddress(account), displayForms(account)]).toEqual(['alice', 'pay-alice', ['alice']]);
    expect([nativeAssetId(chain), parseAssetId('garden:main/slip44:4242')]).toEqual([
      'orchard:main/slip44:4242',
      'orchard:main/slip44:4242',
    ]);
    const token = parseAssetId('orchard:main/apple:Pie');
    expect([token, assetAddress(token)]).toEqual(['orchard:main/apple:pie', 'orchard:main:pie']);
  });

  it('refuses what it does not know', () => {
    registerChainFamily(orchard);
    expectCode('CHAIN_INVALID', () => parseChainId('orchard:test'));
    expectCode('ADDRESS_INVALID', () => parseAccount('orchard:main:al'));
    expectCode('ADDRESS_INVALID', () => parseAccount('orchard:main:alice', parseChainId('eip155:1')));
    expectCode('ASSET_INVALID', () => parseAssetId('orchard:main/erc20:alice'));
    expectCode('ASSET_INVALID', () => parseAssetId('orchard:main/slip44:60'));
    expectCode('ASSET_INVALID', () => parseAssetId('orchard:main/apple:pie/1'));
  });

  it('takes no namespace of another family, and changes none', () => {
    for (const namespace of ['eip155', 'ton', 'tvm', 'xy', 'has space', 'TOO'])
      expectCode('CHAIN_INVALID', () => registerChainFamily({ ...orchard, namespace, aliases: [] }));
    registerChainFamily(orchard);
    expectCode('CHAIN_INVALID', () => registerChainFamily({ ...orchard }));
    expectCode('CHAIN_INVALID', () => registerChainFamily({ ...orchard, namespace: 'meadow', aliases: ['eip155'] }));
    expectCode('CHAIN_INVALID', () => parseChainId('meadow:main'));
  });
});
