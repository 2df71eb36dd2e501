import { canonicalize } from '../../core/canonical.ts';
import { toHex } from '../../core/digest.ts';
import type { DecodedTransaction } from '../../core/transaction.ts';
import type { PreparedTx } from './prepared.ts';
import { cannot, nothingAt, type Place, prepared } from './replacement-place.ts';
import type { Resolved } from './resolve.ts';

/** Everything that a transaction does beside its fee, and the calls that do it. */
const deeds = ({ effects, calls }: DecodedTransaction): string =>
  canonicalize({
    effects: effects.filter(({ kind }) => kind !== 'fee'),
    calls: calls.map(({ data, ...call }) => ({ ...call, data: toHex(data) })),
  });

/** Takes somebody else's bytes for the place: the same effects at a higher fee, or nothing. Anything else would be a second payment. */
export async function takePlace(place: Place, exact: Uint8Array): Promise<Resolved<PreparedTx>> {
  const { parts, request, ceiling, known, original, out, rivals } = place;
  const { codec, node } = parts.chains.adapter(request.chain);
  if (codec.underbid === undefined) throw new TypeError('the chain replaces nothing');
  await node(request.chain).verifyChain();
  const tx = codec.adopt(exact, request.chain, request.wallet, known.publicKey, known.smart);
  const asked = deeds(codec.decode(tx));
  const isSame = asked === deeds(codec.decode(original));
  if (tx.slot !== original.slot || !(isSame || asked === deeds(codec.decode(nothingAt(place, tx.fee)))))
    return cannot(
      'slot_taken',
      'A transaction of this agent waits in this position. Only the same again at a higher fee, or nothing sent to oneself, takes its place.',
      true,
      { given: tx.slot, waiting: rivals.first.requestId },
    );
  for (const rival of out) {
    const least = codec.underbid(tx, rival);
    if (least === undefined) continue;
    const fees = Object.entries(least).map(([field, value]) => `${field} ${value}`);
    return cannot('replacement_underpriced', `Nodes take it for the one that waits from ${fees.join(' and ')} on.`, true, least);
  }
  const feeBound = ceiling ?? tx.fee.ceiling * 2n;
  if (tx.fee.ceiling > feeBound) return cannot('fee_exceeds_ceiling', 'The fee this transaction may cost is above its ceiling.', true);
  return prepared(place, tx, isSame ? 'same' : 'nothing', feeBound);
}
