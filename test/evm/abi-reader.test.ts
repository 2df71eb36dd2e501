import { decodeAbiParameters, encodeAbiParameters, parseAbiParameters } from 'viem';
import { describe, expect, it } from 'vitest';
import { readAbi, readArguments } from '../../src/adapters/evm/decode/abi-reader.ts';
import type { AbiType } from '../../src/adapters/evm/decode/abi-type.ts';
import { toHex } from '../../src/core/index.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';
import { BOB, bytes, codec, context } from './codec-fixture.ts';

const random = createSeededRandom('abi-reader');
const draw = (below: number): number => ((random.bytes(1)[0] as number) * 256 + (random.bytes(1)[0] as number)) % below;
const hex = (length: number): `0x${string}` => `0x${toHex(random.bytes(length))}`;
const many = <T>(make: () => T): T[] => Array.from({ length: draw(4) }, make);

/** Our types, the same in the library's spelling, and a random value of them. */
const SHAPES: readonly (readonly [readonly AbiType[], string, () => readonly unknown[]])[] = [
  [[{ list: 'bytes' }], 'bytes[]', () => [many(() => hex(draw(70)))]],
  [['uint256', { list: 'bytes' }], 'uint256, bytes[]', () => [BigInt(hex(32)), many(() => hex(draw(70)))]],
  [
    [{ list: { record: ['address', 'bool', 'uint256', 'bytes'] } }],
    '(address,bool,uint256,bytes)[]',
    () => [many(() => [hex(20), draw(2) === 1, BigInt(hex(16)), hex(draw(70))])],
  ],
  [
    [{ list: 'address' }, { list: 'uint256' }, { list: 'bytes' }],
    'address[], uint256[], bytes[]',
    () => [many(() => hex(20)), many(() => BigInt(hex(8))), many(() => hex(draw(40)))],
  ],
  [['address', 'uint256', 'bytes'], 'address, uint256, bytes', () => [hex(20), BigInt(hex(8)), hex(draw(90))]],
  [
    ['int8', 'int128', 'bytes4', 'bytes20', 'uint48'],
    'int8, int128, bytes4, bytes20, uint48',
    () => [draw(256) - 128, BigInt.asIntN(128, BigInt(hex(16))), hex(4), hex(20), draw(65_536)],
  ],
  [[{ list: 'uint8', length: 3 }, 'string'], 'uint8[3], string', () => [[draw(256), draw(256), draw(256)], 'é€😀'.repeat(draw(8))]],
  [
    [{ record: ['address', { record: ['uint160', 'uint48'] }] }, { list: { record: ['uint48', 'bool'] } }],
    '(address,(uint160,uint48)), (uint48,bool)[]',
    () => [[hex(20), [BigInt(hex(20)), draw(65_536)]], many(() => [draw(65_536), draw(2) === 1])],
  ],
  [
    [{ list: { list: 'string' }, length: 2 }, { list: { record: ['bytes32', { list: 'int24' }] } }],
    'string[][2], (bytes32,int24[])[]',
    () => [[many(() => 'abc'), many(() => '')], many(() => [hex(32), many(() => draw(100) - 50)])],
  ],
];

/** Values as text, bytes and addresses as lowercase hex. */
const plain = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return `0x${toHex(value)}`;
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === 'string' ? value.toLowerCase() : typeof value === 'bigint' || typeof value === 'number' ? String(value) : value;
};

/** What the library reads, where writing it again gives the same bytes: the canonical encodings. */
function theirs(types: string, data: Uint8Array): unknown {
  const parameters = parseAbiParameters(types);
  const encoded = `0x${toHex(data)}` as const;
  try {
    const values = decodeAbiParameters(parameters, encoded);
    return encodeAbiParameters(parameters, values as never) === encoded ? plain(values) : null;
  } catch {
    return null;
  }
}

describe('the strict reader', () => {
  it.each(SHAPES)('agrees with the library on %j and on what is not canonical', (types, spelled, value) => {
    let refused = 0;
    for (let round = 0; round < 250; round += 1) {
      const data = bytes(encodeAbiParameters(parseAbiParameters(spelled), value() as never));
      expect(plain(readAbi(data, 0, types))).toEqual(theirs(spelled, data));
      const mutated = draw(6) === 0 ? data.slice(0, draw(data.length)) : data.slice();
      if (mutated.length > 0) mutated[draw(mutated.length)] = draw(256);
      const ours = readAbi(mutated, 0, types);
      if (ours === null) refused += 1;
      expect(plain(ours)).toEqual(theirs(spelled, mutated));
    }
    expect(refused).toBeGreaterThan(25);
  });

  it('offsets that all point to one blob end at the first wrong one, at once', () => {
    const entries = 2_000;
    const word = (value: number): string => value.toString(16).padStart(64, '0');
    const offsets = Array.from({ length: entries }, () => word(entries * 32)).join('');
    const bomb = bytes(`0xac9650d8${word(32)}${word(entries)}${offsets}${word(60_000)}${'11'.repeat(60_000)}`);
    const started = performance.now();
    expect(readArguments(bomb, 4, [{ list: 'bytes' }])).toBe('not_canonical');
    const decoded = codec.decode(codec.build({ kind: 'calls', calls: [{ to: BOB, value: 0n, data: bomb }] }, context));
    expect(decoded.complete).toBe(false);
    expect(performance.now() - started).toBeLessThan(250);
  });
});
