import { describe, expect, it } from 'vitest';
import { createPolicyManager } from '../../../src/index.ts';

const MARKET = '0x00000000000000000000000000000000000000aa';
const capabilities = { nft: { enabled: true, create: false }, staking: { enabled: true, unstake: false }, trading: { enabled: true } };
const listed = (capability: string) => ({ address: MARKET, selectors: ['0x12345678'], capability });
const answers = async (permissions: object, words: readonly string[], context: object = {}): Promise<readonly boolean[]> => {
  const token = { asset: 'eip155:1/slip44:60' as never, symbol: 'ETH', decimals: 18 };
  const policy = createPolicyManager({ tokens: [token] });
  await policy.createAgent('a1', { capabilities, limits: { unit: 'ETH', daily: 1 }, ...permissions });
  const asked = words.map((word) => policy.checkCapability('a1', word, { contract: MARKET, selector: '0x12345678', ...context }));
  return (await Promise.all(asked)).map(({ allowed }) => allowed);
};

describe('words for what an agent wants', () => {
  it('tell buying and selling a collectible from making one', async () => {
    const words = ['nft', 'nft_buy', 'nft_sell', 'create', 'nft_create', 'mint'];
    expect(await answers({ allowedContracts: [listed('nft')] }, words)).toEqual([true, true, true, false, false, false]);
    const full = { allowedContracts: [listed('nft')], capabilities: { nft: { enabled: true, create: true } } };
    expect(await answers(full, words)).toEqual(words.map(() => true));
  });

  it('tell buying and selling a token from a collectible, and putting a stake in from taking it out', async () => {
    expect(await answers({ allowedContracts: [listed('trading')] }, ['buy', 'sell', 'trade'])).toEqual([true, true, true]);
    const off = { allowedContracts: [listed('trading')], capabilities: { ...capabilities, trading: { enabled: false } } };
    expect(await answers(off, ['buy', 'sell', 'trade'])).toEqual([false, false, false]);
    expect(await answers({ allowedContracts: [listed('staking')] }, ['stake', 'unstake'])).toEqual([true, false]);
  });

  it('are asked with the trust that the request would have, and no better', async () => {
    const stranger = { id: 'stranger', action: 'deny', conditions: [{ field: 'trust', operator: 'in', value: ['web', 'message'] }] };
    const by = (maxTrust: string, context: object) =>
      answers({ allowedContracts: [listed('trading')], rules: [stranger], maxTrust }, ['trade'], context);
    expect(await by('owner', { trust: 'owner' })).toEqual([true]);
    expect(await by('owner', { trust: 'web' })).toEqual([false]);
    expect(await by('owner', {})).toEqual([false]);
    expect(await by('message', { trust: 'owner' })).toEqual([false]);
    expect(await by('owner', { trust: 'God' })).toEqual([false]);
  });
});
