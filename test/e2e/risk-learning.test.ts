import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { habitsIn } from '../../src/authz/index.ts';
import type { Decision, Store } from '../../src/core/index.ts';
import { createSecurityManager, feedbackFacts, replay, type SecurityConfig, type SecurityManager } from '../../src/index.ts';
import { ALARM_GOOD_IN_1000, ALARMS_PER_DAY, type Profile, type ScoreRecord } from '../../src/risk/index.ts';
import { HABIT_MODEL } from '../../src/risk/model/habit-model-data.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { allowed, KEYS, person, registered } from '../manager/fixture.ts';
import { BOB, CAROL, configOf, fund } from './bench.ts';
import { decisionsOf, getDoc, putDocs, regularProfile, regularScores, sharedStore } from './learning-bench.ts';

let anvil: Anvil;
const directory = mkdtempSync(join(tmpdir(), 'castellan-learning-'));
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
  rmSync(directory, { recursive: true, force: true });
});

interface Scene extends AsyncDisposable {
  readonly store: Store;
  readonly security: SecurityManager;
  readonly managers: readonly SecurityManager[];
}

/** An agent that paid BOB for weeks, with a record of as many actions, behind `managers` processes on one store. */
async function scene(path: string | null, given: Partial<SecurityConfig> = {}, { managers = 1, scores = 200 } = {}): Promise<Scene> {
  const { store, factory } = await sharedStore(path === null ? null : join(directory, path), systemClock());
  const made = Array.from({ length: managers }, () => createSecurityManager(configOf(anvil, { keys: KEYS, store: factory, ...given })));
  const [security] = made as [SecurityManager];
  const { address } = await security.custody.createWallet('owner', 'a1');
  await fund(anvil, address);
  const nowMs = Date.now();
  await putDocs(store, { 'profile/a1': regularProfile(nowMs), ...(scores > 0 ? { 'threshold/a1': regularScores(nowMs, scores) } : {}) });
  const close = async () => {
    for (const manager of made) await manager.shutdown(2_000);
    await store.close();
  };
  return { store, security, managers: made, [Symbol.asyncDispose]: close };
}

/** A small payment to somebody new: more than one in 100 actions of training wallets are as odd, and none of this agent's. */
const odd = (id: string) => ({ id, to: CAROL, amount: '0.0021', asset: 'ETH' });
const ask = async (security: SecurityManager, id: string): Promise<Decision> => {
  const { decision } = await security.agent('a1').authorize(odd(id));
  return decision;
};
const codes = ({ reasons }: Decision): readonly string[] => reasons.map(({ code }) => code);
const scoresOf = (store: Store) => getDoc<ScoreRecord>(store, 'threshold/a1');

