import { describe, expect, it } from 'vitest';
import type { ChainResult } from '../../../src/authz/engine.ts';
import type { JudgeInput } from '../../../src/authz/judge-input.ts';
import { JudgeSession } from '../../../src/authz/judge-session.ts';
import { DEFAULT_JUDGE_SETTINGS } from '../../../src/authz/judge-settings.ts';
import { ReadState } from '../../../src/authz/judge-state.ts';
import { FactLacking } from '../../../src/authz/tooling/recorded-facts.ts';
import type { LayerReport } from '../../../src/core/index.ts';
import { alikeEnds } from '../../../src/risk/index.ts';
import { EVE, input, send } from '../fixture.ts';

const resultOf = (reports: readonly LayerReport[], more: Partial<ChainResult> = {}): ChainResult => ({
  reports,
  signals: [],
  unenforced: [],
  escalated: [],
  ...more,
});

describe('facts', () => {
  const contextOf = (over: Partial<JudgeInput> = {}) => new JudgeSession(input({ over }), DEFAULT_JUDGE_SETTINGS).context;

  it('are computed once by name, recorded, and seen over the state', () => {
    const session = new JudgeSession(input(), DEFAULT_JUDGE_SETTINGS);
    let runs = 0;
    const compute = () => ({ run: (runs += 1), list: [1, 'a', null, true] });
    expect(session.context.fact('x', compute)).toEqual({ run: 1, list: [1, 'a', null, true] });
    expect(session.context.fact('x', compute)).toEqual({ run: 1, list: [1, 'a', null, true] });
    expect(session.context.factLater('x', () => ({ run: 9 }))).toEqual({ run: 1, list: [1, 'a', null, true] });
    expect(session.conclude(resultOf([])).facts).toEqual({ x: { run: 1, list: [1, 'a', null, true] } });
    expect(session.context.fact('toString', () => 'own')).toBe('own');
    expect(session.context.fact('state', (state) => state instanceof ReadState)).toBe(true);
  });

  it('may come later, and are recorded when they do', async () => {
    const context = contextOf();
    expect(context.factLater('now', () => 1)).toBe(1);
    expect(await context.factLater('late', () => Promise.resolve([2]))).toEqual([2]);
    expect(context.fact('late', () => 3)).toEqual([2]);
    await expect(context.factLater('odd', () => Promise.resolve(1n as never))).rejects.toThrow(TypeError);
  });

  it.each([
    undefined,
    1n,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    () => 1,
    Symbol('s'),
    [1, [undefined]],
    { a: { b: 1n } },
    { a: [() => 1] },
  ])('are JSON: not %o', (value) => {
    expect(() => contextOf().fact('x', () => value as never)).toThrow(TypeError);
  });

  it('are not nested deeper than six levels, and not named like a prototype', () => {
    const nest = (depth: number): unknown => (depth === 0 ? 1 : [nest(depth - 1)]);
    const nestKeys = (depth: number): unknown => (depth === 0 ? 1 : { a: nestKeys(depth - 1) });
    for (const make of [nest, nestKeys]) {
      expect(contextOf().fact('x', () => make(6) as never)).toEqual(make(6));
      expect(() => contextOf().fact('x', () => make(7) as never)).toThrow(TypeError);
    }
    expect(() => contextOf().fact('__proto__', () => 1)).toThrow(TypeError);
  });

  it('come from a record where there is one, and what it lacks from whoever judges again', () => {
    const recorded = { facts: { kept: 1 }, state: new ReadState(input()), lacking: undefined } as never;
    expect(contextOf({ recorded }).fact('kept', () => 2)).toBe(1);
    const broken = () => {
      throw new RangeError('own fault');
    };
    const asking = { facts: {}, state: new ReadState(input()), lacking: () => 5 } as never;
    expect(() => contextOf({ recorded: asking }).fact('x', broken)).toThrow(RangeError);
    expect(() => contextOf({ recorded: asking }).factLater('x', broken)).toThrow(RangeError);
    expect(contextOf({ recorded: asking }).fact('y', () => 7)).toBe(7);
  });

  it('that a record lacks are what whoever judges again says, and nothing is made up', () => {
    const lack = () => {
      throw new FactLacking('x');
    };
    const asked: string[] = [];
    const lacking = (name: string) => {
      asked.push(name);
      return name === 'known' ? 5 : undefined;
    };
    const recorded = { facts: {}, state: new ReadState(input()), lacking };
    expect(contextOf({ recorded }).fact('known', lack)).toBe(5);
    expect(contextOf({ recorded }).factLater('known', lack)).toBe(5);
    expect(() => contextOf({ recorded }).fact('other', lack)).toThrow(FactLacking);
    expect(() => contextOf({ recorded }).factLater('other', lack)).toThrow(FactLacking);
    expect(asked).toEqual(['known', 'known', 'other', 'other']);
    expect(() => contextOf().fact('known', lack)).toThrow(FactLacking);
  });

  it('over more effects are facts of their own', () => {
    const session = new JudgeSession(input(), DEFAULT_JUDGE_SETTINGS);
    expect(session.union()).toBeUndefined();
    session.context.output.simulated = [];
    const union = session.union();
    session.context.fact('x', () => 1);
    union?.fact('x', () => 2);
    union?.factLater('y', () => 3);
    session.context.factLater('y', () => 4);
    expect(session.conclude(resultOf([])).facts).toEqual({ x: 1, 'union.x': 2, 'union.y': 3, y: 4 });
    expect(union?.memo).toEqual({ valuation: undefined, room: [] });
    expect(union?.effects).toEqual(input().decoded.effects);
  });

  it('abort tells who listens, once, and a new signal is not aborted', () => {
    const context = contextOf();
    context.abort();
    const { signal } = context;
    expect([signal.aborted, context.signal === signal]).toEqual([false, true]);
    context.abort();
    expect([signal.aborted, context.signal.aborted]).toEqual([true, false]);
  });

  it('stand beside what the input says', () => {
    const place = { lines: [], isCancel: true } as never;
    expect(contextOf({ place }).place).toBe(place);
    expect('place' in contextOf()).toBe(true);
    expect(contextOf().place).toBeUndefined();
    expect(contextOf().signature).toBeNull();
    const signature = { kind: 'text' } as never;
    expect(contextOf({ signature }).signature).toBe(signature);
  });
});

