import { isCastellanError } from '../../core/errors.ts';
import type { ActionRequest } from '../../core/request.ts';
import type { Action, UnsignedTransaction } from '../../core/transaction.ts';
import type { PrepareParts } from './prepare.ts';
import type { PreparedTx } from './prepared.ts';
import { cannot, nothingAt, nothingOf, type Place, placeAt, prepared, type Replacing, type ReplacingBytes } from './replacement-place.ts';
import type { Resolved } from './resolve.ts';
import { isSent, MAX_REPLACEMENTS, readRivals } from './rivals.ts';
import { takePlace } from './take-place.ts';

/** The rival whose fee is the highest: the next one has to be above it. */
function dearest(transactions: readonly UnsignedTransaction[]): UnsignedTransaction {
  const most = (tx: UnsignedTransaction): bigint => BigInt(tx.fee.params['maxFeePerGas'] ?? tx.fee.ceiling);
  return transactions.reduce((left, right) => (most(right) > most(left) ? right : left));
}

async function build(place: Place, by: Replacing['by']): Promise<Resolved<PreparedTx>> {
  const { parts, request, ceiling, original } = place;
  const { codec } = parts.chains.adapter(request.chain);
  const node = parts.chains.node(request.chain);
  if (node.requote === undefined || codec.reprice === undefined) throw new TypeError('the chain replaces nothing');
  await node.verifyChain();
  const fee = await node.requote(dearest(place.out), {
    ...(by === 'nothing' ? { instead: nothingOf(request) } : {}),
    ...(ceiling === undefined ? {} : { ceiling }),
  });
  const tx = by === 'same' ? codec.reprice(original, fee) : nothingAt(place, fee);
  return prepared(place, tx, by, ceiling ?? fee.ceiling * 2n);
}

/** Builds what is to take the place of a transaction that is on its way, from that transaction's own bytes; or takes what is given for it. */
export async function prepareReplacement(
  parts: PrepareParts,
  request: ActionRequest<Action>,
  replacing: Replacing | ReplacingBytes,
  feeBound?: bigint,
): Promise<Resolved<PreparedTx>> {
  const rivals = await readRivals(parts.store, replacing.first);
  if (!isSent(rivals.first)) return cannot('reservation_not_held', 'What was to be replaced is not on its way any more.', false);
  if (rivals.replacements.length >= MAX_REPLACEMENTS)
    return cannot('fee_exceeds_ceiling', `A place has had ${MAX_REPLACEMENTS} replacements, which is the most.`, false);
  try {
    const place = await placeAt(parts, request, rivals, request.feeCeiling ?? feeBound);
    return 'exact' in replacing ? await takePlace(place, replacing.exact) : await build(place, replacing.by);
  } catch (error) {
    if (!isCastellanError(error)) throw error;
    if (error.details['reason'] === 'fee_exceeds_ceiling') return cannot('fee_exceeds_ceiling', error.shortMessage, true);
    if (error.code === 'PAYLOAD_UNDECODABLE' || error.code === 'REQUEST_INVALID')
      return cannot('payload_undecodable', error.shortMessage, false);
    return cannot('chain_unavailable', error.shortMessage, error.retryable);
  }
}
