import type { Scene } from '../../bench/scene.ts';
import type { AccountId, Effect, SimulationReport } from '../../src/index.ts';
import type { PreparedTx } from '../../src/manager/pipeline/prepared.ts';
import type { Dice } from './replay-dice.ts';

/** A dry run that shows what the bytes say, more, less, nothing, a failure, another's opinion, or that never comes. */
export function randomRun({ simulation, payees, fee }: Scene, { decoded, tx }: PreparedTx, dice: Dice): () => Promise<SimulationReport> {
  const flows = decoded.effects.filter(({ kind }) => ['outflow', 'inflow', 'allowance'].includes(kind));
  const seen = flows.map((effect) => ({ ...effect, source: 'simulation' as const }));
  const beyond: Effect = {
    kind: 'outflow',
    account: tx.wallet,
    counterparty: dice.of([...payees.slice(0, 3), null]) as AccountId | null,
    asset: fee.asset,
    amount: BigInt(dice.below(1_000_000)) * 10n ** 10n,
    leaf: '0',
    source: 'simulation',
  };
  const report: SimulationReport = { ...simulation, effects: seen };
  const runs: readonly (() => Promise<SimulationReport>)[] = [
    async () => ({ ...report, effects: [...seen, beyond] }),
    async () => ({ ...report, effects: [] }),
    async () => ({ ...report, success: false, wouldRevert: true, errors: ['execution reverted: no'] }),
    async () => ({ ...report, success: false, errors: ['insufficient funds for gas'] }),
    async () => ({ ...report, success: false, errors: ['simulation_unavailable: no node'], warnings: ['the node is away', 'twice'] }),
    async () => ({ ...report, opinions: [{ name: 'scanner', outcome: 'warning', detail: 'a fresh contract', required: true }] }),
    async () => ({ ...report, opinions: [{ name: 'scanner', outcome: 'malicious', detail: 'a drainer', required: false }] }),
    async () => {
      throw new Error('the node hung up');
    },
  ];
  return dice.chance(0.7) ? async () => report : dice.of(runs);
}
