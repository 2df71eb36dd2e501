import type { BroadcastResult } from '../../core/chain-adapter.ts';
import { keccak256 } from '../../core/digest.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import type { SignedTransaction } from '../../core/transaction.ts';
import { hexOf } from './address.ts';
import { readHash, readObject } from './answer.ts';
import type { RpcClient } from './client.ts';

type Verdict = { readonly kind: 'accepted' | 'known' | 'unknown' } | { readonly kind: 'rejected'; readonly detail: string };

/** The node holds these very bytes. */
const HELD = /already known|already imported|known transaction|already exists|alreadyknown/i;
/** The node will never take these bytes as they are. Anything not named here is not failure but doubt. */
const REFUSED =
  /insufficient funds|intrinsic gas|exceeds block gas limit|gas limit (?:is )?too high|invalid (?:sender|signature|chain id|transaction)|fee (?:cap|per gas) (?:is )?(?:less than|below)|max priority fee per gas higher|fee too low|transaction underpriced|oversized data|rlp|failed to decode|tx type not supported|only replay-protected|max initcode/i;

async function sendTo(client: RpcClient, endpoint: number, signed: SignedTransaction, signal?: AbortSignal): Promise<Verdict> {
  try {
    const hash = readHash(await client.requestAt(endpoint, 'eth_sendRawTransaction', [hexOf(signed.raw)], signal), 'hash');
    return { kind: hash === signed.hash ? 'accepted' : 'unknown' };
  } catch (error) {
    if (!isCastellanError(error) || error.code !== 'CHAIN_REJECTED') return { kind: 'unknown' };
    const message = String(error.details['rpcMessage'] ?? '');
    if (HELD.test(message)) return { kind: 'known' };
    // A replacement that is too cheap, or a used nonce, may be this very transaction: look it up.
    if (/replacement|nonce too low/i.test(message) || !REFUSED.test(message)) return { kind: 'unknown' };
    return { kind: 'rejected', detail: message.slice(0, 200) };
  }
}

async function isHeldBy(client: RpcClient, endpoint: number, hash: string, signal?: AbortSignal): Promise<boolean> {
  try {
    const answer = await client.requestAt(endpoint, 'eth_getTransactionByHash', [hash], signal);
    return answer !== null && readHash(readObject(answer, 'transaction')['hash'], 'transaction.hash') === hash;
  } catch {
    return false;
  }
}

/**
 * Hands the bytes to every endpoint at once. One that takes them is enough; `rejected` only where each one refused them for
 * good; all else is `unknown` until a look-up of our own hash says `known`.
 * @throws SIGNATURE_INVALID where the hash is not that of the bytes
 */
export async function broadcast(client: RpcClient, signed: SignedTransaction, signal?: AbortSignal): Promise<BroadcastResult> {
  const { hash } = signed;
  if (hexOf(keccak256(signed.raw)) !== hash) {
    throw new CastellanError('SIGNATURE_INVALID', { message: 'The hash is not that of the signed bytes.', details: { hash } });
  }
  const endpoints = Array.from({ length: client.endpoints }, (_, index) => index);
  const verdicts = await Promise.all(endpoints.map((index) => sendTo(client, index, signed, signal)));
  if (verdicts.some(({ kind }) => kind === 'accepted')) return { status: 'accepted', hash };
  if (verdicts.some(({ kind }) => kind === 'known')) return { status: 'known', hash };
  // Even bytes that everyone refuses may have been taken earlier.
  const held = await Promise.all(endpoints.map((index) => isHeldBy(client, index, hash, signal)));
  if (held.includes(true)) return { status: 'known', hash };
  const [first] = verdicts;
  if (first?.kind === 'rejected' && verdicts.every(({ kind }) => kind === 'rejected'))
    return { status: 'rejected', hash, detail: first.detail };
  return { status: 'unknown', hash };
}
