import { sha256 } from '../digest.ts';
import { readHexWords } from './account-words.ts';

/** Words that an account is kept in. */
export const ACCOUNT_WORDS = 9;

/** Chains that one wallet's habits tell apart; accounts on further ones are kept as digests. */
export const MOST_CHAINS = 14;
/** In the place of a chain that is not known: equal to none that is kept. */
const NO_CHAIN = 15;
const EVM = 1;
const TON = 2;
const DIGEST = 3;
const TEXT = 4;
/** Printable ASCII of at most 32 characters is kept as it is. */
const SHORT_TEXT = /^[!-~]{1,32}$/;
const TON_TEXT = /^(-?[0-9]{1,3}):([0-9a-f]{64})$/;

/**
 * Writes the account into {@link ACCOUNT_WORDS} words, so that two accounts have the same words only where they are the same. The first word names form, chain
 * and, of TON, workchain and checksum; the others hold the address, the text where it is neither EVM's nor TON's, or its digest where that is long.
 */
export function encodeAccount(account: string, chains: readonly string[], code: Uint32Array): void {
  // The same account is asked about again and again in a row. Chains are only ever added.
  if (account !== last.account || chains !== last.chains || chains.length !== last.count) {
    last.count = -1;
    writeCode(account, chains, last.code);
    last.account = account;
    last.chains = chains;
    last.count = chains.length;
  }
  code.set(last.code);
}

const last = { account: '', chains: [] as readonly string[], count: -1, code: new Uint32Array(ACCOUNT_WORDS) };

function writeCode(account: string, chains: readonly string[], code: Uint32Array): void {
  const end = account.indexOf(':', account.indexOf(':') + 1);
  const key = account.slice(end + 1);
  const place = chains.indexOf(end < 0 ? '' : account.slice(0, end));
  const chain = place < 0 ? NO_CHAIN : place;
  code.fill(0);
  if (key.length === 42 && key.startsWith('0x') && readHexWords(key, 2, 42, code, 1)) {
    code[0] = head(EVM, chain, 0);
    return;
  }
  code.fill(0);
  const ton = TON_TEXT.exec(key);
  if (ton !== null) {
    const hash = ton[2] as string;
    readHexWords(hash, 0, 64, code, 1);
    const workchain = Number(ton[1]) & 0xff;
    code[0] = head(TON, chain, (workchain << 16) | checksumOf(workchain, code));
    return;
  }
  if (place >= 0 && SHORT_TEXT.test(key)) {
    code[0] = head(TEXT, chain, key.length);
    for (let at = 0; at < key.length; at += 1) code[1 + (at >> 2)] = ((code[1 + (at >> 2)] as number) << 8) | key.charCodeAt(at);
    return;
  }
  const digest = sha256(account.toWellFormed());
  const view = new DataView(digest.buffer, digest.byteOffset);
  code[0] = head(DIGEST, 0, 0);
  for (let word = 0; word < 8; word += 1) code[1 + word] = view.getUint32(4 * word);
}

/** The chain that an account names; empty for none. */
export function chainOf(account: string): string {
  const end = account.indexOf(':', account.indexOf(':') + 1);
  return end < 0 ? '' : account.slice(0, end);
}

/** The account's text again; undefined where only a digest was kept. */
export function decodeAccount(codes: Uint32Array, at: number, chains: readonly string[]): string | undefined {
  const first = codes[at] as number;
  const form = first >>> 28;
  const chain = chains[(first >>> 24) & 15];
  if (chain === undefined || form === DIGEST || form === 0) return undefined;
  const before = chain === '' ? '' : `${chain}:`;
  if (form === TEXT) return before + textOf(codes, at, first & 0xffff);
  let hex = '';
  for (let word = 0; word < (form === EVM ? 5 : 8); word += 1) hex += (codes[at + 1 + word] as number).toString(16).padStart(8, '0');
  return form === EVM ? `${before}0x${hex}` : `${before}${((first >>> 16) << 24) >> 24}:${hex}`;
}

/** True where the words at `at` are the account's. */
export function isSameAccount(codes: Uint32Array, at: number, code: Uint32Array): boolean {
  for (let word = 0; word < ACCOUNT_WORDS; word += 1) if (codes[at + word] !== code[word]) return false;
  return true;
}

/**
 * How many hex digits of the beginning and of the end two addresses share, as `beginning * 128 + end`; of TON the checksum counts to the end, since
 * people see it there. 0 for addresses of different forms and for the same one, on whichever chain.
 */
export function sharedEnds(codes: Uint32Array, at: number, code: Uint32Array): number {
  const first = codes[at] as number;
  const form = first >>> 28;
  if (form !== (code[0] as number) >>> 28 || (form !== EVM && form !== TON)) return 0;
  const words = form === EVM ? 5 : 8;
  let begin = 0;
  for (let word = 1; word <= words; word += 1) {
    const differ = (codes[at + word] as number) ^ (code[word] as number);
    begin += differ === 0 ? 8 : Math.clz32(differ) >> 2;
    if (differ !== 0) break;
  }
  if (begin === 8 * words) return 0;
  let end = 0;
  if (form === TON) {
    const differ = (first ^ (code[0] as number)) & 0xffff;
    if (differ !== 0) return begin * 128 + (trailing(differ) >> 2);
    end = 4;
  }
  for (let word = words; word >= 1; word -= 1) {
    const differ = (codes[at + word] as number) ^ (code[word] as number);
    end += differ === 0 ? 8 : trailing(differ) >> 2;
    if (differ !== 0) break;
  }
  return begin * 128 + end;
}

/** One word for the whole account: for telling apart the few of a wallet's last actions, not for trust. */
export function mixAccount(code: Uint32Array): number {
  let mixed = 0;
  for (let word = 0; word < ACCOUNT_WORDS; word += 1) mixed = Math.imul(mixed ^ (code[word] as number), 0x9e3779b1) ^ (mixed >>> 15);
  return mixed >>> 0;
}

function textOf(codes: Uint32Array, at: number, length: number): string {
  let text = '';
  for (let char = 0; char < length; char += 1) {
    // A word that is not full holds its characters at its lower end.
    const inWord = Math.min(4, length - (char & ~3));
    text += String.fromCharCode(((codes[at + 1 + (char >> 2)] as number) >>> (8 * (inWord - 1 - (char & 3)))) & 0xff);
  }
  return text;
}

function head(form: number, chain: number, rest: number): number {
  return ((form << 28) | (chain << 24) | rest) >>> 0;
}

function trailing(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/** CRC-16/XMODEM of a TON address in its bounceable form. */
function checksumOf(workchain: number, code: Uint32Array): number {
  let crc = 0;
  const take = (byte: number): void => {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  };
  take(0x11);
  take(workchain);
  for (let word = 1; word <= 8; word += 1) for (let shift = 24; shift >= 0; shift -= 8) take(((code[word] as number) >>> shift) & 0xff);
  return crc;
}
