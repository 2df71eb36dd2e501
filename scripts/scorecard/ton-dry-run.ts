import { Address } from '@ton/core';
import { jettonMinter } from '../../test/fixtures/ton-contracts.ts';
import { idOf, openScene } from '../../test/ton/simulation-scene.ts';
import type { Bar } from './bar.ts';
import { median } from './measure.ts';

/** A jetton transfer to an account that has none yet, simulated again and again over HTTP to a chain in this very process. */
export const dryRunBar: Bar = {
  name: 'dry run of a jetton transfer',
  target: 'p50 below 40 ms, warm',
  isTiming: true,
  async run(mode) {
    await using scene = await openScene();
    const asset = await scene.mint(await jettonMinter({ admin: scene.admin }), 1_000_000n);
    const tx = await scene.build({ kind: 'transfer', asset, amount: 300n, to: idOf(new Address(0, Buffer.alloc(32, 9))) });
    for (let round = 0; round < 50; round += 1) await scene.simulate(tx);
    const times: number[] = [];
    for (let round = 0; round < (mode === 'full' ? 400 : 60); round += 1) {
      const started = performance.now();
      const { success } = await scene.simulate(tx);
      times.push(performance.now() - started);
      if (!success) throw new Error('the dry run failed');
    }
    const [middle, slow] = [median(times), times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? Number.NaN];
    return {
      figure: `${middle.toFixed(1)} ms, p95 ${slow.toFixed(1)} ms`,
      pass: middle < 40,
      notes: [`${times.length} runs, two traces each`],
    };
  },
};
