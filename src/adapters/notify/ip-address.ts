/** Bytes of an IPv4 address in its one usual spelling, four decimal numbers; undefined for every other text. */
export function parseIpv4(text: string): readonly number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part))) return undefined;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

/** The eight groups of an IPv6 address (RFC 4291), without zone; undefined for every other text. */
export function parseIpv6(text: string): readonly number[] | undefined {
  if (text.length > 45 || !/^[0-9a-fA-F:.]+$/.test(text)) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const read = (half: string | undefined, isLast: boolean): readonly number[] | undefined => {
    if (half === undefined || half === '') return [];
    const words = half.split(':');
    const groups: number[] = [];
    for (const [index, word] of words.entries()) {
      const embedded = isLast && index === words.length - 1 ? parseIpv4(word) : undefined;
      if (embedded !== undefined) {
        const [a = 0, b = 0, c = 0, d = 0] = embedded;
        groups.push(a * 256 + b, c * 256 + d);
      } else if (/^[0-9a-fA-F]{1,4}$/.test(word)) groups.push(Number.parseInt(word, 16));
      else return undefined;
    }
    return groups;
  };
  const isWhole = halves.length === 1;
  const head = read(halves[0], isWhole);
  const tail = read(halves[1], true);
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (isWhole ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

/** Blocks of IPv4 that are not for a public web site: IANA's special-purpose registry (RFC 6890), multicast, reserved. */
const REFUSED_V4: readonly (readonly [block: string, bits: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  // A public number that answers from inside a cloud: the host agent of its virtual machines.
  ['168.63.129.16', 32],
];

/** Blocks within 2000::/3 that are translated, tunnelled or not for use; outside of it nothing is public. */
const REFUSED_V6: readonly (readonly [block: readonly number[], bits: number])[] = [
  [[0x2001, 0x0000], 23],
  [[0x2001, 0x0db8], 32],
  [[0x2002], 16],
  [[0x3fff], 20],
];

/** True for an address that a public web site can have: global unicast that is neither translated nor tunnelled. */
export function isPublicAddress(text: string): boolean {
  const v4 = parseIpv4(text);
  if (v4 !== undefined) return !REFUSED_V4.some(([block, bits]) => isWithin(v4, parseIpv4(block) ?? [], bits, 8));
  const v6 = parseIpv6(text);
  if (v6 === undefined || !isWithin(v6, [0x2000], 3, 16)) return false;
  // ISATAP (RFC 5214) hides an IPv4 address behind any prefix.
  if (v6[5] === 0x5efe && (v6[4] === 0 || v6[4] === 0x0200)) return false;
  return !REFUSED_V6.some(([block, bits]) => isWithin(v6, block, bits, 16));
}

/** True for an address of this very machine: 127.0.0.0/8 or ::1, in their own spelling. */
export function isLoopbackAddress(text: string): boolean {
  const v4 = parseIpv4(text);
  if (v4 !== undefined) return v4[0] === 127;
  return parseIpv6(text)?.every((group, index) => group === (index === 7 ? 1 : 0)) ?? false;
}

function isWithin(words: readonly number[], block: readonly number[], bits: number, width: number): boolean {
  for (let index = 0, left = bits; left > 0; index += 1, left -= width) {
    const shift = Math.max(0, width - left);
    if ((words[index] ?? 0) >> shift !== (block[index] ?? 0) >> shift) return false;
  }
  return true;
}
