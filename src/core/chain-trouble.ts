import type { CastellanError, ErrorCode } from './errors.ts';
import type { ReasonCode } from './reason.ts';

/** Codes of errors that come from asking a chain. */
const OF_CHAINS: ReadonlySet<ErrorCode> = new Set(['CHAIN_UNAVAILABLE', 'CHAIN_RESPONSE_INVALID', 'CHAIN_REJECTED', 'TIMEOUT']);

/** What is wrong with a chain's endpoints, by the error's `details.reason`; whatever else is wrong is `chain_unavailable`. */
const NAMED: ReadonlyMap<unknown, ReasonCode> = new Map<unknown, ReasonCode>([
  ['chain_id_mismatch', 'chain_id_mismatch'],
  ['fee_exceeds_ceiling', 'fee_exceeds_ceiling'],
  ['nodes_disagree', 'nodes_disagree'],
  ['quorum_missing', 'quorum_missing'],
  ['head_stale', 'head_stale'],
  ['head_behind', 'head_stale'],
]);

/** The reason that a failure to ask a chain is told with; null for an error of anything else. */
export function chainTroubleOf({ code, details }: CastellanError): ReasonCode | null {
  return OF_CHAINS.has(code) ? (NAMED.get(details['reason']) ?? 'chain_unavailable') : null;
}
