import type { Decision, Expectation, Json } from '../../core/index.ts';

/** What a decision kept of its simulation, to hold a later run against. */
export interface KeptRun {
  /** Number of the block that it was computed on. */
  readonly block: string;
  /** Age from which it no longer counts, ms. */
  readonly staleMs: number;
  /** Digest of what the called contracts were made of; null where the chain does not tell. */
  readonly code: string | null;
  readonly expect: Expectation | null;
}

interface KeptFlow {
  readonly asset: string;
  readonly amount: string;
  readonly bound: string;
}

/** Reads what a decision kept; null where nothing was simulated, a signature for one. */
export function keptRun({ facts }: Pick<Decision, 'facts'>): KeptRun | null {
  const run = facts['simulation'];
  if (typeof run !== 'object' || run === null || Array.isArray(run)) return null;
  const { block, staleMs, code, expect } = run as Readonly<Record<string, Json>>;
  if (typeof block !== 'string' || typeof staleMs !== 'number') return null;
  return { block, staleMs, code: typeof code === 'string' ? code : null, expect: expect === undefined ? null : expectationOf(expect) };
}

/** The same expectation that `runFacts` wrote. */
function expectationOf(kept: Json): Expectation {
  type Kept = Omit<Expectation, 'out' | 'in'> & { readonly out: readonly KeptFlow[] | null; readonly in: readonly KeptFlow[] };
  const { out, in: least, ...rest } = kept as unknown as Kept;
  const flows = (list: readonly KeptFlow[]): Expectation['in'] =>
    list.map(({ asset, amount, bound }) => ({ asset, amount: BigInt(amount), bound }) as Expectation['in'][number]);
  return { ...rest, out: out === null ? null : flows(out), in: flows(least) };
}
