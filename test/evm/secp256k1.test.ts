import { recoverPublicKey as theirRecovery } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { CURVE_ORDER, readPublicKey, recoverPublicKey } from '../../src/adapters/evm/secp256k1.ts';
import { toHex } from '../../src/core/index.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';

const random = createSeededRandom('secp256k1');
const word = (value: bigint): string => value.toString(16).padStart(64, '0');
const number = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes)}`);

async function theirs(hash: Uint8Array, r: bigint, s: bigint, odd: boolean): Promise<string | null> {
  try {
    return (await theirRecovery({ hash: `0x${toHex(hash)}`, signature: `0x${word(r)}${word(s)}${odd ? '1c' : '1b'}` })).slice(4);
  } catch {
    return null;
  }
}

describe('recovery agrees with the library that wallets use', () => {
  it('on real signatures', async () => {
    for (let round = 0; round < 40; round += 1) {
      const account = privateKeyToAccount(`0x${toHex(random.bytes(32))}`);
      const hash = random.bytes(32);
      const text = await account.sign({ hash: `0x${toHex(hash)}` });
      const [r, s] = [BigInt(text.slice(0, 66)), BigInt(`0x${text.slice(66, 130)}`)];
      const odd = text.endsWith('1c');
      expect(toHex(recoverPublicKey(hash, r, s, odd) ?? new Uint8Array(0))).toBe(account.publicKey.slice(4));
      expect(recoverPublicKey(hash, r, s, !odd)).not.toEqual(recoverPublicKey(hash, r, s, odd));
      expect(recoverPublicKey(hash, r, CURVE_ORDER - s, !odd)).toBeNull();
    }
  });

  it('on arbitrary numbers, half of which are no signature at all', async () => {
    let none = 0;
    for (let round = 0; round < 120; round += 1) {
      const [hash, r, s, odd] = [
        random.bytes(32),
        number(random.bytes(32)) % CURVE_ORDER,
        number(random.bytes(32)) % (CURVE_ORDER / 2n),
        round % 2 === 0,
      ];
      const ours = recoverPublicKey(hash, r, s, odd);
      if (ours === null) none += 1;
      expect(ours === null ? null : toHex(ours)).toBe(await theirs(hash, r, s, odd));
    }
    expect(none).toBeGreaterThan(20);
  });

  it('on the edges', async () => {
    const zero = new Uint8Array(32);
    for (const hash of [zero, new Uint8Array(32).fill(255)]) {
      for (const r of [1n, 2n, 3n, 4n, 5n, CURVE_ORDER - 1n]) {
        for (const s of [1n, 2n, CURVE_ORDER / 2n]) {
          const ours = recoverPublicKey(hash, r, s, true);
          expect(ours === null ? null : toHex(ours)).toBe(await theirs(hash, r, s, true));
        }
      }
      for (const [r, s] of [
        [0n, 1n],
        [1n, 0n],
        [CURVE_ORDER, 1n],
        [1n, CURVE_ORDER],
        [1n, CURVE_ORDER / 2n + 1n],
      ] as const) {
        expect(recoverPublicKey(hash, r, s, true)).toBeNull();
      }
    }
  });
});

describe('public keys', () => {
  it('a point off the curve, or written in another form, is none', () => {
    const point = Buffer.from(privateKeyToAccount(`0x${'07'.repeat(32)}`).publicKey.slice(2), 'hex');
    expect(toHex(readPublicKey(point) ?? new Uint8Array(0))).toBe(point.toString('hex').slice(2));
    const off = Uint8Array.from(point);
    off[64] = (off[64] as number) ^ 1;
    expect(readPublicKey(off)).toBeNull();
    expect(readPublicKey(Uint8Array.of(6, ...point.subarray(1)))).toBeNull();
    expect(readPublicKey(Uint8Array.of(2, ...new Uint8Array(31), 5))).toBeNull();
  });
});