describe('rows', () => {
  const rows = { keys: ['a', 'b', 'c'], values: [{ version: 1, value: 7 }, undefined, null] };
  const parts = { rows, simulate: null };

  it('are found by key, absent where the store has none, and a fault where nobody read them', () => {
    const state = new ReadState(parts as never);
    expect([state.row('a'), state.row('b'), state.row('c'), state.doc('a'), state.doc('b')]).toEqual([
      { version: 1, value: 7 },
      undefined,
      undefined,
      7,
      undefined,
    ]);
    expect(() => state.row('d')).toThrow(TypeError);
    expect(() => state.doc('d')).toThrow(TypeError);
    expect([state.price, state.market, state.contract('eip155:1:0x' as never), state.simulate]).toEqual([
      undefined,
      undefined,
      undefined,
      null,
    ]);
  });

  it('may be read later, beside those of before', () => {
    const later = new ReadState(parts as never, { keys: ['d', 'e', 'a'], values: [4, undefined, 9] });
    expect([later.row('d'), later.row('e'), later.row('a')]).toEqual([4, undefined, { version: 1, value: 7 }]);
    expect(() => later.row('f')).toThrow(TypeError);
  });

  it('are as many as their keys', () => {
    expect(() => new ReadState({ rows: { keys: ['a'], values: [] }, simulate: null })).toThrow(TypeError);
    expect(() => new ReadState({ rows: { keys: [], values: [1] }, simulate: null })).toThrow(TypeError);
  });

  it('stand beside prices, the market and contracts', () => {
    const given = { price: {}, market: {}, contracts: new Map([['k', { code: 1 }]]), simulate: () => 1 };
    const state = new ReadState({ ...parts, ...given } as never);
    expect([state.price, state.market, state.contract('k' as never), state.simulate]).toEqual([
      given.price,
      given.market,
      { code: 1 },
      given.simulate,
    ]);
  });
});

describe('what a session reads more', () => {
  const effects = input({ effects: [] }).decoded.effects;

  it('is nothing where every row is at hand, or a record is judged again', async () => {
    const fault = async () => {
      throw new Error('read');
    };
    await new JudgeSession(input({ over: { read: fault } }), DEFAULT_JUDGE_SETTINGS).context.readMore(effects);
    const other = { kind: 'outflow', account: input().request.wallet, counterparty: 'eip155:1:0xee', asset: 'x', amount: 1n } as never;
    const recorded = { facts: {}, state: new ReadState(input()), lacking: undefined } as never;
    await new JudgeSession(input({ over: { recorded, read: fault } }), DEFAULT_JUDGE_SETTINGS).context.readMore([other]);
  });

  it('is what the effects touch beyond the rows at hand, and a fault where it cannot be read', async () => {
    const asked: (readonly string[])[] = [];
    const read = async (keys: readonly string[]) => {
      asked.push(keys);
      return keys.map(() => undefined);
    };
    const context = new JudgeSession(input({ over: { read } }), DEFAULT_JUDGE_SETTINGS).context;
    await context.readMore([send(1n, EVE)]);
    expect(asked).toHaveLength(1);
    const alike = alikeEnds(EVE).map((end) => `doc/paid-alike/a1/${end}`);
    expect(asked[0]?.every((key) => key.includes(EVE) || alike.includes(key))).toBe(true);
    expect(asked[0]).toEqual(expect.arrayContaining(alike));
    const { read: _, ...without } = input();
    await expect(new JudgeSession(without, DEFAULT_JUDGE_SETTINGS).context.readMore([send(1n, EVE)])).rejects.toThrow(TypeError);
  });
});
