import { ACCOUNT_WORDS, isSameAccount, sharedEnds } from '../../core/address/account-code.ts';
import { type HabitBytes, HEAD, MOST } from './habit-bytes.ts';
import { LEAST_BITS, packBits, unpackBits } from './scale.ts';

const MOST_COUNTED = 65_535;
/** Share of the newest in the mean of payments to one party. */
const QUICK = 0.3;

/** The place of an account among those dealt with; −1 where it is not. O(parties). */
export function findParty(bytes: HabitBytes, code: Uint32Array): number {
  const codes = bytes.partyCode;
  const first = code[1];
  const count = bytes.head[HEAD.parties] as number;
  for (let party = 0; party < count; party += 1)
    if (codes[party * ACCOUNT_WORDS + 1] === first && isSameAccount(codes, party * ACCOUNT_WORDS, code)) return party;
  return -1;
}

/** The same, begun where it is new. A full memory forgets the one least paid, of those the one longest ago: forgotten means new. */
export function meetParty(bytes: HabitBytes, code: Uint32Array, seconds: number): number {
  const known = findParty(bytes, code);
  if (known >= 0) return known;
  const count = bytes.head[HEAD.parties] as number;
  const party = count < MOST.parties ? count : leastPaid(bytes);
  if (count < MOST.parties) bytes.head[HEAD.parties] = count + 1;
  bytes.partyCode.set(code, party * ACCOUNT_WORDS);
  bytes.partyFirst[party] = seconds;
  bytes.partyPaidAt[party] = 0;
  bytes.partyReceivedAt[party] = 0;
  bytes.partyMean[party] = 0;
  bytes.partyMax[party] = packBits(LEAST_BITS);
  bytes.partyReceivedMax[party] = packBits(LEAST_BITS);
  bytes.partyPaid[party] = 0;
  bytes.partyTransfers[party] = 0;
  bytes.partyReceived[party] = 0;
  bytes.partyBait[party] = 0;
  bytes.partyDealt[party] = 0;
  return party;
}

/** One more payment, call or allowance to a party; a transfer is one that moves something. */
export function addPaid(bytes: HabitBytes, party: number, seconds: number, bits: number, isTransfer: boolean): void {
  const paid = bytes.partyPaid[party] as number;
  const mean = unpackBits(bytes.partyMean[party]);
  bytes.partyMean[party] = packBits(paid === 0 ? bits : mean + QUICK * (bits - mean));
  bytes.partyMax[party] = Math.max(bytes.partyMax[party] as number, packBits(bits));
  bytes.partyPaid[party] = Math.min(MOST_COUNTED, paid + 1);
  bytes.partyPaidAt[party] = seconds;
  if (!isTransfer) return;
  // Who only sent before, or was only called, is met anew: nobody grows old by sending dust.
  if (bytes.partyTransfers[party] === 0) bytes.partyFirst[party] = seconds;
  bytes.partyTransfers[party] = Math.min(MOST_COUNTED, (bytes.partyTransfers[party] as number) + 1);
}

/** Something came from a party; bait is next to nothing, sent so that its sender stands in the list of those dealt with. */
export function addReceived(bytes: HabitBytes, party: number, seconds: number, bits: number, isBait: boolean): void {
  bytes.partyReceived[party] = Math.min(MOST_COUNTED, (bytes.partyReceived[party] as number) + 1);
  bytes.partyReceivedAt[party] = seconds;
  bytes.partyReceivedMax[party] = Math.max(bytes.partyReceivedMax[party] as number, packBits(bits));
  if (isBait) bytes.partyBait[party] = Math.min(255, (bytes.partyBait[party] as number) + 1);
}

/** Most hex digits, of both ends together, that an account shares with another that was paid; and the fewer of the two ends. O(parties). */
export function likenessOf(bytes: HabitBytes, code: Uint32Array): readonly [sum: number, fewer: number] {
  let most = 0;
  let fewer = 0;
  const count = bytes.head[HEAD.parties] as number;
  for (let party = 0; party < count; party += 1) {
    if (bytes.partyPaid[party] === 0) continue;
    const shared = sharedEnds(bytes.partyCode, party * ACCOUNT_WORDS, code);
    const begin = shared >> 7;
    const end = shared & 127;
    if (begin + end <= most) continue;
    most = begin + end;
    fewer = Math.min(begin, end);
  }
  return [most, fewer];
}

/** Who was paid is worth more than who was called or only allowed something, and anybody who was more than who only sent. */
function leastPaid({ partyTransfers, partyPaid, partyPaidAt, partyReceivedAt }: HabitBytes): number {
  const lastAt = (party: number): number => Math.max(partyPaidAt[party] as number, partyReceivedAt[party] as number);
  let least = 0;
  for (let party = 1; party < MOST.parties; party += 1) {
    const less =
      (partyTransfers[party] as number) - (partyTransfers[least] as number) ||
      (partyPaid[party] as number) - (partyPaid[least] as number) ||
      lastAt(party) - lastAt(least);
    if (less < 0) least = party;
  }
  return least;
}
