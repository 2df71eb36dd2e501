import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chainTroubleOf } from '../../../src/core/chain-trouble.ts';
import { CastellanError } from '../../../src/core/errors.ts';
import { checkHeadAge, checkLag, sharedHeight } from '../../../src/core/failover/height.ts';
import { quorumFault, quorumOf } from '../../../src/core/failover/quorum.ts';
import { createManualClock } from '../../../src/testing/index.ts';

describe('how many must agree', () => {
  it('by default one of one or two, and all of three and more', () => {
    expect([1, 2, 3, 5].map((size) => quorumOf(undefined, size))).toEqual([1, 1, 3, 5]);
    expect([quorumOf('all', 2), quorumOf(2, 3), quorumOf(1, 3)]).toEqual([2, 2, 1]);
  });

  it('one node under two names does not vote twice, and nobody votes who is not there', () => {
    expect(quorumFault(['http://a.example/', 'http://A.example:80'], 'all')).toMatchObject({ field: 'endpoints' });
    expect(quorumFault(['http://a.example/x', 'http://a.example/y'], 3)).toMatchObject({ field: 'quorum' });
    expect(quorumFault(['http://a.example/x', 'http://a.example/y'], 2)).toBeNull();
  });
});

describe('the block that all are asked about', () => {
  it('is the greatest height that enough have reached', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(20)), { maxLength: 6 }), fc.integer({ min: 1, max: 6 }), (told, needed) => {
        const reached = (height: number): boolean => told.filter((own) => own !== null && own >= height).length >= needed;
        const candidates = told.filter((own): own is number => own !== null).filter(reached);
        expect(sharedHeight(told, needed)).toBe(candidates.length === 0 ? null : Math.max(...candidates));
      }),
    );
  });

  it('may not be old, nor far behind what another one tells', () => {
    const clock = createManualClock(1_000_000);
    expect(() => checkHeadAge(900_000, 100_000, clock)).not.toThrow();
    expect(() => checkHeadAge(899_999, 100_000, clock)).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ reason: 'head_stale' }) }),
    );
    expect(() => checkHeadAge(0, null, clock)).not.toThrow();
    const head = (height: number, timestampMs: number) => ({ height, timestampMs });
    expect(() => checkLag(head(7, 0), head(10, 900_000))).not.toThrow();
    expect(() => checkLag(head(7, 0), head(900, 60_000))).not.toThrow();
    expect(() => checkLag(head(7, 0), head(11, 60_001))).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ reason: 'head_behind' }) }),
    );
  });
});

describe('the reason that trouble with a chain is told with', () => {
  it.each([
    ['CHAIN_RESPONSE_INVALID', 'nodes_disagree', 'nodes_disagree'],
    ['CHAIN_UNAVAILABLE', 'quorum_missing', 'quorum_missing'],
    ['CHAIN_RESPONSE_INVALID', 'head_stale', 'head_stale'],
    ['CHAIN_RESPONSE_INVALID', 'head_behind', 'head_stale'],
    ['CHAIN_RESPONSE_INVALID', 'chain_id_mismatch', 'chain_id_mismatch'],
    ['CHAIN_REJECTED', 'fee_exceeds_ceiling', 'fee_exceeds_ceiling'],
    ['CHAIN_RESPONSE_INVALID', 'malformed', 'chain_unavailable'],
    ['TIMEOUT', 'x', 'chain_unavailable'],
    ['STORE_UNAVAILABLE', 'nodes_disagree', null],
  ] as const)('%s %s: %s', (code, reason, expected) => {
    expect(chainTroubleOf(new CastellanError(code, { message: 'x', details: { reason } }))).toBe(expected);
  });
});
