import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryAtMs, entryId, entryType, parseEntry, toAppendCommand, toEntry } from '../../src/audit/index.ts';
import {
  type AccountId,
  type AssetId,
  canonicalize,
  type Decision,
  type Digest,
  type Effect,
  leafHash,
  type SecurityEvent,
} from '../../src/core/index.ts';
import { expectCode } from '../core/expect-code.ts';
import { eventOf } from './fixture.ts';

const account = 'eip155:1:0x00000000000000000000000000000000000000aa' as AccountId;
const asset = 'eip155:1/slip44:60' as AssetId;
const located = { leaf: '0', source: 'bytes' } as const;
const amount = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });
const effect: fc.Arbitrary<Effect> = fc.oneof(
  amount.map((value): Effect => ({ ...located, kind: 'outflow', account, counterparty: null, asset, amount: value })),
  amount.map((value): Effect => ({ ...located, kind: 'fee', account, asset, max: value })),
  fc
    .oneof(amount, fc.constant('unlimited' as const))
    .map((value): Effect => ({ ...located, kind: 'allowance', owner: account, spender: account, asset, amount: value, expiresAtMs: null })),
  fc.tuple(amount, fc.string()).map(
    ([value, text]): Effect => ({
      ...located,
      kind: 'call',
      contract: account,
      selector: '0xa9059cbb',
      method: null,
      args: { amount: String(value), text },
      value,
      asset,
    }),
  ),
  fc.string().map((text): Effect => ({ ...located, kind: 'message', text })),
);

function decisionEvent(effects: readonly Effect[], user: string): SecurityEvent {
  const decision: Decision = {
    v: 1,
    id: 'd1',
    tenant: 'acme',
    at: 5,
    requestId: 'r1',
    bodyDigest: '0'.repeat(64) as Digest,
    agent: 'a1',
    user,
    wallet: account,
    chain: null,
    payloadDigest: null,
    actionDigest: null,
    effects,
    verdict: 'denied',
    reasons: [{ code: 'halted', message: user, retryable: true }],
    reports: [],
    facts: { amount: '12', max: '9' },
    signals: [],
    unenforced: [],
    riskScore: 0,
    policy: 'p',
    registry: 'none',
    epoch: 0,
    software: '0.1.0',
    approvals: [],
  };
  return { v: 1, id: 'd1', tenant: 'acme', at: 5, agent: 'a1', severity: 'info', type: 'decision_made', decision };
}

describe('an entry', () => {
  it('is read back exactly, amounts as bigint, whatever a request says', () => {
    fc.assert(
      fc.property(fc.array(effect, { maxLength: 5 }), fc.string({ unit: 'grapheme' }), (effects, user) => {
        const event = decisionEvent(effects, user);
        const { id, entry, leaf } = toEntry(event);
        expect(parseEntry(entry)).toEqual(event);
        expect(canonicalize(parseEntry(entry))).toBe(entry);
        expect([id, leaf, entry.includes('\n')]).toEqual(['d1', leafHash(entry), false]);
        expect([entryId(entry), entryType(entry), entryAtMs(entry)]).toEqual(['d1', 'decision_made', 5]);
      }),
    );
  });

  it('tells id, type and time from look-alikes inside the event', () => {
    const bait = ',"id":"x","severity":"info","tenant":"t","type":"cap_warning","v":1}';
    const { entry } = toEntry(
      eventOf(1, { details: { bait, at: 7, id: 'x', type: 'y', zz: [{ at: 1, id: 'z' }] } } as Partial<SecurityEvent>),
    );
    expect([entryId(entry), entryType(entry), entryAtMs(entry)]).toEqual(['event-00000001', 'execution_success', 1_700_000_000_001]);
    expect([entryId('{}'), entryType('{}'), entryAtMs('{}')]).toEqual([undefined, undefined, Number.NaN]);
  });

  it('of a decision carries the id of the decision', () => {
    expectCode('INTERNAL', () => toEntry({ ...decisionEvent([], ''), id: 'other' }));
  });

  it('is appended by one command', () => {
    expect(toAppendCommand(eventOf(3))).toEqual({ kind: 'log.append', ...toEntry(eventOf(3)) });
  });

  it.each(['', 'null', '[]', '{"v":2}', '{"v":1,"id":"a"}', '{"v":1,"id":"a","tenant":"t","type":"decision_made","at":1}'])(
    '%s is refused',
    (text) => {
      expectCode('LOG_CORRUPT', () => parseEntry(text));
    },
  );
});
