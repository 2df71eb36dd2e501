import { generateTogether } from '../../src/custody/mpc/dkg.ts';
import { createDkgParty } from '../../src/custody/mpc/dkg-party.ts';
import { createSigningParty, type SigningParty } from '../../src/custody/mpc/party.ts';
import { type SuiteGroup, toSuiteGroup } from '../../src/custody/mpc/suite.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';

export const random = createSeededRandom('signing');

/** A key of parties whose shares lie open. */
export interface SharedKeyInHand {
  readonly group: SuiteGroup;
  readonly publicKey: Uint8Array;
  /** Party 1 first. */
  readonly shares: readonly Uint8Array[];
  readonly threshold: number;
}

/** Makes a key of parties. */
export function makeShared(threshold: number, total: number): SharedKeyInHand {
  const makers = Array.from({ length: total }, (_, index) =>
    createDkgParty({ number: index + 1, threshold, total, label: 'test', random }),
  );
  const group = generateTogether(makers);
  const shares = makers.map((maker) => maker.seal((share) => Uint8Array.from(share)));
  return { group: toSuiteGroup(group), publicKey: group.commitments[0] as Uint8Array, shares, threshold };
}

/** An honest party of it. */
export function partyOf({ shares }: SharedKeyInHand, number: number, source = random): SigningParty {
  return createSigningParty({ number, label: 'test', random: source, openShare: () => Uint8Array.from(shares[number - 1] as Uint8Array) });
}
