import {
  type ActionRequest,
  canonicalize,
  changesOf,
  type Expectation,
  type Json,
  type SimulationReport,
  taggedDigest,
} from '../../core/index.ts';

/** Changes that a decision carries, the wallet's own first; a payment has two, a swap through pools a dozen. */
const MAX_CHANGES = 64;

/** What a decision keeps of its simulation: enough to compare a later run with it. */
export function runFacts(report: SimulationReport, { wallet, expect }: Pick<ActionRequest, 'wallet' | 'expect'>, staleMs: number): Json {
  const { success, wouldRevert, gasEstimate, coverageLevel, block, code } = report;
  const all = report.changes ?? changesOf(report.effects);
  const changes = [...all.filter(({ account }) => account === wallet), ...all.filter(({ account }) => account !== wallet)];
  return {
    success,
    wouldRevert,
    gasEstimate,
    coverageLevel,
    block: block.number,
    blockHash: block.hash,
    staleMs,
    changes: changes.slice(0, MAX_CHANGES).map(({ account, asset, delta }) => ({ account, asset, delta: delta.toString() })),
    ...(code === undefined ? {} : { code: codeDigest(code) }),
    ...(expect == null ? {} : { expect: expectationJson(expect) }),
  };
}

/** One digest of what the called contracts were made of. */
export function codeDigest(code: NonNullable<SimulationReport['code']>): string {
  const told = code.map(({ account, codeHash, implementation, admin }) => ({ account, codeHash, implementation, admin }));
  return taggedDigest('castellan.code.v1', canonicalize(told.sort((a, b) => (a.account < b.account ? -1 : 1))));
}

/** The expectation as JSON; `keptRun` reads it back. */
function expectationJson(expect: Expectation): Json {
  const flows = (list: Expectation['in']): Json => list.map(({ asset, amount, bound }) => ({ asset, amount: amount.toString(), bound }));
  return { ...expect, out: expect.out === null ? null : flows(expect.out), in: flows(expect.in) };
}
