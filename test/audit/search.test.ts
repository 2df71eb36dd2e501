import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditFilter } from '../../src/audit/index.ts';
import { parseMoment } from '../../src/audit/search/moment.ts';
import { findRange } from '../../src/audit/search/time-range.ts';
import type { Decision, SecurityEvent } from '../../src/core/index.ts';
import { expectCode } from '../core/expect-code.ts';
import { eventOf } from './fixture.ts';
import {
  append,
  countingStore,
  decisionEvent,
  loggerOver,
  memoryLogger,
  outcomeEvent,
  REFERENCE_EVENT,
  START_MS,
} from './logger-fixture.ts';

const allowance = {
  kind: 'allowance',
  leaf: '0',
  source: 'bytes',
  owner: 'a',
  spender: 'b',
  asset: 'c',
  amount: 'unlimited',
  expiresAtMs: null,
};
const simple = (number: number, more: object): SecurityEvent => ({ ...eventOf(number), ...more }) as SecurityEvent;

async function filled() {
  const made = memoryLogger();
  await append(made.store, made.log, [
    decisionEvent(0),
    outcomeEvent(1, 0),
    decisionEvent(2, { verdict: 'denied', agent: 'a2', more: { riskScore: 85, chain: 'ton:-239' as Decision['chain'] } }),
    simple(3, {
      id: 'rejected-3',
      agent: 'a2',
      severity: 'warning',
      type: 'policy_rejected',
      details: { decisionId: 'decision-00000002', requestId: 'r2', reason: 'window_limit', reasons: ['window_limit', 'rate_limited'] },
    }),
    decisionEvent(4, { verdict: 'escalated', more: { effects: [allowance], session: 's-9' } as unknown as Partial<Decision> }),
    simple(5, {
      id: 'answer-5',
      agent: 'a1',
      type: 'approval_decision',
      details: { approvalId: 'ap', requestId: 'r4', decisionId: 'decision-00000004', state: 'approved', approver: 'alice' },
    }),
    simple(6, {
      id: 'kill-6',
      agent: null,
      severity: 'critical',
      type: 'emergency_changed',
      change: { kind: 'kill', reason: 'key seen', by: 'security-team' },
      epoch: 2,
      details: {},
    }),
    simple(7, {
      id: 'key-7',
      agent: null,
      severity: 'warning',
      type: 'key_event',
      details: { action: 'revoked', keyId: 'k1', reason: 'compromised' },
    }),
  ]);
  await made.audit.log(REFERENCE_EVENT);
  return made;
}

