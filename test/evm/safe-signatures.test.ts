import { describe, expect, it } from 'vitest';
import { coSigningOf } from '../../src/adapters/evm/accounts/safe/co-signing.ts';
import { wordOf } from '../../src/adapters/evm/accounts/safe/safe-hash.ts';
import { readOrder, withSignatures } from '../../src/adapters/evm/accounts/safe/safe-order.ts';
import { readEnvelope } from '../../src/adapters/evm/envelope.ts';
import { encodeRlp } from '../../src/adapters/evm/rlp.ts';
import { toHex } from '../../src/core/index.ts';
import { on } from './chain-fixture.ts';
import { party } from './safe-bench.ts';
import { adopt, build, codec, completed, context, parties, pay, sender, smart, TOKEN } from './safe-codec-fixture.ts';

describe('what the owners of a Safe have signed', () => {
  it('is read back as the same calls, whoever of them signed, in whatever order', async () => {
    const order = codec.decode(build());
    const [a, b, c] = parties;
    for (const by of [
      [a, b],
      [b, a],
      [c, a],
      [b, c],
    ]) {
      const tx = await completed(pay, by);
      expect(tx.slot).toBe(7);
      expect(codec.decode(tx)).toEqual(order);
      expect(toHex(tx.payload)).toBe(toHex((await completed(pay, [...by].reverse())).payload));
    }
  });

  it('is unknown with too few or too many of them, a stranger, or a bit of a signature or the number turned', async () => {
    const stranger = party(7);
    const [a, b, c] = parties;
    for (const by of [[a], [a, b, c], [a, stranger], [stranger]])
      expect(codec.decode(await completed(pay, by)), by.map(({ address }) => address).join()).toMatchObject({ complete: false });
    const good = await completed(pay);
    const { fields, data } = readEnvelope(good.payload);
    const start = data.length - 192;
    let known = 0;
    // Each seventh bit: all eight of a byte come up.
    for (let bit = 0; bit < 162 * 8; bit += 7) {
      const flipped = Uint8Array.from(data, (byte, index) => (index === start + (bit >> 3) ? byte ^ (1 << (bit & 7)) : byte));
      const own = [...fields];
      own[7] = flipped;
      if (codec.decode(adopt(encodeRlp(own, 2))).complete) known += 1;
    }
    expect(known).toBe(0);
  });

  it('is unknown with the same owner twice, or in an order that the Safe does not take', async () => {
    const order = readOrder(build().payload);
    const { hash } = coSigningOf(build().payload);
    const own = async (index: 0 | 1): Promise<Uint8Array> => {
      const { signature } = await parties[index].coSign(hash);
      return Uint8Array.from([...signature.subarray(0, 64), 27 + (signature[64] as number)]);
    };
    const [one, two] = parties[0].address < parties[1].address ? [await own(0), await own(1)] : [await own(1), await own(0)];
    const signedAs = (...signatures: readonly Uint8Array[]): boolean =>
      codec.decode(adopt(withSignatures(order, new Uint8Array(Buffer.concat([...signatures, wordOf(order.nonce)]))))).complete;
    expect(signedAs(one, two)).toBe(true);
    expect(signedAs(two, one)).toBe(false);
    expect(signedAs(one, one)).toBe(false);
    expect(signedAs(two, two)).toBe(false);
  });

  it('is no signature of theirs: refused before anything is put together', async () => {
    const { payload } = build();
    const { hash, attach } = coSigningOf(payload);
    const [one, two] = await Promise.all([parties[0].coSign(hash), parties[1].coSign(hash)]);
    const elsewhere = await parties[1].coSign(coSigningOf(build({ ...pay, amount: 6n }).payload).hash);
    const turned = { ...two, signature: Uint8Array.from(two.signature, (byte, index) => (index === 3 ? byte ^ 1 : byte)) };
    const v = { ...two, signature: Uint8Array.from(two.signature, (byte, index) => (index === 64 ? byte + 27 : byte)) };
    for (const set of [
      [],
      [one, one],
      [one, elsewhere],
      [one, turned],
      [one, v],
      [one, { ...two, publicKey: one.publicKey }],
      [one, { ...two, publicKey: new Uint8Array(33) }],
      [one, { ...two, signature: two.signature.subarray(0, 64) }],
    ])
      expect(() => attach(set)).toThrow(/SIGNATURE_INVALID/);
    expect(withSignatures(readOrder(payload), new Uint8Array(0))).toEqual(readOrder(payload).outerBytes);
  });

  it('is not joined with the sender’s signature over the order itself', async () => {
    const order = build();
    const signature = await sender.sign(codec.signingHash(order.payload));
    expect(() => codec.assemble(order, signature)).toThrow(/PAYLOAD_UNDECODABLE/);
    const tx = await completed(pay);
    expect(() => codec.assemble(tx, signature)).toThrow(/SIGNATURE_INVALID/);
    expect(codec.assemble(tx, await sender.sign(codec.signingHash(tx.payload)))).toMatchObject({ slot: 7, wallet: smart.account, smart });
  });

  it('hangs on chain, Safe, number and call: each has a hash of its own', () => {
    const hashes = [
      build(),
      build({ ...pay, amount: 6n }),
      build({ ...pay, to: on(TOKEN) }),
      codec.build(pay, { ...context, slot: 8 }),
      codec.build(pay, {
        ...context,
        smart: { ...smart, account: on('0x5afe5afe5afe5afe5afe5afe5afe5afe5afe5aff') },
        wallet: on('0x5afe5afe5afe5afe5afe5afe5afe5afe5afe5aff'),
      }),
    ].map(({ payload }) => toHex(codec.coSigning?.(payload)?.hash ?? new Uint8Array(0)));
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(codec.coSigning?.(readOrder(build().payload).outerBytes)).toBeUndefined();
  });
});
