import type { LayerOutcome, Reason, SimulationReport } from '../../core/index.ts';
import { deny, type Layer, type LayerContext, PASS, reason } from '../layer.ts';
import { excessOf } from '../simulation/excess.ts';
import { readReport } from '../simulation/read-report.ts';

const UNAVAILABLE = /^simulation_unavailable/;
const INSUFFICIENT = /insufficient[ _](?:funds|balance)/i;
const UNSTABLE = /^simulation_unstable/;
/** Findings told; one denies. */
const MAX_TOLD = 8;

/**
 * Layer 8: one dry run of the exact bytes. A revert, no report, or anything beyond the decoded effects denies; what a listed
 * call spends within the declared amount goes on to layers 3, 4, 5 and 7.
 */
export const simulationLayer: Layer = Object.freeze({
  name: 'simulation',
  judge(context) {
    if (!context.settings.enableSimulation) return unenforced(context, 'Simulation is switched off.');
    return simulate(context);
  },
} satisfies Layer);

async function simulate(context: LayerContext): Promise<LayerOutcome> {
  const { output, decoded, request } = context;
  const { signal } = context;
  await context.factLater('simulation', async (state) => {
    if (state.simulate === null) return 'none';
    try {
      output.simulation = readReport(await state.simulate(signal)) ?? null;
    } catch {
      output.simulation = null;
    }
    return output.simulation === null ? 'unavailable' : digestOf(output.simulation);
  });
  const report = output.simulation;
  if (report === null || report.errors.some((error) => UNAVAILABLE.test(error))) return unenforced(context, 'Nothing could simulate the transaction.');
  const denials: Reason[] = failures(report);
  const excess = excessOf(decoded.effects, report.effects, request);
  if (excess.effects.length > 0 && report.success) {
    await context.readMore(excess.effects);
    output.simulated = excess.effects;
  }
  for (const found of excess.unintended.slice(0, MAX_TOLD)) denials.push(reason('simulation_exceeds_intent', 'The simulation shows more than the bytes and the request do.', { facts: { found } }));
  return denials.length === 0 ? PASS : { verdict: 'deny', reasons: denials };
}

/** Why a run does not count as a success. */
function failures({ success, wouldRevert, errors }: SimulationReport): Reason[] {
  const told = errors.slice(0, 3).join('; ').slice(0, 300);
  const facts = told === '' ? {} : { facts: { errors: told } };
  const found: Reason[] = [];
  if (errors.some((error) => INSUFFICIENT.test(error))) found.push(reason('insufficient_funds', 'The wallet cannot pay for this.', { retryable: true, ...facts }));
  if (errors.some((error) => UNSTABLE.test(error))) found.push(reason('simulation_unstable', 'The transaction behaves differently from one simulated block to the next.', facts));
  else if (wouldRevert) found.push(reason('simulation_reverted', 'The transaction would revert.', { retryable: true, ...facts }));
  if (!success && found.length === 0) found.push(reason('simulation_required_but_failed', 'The simulation did not come to an end.', { retryable: true, ...facts }));
  return found;
}

/** Where no simulation is at hand: denied, unless policy and deployment both do without, and then said. */
function unenforced({ settings, policy }: LayerContext, why: string): LayerOutcome {
  const dispensable = settings.allowUnenforced && (!settings.enableSimulation || !policy.requireSimulation);
  if (dispensable) return { verdict: 'pass', reasons: [], unenforced: ['simulation'] };
  return deny('simulation_unavailable', why, { retryable: settings.enableSimulation });
}

function digestOf({ success, wouldRevert, gasEstimate, coverageLevel, block }: SimulationReport): { readonly [key: string]: string | boolean } {
  return { success, wouldRevert, gasEstimate, coverageLevel, block: block.number, blockHash: block.hash };
}
