import { decodeFunctionData, encodeFunctionData, parseAbi, parseTransaction } from 'viem';
import { describe, expect, it } from 'vitest';
import type { Effect } from '../../src/core/index.ts';
import { isCastellanError, toHex } from '../../src/core/index.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';
import { assetOf, BOB, bytes, CHAIN, codec, context, NATIVE, STRANGE, TOKEN, WALLET } from './codec-fixture.ts';

const ABI = parseAbi(['function transfer(address to, uint256 amount)', 'function multicall(bytes[] data)']);
const transferData = encodeFunctionData({ abi: ABI, functionName: 'transfer', args: ['0x00000000000000000000000000000000000000bb', 77n] });
const seeds = [
  codec.build({ kind: 'transfer', asset: NATIVE, amount: 5n, to: BOB }, context),
  codec.build({ kind: 'transfer', asset: assetOf(TOKEN), amount: 77n, to: BOB }, context),
  codec.build({ kind: 'approve', asset: assetOf(TOKEN), amount: 'unlimited', spender: BOB }, context),
  codec.build(
    {
      kind: 'calls',
      calls: [
        {
          to: STRANGE,
          value: 1n,
          data: bytes(encodeFunctionData({ abi: ABI, functionName: 'multicall', args: [[transferData, transferData]] })),
        },
      ],
    },
    context,
  ),
];

/** One to three edits: a bit flipped, a byte replaced, inserted, removed, or the end cut off. */
function mutate(payload: Uint8Array, draw: (below: number) => number): Uint8Array {
  let bytesNow = [...payload];
  for (let edits = 1 + draw(3); edits > 0; edits -= 1) {
    const at = draw(bytesNow.length);
    const kind = draw(5);
    if (kind === 0) bytesNow[at] = (bytesNow[at] as number) ^ (1 << draw(8));
    else if (kind === 1) bytesNow[at] = draw(256);
    else if (kind === 2) bytesNow.splice(at, 0, draw(256));
    else if (kind === 3) bytesNow.splice(at, 1);
    else bytesNow = bytesNow.slice(0, at + 1);
  }
  return Uint8Array.from(bytesNow);
}

const amounts = (effects: readonly Effect[], account: string, asset: string): bigint[] =>
  effects.flatMap((effect) => (effect.kind === 'outflow' && effect.account === account && effect.asset === asset ? [effect.amount] : []));

/** What viem, which shares none of our reading, says the bytes are. */
function checkAgainstViem(payload: Uint8Array): void {
  const decoded = codec.decode(codec.adopt(payload, CHAIN, WALLET));
  const theirs = parseTransaction(`0x${toHex(payload)}`);
  expect(theirs.chainId).toBe(31337);
  expect(decoded.effects[0]).toMatchObject({ kind: 'fee', max: (theirs.gas ?? 0n) * (theirs.maxFeePerGas ?? 0n) });
  const [call] = decoded.calls;
  if (theirs.to === undefined || theirs.to === null) {
    expect(call).toBeUndefined();
    expect(decoded.effects.some(({ kind }) => kind === 'deploy')).toBe(true);
    return;
  }
  expect(call).toEqual({ to: `${CHAIN}:${theirs.to.toLowerCase()}`, value: theirs.value ?? 0n, data: bytes(theirs.data ?? '0x') });
  const outside = amounts(decoded.effects, WALLET, NATIVE);
  if ((theirs.value ?? 0n) > 0n) expect(outside[0]).toBe(theirs.value);
  const data = theirs.data ?? '0x';
  if (data.startsWith('0xa9059cbb') && decoded.complete) {
    const { args } = decodeFunctionData({ abi: ABI, data });
    expect(encodeFunctionData({ abi: ABI, functionName: 'transfer', args: args as [`0x${string}`, bigint] })).toBe(data);
    expect(amounts(decoded.effects, WALLET, `${CHAIN}/erc20:${theirs.to.toLowerCase()}`)).toEqual([args[1]]);
    expect(decoded.effects.at(-1)).toMatchObject({ kind: 'inflow', account: `${CHAIN}:${(args[0] as string).toLowerCase()}` });
  } else if (data !== '0x' && !decoded.effects.some(({ kind }) => kind === 'call' || kind === 'allowance')) {
    throw new Error('calldata without any effect that tells of it');
  }
}

describe('20,000 mutated payloads', () => {
  it.each([0, 1, 2, 3])('seed %i: undecodable, or told as it is', (index) => {
    const random = createSeededRandom(`codec-fuzz-${index}`);
    const draw = (below: number): number => {
      const [a, b, c] = random.bytes(3) as unknown as [number, number, number];
      return ((a << 16) | (b << 8) | c) % below;
    };
    const tx = seeds[index] as (typeof seeds)[number];
    let decodable = 0;
    for (let round = 0; round < 5_000; round += 1) {
      const payload = mutate(tx.payload, draw);
      const changed = toHex(payload) !== toHex(tx.payload);
      try {
        codec.decode({ ...tx, payload });
        expect(changed).toBe(false);
      } catch (error) {
        if (!isCastellanError(error)) throw error;
        expect(error.code).toBe('PAYLOAD_UNDECODABLE');
      }
      try {
        checkAgainstViem(payload);
        decodable += 1;
      } catch (error) {
        if (!isCastellanError(error)) throw error;
        expect(error.code).toBe('PAYLOAD_UNDECODABLE');
      }
    }
    // The mutations are not all hopeless: many survive as other transactions and are told as such.
    expect(decodable).toBeGreaterThan(200);
  });

  it('random bytes are never a transaction by chance and never an unexpected error', () => {
    const random = createSeededRandom('codec-noise');
    for (let round = 0; round < 2_000; round += 1) {
      const noise = random.bytes(round % 200);
      for (const run of [
        () => codec.adopt(noise, CHAIN, WALLET),
        () => codec.parse(noise, CHAIN, WALLET),
        () => codec.parse(Uint8Array.of(2, ...noise), CHAIN, WALLET),
      ]) {
        expect(run).toThrow(/^PAYLOAD_UNDECODABLE/);
      }
    }
  });
});
