import { describe, expect, it } from 'vitest';
import { fromHex, toHex, verifyEd25519 } from '../../src/core/index.ts';
import { frost, type SuiteGroup } from '../../src/custody/mpc/suite.ts';
import { describeVectors, vectorJson } from '../vectors.ts';

interface Vector {
  readonly config: { readonly MAX_PARTICIPANTS: string; readonly MIN_PARTICIPANTS: string };
  readonly inputs: {
    readonly participant_list: readonly number[];
    readonly group_public_key?: string;
    readonly verifying_key_key?: string;
    readonly group_secret_key: string;
    readonly message: string;
    readonly share_polynomial_coefficients: readonly string[];
    readonly participant_shares: readonly { readonly identifier: number; readonly participant_share: string }[];
  };
  readonly round_one_outputs: { readonly outputs: readonly RoundOne[] };
  readonly round_two_outputs: { readonly outputs: readonly { readonly identifier: number; readonly sig_share: string }[] };
  readonly final_output: { readonly sig: string };
}

interface RoundOne {
  readonly identifier: number;
  readonly hiding_nonce_randomness: string;
  readonly binding_nonce_randomness: string;
  readonly hiding_nonce: string;
  readonly binding_nonce: string;
  readonly hiding_nonce_commitment: string;
  readonly binding_nonce_commitment: string;
}

const id = (party: number): string => frost.Identifier.fromNumber(party);

/** Both rounds of a vector, from its randomness to its signature. */
function follow({ config, inputs, round_one_outputs, round_two_outputs, final_output }: Vector): void {
  const message = fromHex(inputs.message);
  const secretOf = (party: number) => ({
    identifier: id(party),
    signingShare: fromHex(inputs.participant_shares.find(({ identifier }) => identifier === party)?.participant_share ?? ''),
  });
  const rounds = round_one_outputs.outputs.map((output) => {
    const draws = [output.hiding_nonce_randomness, output.binding_nonce_randomness];
    const { nonces, commitments } = frost.commit(secretOf(output.identifier), () => fromHex(draws.shift() ?? ''));
    expect([toHex(nonces.hiding), toHex(nonces.binding)]).toEqual([output.hiding_nonce, output.binding_nonce]);
    expect(toHex(commitments.hiding)).toBe(output.hiding_nonce_commitment);
    expect(toHex(commitments.binding)).toBe(output.binding_nonce_commitment);
    return { party: output.identifier, nonces, commitments };
  });
  const dealt = frost.trustedDealer({ min: 2, max: 2 }, [id(1), id(2)], fromHex(inputs.group_secret_key));
  const verifyingKey = inputs.group_public_key ?? inputs.verifying_key_key ?? '';
  expect(toHex(dealt.public.commitments[0] as Uint8Array)).toBe(verifyingKey);
  const group: SuiteGroup = {
    signers: { min: Number(config.MIN_PARTICIPANTS), max: Number(config.MAX_PARTICIPANTS) },
    commitments: [fromHex(verifyingKey)],
    verifyingShares: Object.fromEntries(
      rounds.map(({ party }) => {
        const { signingShare } = secretOf(party);
        const point = frost.trustedDealer({ min: 2, max: 2 }, [id(1), id(2)], signingShare).public.commitments[0];
        return [id(party), point as Uint8Array];
      }),
    ),
  };
  const commitments = rounds.map((round) => round.commitments);
  const shares: Record<string, Uint8Array> = {};
  for (const { party, nonces } of rounds) {
    const share = frost.signShare(secretOf(party), group, nonces, commitments, message);
    expect(toHex(share)).toBe(round_two_outputs.outputs.find(({ identifier }) => identifier === party)?.sig_share);
    expect(frost.verifyShare(group, commitments, message, id(party), share)).toBe(true);
    shares[id(party)] = share;
  }
  const signature = frost.aggregate(group, commitments, message, shares);
  expect(toHex(signature)).toBe(final_output.sig);
  expect(verifyEd25519(fromHex(verifyingKey), message, signature)).toBe(true);
}

