import type { Effect, Expectation, Json, LayerOutcome, Reason, SimulationReport } from '../../core/index.ts';
import type { Simulate } from '../judge-state.ts';
import { deny, type Layer, type LayerContext, PASS, reason, settleFindings } from '../layer.ts';
import { excessOf } from '../simulation/excess.ts';
import { gasBufferFinding } from '../simulation/gas-buffer.ts';
import { missingFrom } from '../simulation/missing.ts';
import { heedOpinions } from '../simulation/opinions.ts';
import { readReport } from '../simulation/read-report.ts';
import { runFacts } from '../simulation/run-facts.ts';
import { unmetBy } from '../simulation/unmet.ts';

const UNAVAILABLE = /^simulation_unavailable/;
const INSUFFICIENT = /insufficient[ _](?:funds|balance)/i;
const UNSTABLE = /^simulation_unstable/;
/** Findings told; one denies. */
const MAX_TOLD = 8;

/**
 * Layer 8: one dry run of the exact bytes. A revert, no report, anything beyond the decoded effects, money of the bytes that the
 * run does not show, or less than the request expects denies; what a listed call spends within the declared amount goes on to
 * layers 3, 4, 5 and 7.
 */
export const simulationLayer: Layer = Object.freeze({
  name: 'simulation',
  judge(context) {
    if (!context.settings.enableSimulation) return unenforced(context, 'Simulation is switched off.');
    return context.signature === null ? simulate(context) : ofSignature(context);
  },
} satisfies Layer);

/**
 * A signature runs on no chain by itself. The layers before judged what others may do with it as if they did it now; that
 * nothing was run stands among the facts.
 */
function ofSignature(context: LayerContext): LayerOutcome {
  if (context.request.expect != null) return unenforced(context, 'A signature runs on no chain: nothing shows what it would come to.');
  context.fact('simulation', () => ({ coverageLevel: 'basic', caveats: ['signature', 'state_may_diverge'] }));
  return PASS;
}

function simulate(context: LayerContext): LayerOutcome | Promise<LayerOutcome> {
  const { output } = context;
  const ran = context.factLater('simulation', ({ simulate: run }) => {
    if (run === null) return 'none';
    const keep = (answer: unknown): Json => {
      output.simulation = readReport(answer) ?? null;
      return output.simulation === null
        ? 'unavailable'
        : runFacts(output.simulation, context.request, context.policy.simulationStalenessMs);
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
  const { expect } = request;
  const excess = excessOf(decoded.effects, report.effects, request);
  for (const found of excess.unintended.slice(0, MAX_TOLD))
    denials.push(reason('simulation_exceeds_intent', 'The simulation shows more than the bytes and the request do.', { facts: { found } }));
  if (report.success) {
    const tight = gasBufferFinding(context, report);
    if (tight !== undefined) denials.push(tight);
    for (const found of missingFrom(report.effects, decoded.effects, request.wallet).told.slice(0, MAX_TOLD))
      denials.push(reason('simulation_contradicts_bytes', 'The bytes do what the simulation does not show.', { facts: { found } }));
    if (expect != null) denials.push(...unmetBy(report.effects, decoded.effects, expect, request.wallet).slice(0, MAX_TOLD));
  }
  const heeded = heedOpinions(report.opinions ?? []);
  const outcome = settleFindings([...denials, ...heeded.denials], heeded.escalations);
  if (excess.effects.length === 0 || !report.success) return outcome;
  const judged = withTolerance(excess.effects, expect);
  return context.readMore(judged).then(() => {
    output.simulated = judged;
    return outcome;
  });
}

/** What may leave when it is signed, so that room is taken for all of it; rounded up. */
function withTolerance(effects: readonly Effect[], expect: Expectation | null | undefined): readonly Effect[] {
  const bps = BigInt(expect?.toleranceBps ?? 0);
  if (bps === 0n) return effects;
  return effects.map((effect) =>
    effect.kind === 'outflow' ? { ...effect, amount: effect.amount + (effect.amount * bps + 9_999n) / 10_000n } : effect,
  );
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
function unenforced({ settings, policy, request }: LayerContext, why: string, detail?: string): LayerOutcome {
  // What a request expects can be held against nothing but a simulation.
  const dispensable = request.expect == null && settings.allowUnenforced && (!settings.enableSimulation || !policy.requireSimulation);
  if (dispensable) return { verdict: 'pass', reasons: [], unenforced: ['simulation'] };
  const facts = detail === undefined ? {} : { facts: { detail: detail.slice(0, 300) } };
  return deny('simulation_unavailable', why, { retryable: settings.enableSimulation, ...facts });
}
