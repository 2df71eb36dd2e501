import { describe, expect, it } from 'vitest';
import { deny, PASS, reason, settleFindings } from '../../../src/authz/layer.ts';
import { readOutcome, readOwnOutcome } from '../../../src/authz/outcome.ts';

const why = { code: 'risk_high', message: 'high', retryable: false } as const;
const denied = (...reasons: unknown[]) => readOutcome({ verdict: 'deny', reasons });
const withFacts = (facts: unknown) => denied({ ...why, facts });
const withSignal = (signal: unknown) => readOutcome({ verdict: 'pass', reasons: [], signals: [signal] });
const passing = (more: object) => readOutcome({ verdict: 'pass', reasons: [], ...more });
const times = <T>(count: number, one: T): readonly T[] => Array.from({ length: count }, () => one);

describe('an outcome as it is read', () => {
  it('holds as much as a log entry can, and nothing more', () => {
    expect(denied(...times(32, why))?.reasons).toHaveLength(32);
    expect(denied(...times(33, why))).toBeUndefined();
    expect(denied({ ...why, message: 'x'.repeat(1_024) })).toBeDefined();
    expect(denied({ ...why, rule: 'x'.repeat(1_025) })).toBeUndefined();
    const facts = (count: number) => Object.fromEntries(times(count, 0).map((_, at) => [`f${at}`, at]));
    expect(withFacts(facts(32))?.reasons[0]?.facts).toEqual(facts(32));
    expect(withFacts(facts(33))).toBeUndefined();
    expect(passing({ unenforced: times(32, 'x') })?.unenforced).toHaveLength(32);
    expect(passing({ unenforced: times(33, 'x') })).toBeUndefined();
    expect(passing({ signals: times(33, { type: 'cap_warning', details: {} }) })).toBeUndefined();
    expect(passing({ unenforced: ['x'.repeat(1_025)] })).toBeUndefined();
  });

  it('is an outcome of one of three verdicts: a pass without reasons, the others with one at least', () => {
    for (const verdict of ['escalate', 'deny']) {
      expect(readOutcome({ verdict, reasons: [why] })).toEqual({ verdict, reasons: [why] });
      expect(readOutcome({ verdict, reasons: [] })).toBeUndefined();
    }
    expect(readOutcome({ verdict: 'pass', reasons: [why] })).toBeUndefined();
    expect(readOutcome({ verdict: 'skipped', reasons: [why] })).toBeUndefined();
    expect(passing({})).toEqual(PASS);
    expect(passing({})).not.toBe(PASS);
  });

  it.each([0, 100, 0.5])('may have a score of %d', (score) => expect(passing({ score })).toEqual({ ...PASS, score }));
  it.each([-0.1, 100.1, Number.NaN, '50', null])('has no score of %o', (score) => expect(passing({ score })).toBeUndefined());

  it('takes codes of 2 to 64 small letters, digits and underlines, from a letter on', () => {
    for (const code of ['ab', `a${'_9'.repeat(31)}z`]) expect(denied({ ...why, code }), code).toBeDefined();
    for (const code of ['a', `a${'b'.repeat(64)}`, '9a', '_a', 'aB', 'ab ', ' ab', 'a-b', ''])
      expect(denied({ ...why, code }), code).toBeUndefined();
  });

  it.each(['rule', 'limit', 'remaining', 'requested', 'unit'])('takes %s as a text or not at all', (field) => {
    expect(denied({ ...why, [field]: 'x' })?.reasons[0]).toEqual({ ...why, [field]: 'x' });
    expect(denied({ ...why, [field]: undefined })?.reasons[0]).toStrictEqual(why);
    for (const odd of [1, null, {}, ['x']]) expect(denied({ ...why, [field]: odd })).toBeUndefined();
  });

  it('takes a moment that is a number, and one reason’s fault for the whole answer’s', () => {
    expect(denied({ ...why, resetsAtMs: 0 })).toBeDefined();
    for (const resetsAtMs of [Number.POSITIVE_INFINITY, '5', null]) expect(denied({ ...why, resetsAtMs })).toBeUndefined();
    expect(denied(why, { ...why, code: 'NO' })).toBeUndefined();
    expect(denied({ ...why, message: 7 })).toBeUndefined();
    expect(denied({ ...why, retryable: undefined })).toBeUndefined();
  });

  it('takes facts that are plain values', () => {
    const fine = { a: 'x', b: 1.5, c: false, d: null };
    expect(withFacts(fine)?.reasons[0]?.facts).toEqual(fine);
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, undefined, 1n, {}, [], 'x'.repeat(1_025)])
      expect(withFacts({ a: 1, odd }), String(odd)).toBeUndefined();
    for (const none of [null, 'facts', 7, [1], new Map()]) expect(withFacts(none)).toBeUndefined();
    expect(withFacts(Object.assign(Object.create(null), { a: 1 }))?.reasons[0]?.facts).toEqual({ a: 1 });
  });

  it.each(['anomaly_detected', 'fraud_detected', 'cap_warning'])('takes the signal %s with its details', (type) => {
    expect(withSignal({ type, details: { a: 1 } })?.signals).toEqual([{ type, details: { a: 1 } }]);
  });

  it.each([
    { type: 'killed', details: {} },
    { type: 7, details: {} },
    { type: 'cap_warning' },
    { type: 'cap_warning', details: {}, more: 1 },
    { type: 'cap_warning', details: { a: {} } },
    { type: 'cap_warning', details: [] },
    'cap_warning',
    null,
  ])('takes no signal %o', (signal) => expect(withSignal(signal)).toBeUndefined());

  it('reads plain data only: nothing inherited, computed, hidden in symbols, or named like a prototype', () => {
    expect(passing({ signals: 'none' })).toBeUndefined();
    expect(passing({ unenforced: { length: 0 } })).toBeUndefined();
    expect(passing({ more: 1 })).toBeUndefined();
    expect(readOutcome(Object.assign(Object.create(null), { verdict: 'pass', reasons: [] }))).toEqual(PASS);
    expect(readOutcome(Object.assign(Object.create({}), { verdict: 'pass', reasons: [] }))).toBeUndefined();
    expect(passing({ [Symbol('x')]: 1 })).toBeUndefined();
    const computed = (target: object, key: string | number) => Object.defineProperty(target, key, { get: () => why, enumerable: true });
    expect(withFacts(computed({}, 'a'))).toBeUndefined();
    expect(readOutcome({ verdict: 'deny', reasons: computed([], 0) })).toBeUndefined();
    expect(withFacts(Object.defineProperty({}, '__proto__', { value: 1, enumerable: true }))).toBeUndefined();
    expect(readOutcome(() => PASS)).toBeUndefined();
    expect(readOutcome({ verdict: 'pass', reasons: Object.setPrototypeOf([], null) })).toBeUndefined();
  });
});

