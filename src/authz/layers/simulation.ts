import type { Json, LayerOutcome, Reason, SimulationReport } from '../../core/index.ts';
import type { Simulate } from '../judge-state.ts';
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

function simulate(context: LayerContext): LayerOutcome | Promise<LayerOutcome> {
  const { output } = context;
  const ran = context.factLater('simulation', ({ simulate: run }) => {
    if (run === null) return 'none';
    const keep = (answer: unknown): Json => {
      output.simulation = readReport(answer) ?? null;
      return output.simulation === null ? 'unavailable' : digestOf(output.simulation);
    };
    try {
      // One that declares no parameter needs no signal made for it.
      const answer = run.length === 0 ? (run as () => ReturnType<Simulate>)() : run(context.signal);
      return answer instanceof Promise ? answer.then(keep, () => 'unavailable') : keep(answer);
    } catch {
      return 'unavailable';
    }
  });
  return ran instanceof Promise ? ran.then(() => compare(context)) : compare(context);
}

function compare(context: LayerContext): LayerOutcome | Promise<LayerOutcome> {
  const { output, decoded, request } = context;
  const report = output.simulation;
  if (report === null || report.errors.some((error) => UNAVAILABLE.test(error)))
    return unenforced(context, 'Nothing could simulate the transaction.', report?.warnings[0]);
  const denials: Reason[] = failures(report);
  const excess = excessOf(decoded.effects, report.effects, request);
  for (const found of excess.unintended.slice(0, MAX_TOLD))
    denials.push(reason('simulation_exceeds_intent', 'The simulation shows more than the bytes and the request do.', { facts: { found } }));
  const outcome: LayerOutcome = denials.length === 0 ? PASS : { verdict: 'deny', reasons: denials };
  if (excess.effects.length === 0 || !report.success) return outcome;
  return context.readMore(excess.effects).then(() => {
    output.simulated = excess.effects;
    return outcome;
  });
}

/** Why a run does not count as a success. */
function failures({ success, wouldRevert, errors }: SimulationReport): Reason[] {
  const told = errors.slice(0, 3).join('; ').slice(0, 300);
  const facts = told === '' ? {} : { facts: { errors: told } };
  const found: Reason[] = [];
  if (errors.some((error) => INSUFFICIENT.test(error)))
    found.push(reason('insufficient_funds', 'The wallet cannot pay for this.', { retryable: true, ...facts }));
  if (errors.some((error) => UNSTABLE.test(error)))
    found.push(reason('simulation_unstable', 'The transaction behaves differently from one simulated block to the next.', facts));
  else if (wouldRevert) found.push(reason('simulation_reverted', 'The transaction would revert.', { retryable: true, ...facts }));
  if (!success && found.length === 0)
    found.push(reason('simulation_required_but_failed', 'The simulation did not come to an end.', { retryable: true, ...facts }));
  return found;
}

/** Where no simulation is at hand: denied, unless policy and deployment both do without, and then said. */
function unenforced({ settings, policy }: LayerContext, why: string, detail?: string): LayerOutcome {
  const dispensable = settings.allowUnenforced && (!settings.enableSimulation || !policy.requireSimulation);
  if (dispensable) return { verdict: 'pass', reasons: [], unenforced: ['simulation'] };
  const facts = detail === undefined ? {} : { facts: { detail: detail.slice(0, 300) } };
  return deny('simulation_unavailable', why, { retryable: settings.enableSimulation, ...facts });
}

function digestOf({ success, wouldRevert, gasEstimate, coverageLevel, block }: SimulationReport): {
  readonly [key: string]: string | boolean;
} {
  return { success, wouldRevert, gasEstimate, coverageLevel, block: block.number, blockHash: block.hash };
}
