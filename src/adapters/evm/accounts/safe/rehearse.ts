import { keccak256 } from '../../../../core/digest.ts';
import { CastellanError } from '../../../../core/errors.ts';
import type { SmartAccount } from '../../../../core/smart-account.ts';
import type { Call } from '../../../../core/transaction.ts';
import type { EvmAddress } from '../../address.ts';
import { hexOf } from '../../address.ts';
import type { Rehearsal } from '../account-model.ts';
import { readExec, writeExec } from './safe-exec.ts';
import { safeTxHash, wordOf } from './safe-hash.ts';
import { readTerms } from './safe-terms.ts';

/** Where Safe 1.5 keeps its count of orders, and which hashes its owners have approved (`owner → hash → 1`). */
const NONCE_SLOT = wordOf(5n);
const APPROVED_SLOT = wordOf(8n);
/** The signature of an owner whose approval stands in the Safe itself. Its middle word is not read, and costs what a real one does. */
const APPROVED = 1;
const UNREAD = new Uint8Array(32).fill(0xff);

const slotOf = (key: Uint8Array, base: Uint8Array): Uint8Array => keccak256(Buffer.concat([key, base]));

/**
 * The sender's call as it can run before any owner has signed: on a state in which as many owners as needed have approved this very
 * call by themselves. Owners, threshold, guard and modules are those of the chain, so that a Safe which is not ours any
 * more is found out. The count is pretended to be zero: the dearest one, and the same for each place in the sequence.
 * @throws REQUEST_INVALID where the call is not the one that this model writes
 */
export function rehearse(outer: Call, smart: SmartAccount): Rehearsal {
  const exec = readExec(outer.data);
  if (exec === null) throw new CastellanError('REQUEST_INVALID', { message: 'Only an order of the Safe can be tried out.' });
  const { chainNumber, safe, owners, threshold } = readTerms(smart);
  const hash = safeTxHash(chainNumber, safe, exec, 0n);
  const signers: readonly EvmAddress[] = owners.slice(0, threshold);
  const stateDiff: Record<string, string> = { [hexOf(NONCE_SLOT)]: hexOf(wordOf(0n)) };
  for (const owner of signers) stateDiff[hexOf(slotOf(hash, slotOf(wordOf(owner), APPROVED_SLOT)))] = hexOf(wordOf(1n));
  const signatures = Buffer.concat([...signers.flatMap((owner) => [wordOf(owner), UNREAD, Uint8Array.of(APPROVED)]), UNREAD]);
  return {
    call: { ...outer, data: writeExec({ ...exec, signatures: new Uint8Array(signatures) }) },
    overrides: { [safe]: { stateDiff } },
  };
}
