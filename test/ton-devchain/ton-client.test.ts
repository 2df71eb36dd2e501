import { describe, expect, it } from 'vitest';
import { startTonDevChain } from '../../src/testing/index.ts';
import { runClientScript } from './client-script.ts';

describe('the official client, unchanged', () => {
  it('passes its script', async () => {
    await using chain = await startTonDevChain();
    const calls = await runClientScript(chain);
    expect(calls.filter(({ ok }) => !ok)).toEqual([]);
    expect(calls.length).toBeGreaterThanOrEqual(40);
  });
});
