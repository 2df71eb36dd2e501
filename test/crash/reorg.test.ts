import { describe, expect, it } from 'vitest';
import { reorg } from '../../scripts/scorecard/gate-reorg.ts';

describe('reorg', () => {
  it('never tells a success that the chain took back, and books what came again once', async () => {
    expect(await reorg(3)).toEqual({ reorgs: 3, falseSuccesses: 0, faults: [] });
  });
});
