import { describe, expect, it } from 'vitest';
import { type AssetId, createFixedPrices, isCastellanError } from '../../src/index.ts';

const ETH = 'eip155:1/slip44:60' as AssetId;
const TON = 'ton:-239/slip44:607' as AssetId;
const worth = (amount: bigint, price: unknown): bigint => {
  const { numerator, denominator } = price as { readonly numerator: bigint; readonly denominator: bigint };
  return (amount * numerator) / denominator;
};
const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return isCastellanError(error) ? error.code : String(error);
  }
  return 'nothing thrown';
};

describe('fixed prices', () => {
  it('value base units exactly, whatever the decimals', () => {
    const prices = createFixedPrices('USD', { [ETH]: { price: '2500.25', decimals: 18 }, [TON]: { price: '3', decimals: 9 } });
    expect(worth(2n * 10n ** 18n, prices.price(ETH, 'USD'))).toBe(5_000_500_000n);
    expect(worth(500_000_000n, prices.price(TON, 'USD'))).toBe(1_500_000n);
    const inTon = createFixedPrices(TON, { [ETH]: { price: '833.3', decimals: 18 } }, { decimals: 9 });
    expect(worth(10n ** 18n, inTon.price(ETH, TON))).toBe(833_300_000_000n);
  });

  it('have none for another unit or asset', () => {
    const prices = createFixedPrices('USD', { [ETH]: { price: '1', decimals: 18 } });
    expect([prices.price(ETH, 'EUR'), prices.price(TON, 'USD')]).toEqual([undefined, undefined]);
  });

  it('are refused where they are no prices', () => {
    for (const price of ['0', '0.00', '-1', '1e3', '', '1,5', '.5']) {
      expect(codeOf(() => createFixedPrices('USD', { [ETH]: { price, decimals: 18 } }))).toBe('AMOUNT_INVALID');
    }
    expect(codeOf(() => createFixedPrices('USD', { ETH: { price: '1', decimals: 18 } }))).toBe('ASSET_INVALID');
  });
});
