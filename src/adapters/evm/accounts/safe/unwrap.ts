import { accountChain } from '../../../../core/account.ts';
import { isCastellanError } from '../../../../core/errors.ts';
import type { SmartAccount } from '../../../../core/smart-account.ts';
import type { Call } from '../../../../core/transaction.ts';
import { accountOf } from '../../address.ts';
import type { OuterForm } from '../account-model.ts';
import { readExec } from './safe-exec.ts';
import { safeTxHash } from './safe-hash.ts';
import { readSignatures } from './safe-signatures.ts';
import { readTerms, type SafeTerms } from './safe-terms.ts';

/**
 * The one call that a Safe makes by a call of its sender. In an order nobody has signed yet; in a transaction exactly as many
 * owners have as the Safe asks for, over this very call.
 *
 * Fails closed: undefined for every other method, encoding, operation, gas refund, Safe, or set of signatures.
 */
export function unwrap(outer: Call, smart: SmartAccount, form: OuterForm): readonly Call[] | undefined {
  const terms = termsOf(smart);
  const exec = readExec(outer.data);
  if (terms === undefined || exec === null || outer.to !== smart.account || outer.value !== 0n) return undefined;
  const { to, value, data, signatures } = exec;
  if (form === 'order' ? signatures.length > 0 : !isSigned(terms, exec, signatures)) return undefined;
  return [{ to: accountOf(accountChain(smart.account), to), value, data }];
}

function isSigned(
  { chainNumber, safe, owners, threshold }: SafeTerms,
  call: Parameters<typeof safeTxHash>[2],
  packed: Uint8Array,
): boolean {
  const signed = readSignatures(packed, (nonce) => safeTxHash(chainNumber, safe, call, nonce));
  return signed !== null && signed.signers.length === threshold && signed.signers.every((signer) => owners.includes(signer));
}

function termsOf(smart: SmartAccount): SafeTerms | undefined {
  try {
    return readTerms(smart);
  } catch (error) {
    if (isCastellanError(error)) return undefined;
    throw error;
  }
}
