import type { BroadcastResult } from '../../core/chain-adapter.ts';
import { isCastellanError } from '../../core/errors.ts';
import type { SignedTransaction } from '../../core/transaction.ts';
import { readAccount } from './account-state.ts';
import { readHead } from './block.ts';
import type { TonClient } from './client.ts';
import { findInHistory } from './landing.ts';
import { readSigned } from './signed-message.ts';

type Verdict = { readonly kind: 'accepted' | 'known' | 'unknown' } | { readonly kind: 'rejected'; readonly detail: string };

/** The node holds these very bytes. */
const HELD = /duplicate|already (?:known|exists|sent)/i;
/**
 * The wallet's contract will never take these bytes: the number of another wallet (V3, V4: 34, W5: 134), or a signature of
 * another key (V4: 35, W5: 135). Not so V3's 35, which also stands for lateness; nor seqno and validity, which say something
 * of the moment only. Anything not named here is not failure but doubt.
 */
const REFUSED_CODES: ReadonlySet<string> = new Set(['34', '134', '135']);
/** The bytes are none that the network carries. */
const REFUSED =
  /(?:too (?:large|big|deep)|at most \d+ bytes|cannot deserialize|failed to (?:parse|deserialize)|is a bag of cells|is a message)/i;
const EXIT_CODE = /exit ?code ?[=:] ?(-?\d+)/i;

function judge(words: string): Verdict {
  if (HELD.test(words)) return { kind: 'known' };
  const code = EXIT_CODE.exec(words)?.[1];
  const never = code === undefined ? REFUSED.test(words) : REFUSED_CODES.has(code);
  return never ? { kind: 'rejected', detail: words } : { kind: 'unknown' };
}

async function sendTo(client: TonClient, endpoint: number, boc: string, signal?: AbortSignal): Promise<Verdict> {
  try {
    await client.requestAt(endpoint, 'sendBoc', { boc }, signal);
    return { kind: 'accepted' };
  } catch (error) {
    if (!isCastellanError(error) || error.code !== 'CHAIN_REJECTED') return { kind: 'unknown' };
    return judge(String(error.details['rpcMessage'] ?? ''));
  }
}

/** Whether the wallet's own history shows that the message landed. */
async function hasLanded(client: TonClient, signed: SignedTransaction, signal?: AbortSignal): Promise<boolean> {
  try {
    const { seqno } = await readHead(client, signal);
    const state = await readAccount(client, signed.wallet, seqno, signal);
    return (await findInHistory(client, state, signed, signal)).kind === 'ours';
  } catch {
    return false;
  }
}

/**
 * Hands the bytes to every endpoint at once. One that takes them is enough; `rejected` only where each one refused them for
 * good; all else is `unknown` until the wallet's history shows our own message, which is `known`. Bytes that were taken before
 * (`sent`) and are taken again are `known`, too.
 * @throws SIGNATURE_INVALID where the hash is not that of the bytes; PAYLOAD_UNDECODABLE
 */
export async function broadcast(
  client: TonClient,
  signed: SignedTransaction,
  sent: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<BroadcastResult> {
  const { hash } = readSigned(signed);
  const boc = Buffer.from(signed.raw).toString('base64');
  const endpoints = Array.from({ length: client.endpoints }, (_, index) => index);
  const verdicts = await Promise.all(endpoints.map((index) => sendTo(client, index, boc, signal)));
  if (verdicts.some(({ kind }) => kind === 'accepted')) return { status: sent.has(hash) ? 'known' : 'accepted', hash };
  if (verdicts.some(({ kind }) => kind === 'known')) return { status: 'known', hash };
  // Even bytes that everyone refuses may have landed earlier.
  if (await hasLanded(client, signed, signal)) return { status: 'known', hash };
  const [first] = verdicts;
  if (first?.kind === 'rejected' && verdicts.every(({ kind }) => kind === 'rejected'))
    return { status: 'rejected', hash, detail: first.detail };
  return { status: 'unknown', hash };
}
