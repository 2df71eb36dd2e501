import { canonicalize } from '../../core/canonical.ts';
import { taggedDigest } from '../../core/digest.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import type { AccountId, ChainId, Digest, TimeMs } from '../../core/ids.ts';
import type { Vault } from '../../custody/index.ts';
import { snapshot } from '../snapshot.ts';
import type { TransactionInput } from './transaction-input.ts';

/** How long a prepared transaction may be signed, ms. */
export const PREPARED_TTL_MS = 300_000;

/** One call of a prepared transaction. */
export interface PreparedCall {
  readonly to: AccountId;
  /** Native base units. */
  readonly value: string;
  /** Hex. */
  readonly data: string;
}

/** What a prepared transaction is about; the seal holds the same again. */
export interface PreparedFacts {
  readonly v: 1;
  /** The id of the request that it becomes: the same one leads back to the same transaction. */
  readonly id: string;
  /** In the chain's own spelling. */
  readonly address: string;
  readonly account: AccountId;
  readonly chain: ChainId;
  readonly agentId: string;
  readonly tx: TransactionInput;
  /** What is signed must have this very digest: calls and powers, and the fee up to its bound. */
  readonly actionDigest: Digest;
  /** The most that fees may cost, base units as a decimal string: what is signed costs no more, whatever fees have become. */
  readonly feeBound: string;
  /** What the wallet would do, by the bytes of now. */
  readonly calls: readonly PreparedCall[];
  /** The same in words, for the person who approves it. */
  readonly rendered: string;
  readonly createdAtMs: TimeMs;
  readonly expiresAtMs: TimeMs;
}

/** A transaction that is not decided about yet. It may be shown, stored and sent around, and changed in nothing. */
export interface PreparedTransaction extends PreparedFacts {
  /** What the fields say, sealed by the vault: only that is believed, and a field that differs is a refusal. */
  readonly seal: string;
}

/** Why custody did not take a prepared transaction or an approval: `details.reason` of REQUEST_INVALID and APPROVAL_INVALID. */
export type CustodyRefusal =
  | 'prepared_altered'
  | 'prepared_expired'
  | 'prepared_outdated'
  | 'prepared_of_another_wallet'
  | 'party_unknown'
  | 'party_missing'
  | 'parties_too_few'
  | 'approval_unknown'
  | 'approval_of_another_transaction'
  | 'approval_not_given'
  | 'approval_expired'
  | 'approval_used';

/** Longest seal that is looked at, characters. */
const MAX_SEAL = 1_048_576;

function refuse(reason: CustodyRefusal, message: string): CastellanError {
  return new CastellanError('REQUEST_INVALID', { message, details: { reason } });
}

const contextOf = (tenant: string): string => `prepared/${tenant}`;

/** Seals what was prepared; the object that comes back is frozen throughout. */
export function sealPrepared(vault: Vault, facts: PreparedFacts): PreparedTransaction {
  const text = canonicalize(facts);
  const seal = vault.seal(Buffer.from(text), contextOf(vault.tenant));
  return deepFreeze({ ...(JSON.parse(text) as PreparedFacts), seal });
}

/**
 * What was really prepared, by its seal and by nothing else.
 * @throws REQUEST_INVALID with `prepared_altered` for an object that was made up or edited, or `prepared_of_another_wallet`
 */
export function openPrepared(vault: Vault, given: unknown, account: AccountId): PreparedFacts {
  const altered = () => refuse('prepared_altered', 'This is not what prepareTransaction gave out.');
  let copy: Record<string, unknown>;
  let shown: string;
  try {
    copy = { ...(snapshot(given) as Record<string, unknown>) };
    const { seal: _seal, ...fields } = copy;
    shown = canonicalize(fields);
  } catch {
    throw altered();
  }
  const { seal } = copy;
  if (typeof seal !== 'string' || seal.length > MAX_SEAL) throw altered();
  let text: string;
  try {
    text = Buffer.from(vault.open(seal, contextOf(vault.tenant))).toString('utf8');
  } catch (error) {
    if (isCastellanError(error) && error.code === 'SHUTTING_DOWN') throw error;
    throw altered();
  }
  if (text !== shown) throw altered();
  const facts = JSON.parse(text) as PreparedFacts;
  if (facts.account !== account) throw refuse('prepared_of_another_wallet', 'The transaction was prepared for another wallet.');
  return facts;
}

/** Refuses what was prepared too long ago; lateness closes, so the later of two clocks counts. @throws REQUEST_INVALID */
export function checkFresh({ expiresAtMs }: PreparedFacts, nowMs: TimeMs): void {
  if (nowMs >= expiresAtMs) throw refuse('prepared_expired', 'The transaction was prepared too long ago: prepare it again.');
}

/** What approvals of a prepared transaction are bound to. */
export function preparedDigest(facts: PreparedFacts): Digest {
  return taggedDigest('castellan.prepared.v1', canonicalize(facts));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
