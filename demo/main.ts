/**
 * Plays the gate on local chains: ordinary payments, attacks, and the emergency stop. Real chains, a real SQLite file, real
 * keys. Exit 0 only where each scene ended as it must; 3 for a wrong call.
 */
import { type ChainName, readOptions, USAGE } from './options.ts';
import { exitCodeOf, playAct } from './play.ts';
import { type Outcome, printOpening, printSummary } from './print.ts';

/** Each act with its number of scenes; what it needs is loaded when it begins. */
const ACTS: Readonly<Record<ChainName, (played: number) => Promise<readonly [scenes: readonly unknown[], outcomes: readonly Outcome[]]>>> =
  {
    async evm(played) {
      const { evmAct } = await import('./evm/act.ts');
      return [evmAct.scenes, await playAct(evmAct, played)];
    },
    async ton(played) {
      const { tonAct } = await import('./ton/act.ts');
      return [tonAct.scenes, await playAct(tonAct, played)];
    },
  };

async function play(chains: readonly ChainName[]): Promise<0 | 1> {
  printOpening([
    'castellan: a gate between agents and their money',
    'Agents, people with keys, and a thief, on real chains with a real store.',
  ]);
  const scenes: unknown[] = [];
  const outcomes: Outcome[] = [];
  for (const chain of chains) {
    const [written, played] = await ACTS[chain](outcomes.length);
    scenes.push(...written);
    outcomes.push(...played);
  }
  printSummary(outcomes, performance.now() / 1_000);
  return exitCodeOf(scenes, outcomes);
}

const chains = readOptions(process.argv.slice(2));
if (chains === null) process.stderr.write(`${USAGE}\n`);
process.exitCode = chains === null ? 3 : await play(chains);
