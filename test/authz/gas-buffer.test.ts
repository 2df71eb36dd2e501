import { describe, expect, it } from 'vitest';
import { ETH, FEE, foreign, judgeOnce, OPEN, policyOf, report, tx } from './fixture.ts';

/** What the gas limit and the simulated gas come to under a policy. */
async function codes(gas: string | undefined, gasEstimate: string, gasBufferMultiplier: number | undefined): Promise<readonly string[]> {
  const params = gas === undefined ? {} : { gas };
  const { reports } = await judgeOnce({
    policy: policyOf({ ...OPEN, gasBufferMultiplier }),
    request: foreign({ type: 'transaction' }),
    over: { tx: tx({ fee: { asset: ETH, ceiling: FEE, params } }), simulate: async () => report([], { gasEstimate }) },
  });
  return reports.flatMap(({ reasons }) => reasons.map(({ code }) => code)).filter((code) => code === 'gas_buffer_insufficient');
}

describe('gasBufferMultiplier', () => {
  it('asks for that much gas above the simulated, to the unit', async () => {
    expect(await codes('25200', '21000', 1.2)).toEqual([]);
    expect(await codes('25199', '21000', 1.2)).toEqual(['gas_buffer_insufficient']);
    expect(await codes('25199', '21000', undefined)).toEqual([]);
    expect(await codes('100001', '100000', 1.000009)).toEqual([]);
    expect(await codes('100000', '100000', 1.000001)).toEqual(['gas_buffer_insufficient']);
  });

  it('denies where the run does not tell its gas', async () => {
    for (const odd of ['0', '', '-1', '0x10', '1e5', ' 1'])
      expect(await codes('25200', odd, 1.2), odd).toEqual(['gas_buffer_insufficient']);
  });

  it('asks for nothing where transactions have no gas limit', async () => {
    expect(await codes(undefined, '0', 1.2)).toEqual([]);
  });
});
