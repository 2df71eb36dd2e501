import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Anvil, startAnvil } from '../../../src/testing/anvil.ts';
import { type Bench, CAROL, FREE, openBench, sentBy } from '../../e2e/bench.ts';
import { deploy } from '../../fixtures/evm-contracts.ts';
import { endOf, LIMITS_ALONE, nothingSent, pay } from './bench.ts';

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
});

const execute = ({ security }: Bench, id: string, over: object) => security.agent('a1').execute(pay(id, over));

describe('a token', () => {
  it.each([0, 77, 255])(
    'of %i decimals has no value that nobody gave it: it is denied, however small the amount reads',
    async (decimals) => {
      const token = await deploy(anvil, 'PlainToken', ['ODD', decimals]);
      await using bench = await openBench(anvil, { tokens: [{ symbol: 'ODD', address: token.address, decimals }] });
      await token.send('mint', [bench.wallet.address, 2n ** 256n - 1n]);
      for (const amount of ['1', decimals === 0 ? '2' : '0.1', (2n ** 255n / 10n ** BigInt(decimals)).toString()].filter(
        (text) => text !== '0',
      )) {
        const result = await execute(bench, `r-${amount}`.slice(0, 100), { asset: 'ODD', amount });
        expect([result.status, ['limit_missing', 'price_unavailable', 'request_malformed']]).toEqual([
          'policy_rejected',
          expect.arrayContaining([endOf(result)]),
        ]);
      }
      await nothingSent(anvil, bench);
    },
  );

  it.each([0, 77])('of %i decimals is counted exactly against the limit of its own', async (decimals) => {
    const token = await deploy(anvil, 'PlainToken', ['ODD', decimals]);
    const asset = `eip155:31337/erc20:${token.address.toLowerCase()}`;
    const limits = { ...FREE.limits, assets: { [asset]: { perTransaction: 1, daily: 1, weekly: 9, monthly: 9 } } };
    await using bench = await openBench(anvil, {
      ...LIMITS_ALONE,
      tokens: [{ symbol: 'ODD', address: token.address, decimals }],
      agents: { a1: { ...FREE, limits } },
    });
    await token.send('mint', [bench.wallet.address, 2n ** 256n - 1n]);
    const over = decimals === 0 ? '2' : `1.${'0'.repeat(76)}1`;
    expect(endOf(await execute(bench, 'over', { asset: 'ODD', amount: over }))).toBe('per_transaction_limit');
    expect(endOf(await execute(bench, 'exact', { asset: 'ODD', amount: '1' }))).toBe('success');
    expect(endOf(await execute(bench, 'more', { asset: 'ODD', amount: decimals === 0 ? '1' : `0.${'0'.repeat(76)}1` }))).toBe(
      'window_limit',
    );
    expect(await sentBy(anvil, bench.wallet)).toBe(1);
  });

  it('that is named like the coin is not the coin', async () => {
    const token = await deploy(anvil, 'PlainToken', ['ETH', 18]);
    await using bench = await openBench(anvil, { tokens: [{ symbol: 'ETH', address: token.address, decimals: 18 }] }).catch(() => ({
      security: undefined,
      [Symbol.asyncDispose]: async () => undefined,
    }));
    if (bench.security === undefined) return;
    const result = await bench.security.agent('a1').execute(pay('r'));
    expect([result.status, endOf(result)]).toEqual(['policy_rejected', 'asset_ambiguous']);
  });

  it.each([
    ['nothing', { numerator: 0n, denominator: 1n }],
    ['less than nothing', { numerator: -1n, denominator: 1n }],
    ['a division by nothing', { numerator: 1n, denominator: 0n }],
    ['a number', 1],
  ])('whose price is %s is denied', async (_name, price) => {
    const token = await deploy(anvil, 'PlainToken', ['ODD', 18]);
    await using bench = await openBench(anvil, {
      tokens: [{ symbol: 'ODD', address: token.address, decimals: 18 }],
      price: { price: () => (typeof price === 'object' ? { atMs: Date.now(), ...price } : price) as never },
    });
    await token.send('mint', [bench.wallet.address, 10n ** 30n]);
    expect((await execute(bench, 'r', { asset: 'ODD', amount: '1000000' })).status).toBe('policy_rejected');
    await nothingSent(anvil, bench);
  });

  it('whose price is of last year is denied', async () => {
    const token = await deploy(anvil, 'PlainToken', ['ODD', 18]);
    const atMs = Date.now() - 365 * 86_400_000;
    await using bench = await openBench(anvil, {
      ...LIMITS_ALONE,
      tokens: [{ symbol: 'ODD', address: token.address, decimals: 18 }],
      price: { price: () => ({ numerator: 1n, denominator: 10n ** 30n, atMs }) },
    });
    await token.send('mint', [bench.wallet.address, 10n ** 30n]);
    expect((await execute(bench, 'r', { asset: 'ODD', amount: '1000000' })).status).toBe('policy_rejected');
  });

  it('that may be taken without end needs a policy that says so', async () => {
    const token = await deploy(anvil, 'PlainToken', ['ODD', 18]);
    const asset = `eip155:31337/erc20:${token.address.toLowerCase()}`;
    const limits = { ...FREE.limits, assets: { [asset]: { perTransaction: 10, daily: 10 } } };
    await using bench = await openBench(anvil, {
      tokens: [{ symbol: 'ODD', address: token.address, decimals: 18 }],
      agents: { a1: { ...FREE, limits } },
    });
    const approve = (id: string, amount: string) => bench.security.agent('a1').execute({ id, spender: CAROL, amount, asset: 'ODD' });
    for (const [n, amount] of ['unlimited', ((2n ** 256n - 1n) / 10n ** 18n).toString(), '11', '1'].entries())
      expect((await approve(`r${n}`, amount)).status).toBe('policy_rejected');
    await nothingSent(anvil, bench);
  });
});