describe.each([
  ['memory', null],
  ['SQLite', 'feedback.sqlite'],
])('feedback over %s', (_name, path) => {
  it('changes the next decision, once, and nothing that is a rule', { timeout: 60_000 }, async () => {
    await using made = await scene(path);
    const { security, store } = made;
    const first = await ask(security, 'first');
    expect([first.verdict, codes(first)]).toEqual(['escalated', ['risk_high']]);
    expect(habitsIn(first)).toMatchObject({ alarm: true, goodIn1000: expect.any(Number) });
    // One threshold for all would have passed it.
    expect(habitsIn(first)?.goodIn1000).toBeGreaterThan(ALARM_GOOD_IN_1000);

    const told = await security.risk.feedback(first.id, 'legitimate');
    expect(told).toMatchObject({ status: 'recorded', agentId: 'a1', verdict: 'legitimate', proposed: [] });
    expect(told.threshold.after).toBeGreaterThan(told.threshold.before);
    const after = await ask(security, 'second');
    expect([after.verdict, habitsIn(after)?.alarm]).toEqual(['approved', false]);

    const kept = await scoresOf(store);
    expect(await security.risk.feedback(first.id, 'legitimate')).toMatchObject({ status: 'unchanged' });
    expect(await scoresOf(store), 'the same word again changes nothing').toEqual(kept);

    await security.risk.addToBlacklist(CAROL, { reason: 'test' });
    expect(codes(await ask(security, 'listed')), 'no word lifts a listing').toContain('address_blacklisted');
    const { entries } = await security.audit.query({ limit: 500 });
    const words = entries.filter(({ event }) => event.type === 'permission_changed' && event.details['action'] === 'risk_feedback');
    expect(words).toHaveLength(1);
  });

  it('calls a fraud a fraud: it replaces, is not taken back, and proposes whom to list without listing', { timeout: 60_000 }, async () => {
    await using made = await scene(path === null ? null : `fraud-${path}`);
    const { security, store } = made;
    const first = await ask(security, 'first');
    const { threshold } = await security.risk.feedback(first.id, 'legitimate');
    const fraud = await security.risk.feedback(first.id, 'fraud');
    expect(fraud).toMatchObject({ status: 'replaced', proposed: [expect.stringContaining(CAROL.toLowerCase())] });
    expect(fraud.threshold.after).toBeLessThanOrEqual(threshold.before);
    expect((await scoresOf(store))?.lean).toBe(1);
    expect(await security.risk.isBlacklisted(CAROL)).toBe(false);
    expect(await security.risk.feedback(first.id, 'legitimate')).toMatchObject({ status: 'refused' });
    expect((await ask(security, 'second')).verdict).toBe('escalated');
    await expect(security.risk.feedback('nothing', 'fraud')).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    await expect(security.risk.feedback(first.id, 'maybe' as never)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });

  it('is seen by every process on the store, and a log of it replays bit for bit', { timeout: 60_000 }, async () => {
    await using made = await scene(path === null ? null : `two-${path}`, {}, { managers: 2 });
    const [one, other] = made.managers as [SecurityManager, SecurityManager];
    const first = await ask(one, 'first');
    const both = await Promise.all([one.risk.feedback(first.id, 'legitimate'), other.risk.feedback(first.id, 'legitimate')]);
    expect(both.map(({ status }) => status).sort()).toEqual(['recorded', 'unchanged']);
    expect((await scoresOf(made.store))?.told.times).toBe(1);
    const second = await ask(other, 'second');
    expect(second.verdict).toBe('approved');
    const { entries } = await one.audit.query({ limit: 500 });
    const report = await replay({ entries: entries.toSorted((a, b) => a.index - b.index).map(({ event }) => event) });
    expect([report.judged, report.same, report.indeterminate.length]).toEqual([2, 2, 0]);
  });
});

describe('who may say what', () => {
  it('needs the operators for what loosens, and nobody for what tightens', { timeout: 60_000 }, async () => {
    const [olga, oscar] = [person('olga'), person('oscar')];
    const registry = { keys: [registered(olga, 'owner'), registered(oscar, 'operator')] };
    await using made = await scene(null, { registry, agents: { a1: configOf(anvil).agents?.['a1'] ?? {} } });
    const { security } = made;
    const first = await ask(security, 'first');
    const kept = await scoresOf(made.store);
    await expect(security.risk.feedback(first.id, 'legitimate')).rejects.toMatchObject({ code: 'AUTHORITY_REQUIRED' });
    for (const wrong of [
      allowed('risk.feedback', feedbackFacts('another'), oscar),
      allowed('risk.feedback', feedbackFacts(first.id), olga),
    ])
      await expect(security.risk.feedback(first.id, 'legitimate', { authorization: wrong })).rejects.toThrow();
    expect(await scoresOf(made.store)).toEqual(kept);
    const authorization = allowed('risk.feedback', feedbackFacts(first.id), oscar);
    expect(await security.risk.feedback(first.id, 'legitimate', { authorization })).toMatchObject({ status: 'recorded' });
    expect(await security.risk.feedback(first.id, 'fraud')).toMatchObject({ status: 'replaced' });
  });
});

describe('what settles teaches', () => {
  it('its score and its habits; what was called fraud teaches neither', { timeout: 60_000 }, async () => {
    await using made = await scene(null);
    const { security, store } = made;
    const pay = { id: 'usual', to: BOB, amount: '0.0100000017', asset: 'ETH' };
    const before = await scoresOf(store);
    expect((await security.agent('a1').execute(pay, { settleTimeoutMs: 20_000 })).status).toBe('success');
    const taught = await scoresOf(store);
    expect([taught?.settled, taught?.count]).toEqual([(before?.settled ?? 0) + 1, (before?.count ?? 0) + 1]);
    const profile = await getDoc<Profile>(store, 'profile/a1');

    const later = { ...pay, id: 'stolen' };
    const { decision } = await security.agent('a1').authorize(later);
    expect(decision.verdict).toBe('approved');
    await security.risk.feedback(decision.id, 'fraud');
    const marked = await scoresOf(store);
    expect((await security.agent('a1').execute(later, { settleTimeoutMs: 20_000 })).status).toBe('success');
    expect(await getDoc<Profile>(store, 'profile/a1')).toEqual(profile);
    expect(await scoresOf(store)).toEqual(marked);
  });

  it('an alarm that nobody answered is no lesson; one that settled and is called fraud afterwards is taken back', {
    timeout: 60_000,
  }, async () => {
    await using made = await scene(null);
    const { security, store } = made;
    const pay = { id: 'usual', to: BOB, amount: '0.0100000017', asset: 'ETH' };
    const before = await scoresOf(store);
    const { decision } = await security.agent('a1').execute(pay, { settleTimeoutMs: 20_000 });
    expect((await scoresOf(store))?.count).toBe((before?.count ?? 0) + 1);
    await security.risk.feedback(decision.id, 'fraud');
    expect(await scoresOf(store)).toMatchObject({ count: before?.count, lean: 1 });
    await ask(security, 'asked');
    expect((await scoresOf(store))?.count).toBe(before?.count);
  });
});

describe('alarm fatigue', () => {
  it('asks for more evidence after many alarms, says so, and denies as before', { timeout: 60_000 }, async () => {
    await using made = await scene(null, {}, { scores: 400 });
    const { security } = made;
    const verdicts: string[] = [];
    for (let n = 0; n < ALARMS_PER_DAY + 6; n += 1) verdicts.push((await ask(security, `flood-${n}`)).verdict);
    expect(verdicts.slice(0, ALARMS_PER_DAY)).toEqual(new Array(ALARMS_PER_DAY).fill('escalated'));
    expect(verdicts.at(-1)).toBe('approved');
    const last = (await decisionsOf(security)).at(-1) as Decision;
    expect(habitsIn(last)).toMatchObject({ alarm: false, fatigue: true });
    expect((await security.getHealth()).tired).toEqual(['a1']);
    // What a pattern, a limit or a list says is not asked about less.
    const large = await security.agent('a1').dryRun({ ...odd('large'), amount: '0.3' });
    expect(large.decision.verdict).toBe('escalated');
    expect(codes(large.decision)).toContain('rapid_drain');
    const { entries } = await security.audit.query({ limit: 500 });
    const report = await replay({ entries: entries.toSorted((a, b) => a.index - b.index).map(({ event }) => event) });
    expect(report.same).toBe(report.judged);
  });
});

describe('what would have passed', () => {
  it('stands in the decision, and does pass', { timeout: 60_000 }, async () => {
    await using made = await scene(null);
    const { security } = made;
    const { decision } = await security.agent('a1').dryRun({ id: 'large', to: BOB, amount: '0.3', asset: 'ETH' });
    const risk = decision.facts['risk'] as unknown as {
      because: readonly { id: string }[];
      wouldPass: readonly { kind: string; atMost?: string }[];
    };
    expect(risk.because).toHaveLength(3);
    const amount = risk.wouldPass.find(({ kind }) => kind === 'amount')?.atMost ?? '';
    const wei = BigInt(amount);
    const text = `${wei / 10n ** 18n}.${(wei % 10n ** 18n).toString().padStart(18, '0')}`;
    const smaller = await security.agent('a1').dryRun({ id: 'smaller', to: BOB, amount: text, asset: 'ETH' });
    expect(smaller.decision.reports.find(({ layer }) => layer === 'risk')).toMatchObject({ verdict: 'pass' });
    const assessed = await security.risk.assessTransaction({ id: 'q', agentId: 'a1', to: BOB, amount: '0.3', asset: 'ETH' } as never);
    expect(assessed.because).toHaveLength(3);
    expect(assessed.wouldPass.some(({ kind }) => kind === 'amount')).toBe(true);
  });
});

describe('a model in the shadow', () => {
  const shadowModel = {
    ...HABIT_MODEL,
    version: 'habits-next',
    passed: HABIT_MODEL.passed.map(([rate, score]) => [rate, score - 3] as const),
  };

  it('is scored beside, decides nothing, and is told of across restarts', { timeout: 60_000 }, async () => {
    await using plain = await scene(null, {}, { scores: 0 });
    expect(await plain.security.risk.shadowReport()).toBeNull();
    const without = await ask(plain.security, 'first');

    await using made = await scene(
      `shadow-${Date.now()}.sqlite`,
      { risk: { anomalyThreshold: 100, shadowModel } },
      { scores: 0, managers: 2 },
    );
    const [one, other] = made.managers as [SecurityManager, SecurityManager];
    const first = await ask(one, 'first');
    // Some seconds lie between the two: figures of time may differ by a little.
    expect(first.verdict).toBe(without.verdict);
    expect(Math.abs((first.riskScore ?? 0) - (without.riskScore ?? 0))).toBeLessThan(6);
    expect(habitsIn(first)?.shadow).toMatchObject({ model: 'habits-next', alarm: true });
    expect(JSON.stringify([first.input, first.facts]), 'the model itself is not kept').not.toContain(HABIT_MODEL.trees.trees.slice(0, 60));
    await one.agent('a1').authorize({ id: 'usual', to: BOB, amount: '0.0100000017', asset: 'ETH' });
    await one.risk.feedback(first.id, 'fraud');
    expect(await other.risk.shadowReport()).toMatchObject({
      active: HABIT_MODEL.version,
      shadow: 'habits-next',
      compared: 2,
      agreement: 0.5,
      alarmsPer1000: { active: 0, shadow: 500 },
      decisions: { both: 0, active: 0, shadow: 1, neither: 1 },
      fraud: { both: 0, active: 0, shadow: 1, neither: 0 },
    });
    const { entries } = await one.audit.query({ limit: 500 });
    const report = await replay({ entries: entries.toSorted((a, b) => a.index - b.index).map(({ event }) => event) });
    expect([report.judged, report.same]).toEqual([2, 2]);
  });

  it('is refused where it is none', () => {
    for (const wrong of [
      {},
      { ...shadowModel, gauges: [] },
      { ...shadowModel, trees: { ...shadowModel.trees, count: 3 } },
      { ...shadowModel, passed: [[1, 2]] },
    ])
      expect(() => createSecurityManager(configOf(anvil, { risk: { shadowModel: wrong as never } }))).toThrow(/CONFIG_INVALID/);
  });
});
