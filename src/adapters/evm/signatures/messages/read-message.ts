import { accountKey } from '../../../../core/account.ts';
import type { Effect, Hazard } from '../../../../core/effect.ts';
import type { AccountId, ChainId, TimeMs } from '../../../../core/ids.ts';
import { textTraits } from '../../../../core/text-safety.ts';
import type { Found } from '../../decode/found.ts';
import { refuse } from '../refuse.ts';
import { disguiseOf, isText } from './disguise.ts';
import { claimsSiwe, isSameOrigin, parseSiwe, type SiweMessage } from './siwe.ts';

/** A message as it is understood: no marks, it moves nothing. */
export interface MessageReading {
  readonly standard: 'siwe' | 'text' | 'unknown';
  readonly effects: readonly Effect[];
  readonly complete: boolean;
  readonly expiresAtMs: TimeMs | null;
  readonly summary: string;
  /** Host that a sign-in is for. */
  readonly site?: string;
}

/** People read messages; nothing of this length is read. Bytes. */
const MAX_MESSAGE_BYTES = 32_768;

function reading(
  standard: MessageReading['standard'],
  found: readonly Found[],
  summary: string,
  expiresAtMs: TimeMs | null,
): MessageReading {
  const effects = found.map((effect) => ({ ...effect, leaf: '0', source: 'bytes' }) as Effect);
  return { standard, effects, complete: found.every(({ kind }) => kind !== 'unknown'), expiresAtMs, summary };
}

function hazard(wallet: AccountId, name: Hazard, detail: string): Found {
  return { kind: 'hazard', account: wallet, hazard: name, detail };
}

function unknown(detail: string): Found {
  return { kind: 'unknown', contract: null, selector: null, detail };
}

function appearance(wallet: AccountId, text: string): readonly Found[] {
  const traits = textTraits(text);
  return traits.length === 0 ? [] : [hazard(wallet, 'misleading_text', `the text holds ${traits.join(', ').replaceAll('_', ' ')}`)];
}

function signIn(message: SiweMessage, text: string, chain: ChainId, wallet: AccountId): MessageReading {
  if (`eip155:${message.chainId}` !== chain) throw refuse('chain_id_mismatch', { expected: chain, found: `eip155:${message.chainId}` });
  const found: Found[] = [{ kind: 'message', text }, ...appearance(wallet, text)];
  if (message.address !== accountKey(wallet)) found.push(unknown('it signs in another account than the wallet that signs'));
  if (!isSameOrigin(message))
    found.push(hazard(wallet, 'misleading_text', `it names ${message.domain} and signs in at ${message.uri.slice(0, 256)}`));
  // ERC-5573: such a sign-in hands the site rights over what it lists, for as long as it lasts.
  if (message.resources.some((resource) => /^urn:recap:/i.test(resource)))
    found.push(unknown('it hands out rights besides signing in (ReCap)'));
  const from = message.notBeforeMs === null ? '' : ` from ${new Date(message.notBeforeMs).toISOString()}`;
  const until = message.expiresAtMs === null ? '' : ` until ${new Date(message.expiresAtMs).toISOString()}`;
  return { ...reading('siwe', found, `signs in at ${message.domain}${from}${until}`, message.expiresAtMs), site: message.domain };
}

/**
 * Reads what is to be signed as a message (ERC-191): a sign-in, or plain text. It moves nothing; bytes that something else
 * than a person could read are unknown, and a hazard where they pass for a transaction, a hash, a call or typed data.
 * @throws PAYLOAD_UNDECODABLE for over 32,768 bytes, and for a sign-in on another chain
 */
export function readMessage(bytes: Uint8Array, chain: ChainId, wallet: AccountId): MessageReading {
  if (!(bytes instanceof Uint8Array)) throw refuse('message_invalid');
  if (bytes.length > MAX_MESSAGE_BYTES) throw refuse('too_large', { most: MAX_MESSAGE_BYTES });
  const disguise = disguiseOf(bytes);
  if (disguise !== null) {
    const found = [hazard(wallet, 'signature_in_disguise', `the message is ${disguise}`), unknown(`the message is ${disguise}`)];
    return reading('unknown', found, `signs ${disguise} as a message`, null);
  }
  if (!isText(bytes)) return reading('unknown', [unknown('the message is no text')], `signs ${bytes.length} bytes that are no text`, null);
  const text = Buffer.from(bytes).toString('utf8');
  const message = parseSiwe(text);
  if (message !== undefined) return signIn(message, text, chain, wallet);
  const found: Found[] = [{ kind: 'message', text }, ...appearance(wallet, text)];
  if (claimsSiwe(text))
    found.push(
      hazard(wallet, 'misleading_text', 'it says that it signs in, and is not in the form of that'),
      unknown('a sign-in that is not in its form'),
    );
  return reading('text', found, `signs a text of ${text.length} characters`, null);
}

const PREFIX = '\x19Ethereum Signed Message:\n';

/** `"\x19Ethereum Signed Message:\n" ‖ length ‖ bytes` @see https://eips.ethereum.org/EIPS/eip-191 */
export function messagePayload(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([Buffer.from(`${PREFIX}${bytes.length}`, 'latin1'), bytes]));
}
