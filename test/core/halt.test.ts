import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyHalt, type HaltChange, type HaltState, haltFor, NO_HALT } from '../../src/core/index.ts';

const by = { reason: 'r', by: 'op' };
const change: fc.Arbitrary<HaltChange> = fc.oneof(
  fc.constant<HaltChange>({ kind: 'kill', ...by }),
  fc.constant<HaltChange>({ kind: 'lift', ...by }),
  fc.record({
    kind: fc.constant('pause' as const),
    agent: fc.constantFrom('a', 'b', '__proto__', 'constructor'),
    untilMs: fc.option(fc.nat(200)),
    reason: fc.constant('r'),
    by: fc.constant('op'),
  }),
  fc.record({
    kind: fc.constant('resume' as const),
    agent: fc.constantFrom('a', 'b', '__proto__', 'constructor'),
    reason: fc.constant('r'),
    by: fc.constant('op'),
  }),
);

describe('halt', () => {
  it('each change raises the epoch by one; what is halted agrees with a replay of the changes', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 20 }), fc.nat(250), (changes, nowMs) => {
        let state: HaltState = NO_HALT;
        let killed = false;
        const pauses = new Map<string, number | null>();
        for (const [index, one] of changes.entries()) {
          state = applyHalt(state, one, index);
          // At rest it is JSON.
          state = JSON.parse(JSON.stringify(state)) as HaltState;
          expect(state.epoch).toBe(index + 1);
          if (one.kind === 'kill') killed = true;
          else if (one.kind === 'lift') killed = false;
          else if (one.kind === 'pause') pauses.set(one.agent, one.untilMs);
          else pauses.delete(one.agent);
        }
        for (const agent of ['a', 'b', '__proto__', 'constructor', 'never']) {
          const until = pauses.get(agent);
          const paused = until === null || (until !== undefined && until > nowMs);
          expect(haltFor(state, agent, nowMs)?.kind).toBe(killed ? 'kill' : paused ? 'pause' : undefined);
        }
      }),
    );
  });

  it('changes nothing in the state before', () => {
    const before = applyHalt(NO_HALT, { kind: 'pause', agent: 'a', untilMs: null, ...by }, 1);
    const copy = structuredClone(before);
    applyHalt(before, { kind: 'resume', agent: 'a', ...by }, 2);
    applyHalt(before, { kind: 'kill', ...by }, 2);
    expect(before).toEqual(copy);
    expect(NO_HALT).toEqual({ epoch: 0, kill: null, paused: {} });
  });

  it('lifting a kill leaves pauses in force', () => {
    let state = applyHalt(NO_HALT, { kind: 'pause', agent: 'a', untilMs: null, ...by }, 1);
    state = applyHalt(state, { kind: 'kill', ...by }, 2);
    state = applyHalt(state, { kind: 'lift', ...by }, 3);
    expect(haltFor(state, 'a', 10)?.kind).toBe('pause');
  });
});