describe('an outcome of our own', () => {
  it('is the very object, checked for what a bug could get wrong', () => {
    const own = { verdict: 'deny', reasons: [why], more: 1 };
    expect(readOwnOutcome(own)).toBe(own);
    expect(readOwnOutcome(PASS)).toBe(PASS);
    for (const verdict of ['pass', 'escalate', 'deny'] as const) {
      const reasons = verdict === 'pass' ? [] : [why];
      for (const score of [undefined, 0, 100]) expect(readOwnOutcome({ verdict, reasons, score })).toBeDefined();
      for (const score of [-1, 101, Number.NaN]) expect(readOwnOutcome({ verdict, reasons, score })).toBeUndefined();
      expect(readOwnOutcome({ verdict, reasons: verdict === 'pass' ? [why] : [] })).toBeUndefined();
    }
    for (const odd of [undefined, null, 'pass', 7, {}, { verdict: 'allow', reasons: [why] }, { verdict: 'pass', reasons: { length: 0 } }])
      expect(readOwnOutcome(odd)).toBeUndefined();
  });
});

describe('findings', () => {
  const [denial, escalation] = [reason('risk_high', 'm', { retryable: true, rule: 'r' }), reason('approval_required', 'm')];

  it('come to a denial over an escalation over a pass, the deciding reasons first', () => {
    expect(denial).toEqual({ code: 'risk_high', message: 'm', retryable: true, rule: 'r' });
    expect(escalation).toEqual({ code: 'approval_required', message: 'm', retryable: false });
    expect(deny('risk_high', 'm', { rule: 'r' })).toEqual({ verdict: 'deny', reasons: [{ ...denial, retryable: false }] });
    expect(settleFindings([], [])).toBe(PASS);
    expect(settleFindings([], [escalation])).toEqual({ verdict: 'escalate', reasons: [escalation] });
    expect(settleFindings([denial], [])).toEqual({ verdict: 'deny', reasons: [denial] });
    expect(settleFindings([denial], [escalation])).toEqual({ verdict: 'deny', reasons: [denial, escalation] });
    expect(PASS).toEqual({ verdict: 'pass', reasons: [] });
    expect(Object.isFrozen(PASS) && Object.isFrozen(PASS.reasons)).toBe(true);
  });
});
