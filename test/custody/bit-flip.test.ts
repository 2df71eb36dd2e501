import { expect, it } from 'vitest';
import { bitFlip } from '../../scripts/scorecard/gate-bitflip.ts';

it('signs no payload with a bit flipped after the decision, and every payload as it was decided', async () => {
  const { tried, signed, astray } = await bitFlip('quick');
  expect({ signed, astray }).toEqual({ signed: 0, astray: 0 });
  // Every bit of 64 payloads of at least 40 bytes, and 64 bits of 512 more.
  expect(tried).toBeGreaterThan(64 * 40 * 8 + 64 * 512 - 1);
});