describe('FROST(Ed25519, SHA-512), a literal of RFC 9591', () => {
  it('makes the signature of parties 1 and 3', () => {
    const share = { identifier: id(1), signingShare: fromHex('929dcc590407aae7d388761cddb0c0db6f5627aea8e217f4a033f2ec83d93509') };
    const draws = [
      '0fd2e39e111cdc266f6c0f4d0fd45c947761f1f5d3cb583dfcb9bbaf8d4c9fec',
      '69cd85f631d5f7f2721ed5e40519b1366f340a87c2f6856363dbdcda348a7501',
    ];
    const { nonces } = frost.commit(share, () => fromHex(draws.shift() ?? ''));
    expect(toHex(nonces.hiding)).toBe('812d6104142944d5a55924de6d49940956206909f2acaeedecda2b726e630407');
    const publicKey = fromHex('15d21ccd7ee42959562fc8aa63224c8851fb3ec85a3faf66040d380fb9738673');
    const signature = fromHex(
      '36282629c383bb820a88b71cae937d41f2f2adfcc3d02e55507e2fb9e2dd3cbebd9d2b0844e49ae0f3fa935161e1419aab7b47d21a37ebeae1f17d4987b3160b',
    );
    expect(verifyEd25519(publicKey, Buffer.from('test'), signature)).toBe(true);
  });
});

describeVectors('rfc9591-frost', 'FROST(Ed25519, SHA-512), RFC 9591', (folder) => {
  it('follows both rounds', () => follow(vectorJson<Vector>(folder, 'frost-ed25519-sha512.json')));
});

describeVectors('zcash-frost', 'FROST(Ed25519, SHA-512), the Zcash implementation', (folder) => {
  const read = <T>(name: string): T => vectorJson<T>(folder, 'ed25519', 'tests', 'helpers', name);

  it('follows both rounds', () => follow(read<Vector>('vectors.json')));
  it('follows them for parties 129, 256 and 257', () => follow(read<Vector>('vectors-big-identifier.json')));

  it('makes the key of its distributed generation', () => {
    interface Participant {
      readonly identifier: number;
      readonly signing_key: string;
      readonly coefficient: string;
      readonly vss_commitments: readonly string[];
      readonly proof_of_knowledge: string;
      readonly signing_shares: Readonly<Record<string, string>>;
      readonly verifying_share: string;
      readonly signing_share: string;
    }
    const { inputs } = read<{ readonly inputs: Readonly<Record<string, unknown>> }>('vectors_dkg.json');
    const parties = ['1', '2', '3'].map((name) => inputs[name] as Participant);
    const said = parties.map(({ identifier, vss_commitments, proof_of_knowledge }) => ({
      identifier: id(identifier),
      commitment: vss_commitments.map(fromHex),
      proofOfKnowledge: fromHex(proof_of_knowledge),
    }));
    for (const [index, party] of parties.entries()) {
      const secret = {
        identifier: BigInt(party.identifier),
        coefficients: [party.signing_key, party.coefficient].map((hex) => frost.utils.Fn.fromBytes(fromHex(hex))),
        commitment: said[index]?.commitment ?? [],
        signers: { min: 2, max: 3 },
        step: 1 as const,
      };
      const others = said.filter((_, other) => other !== index);
      const sent = frost.DKG.round2(secret, others);
      for (const other of parties.filter((_, otherIndex) => otherIndex !== index))
        expect(toHex(sent[id(other.identifier)]?.signingShare ?? new Uint8Array(0))).toBe(other.signing_shares[String(party.identifier)]);
      const received = parties
        .filter((_, other) => other !== index)
        .map(({ identifier }) => ({ identifier: id(identifier), signingShare: fromHex(party.signing_shares[String(identifier)] ?? '') }));
      const key = frost.DKG.round3(secret, others, received);
      expect(toHex(key.secret.signingShare)).toBe(party.signing_share);
      expect(toHex(key.public.verifyingShares[id(party.identifier)] as Uint8Array)).toBe(party.verifying_share);
      expect(toHex(key.public.commitments[0] as Uint8Array)).toBe(inputs['verifying_key']);
    }
  });
});
