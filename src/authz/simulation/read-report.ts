import type { AssetChange, Effect, PinnedCode, SecondOpinion, SimulationReport } from '../../core/index.ts';

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
  const more = readMore(value as Readonly<Record<string, unknown>>);
  if (more === undefined) return undefined;
  return {
    ...more,
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

/** What not every chain can tell; undefined where it is there and is not what it should be. */
function readMore({ changes, code, opinions }: Readonly<Record<string, unknown>>): Partial<SimulationReport> | undefined {
  const fine = (list: unknown, isOne: (item: unknown) => boolean): boolean =>
    list === undefined || (Array.isArray(list) && list.length <= MAX_EFFECTS && list.every(isOne));
  if (!fine(changes, isChange) || !fine(code, isCode) || !fine(opinions, isOpinion)) return undefined;
  return {
    ...(changes === undefined ? {} : { changes: changes as readonly AssetChange[] }),
    ...(code === undefined ? {} : { code: code as readonly PinnedCode[] }),
    ...(opinions === undefined ? {} : { opinions: opinions as readonly SecondOpinion[] }),
  };
}

const OUTCOMES: ReadonlySet<unknown> = new Set<SecondOpinion['outcome']>(['agrees', 'disputed', 'malicious', 'warning', 'missing']);

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

function isChange(value: unknown): boolean {
  const { account, asset, delta, before, after } = fieldsOf(value);
  const isHolding = (amount: unknown): boolean => amount === undefined || (typeof amount === 'bigint' && amount >= 0n);
  return typeof account === 'string' && typeof asset === 'string' && typeof delta === 'bigint' && isHolding(before) && isHolding(after);
}

function isCode(value: unknown): boolean {
  const { account, codeHash, implementation, admin } = fieldsOf(value);
  return typeof account === 'string' && [codeHash, implementation, admin].every((part) => part === null || typeof part === 'string');
}

function isOpinion(value: unknown): boolean {
  const { name, outcome, detail, required } = fieldsOf(value);
  return typeof name === 'string' && OUTCOMES.has(outcome) && typeof detail === 'string' && typeof required === 'boolean';
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
