import { describe, expect, it } from 'vitest';
import { AccountTexts, accountOf } from '../../../src/authz/policy/language/account-texts.ts';
import type { Cells } from '../../../src/authz/policy/language/cell.ts';
import type { ChainId } from '../../../src/core/index.ts';

const ETHEREUM = 'eip155:1' as ChainId;
const BASE = 'eip155:8453' as ChainId;
const address = (n: number): string => `0x${n.toString(16).padStart(40, '0')}`;

/** Tells accounts apart by where they first came; counts what it is asked. */
function counting() {
  const seen: (string | undefined)[] = [];
  let asked = 0;
  const of = (text: string | undefined): number => {
    asked += 1;
    if (!seen.includes(text)) seen.push(text);
    return seen.indexOf(text);
  };
  return { cells: { of } as unknown as Cells<string>, seen, asked: () => asked };
}

describe('the cells of accounts by their spelling', () => {
  it('are those of the account on the chain of the call, whatever was asked before on another', () => {
    const { cells, seen } = counting();
    const texts = new AccountTexts(cells);
    for (const chain of [ETHEREUM, BASE, BASE, ETHEREUM])
      for (const n of [1, 2, 1]) expect(seen[texts.of(address(n), chain)]).toBe(`${chain}:${address(n)}`);
    expect(seen[texts.of('nobody', ETHEREUM)]).toBeUndefined();
    expect(accountOf('nobody', ETHEREUM)).toBeUndefined();
  });

  it('are asked for once for each spelling, and kept within bounds', () => {
    const { cells, asked } = counting();
    const texts = new AccountTexts(cells);
    for (let time = 0; time < 3; time++) texts.of(address(1), ETHEREUM);
    expect(asked()).toBe(1);
    // A text that is too long is no account worth the room.
    const long = 'x'.repeat(129);
    for (let time = 0; time < 3; time++) texts.of(long, ETHEREUM);
    expect(asked()).toBe(4);
    texts.of('x'.repeat(128), ETHEREUM);
    texts.of('x'.repeat(128), ETHEREUM);
    expect(asked()).toBe(5);
    // Two are known; with 1,022 more it is full, and the next one has all dropped.
    for (let n = 2; n < 1_024; n++) texts.of(address(n), ETHEREUM);
    expect(asked()).toBe(5 + 1_022);
    texts.of(address(1), ETHEREUM);
    expect(asked()).toBe(5 + 1_022);
    texts.of(address(9_999), ETHEREUM);
    texts.of(address(1), ETHEREUM);
    expect(asked()).toBe(5 + 1_022 + 2);
  });
});
