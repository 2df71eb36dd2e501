import { taggedDigest } from '../../core/digest.ts';

const PRINTABLE = /^[\x20-\x7e]*$/;

/** One line of printable ASCII: line breaks, controls, invisible and foreign characters stand as their code points. */
export function plainLine(text: string, most: number): string {
  const cut = text.length > most * 2 ? text.slice(0, most * 2) : text;
  const plain = PRINTABLE.test(cut)
    ? cut
    : [...cut]
        .map((character) => (PRINTABLE.test(character) ? character : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`))
        .join('');
  return plain.length > most ? `${plain.slice(0, most - 3)}...` : plain;
}

/** Lines of printable ASCII, at most `most` characters together. */
export function plainText(text: string, most: number): string {
  const lines: string[] = [];
  let left = most;
  for (const line of text.split('\n')) {
    const plain = plainLine(line, 1_000);
    left -= plain.length + 1;
    if (left < 4) return [...lines, '...'].join('\n');
    lines.push(plain);
  }
  return lines.join('\n');
}

/** Names of fields that could hold what nobody may read, should one ever get into an event. */
const SECRET_NAME =
  /pass(?:word|phrase)|secret|mnemonic|seed_?phrase|recovery_?phrase|private_?key|encryption_?key|api_?key|credential|bearer|cookie|one_?time|^otp$|sealed|ciphertext|share_?value/i;
/** Texts that look like one: a recovery phrase, a PEM key, a URL with a password in it. */
const SECRET_TEXT = /(?:\b[a-z]{3,8}\s+){11}[a-z]{3,8}\b|PRIVATE KEY-----|:\/\/[^/\s:@]*:[^/\s@]+@/;

/** Characters of a value that are looked at: more than is ever shown of one. */
const LOOKED_AT = 1_000;

/** Tells whether a field is withheld from notices. Events hold no secrets; this is the second lock on that door. */
export function isWithheld(name: string, value: unknown): boolean {
  return SECRET_NAME.test(name) || (typeof value === 'string' && SECRET_TEXT.test(value.slice(0, LOOKED_AT)));
}

/** An id as a header can carry it: ids of ours as they are, any other as its digest. */
export function plainId(id: string): string {
  return /^[A-Za-z0-9_-]{1,128}$/.test(id) ? id : taggedDigest('castellan.notice.v1', id.toWellFormed());
}
