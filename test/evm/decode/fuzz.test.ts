import { expect, it } from 'vitest';
import { fuzzEvm } from '../../../scripts/scorecard/chains-fuzz-evm.ts';
import { unnamedDifference } from '../../../scripts/scorecard/chains-fuzz-evm-oracle.ts';
import { toHex } from '../../../src/core/index.ts';
import { decodePayload, encode, payloadOf, STRANGE, transfer } from './scene.ts';

it('1,000 mutated payloads: nothing unexpected, nothing read as what it is not', () => {
  const found = fuzzEvm(1_000, 5);
  expect(found.failures).toEqual([]);
  expect(found.understood).toBeGreaterThan(25);
});

it('the judge of the fuzz sees what differs, but for places that are named', () => {
  const payload = (deadline: bigint, amount: bigint) =>
    payloadOf(STRANGE, encode('multicall(uint256,bytes[])', [deadline, [transfer(STRANGE, amount)]]));
  const hex = (one: Uint8Array): `0x${string}` => `0x${toHex(one)}`;
  expect(unnamedDifference(hex(payload(1n, 5n)), hex(payload(2n, 5n)))).toBeNull();
  expect(unnamedDifference(hex(payload(1n, 5n)), hex(payload(1n, 6n)))).toContain('transfer(address,uint256) 1');
  expect(decodePayload(payload(1n, 5n)).effects).toEqual(decodePayload(payload(2n, 5n)).effects);
});
