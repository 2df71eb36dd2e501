import {
  type AccountId,
  type AssetId,
  changesOf,
  type Effect,
  type Expectation,
  type SimulationReport,
  type Token,
} from '../core/index.ts';
import { account, amountOf, tokenOf } from './asset-text.ts';
import { quoted } from './plain-text.ts';

/** Lines that a person reads; what is more is counted. */
const MAX_LINES = 100;

type Known = ReadonlyMap<AssetId, Token>;

/** What a request is bound to, as lines; none where it is bound to nothing. */
export function expectationLines(expect: Expectation | null | undefined, known: Known): readonly string[] {
  if (expect == null) return [];
  const money = (asset: AssetId, amount: bigint): string => amountOf(asset, amount, known.get(asset));
  const words = { most: 'at most', least: 'at least', exactly: 'exactly' } as const;
  return [
    'Or else it is not signed:',
    ...(expect.out ?? []).map(({ asset, amount, bound }) => `- ${words[bound]} ${money(asset, amount)} leaves`),
    ...(expect.out === null ? [] : ['- nothing else leaves']),
    ...expect.in.map(({ asset, amount, bound }) => `- ${words[bound]} ${money(asset, amount)} comes to ${account(expect.recipient)}`),
    ...(expect.spender === null ? [] : [`- nobody but ${account(expect.spender)} is given a right to take`]),
    ...(expect.toleranceBps === 0 ? [] : [`- up to ${expect.toleranceBps} hundredths of a percent more than shown may leave by then`]),
  ];
}

/** A right that the simulation shows, as a line; null for anything else. */
function rightLine(effect: Effect, known: Known): string | null {
  if (effect.kind === 'allowance') {
    const amount = effect.amount === 'unlimited' ? 'an UNLIMITED amount' : amountOf(effect.asset, effect.amount, known.get(effect.asset));
    const of = effect.amount === 'unlimited' ? ` of ${tokenOf(effect.asset, known.get(effect.asset))}` : '';
    return `${account(effect.spender)} may take ${amount}${of} from ${account(effect.owner)}`;
  }
  if (effect.kind !== 'operator') return null;
  const may = effect.approved ? 'may move EVERYTHING that' : 'may no longer move what';
  return `${account(effect.operator)} ${may} ${account(effect.owner)} holds in ${account(effect.collection)}`;
}

/**
 * What a simulation would change, as plain ASCII lines for people: per account what it gains and loses, `own` first, and the rights
 * that are given. Figures are those of one block and move with the chain, so no approval is bound to this text.
 *
 * @param report - as `dryRun` gives it; amounts in base units
 * @example
 * ```ts
 * import { renderChanges } from 'castellan';
 *
 * const block = { number: '7', hash: '0x07', timestampMs: 0 };
 * const outcome = { success: true, wouldRevert: false, gasEstimate: '0', coverageLevel: 'deep' } as const;
 * console.log(renderChanges({ ...outcome, caveats: [], effects: [], warnings: [], errors: [], block }, []).split('\n')[1]); // - nothing moves
 * ```
 */
export function renderChanges(report: SimulationReport, tokens: readonly Token[], own?: AccountId): string {
  const known: Known = new Map(tokens.map((token) => [token.asset, token]));
  const changes = report.changes ?? changesOf(report.effects);
  const lines = [...changes.filter((change) => change.account === own), ...changes.filter((change) => change.account !== own)].map(
    ({ account: holder, asset, delta, before, after }) => {
      const size = amountOf(asset, delta < 0n ? -delta : delta, known.get(asset));
      const held = before === undefined || after === undefined ? '' : ` (${before} -> ${after} base units)`;
      return `- ${account(holder)} ${delta < 0n ? 'loses' : 'gains'} ${size}${held}`;
    },
  );
  for (const effect of report.effects) {
    const right = rightLine(effect, known);
    if (right !== null) lines.push(`- ${right}`);
    if (effect.kind === 'unknown') lines.push(`- UNKNOWN: ${quoted(effect.detail)} at ${account(effect.contract)}`);
  }
  const shown = lines.slice(0, MAX_LINES);
  if (lines.length > shown.length) shown.push(`- and ${lines.length - shown.length} more`);
  const title = report.success ? `Simulated on block ${report.block.number}:` : `It would FAIL on block ${report.block.number}:`;
  const troubles = report.errors.map((error) => `- ${quoted(error)}`);
  return [title, ...troubles, ...(shown.length === 0 ? ['- nothing moves'] : shown)].join('\n');
}
