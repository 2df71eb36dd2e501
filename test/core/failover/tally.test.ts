import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CastellanError, isCastellanError } from '../../../src/core/errors.ts';
import { tally, type Vote } from '../../../src/core/failover/tally.ts';

const error = (code: 'CHAIN_UNAVAILABLE' | 'CHAIN_REJECTED', reason?: string) =>
  new CastellanError(code, { message: 'test', details: reason === undefined ? {} : { reason } });
const says = (endpoint: number, value: unknown): Vote => ({ endpoint, kind: 'answer', value });
const refuses = (endpoint: number): Vote => ({ endpoint, kind: 'refusal', error: error('CHAIN_REJECTED') });
const absent = (endpoint: number, reason?: string): Vote => ({ endpoint, kind: 'missing', error: error('CHAIN_UNAVAILABLE', reason) });
const toBallot = (value: unknown) => ({ value, spelling: value === null ? null : JSON.stringify(value) });
const outcome = (votes: readonly Vote[], needed: number): unknown => {
  try {
    return { value: tally(votes, { method: 'm', needed }, toBallot) };
  } catch (caught) {
    if (!isCastellanError(caught)) throw caught;
    return [caught.code, caught.details['reason']].filter((part) => part !== undefined).join(' ');
  }
};

describe('a tally', () => {
  it.each<readonly [string, readonly Vote[], number, unknown]>([
    ['three agree', [says(0, 7), says(1, 7), says(2, 7)], 3, { value: 7 }],
    ['one lies', [says(0, 7), says(1, 8), says(2, 7)], 3, 'CHAIN_RESPONSE_INVALID nodes_disagree'],
    ['one lies, and two would do', [says(0, 7), says(1, 8), says(2, 7)], 2, 'CHAIN_RESPONSE_INVALID nodes_disagree'],
    ['two lie together, the third is out', [says(0, 9), says(1, 9), absent(2)], 3, 'CHAIN_UNAVAILABLE quorum_missing'],
    ['two lie apart, the third is out', [says(0, 9), says(1, 8), absent(2)], 3, 'CHAIN_RESPONSE_INVALID nodes_disagree'],
    ['one is out, and two will do', [says(0, 7), says(1, 7), absent(2)], 2, { value: 7 }],
    ['two are out, and two are needed', [says(0, 7), absent(1), absent(2, 'x')], 2, 'CHAIN_UNAVAILABLE quorum_missing'],
    ['all fail in the same way', [absent(0, 'head_stale'), absent(1, 'head_stale')], 2, 'CHAIN_UNAVAILABLE head_stale'],
    ['nobody knows of it', [says(0, null), says(1, null)], 2, { value: null }],
    ['one knows of it, two do not', [says(0, null), says(1, 7), says(2, null)], 2, 'CHAIN_UNAVAILABLE quorum_missing'],
    ['enough know of it, one does not', [says(0, 7), says(1, 7), says(2, null)], 2, { value: 7 }],
    ['one refuses, one answers', [refuses(0), says(1, 7)], 2, 'CHAIN_RESPONSE_INVALID nodes_disagree'],
    ['all refuse', [refuses(0), refuses(1)], 2, 'CHAIN_REJECTED'],
    ['no endpoint at all', [], 1, 'CHAIN_UNAVAILABLE quorum_missing'],
  ])('%s', (_name, votes, needed, expected) => {
    expect(outcome(votes, needed)).toEqual(expected);
  });

  it('names who said what, by number', () => {
    const votes = [says(0, 7), says(1, 8), says(2, 7), absent(3, 'late')];
    expect(() => tally(votes, { method: 'm', needed: 4 }, toBallot)).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ answers: ['0 2', '1'], missing: ['3: CHAIN_UNAVAILABLE late'] }) }),
    );
  });

  it('never gives a value that fewer than needed told, or that one who answered contradicts', () => {
    const vote = fc.constantFrom<readonly (number | null | undefined)[]>([0, 1, null, undefined]);
    fc.assert(
      fc.property(
        fc.array(
          vote.chain((all) => fc.constantFrom(...all)),
          { maxLength: 6 },
        ),
        fc.integer({ min: 1, max: 6 }),
        (told, needed) => {
          const votes = told.map((value, endpoint) => (value === undefined ? absent(endpoint) : says(endpoint, value)));
          const found = outcome(votes, needed);
          const values = told.filter((value) => typeof value === 'number');
          const agreed = new Set(values).size === 1 && values.length >= needed;
          const unknown = values.length === 0 && told.filter((value) => value === null).length >= needed;
          expect(typeof found === 'object').toBe(agreed || unknown);
          if (typeof found === 'object') expect(found).toEqual({ value: agreed ? values[0] : null });
        },
      ),
    );
  });
});