describe('query', () => {
  const day = new Date(START_MS);
  it.each<[AuditFilter, readonly number[]]>([
    [{}, [8, 7, 6, 5, 4, 3, 2, 1, 0]],
    [{ eventTypes: ['transaction_authorized', 'transaction_denied'] }, [8, 2, 0]],
    [{ eventTypes: ['transaction_authorized', 'transaction_denied'], sources: 'castellan' }, [2, 0]],
    [{ eventTypes: 'outside.transaction_authorized' }, [8]],
    [{ eventTypes: ['decision_made'] }, [4, 2, 0]],
    [{ eventTypes: 'transaction_escalated' }, [4]],
    [{ types: ['decision_made', 'key_event'] }, [7, 4, 2, 0]],
    [{ actors: ['a2'] }, [3, 2]],
    [{ actors: ['alice'] }, [5]],
    [{ actors: ['agent-1', 'security-team'] }, [8, 6]],
    [{ agents: ['a1'] }, [5, 4, 1, 0]],
    [{ severity: ['warning', 'error', 'critical'] }, [7, 6, 4, 3, 2]],
    [{ status: 'denied' }, [2]],
    [{ status: ['approved', 'escalated'] }, [4, 0]],
    [{ reasonCodes: ['rate_limited'] }, [3]],
    [{ reasonCodes: 'window_limit' }, [4, 3, 2]],
    [{ chains: ['tvm:-239'] }, [2]],
    [{ chains: 'eip155:1' }, [4, 0]],
    [{ kinds: ['transfer'] }, [2, 0]],
    [{ kinds: ['allowance', 'kill'] }, [6, 4]],
    [{ kinds: 'outflow' }, [2, 0]],
    [{ requestId: 'r2' }, [3, 2]],
    [{ requestId: 'req-001' }, [8]],
    [{ decisionId: 'decision-00000004' }, [5, 4]],
    [{ decisionId: 'nobody' }, []],
    [{ sessionId: 'session-001' }, [8]],
    [{ sessionId: 's-9' }, [4]],
    [{ startDate: new Date(START_MS + 2), endDate: new Date(START_MS + 4).toISOString() }, [4, 3, 2]],
    [{ fromMs: START_MS + 6, toMs: START_MS + 6 }, [6]],
    [{ startDate: day, endDate: START_MS, sources: 'outside' }, [8]],
    [{ actors: [] }, []],
  ])('%j', async (filter, expected) => {
    const { audit } = await filled();
    expect((await audit.query(filter)).entries.map(({ index }) => index)).toEqual(expected);
  });

  it('tells each event in the words of an audit trail, beside the event itself', async () => {
    const { audit } = await filled();
    const { entries } = await audit.query();
    const told = entries.map(({ eventType, actor, action, outcome, resource }) => [
      eventType,
      `${actor.type}:${actor.id}`,
      action,
      outcome,
      resource?.type,
    ]);
    expect(told).toEqual([
      ['outside.transaction_authorized', 'agent:agent-1', 'transfer', 'success', 'wallet'],
      ['key_event', 'system:castellan', 'revoked', 'recorded', 'key'],
      ['emergency_changed', 'operator:security-team', 'kill', 'success', undefined],
      ['approval_decision', 'approver:alice', 'approval_decision', 'approved', 'approval'],
      ['transaction_escalated', 'agent:a1', 'allowance', 'escalated', 'wallet'],
      ['policy_rejected', 'agent:a2', 'policy_rejected', 'denied', undefined],
      ['transaction_denied', 'agent:a2', 'transfer', 'denied', 'wallet'],
      ['execution_success', 'agent:a1', 'execution_success', 'success', 'transaction'],
      ['transaction_authorized', 'agent:a1', 'transfer', 'approved', 'wallet'],
    ]);
    const first = entries.at(-1);
    expect(`${first?.timestamp}: ${first?.action} - ${first?.outcome}`).toBe('2023-11-14T22:13:20.000Z: transfer - approved');
    expect(first?.details).toMatchObject({
      chain: 'eip155:1',
      riskScore: 10,
      reasons: [],
      effects: [{ kind: 'outflow', amount: `1${'0'.repeat(18)}` }],
    });
    expect(first?.event.type === 'decision_made' && first.event.decision.effects[0]).toMatchObject({ amount: 10n ** 18n });
    expect(await audit.find('decision-00000000')).toEqual(first);
  });

  it.each<[string, object]>([
    ['an unknown field', { agent: 'a1' }],
    ['a prototype', JSON.parse('{"__proto__":{"agents":["a1"]}}')],
    ['an invalid date', { startDate: new Date(Number.NaN) }],
    ['a day that is none', { startDate: '2026-02-30' }],
    ['a month that is none', { startDate: '2026-13-01' }],
    ['a word', { endDate: 'yesterday' }],
    ['local time', { endDate: '2026-02-01T10:00:00' }],
    ['a second time', { startDate: START_MS, fromMs: START_MS }],
    ['a negative time', { fromMs: -1 }],
    ['an infinite time', { toMs: Number.POSITIVE_INFINITY }],
    ['a time as text', { toMs: '1700000000000' }],
    ['a time beyond all dates', { toMs: 8.65e15 }],
    ['an end before the start', { startDate: START_MS, endDate: START_MS - 1 }],
    ['a limit of 0', { limit: 0 }],
    ['a limit of 1,001', { limit: 1_001 }],
    ['a limit that is text', { limit: '10' }],
    ['a severity that is none', { severity: ['fatal'] }],
    ['a status that is none', { status: 'approve' }],
    ['a chain that is none', { chains: ['mars:1'] }],
    ['a list of numbers', { actors: [1] }],
    ['a list of lists', { actors: [['a1']] }],
    ['an empty text', { requestId: '' }],
    ['a text without end', { requestId: 'r'.repeat(257) }],
    ['2,000 actors', { actors: Array.from({ length: 2_000 }, (_, n) => `a${n}`) }],
  ])('refuses %s', async (_, filter) => {
    const { audit } = await filled();
    await expect(audit.query(filter as AuditFilter)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });

  it('goes on by its cursor through every entry once, while the log grows', async () => {
    const { audit, store, log } = memoryLogger();
    await append(
      store,
      log,
      Array.from({ length: 2_500 }, (_, n) => eventOf(n)),
    );
    const seen: number[] = [];
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const page = await audit.query({ agents: ['a2'], limit: 77, cursor });
      seen.push(...page.entries.map(({ index }) => index));
      cursor = page.cursor;
      await append(store, log, [eventOf(10_000 + seen.length, { agent: 'a2' })]);
    }
    expect(seen).toEqual(Array.from({ length: 2_500 }, (_, n) => 2_499 - n).filter((n) => n % 3 === 2));
  });

  it('refuses a cursor that was made up, or that another filter gave', async () => {
    const { audit } = await filled();
    const { cursor } = await audit.query({ agents: ['a1'], limit: 1 });
    if (cursor === null) throw new Error('no cursor');
    expect((await audit.query({ agents: 'a1', limit: 2, cursor })).entries.map(({ index }) => index)).toEqual([4, 1]);
    const [, digest] = cursor.split('.');
    for (const forged of [
      '',
      '5',
      '-1',
      `999.${digest}`,
      `05.${digest}`,
      `5e0.${digest}`,
      `3.${'0'.repeat(16)}`,
      `${cursor} `,
      '9'.repeat(40),
      `__proto__.${digest}`,
    ])
      await expect(audit.query({ agents: ['a1'], cursor: forged })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    await expect(audit.query({ agents: ['a2'], cursor })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    await expect(audit.query({ cursor })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });
});

describe('what a query reads', () => {
  it('of 40,000 entries is what its dates, or its decision, leave', async () => {
    const { store, log, clock } = memoryLogger();
    const minute = 60_000;
    await append(
      store,
      log,
      Array.from({ length: 40_000 }, (_, n) =>
        n === 39_000 ? decisionEvent(n, { atMs: START_MS + n * minute }) : eventOf(n, { at: START_MS + n * minute }),
      ),
    );
    const counted = countingStore(store);
    const audit = loggerOver({ store: counted.store, log, clock });
    const read = async (filter: AuditFilter): Promise<readonly [number, number]> => {
      const before = counted.rows();
      const { entries, cursor } = await audit.query({ ...filter, limit: 1_000 });
      expect(cursor).toBeNull();
      return [entries.length, counted.rows() - before];
    };
    const [found, rows] = await read({ startDate: START_MS + 20_000 * minute, endDate: START_MS + 20_099 * minute });
    expect(found).toBe(100);
    expect(rows).toBeLessThan(1_200);
    expect((await read({ startDate: START_MS + 39_900 * minute }))[1]).toBeLessThan(700);
    expect((await read({ endDate: START_MS + 50 * minute }))[1]).toBeLessThan(700);
    expect(await read({ decisionId: 'decision-00039000' })).toEqual([1, 1_000]);
    expect(await read({ startDate: START_MS - 2 * minute, endDate: START_MS - minute })).toEqual([0, expect.any(Number)]);
  });

  it('never leaves out an entry of the range, though neighbours are out of order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: -2_000, max: 600_000 })), {
          minLength: 2_000,
          maxLength: 4_000,
        }),
        fc.nat(),
        fc.nat(),
        async (gaps, a, b) => {
          let appendedMs = START_MS;
          const times = gaps.map(([gap, late]) => {
            appendedMs += gap;
            return appendedMs - late;
          });
          const span = appendedMs - START_MS + 1;
          const [fromMs, toMs] = [START_MS + (a % span), START_MS + (b % span)].sort((x, y) => x - y) as [number, number];
          const { from, to } = await findRange(times.length, { fromMs, toMs }, async (index) => times[index] ?? Number.NaN);
          times.forEach((atMs, index) => {
            if (atMs >= fromMs && atMs <= toMs && (index < from || index >= to)) throw new Error(`entry ${index} is left out`);
          });
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('a moment', () => {
  it('is a Date, ISO text with a zone, or ms', () => {
    expect(parseMoment(new Date(5), 'x')).toBe(5);
    expect(parseMoment(5.9, 'x')).toBe(5);
    expect(parseMoment('2024-02-29', 'x')).toBe(Date.UTC(2024, 1, 29));
    expect(parseMoment('2026-02-01T10:00+02:00', 'x')).toBe(Date.UTC(2026, 1, 1, 8));
    expect(parseMoment('2026-02-01T10:00:00.123Z', 'x')).toBe(Date.UTC(2026, 1, 1, 10, 0, 0, 123));
    for (const value of [
      '',
      '2023-02-29',
      '2026-2-1',
      '2026-02-01T24:00Z',
      '2026-02-01T10:60Z',
      '2026-02-01 10:00Z',
      '+102026-01-01',
      null,
      undefined,
      true,
      {},
      { getTime: () => 5 },
      [5],
      5n,
    ])
      expectCode('REQUEST_INVALID', () => parseMoment(value, 'x'));
  });
});
