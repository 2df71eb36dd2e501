import type { Reason, SimulationReport } from '../../core/index.ts';
import { type LayerContext, reason } from '../layer.ts';

const WHOLE = /^(0|[1-9][0-9]{0,19})$/;
const MILLION = 1_000_000n;

/**
 * Whether the gas limit of what is to be signed leaves the room above the simulated gas that the policy asks for. A chain whose
 * transactions have no gas limit has nothing to check.
 *
 * Fails closed: a run that does not tell its gas denies.
 */
export function gasBufferFinding(
  { policy, tx }: Pick<LayerContext, 'policy' | 'tx'>,
  { gasEstimate }: Pick<SimulationReport, 'gasEstimate'>,
): Reason | undefined {
  const given = tx.fee.params['gas'];
  if (policy.gasBuffer === null || given === undefined) return undefined;
  const told = { rule: 'gasBufferMultiplier', requested: given.slice(0, 32), retryable: true };
  const used = WHOLE.test(gasEstimate) ? BigInt(gasEstimate) : 0n;
  if (used === 0n || !WHOLE.test(given)) return reason('gas_buffer_insufficient', 'How much gas it takes cannot be told.', told);
  const least = (used * policy.gasBuffer + MILLION - 1n) / MILLION;
  if (BigInt(given) >= least) return undefined;
  return reason('gas_buffer_insufficient', 'The gas limit leaves less room above the simulated gas than the policy asks for.', {
    ...told,
    limit: least.toString(),
    facts: { gasEstimate },
  });
}
