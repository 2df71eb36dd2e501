import { Address } from '@ton/core';
import { jettonMinter } from '../../test/fixtures/ton-contracts.ts';
import { idOf, openScene } from '../../test/ton/simulation-scene.ts';
import type { Bar } from './bar.ts';
import { median } from './measure.ts';
import { openSendsScene } from './ton-sends-scene.ts';

/** Runs that are timed, and runs before them. */
interface Rounds {
  readonly timed: number;
  readonly warm: number;
}

const slowest = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? Number.NaN;

/** Milliseconds of each run, after the warm ones. */
async function timesOf({ timed, warm }: Rounds, run: () => Promise<boolean>): Promise<readonly number[]> {
  const times: number[] = [];
  for (let round = -warm; round < timed; round += 1) {
    const started = performance.now();
    if (!(await run())) throw new Error('the dry run failed');
    if (round >= 0) times.push(performance.now() - started);
  }
  return times;
}

/** What an agent waits for: the accounts looked at, bytes built and decoded, simulated, and judged by all eight layers. */
async function throughTheGate(rounds: Rounds): Promise<readonly number[]> {
  await using scene = await openSendsScene(1);
  const [payer] = scene.payers;
  if (payer === undefined) throw new RangeError('no payer');
  const agent = scene.security.agent(payer.agent);
  // Wallet and shop have been there before.
  const { status } = await agent.execute({ to: payer.shop.toString(), amount: '1', asset: 'TON' });
  if (status !== 'success') throw new Error(`the first payment: ${status}`);
  const request = { to: payer.shop.toString(), amount: '1.5', asset: 'USD', comment: 'order 1' };
  // Awaited here: the scene is taken down on the way out.
  return await timesOf(rounds, async () => (await agent.dryRun(request)).wouldProceed);
}

/** The simulation alone, of a transfer to an account that has none of the tokens yet. */
async function simulationAlone(rounds: Rounds): Promise<readonly number[]> {
  await using scene = await openScene();
  const asset = await scene.mint(await jettonMinter({ admin: scene.admin }), 1_000_000n);
  const tx = await scene.build({ kind: 'transfer', asset, amount: 300n, to: idOf(new Address(0, Buffer.alloc(32, 9))) });
  return await timesOf(rounds, async () => (await scene.simulate(tx)).success);
}

/** A jetton transfer that an agent asks about again and again, over HTTP to a chain in this very process. */
export const dryRunBar: Bar = {
  name: 'dry run of a jetton transfer',
  target: 'p50 below 40 ms, warm',
  isTiming: true,
  async run(mode) {
    const full = mode === 'full';
    const rounds = full ? { timed: 400, warm: 50 } : { timed: 21, warm: 15 };
    const times = await throughTheGate(rounds);
    const alone = full ? [`the simulation alone, of two traces: ${median(await simulationAlone(rounds)).toFixed(1)} ms`] : [];
    const middle = median(times);
    return {
      figure: `${middle.toFixed(1)} ms, p95 ${slowest(times).toFixed(1)} ms`,
      pass: middle < 40,
      notes: [`${times.length} runs through all eight layers`, ...alone],
    };
  },
};
