import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryAtMs, entryId, entryType, OUTSIDE_EVENT, type OutsideEventInput, verifyReceipt } from '../../src/audit/index.ts';
import { KEY, TENANT } from './fixture.ts';
import { append, decisionEvent, loggedEvent, memoryLogger, REFERENCE_EVENT, refusedEvent, START_MS } from './logger-fixture.ts';

const withDetails = (details: unknown): OutsideEventInput => ({ ...REFERENCE_EVENT, details }) as OutsideEventInput;
describe('an outside event', () => {
  it('goes into the same chain as everything else, and its id proves it', async () => {
    const { audit, log, store } = memoryLogger();
    await log.start();
    await append(store, log, [decisionEvent(1)]);
    const id = await audit.log(REFERENCE_EVENT);
    const receipt = await log.receipt(id);
    expect(receipt && verifyReceipt(receipt, { tenant: TENANT, publicKey: KEY.publicKey })).toMatchObject({ ok: true, size: 2 });
    expect(await audit.verifyIntegrity()).toMatchObject({ valid: true, size: 2, invalidEntries: [] });
    await log.stop();
  });

  it('comes back in the words of its report, marked as one', async () => {
    const { audit } = memoryLogger();
    const id = await audit.log(REFERENCE_EVENT);
    const { entries } = await audit.query({ eventTypes: ['transaction_authorized'], actors: ['agent-1'] });
    const { details, context, actor, action, resource, outcome, severity } = REFERENCE_EVENT;
    expect(entries).toMatchObject([
      {
        id,
        index: 0,
        timestamp: new Date(START_MS).toISOString(),
        source: 'outside',
        eventType: 'outside.transaction_authorized',
        ...{ actor, action, resource, outcome, severity, details, context },
        event: { type: OUTSIDE_EVENT, agent: null, tenant: TENANT },
      },
    ]);
  });

  it.each(['decision_made', 'execution_success', 'emergency_changed', 'policy_rejected', OUTSIDE_EVENT])(
    'is refused where it calls itself %s',
    async (eventType) => expect((await refusedEvent({ ...REFERENCE_EVENT, eventType })).code).toBe('REQUEST_INVALID'),
  );

  it('is never found as a decision, an agent’s, or by a fact, whatever it says about itself', async () => {
    const { audit, store } = memoryLogger();
    await audit.log({
      ...REFERENCE_EVENT,
      action: ',"type":"decision_made"',
      details: {
        id: 'decision-1',
        type: 'decision_made',
        source: 'castellan',
        agent: 'agent-1',
        chain: 'eip155:1',
        reason: 'window_limit',
        decision: { verdict: 'approved' },
        text: '","type":"decision_made","v":1}',
      },
    });
    const [row] = await store.log(0);
    expect(entryType(row?.entry ?? '')).toBe(OUTSIDE_EVENT);
    expect(entryId(row?.entry ?? '')).toBe(row?.id);
    expect(entryAtMs(row?.entry ?? '')).toBe(START_MS);
    for (const filter of [
      { types: ['decision_made' as const] },
      { status: ['approved' as const] },
      { agents: ['agent-1'] },
      { sources: ['castellan' as const] },
      { reasonCodes: ['window_limit' as const] },
      { chains: ['eip155:1'] },
      { kinds: ['transfer'] },
    ])
      expect((await audit.query(filter)).entries).toEqual([]);
    expect(await audit.find(row?.id ?? '')).toBeUndefined();
    const { summary } = await audit.generateReport({ type: 'daily' });
    expect(summary).toMatchObject({ totalEvents: 1, outsideEvents: 1, decisions: 0, approved: 0, succeeded: 0, riskEvents: 0, checks: 0 });
  });

  it('keeps its own type, id and time under any text in any field', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
      fc.constantFrom(',"type":"x"', '","id":"y"', ',"at":5,', '\\",\\"type\\":\\"'),
    );
    await fc.assert(
      fc.asyncProperty(fc.dictionary(text, fc.oneof(text, fc.array(text), fc.dictionary(text, text))), text, async (details, outcome) => {
        const { audit, store } = memoryLogger();
        const id = await audit.log({ ...withDetails(details), outcome }).catch(() => undefined);
        const [row] = await store.log(0);
        if (id === undefined) expect(row).toBeUndefined();
        else
          expect([entryType(row?.entry ?? ''), entryId(row?.entry ?? ''), entryAtMs(row?.entry ?? '')]).toEqual([
            OUTSIDE_EVENT,
            id,
            START_MS,
          ]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('bounds', () => {
  const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  class Amount {
    readonly value = 1;
  }
  it.each<[string, unknown]>([
    ['null', null],
    ['text', 'log this'],
    ['a list', []],
    ['no actor', { ...REFERENCE_EVENT, actor: undefined }],
    ['an actor that is text', { ...REFERENCE_EVENT, actor: 'agent-1' }],
    ['an id that is a number', { ...REFERENCE_EVENT, actor: { type: 'agent', id: 7 } }],
    ['no action', { ...REFERENCE_EVENT, action: '' }],
    ['an action with a line break', { ...REFERENCE_EVENT, action: 'a\nb' }],
    ['an actor that turns the text around', { ...REFERENCE_EVENT, actor: { type: 'agent', id: '\u202eagent' } }],
    ['an unknown field', { ...REFERENCE_EVENT, at: 5 }],
    ['its own id', { ...REFERENCE_EVENT, id: 'decision-1' }],
    ['a severity of its own', { ...REFERENCE_EVENT, severity: 'fatal' }],
    ['details that are a list', withDetails([1])],
    ['details nine deep', withDetails(nested(9))],
    ['details of a hundred thousand levels', withDetails(nested(5_000))],
    ['details that hold themselves', withDetails(cycle)],
    ['details of 600 values', withDetails(Object.fromEntries(Array.from({ length: 600 }, (_, n) => [`k${n}`, n])))],
    ['a list that claims a billion', withDetails({ list: new Array(1_000_000_000) })],
    ['20,000 characters', withDetails({ text: 'a'.repeat(20_000) })],
    ['characters that take three bytes each', withDetails({ text: '€'.repeat(16_000) })],
    ['a huge integer', withDetails({ n: 1n << 100_000n })],
    ['a number that is none', withDetails({ n: Number.NaN })],
    ['a function', withDetails({ f: () => 1 })],
    ['an instance of a class', withDetails({ amount: new Amount() })],
    ['a buffer', withDetails({ bytes: Buffer.alloc(32) })],
    ['a date that is none', withDetails({ when: new Date(Number.NaN) })],
    ['a lone surrogate', withDetails({ text: '\ud800' })],
    [
      'a getter',
      withDetails({
        get amount() {
          return 1;
        },
      }),
    ],
    [
      'a getter at the top',
      {
        ...REFERENCE_EVENT,
        ...{},
        get details(): object {
          return {};
        },
      },
    ],
    ['a prototype', withDetails(JSON.parse('{"__proto__":{"isAdmin":true}}'))],
    ['a prototype further down', withDetails({ a: JSON.parse('{"__proto__":{"isAdmin":true}}') })],
    ['a constructor', withDetails({ constructor: { prototype: { a: 1 } } })],
    ['a name of 65 characters', withDetails({ ['a'.repeat(65)]: 1 })],
    [
      'a proxy that throws',
      withDetails(
        new Proxy(
          {},
          {
            ownKeys: () => {
              throw new Error('canary-in-a-trap');
            },
          },
        ),
      ),
    ],
  ])('%s is refused, and nothing is written', async (_, event) => {
    const { code, text } = await refusedEvent(event);
    expect(code).toBe('REQUEST_INVALID');
    expect(text).not.toContain('canary');
  });

  it('dates become text, bigints decimals, what is undefined is left out', async () => {
    const { outside } = await loggedEvent(
      withDetails({ when: new Date(START_MS), amount: 10n ** 30n, gone: undefined, ok: true, none: null, list: [1, 'a'] }),
    );
    expect(outside.details.details).toEqual({
      when: new Date(START_MS).toISOString(),
      amount: `1${'0'.repeat(30)}`,
      ok: true,
      none: null,
      list: [1, 'a'],
    });
    expect(outside.details.redacted).toEqual([]);
  });

  it('a flood is refused beyond the bound of a minute, over all processes, and goes on after it', async () => {
    const first = memoryLogger({ maxEventsPerMinute: 20 });
    const second = memoryLogger({ maxEventsPerMinute: 20 }, () => first.store).audit;
    for (let n = 0; n < 10; n += 1) await Promise.all([first.audit.log(REFERENCE_EVENT), second.log(REFERENCE_EVENT)]);
    await expect(second.log(REFERENCE_EVENT)).rejects.toMatchObject({
      code: 'REQUEST_DENIED',
      retryable: true,
      details: { reason: 'rate_limited', limit: 20, resetsAtMs: START_MS + 60_000 },
    });
    expect((await first.store.logHead()).size).toBe(20);
    first.clock.advance(60_000);
    await first.audit.log(REFERENCE_EVENT);
  });

  it('a flood that nobody waits for fills no memory and ends no process', async () => {
    const { audit, store } = memoryLogger({ maxEventsPerMinute: 100 });
    const unhandled: unknown[] = [];
    const listen = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', listen);
    for (let n = 0; n < 5_000; n += 1) void audit.log(REFERENCE_EVENT);
    void audit.log(null as unknown as OutsideEventInput);
    await new Promise((resolve) => setTimeout(resolve, 50));
    process.off('unhandledRejection', listen);
    expect(unhandled).toEqual([]);
    expect((await store.logHead()).size).toBe(100);
    expect((await audit.health()).outside).toEqual({ accepted: 100, refused: 4_901, redacted: 0 });
  });

  it('no more than 256 wait at once for a store that does not answer', async () => {
    const { audit } = memoryLogger({}, (store) => ({ ...store, apply: () => new Promise(() => undefined) }));
    for (let n = 0; n < 256; n += 1) void audit.log(REFERENCE_EVENT);
    await expect(audit.log(REFERENCE_EVENT)).rejects.toMatchObject({ code: 'REQUEST_DENIED', details: { limit: 256 } });
  });

  it('a store that fails loses nothing silently', async () => {
    const { audit } = memoryLogger({}, (store) => ({ ...store, apply: () => Promise.reject(new Error('down')) }));
    await expect(audit.log(REFERENCE_EVENT)).rejects.toThrow('down');
    expect((await audit.health()).outside).toEqual({ accepted: 0, refused: 1, redacted: 0 });
  });
});
