import type { JudgedTerms } from '../../authz/index.ts';
import type { ChainAdapter, ChainNode } from '../../core/chain-adapter.ts';
import type { Digest } from '../../core/ids.ts';
import type { ActionRequest } from '../../core/request.ts';
import type { SignatureReading, SignatureTerms } from '../../core/signature-order.ts';
import type { DecodedTransaction, Slot, UnsignedTransaction } from '../../core/transaction.ts';
import type { Rivals } from './rivals.ts';

interface Preparation {
  readonly request: ActionRequest;
  readonly adapter: ChainAdapter;
  readonly node: ChainNode;
  readonly decoded: DecodedTransaction;
  readonly actionDigest: Digest;
  /** The most that fees may reach under the same approval; part of the action digest. */
  readonly feeBound: bigint;
}

/** A transaction that we would sign and send: it has a place in the wallet's sequence, and a fee. */
export interface PreparedTx extends Preparation {
  readonly kind: 'transaction';
  readonly tx: UnsignedTransaction;
  /** Chain's own next slot when the wallet's row does not exist yet. */
  readonly slotBase: Slot;
  /** Where it is to take the place of one that is on its way: that one, and what else was to. */
  readonly rivals?: Rivals & { readonly by: 'same' | 'nothing' };
}

/** A signature that we would hand out: others choose whether and when it is used. */
export interface PreparedSignature extends Preparation {
  readonly kind: 'signature';
  readonly reading: SignatureReading;
  readonly terms: JudgedTerms;
  readonly kept: SignatureTerms;
}

/** A request that has become exact bytes, decoded from those bytes. */
export type Prepared = PreparedTx | PreparedSignature;

/** The exact bytes that a key would sign, and their digest. */
export function signable(prepared: Prepared): Pick<UnsignedTransaction, 'payload' | 'payloadDigest'> {
  return prepared.kind === 'transaction' ? prepared.tx : prepared.reading;
}

/** What a judgement needs of them beside their effects. */
export function judgedTerms(prepared: Prepared): JudgedTerms {
  return prepared.kind === 'transaction' ? prepared.tx : prepared.terms;
}
