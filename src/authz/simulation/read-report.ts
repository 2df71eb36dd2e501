import type { Effect, SimulationReport } from '../../core/index.ts';

/** Effects of one simulation that are looked at; a block's gas allows fewer. */
const MAX_EFFECTS = 10_000;
const KINDS: ReadonlySet<string> = new Set([
  'outflow',
  'inflow',
  'fee',
  'allowance',
  'operator',
  'delegation',
  'control',
  'deploy',
  'call',
  'message',
  'hazard',
  'unknown',
]);

/** Reads what a simulation answered. Fails closed: undefined for anything that is not a whole report. */
export function readReport(value: unknown): SimulationReport | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const report = value as Partial<Record<keyof SimulationReport, unknown>>;
  const { success, wouldRevert, gasEstimate, coverageLevel, caveats, effects, warnings, errors, block } = report;
  if (typeof success !== 'boolean' || typeof wouldRevert !== 'boolean' || (success && wouldRevert)) return undefined;
  if (typeof gasEstimate !== 'string' || (coverageLevel !== 'basic' && coverageLevel !== 'deep')) return undefined;
  if (!isTexts(caveats) || !isTexts(warnings) || !isTexts(errors)) return undefined;
  if (!Array.isArray(effects) || effects.length > MAX_EFFECTS || !effects.every(isEffect)) return undefined;
  if (typeof block !== 'object' || block === null) return undefined;
  return {
    success,
    wouldRevert,
    gasEstimate,
    coverageLevel,
    caveats,
    effects,
    warnings,
    errors,
    block: block as SimulationReport['block'],
  };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isEffect(value: unknown): value is Effect {
  if (typeof value !== 'object' || value === null) return false;
  const effect = value as { readonly kind?: unknown; readonly source?: unknown; readonly amount?: unknown };
  if (typeof effect.kind !== 'string' || !KINDS.has(effect.kind) || effect.source !== 'simulation') return false;
  if (effect.kind === 'outflow' || effect.kind === 'inflow') return typeof effect.amount === 'bigint' && effect.amount >= 0n;
  if (effect.kind === 'allowance') return effect.amount === 'unlimited' || (typeof effect.amount === 'bigint' && effect.amount >= 0n);
  return true;
}
