import type { AssetChange } from '../../../core/asset-change.ts';
import type { PinnedCode, SimulationReport } from '../../../core/chain-adapter.ts';
import type { Effect } from '../../../core/effect.ts';
import type { Block } from '../block.ts';

/** What came out of a dry run. */
export interface Finding {
  readonly errors: readonly string[];
  readonly warnings?: readonly string[];
  readonly effects?: readonly Effect[];
  readonly changes?: readonly AssetChange[];
  readonly code?: readonly PinnedCode[];
  readonly wouldRevert?: boolean;
  readonly gas?: bigint;
  /** Why the report is less than deep. */
  readonly shallow?: readonly string[];
  /** What else the reader should know. */
  readonly caveats?: readonly string[];
}

/** The report of a finding on one block. */
export function report(head: Block, finding: Finding): SimulationReport {
  const { errors, warnings = [], effects = [], changes = [], code, wouldRevert = false, gas = 0n, shallow = [], caveats = [] } = finding;
  return {
    success: errors.length === 0,
    wouldRevert,
    gasEstimate: gas.toString(),
    coverageLevel: shallow.length === 0 ? 'deep' : 'basic',
    caveats: ['state_may_diverge', ...shallow, ...caveats],
    effects,
    warnings,
    errors,
    block: { number: String(head.number), hash: head.hash, timestampMs: head.timestampMs },
    changes,
    ...(code === undefined ? {} : { code }),
  };
}
