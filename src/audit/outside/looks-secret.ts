/** What stands in the log in place of a value that looks like a secret. */
export const REDACTED = '[redacted: looks like a secret]';

/** Names whose values are secrets whatever they look like; compared without case, `_`, `-` and spaces. */
const SECRET_NAME =
  /secret|privatekey|signingkey|encryptionkey|apikey|accesskey|mnemonic|seedphrase|recoveryphrase|passphrase|password|passwd|accesstoken|refreshtoken|authtoken|bearer|credential/;
const SECRET_NAMES: ReadonlySet<string> = new Set(['seed', 'pin', 'otp', 'cookie', 'xprv', 'wif', 'authorization', 'privkey']);

/** Names under which 32 or 64 bytes are a digest, an address, a signature or a public key, and not a private one. */
const PUBLIC_NAME = /hash|digest|transaction|tx|root|leaf|block|address|account|wallet|destination|contract|signature|public|checkpoint/;
/** Unless they say what they hold: a `walletKey` is no address. */
const PRIVATE_NAME = /key|seed|phrase|priv/;

/** Forms that are secrets under every name. */
const SECRET_FORMS: readonly RegExp[] = [
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY/,
  // Extended private keys (BIP-32), WIF keys, age identities.
  /(?<![1-9A-Za-z])[a-zA-Z]prv[1-9A-HJ-NP-Za-km-z]{100}/,
  /(?<![1-9A-Za-z])[5KL][1-9A-HJ-NP-Za-km-z]{50,51}(?![1-9A-Za-z])/,
  /AGE-SECRET-KEY-1/i,
  // JSON web tokens.
  /eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/,
];

/** Forms of 32 or 64 bytes: hexadecimal, in one piece or byte by byte; base64; base58. A raw address follows its workchain. */
const KEY_SIZED: readonly RegExp[] = [
  /(?<![0-9a-f])(?<!\d:)(?<!%3a)(?:[0-9a-f]{64}|[0-9a-f]{128})(?![0-9a-f])/i,
  /(?<![0-9a-f])(?:[0-9a-f]{2}[:\s]){31}[0-9a-f]{2}(?![0-9a-f])/i,
  /(?<![\w+/-])(?:[\w+/-]{43}=|[\w+/-]{86}==)(?!=)/,
  /(?<![1-9A-Za-z])[1-9A-HJ-NP-Za-km-z]{87,88}(?![1-9A-Za-z])/,
];

/** The shortest phrase of BIP-39, in words. */
const PHRASE_WORDS = 12;
/** Words of prose that no English BIP-39 phrase holds: they tell a sentence from a phrase. */
export const PROSE_WORDS: ReadonlySet<string> = new Set(
  (
    'the and was were are for from with than them their these those has had but not his her its our who whom which while would could ' +
    'should onto been being does did done after both may might shall per via why how each some most less least out further here she ' +
    'your user wallet send sent sends request requests policy failed checked passed without new transaction'
  ).split(' '),
);

/** Tells whether a field of this name holds a secret, whatever its value looks like. */
export function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replace(/[\s_-]/g, '');
  return SECRET_NAMES.has(plain) || SECRET_NAME.test(plain);
}

/**
 * Tells whether a text looks like key material: a private key in any usual form, a token, or a phrase of twelve or more
 * words. `name` is the field it stands in: under `txHash` 32 bytes are a hash. It guards against accidents, not against
 * somebody who hides a secret on purpose.
 */
export function looksSecret(text: string, name: string): boolean {
  const plain = text.normalize('NFKC').replace(/\p{Cf}/gu, '');
  if (SECRET_FORMS.some((form) => form.test(plain))) return true;
  if (!isPublicName(name.toLowerCase()) && KEY_SIZED.some((form) => form.test(plain))) return true;
  return holdsPhrase(plain);
}

/** Tells whether a list of numbers is 32 or 64 bytes. */
export function areKeyBytes(list: readonly unknown[]): boolean {
  return (
    (list.length === 32 || list.length === 64) && list.every((byte) => Number.isInteger(byte) && Number(byte) >= 0 && Number(byte) < 256)
  );
}

function isPublicName(name: string): boolean {
  return PUBLIC_NAME.test(name) && (!PRIVATE_NAME.test(name) || name.includes('public'));
}

/** Twelve words in a row that a phrase could hold: 3 to 8 letters each, none of them a word of prose alone. */
function holdsPhrase(text: string): boolean {
  let run = 0;
  for (const word of text.toLowerCase().split(/[\s\d,;|.:)(_"'[\]-]+/)) {
    if (word === '') continue;
    run = /^[a-z]{3,8}$/.test(word) && !PROSE_WORDS.has(word) ? run + 1 : 0;
    if (run >= PHRASE_WORDS) return true;
  }
  return false;
}
