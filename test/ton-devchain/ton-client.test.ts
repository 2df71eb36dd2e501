import { describe, expect, it } from 'vitest';
import { startTonDevChain } from '../../src/testing/index.ts';
import { runClientScript } from './client-script.ts';

describe('the official client, unchanged', () => {
  it.each([-3, -239] as const)('passes its script on a chain with global id %s', async (globalId) => {
    await using chain = await startTonDevChain({ globalId });
    const calls = await runClientScript(chain);
    expect(calls.filter(({ ok }) => !ok)).toEqual([]);
    expect(calls.length).toBeGreaterThanOrEqual(40);
  });
});
