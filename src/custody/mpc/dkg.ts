import { sha256Hex } from '../../core/index.ts';
import { blame, type DkgCommitment, type DkgParty } from './dkg-party.ts';
import { type Group, writeGroup } from './suite.ts';

/**
 * Lets parties make a key that none of them, and nobody else, ever has:
 *
 * ```
 * commit ─▶ echo, compared by each ─▶ shares, checked one by one ─▶ the same group at each, or no key
 * ```
 * Fails closed where one party tells two others different things, proves nothing, sends a wrong share, or ends with
 * another group: then there is no key, and the error names the party and the stage. Messages are not signed: the name is
 * right where parties run in one process, and says no more than "this one or who heard it" where they do not.
 * @throws KEY_INVALID with `party` and `stage` in its details
 */
export function generateTogether(parties: readonly DkgParty[]): Group {
  const toAll = <T>(of: (sender: DkgParty, receiver: DkgParty) => T): ReadonlyMap<DkgParty, ReadonlyMap<number, T>> =>
    new Map(
      parties.map((receiver) => [
        receiver,
        new Map(parties.filter((sender) => sender !== receiver).map((sender) => [sender.number, of(sender, receiver)])),
      ]),
    );
  const commitments = toAll<DkgCommitment>((sender, receiver) => sender.commitTo(receiver.number));
  const echoes = new Map(parties.map((party) => [party.number, party.hear(commitments.get(party) ?? new Map())]));
  for (const party of parties) party.compare(echoes);
  const shares = toAll((sender, receiver) => sender.shareFor(receiver.number));
  try {
    const groups = parties.map((party) => ({ party, group: party.finish(shares.get(party) ?? new Map()) }));
    return agreed(groups);
  } finally {
    for (const received of shares.values()) for (const share of received.values()) share.fill(0);
  }
}

/** All parties end with one group; the one that most others do not share is named. */
function agreed(groups: readonly { readonly party: DkgParty; readonly group: Group }[]): Group {
  const digests = groups.map(({ group }) => sha256Hex(writeGroup(group)));
  const count = (digest: string | undefined): number => digests.filter((other) => other === digest).length;
  const most = [...digests].sort((a, b) => count(b) - count(a))[0];
  const odd = groups.find((_, index) => digests[index] !== most);
  const [first] = groups;
  if (odd !== undefined || first === undefined) throw blame(odd?.party.number ?? 0, 'confirm');
  return first.group;
}
