import { describe, expect, it } from 'vitest';
import type { Effect, Json } from '../../../src/core/index.ts';
import {
  actionsOf,
  assessRisk,
  type ContractFacts,
  excerptProfile,
  type FleetView,
  type Profile,
  type RiskInput,
  readExcerpt,
  type ScreenedAccount,
  trainHabits,
} from '../../../src/risk/index.ts';
import { account, allowance, DAY, input, WALLET } from '../fixtures.ts';
import { isUnchecked, matchOf, nowMs, paid, received, warm } from './match.ts';

const SPENDER = account(91);
const facts = (known: ContractFacts | undefined) => ({ contractFacts: () => known });
const run = (amount: bigint | 'unlimited', known?: ContractFacts) =>
  matchOf('approval_phishing', { effects: [allowance(SPENDER, amount)], ...facts(known) });
const operator = (approved: boolean): Effect => ({
  ...{ leaf: '0', source: 'bytes', kind: 'operator', owner: WALLET, operator: SPENDER, collection: account(92), approved },
});

describe('approval_phishing', () => {
  it('blocks rights for an account where no code stands, bounded or not, and names it', () => {
    const bare = { isContract: false, ageMs: null };
    for (const amount of [1n, 'unlimited'] as const)
      expect(run(amount, bare)).toMatchObject({ recommendedAction: 'block', reason: 'risk_critical' });
    expect(matchOf('approval_phishing', { effects: [operator(true)], ...facts(bare) })).toMatchObject({ recommendedAction: 'block' });
    const { vetoes } = assessRisk(input({ effects: [allowance(SPENDER, 5n)], ...facts(bare) }));
    expect(vetoes).toEqual([{ reason: 'risk_critical', detail: 'Rights for a doubtful account', account: SPENDER }]);
  });

  it('escalates rights without a bound for young code; a week old it is left to the other signals', () => {
    const aged = (ageMs: number | null) => ({ isContract: true, ageMs });
    expect(run('unlimited', aged(7 * DAY - 1))).toMatchObject({ recommendedAction: 'escalate', evidence: { unlimited: true } });
    expect(run(1n << 128n, aged(0))).toMatchObject({ recommendedAction: 'escalate' });
    expect(run((1n << 128n) - 1n, aged(0))).toMatchObject({ recommendedAction: 'alert', reason: null });
    expect(run('unlimited', aged(7 * DAY))).toBeUndefined();
    expect(run(5n, aged(7 * DAY))).toBeUndefined();
  });

  it('raises what nobody knows: no facts, no age, an age that is no number', () => {
    for (const known of [undefined, { isContract: true, ageMs: null }, { isContract: true, ageMs: Number.NaN }]) {
      expect(run('unlimited', known)).toMatchObject({ recommendedAction: 'escalate' });
      const bounded = { effects: [allowance(SPENDER, 5n)], ...facts(known) };
      expect([matchOf('approval_phishing', bounded), isUnchecked('approval_phishing', bounded)]).toEqual([undefined, true]);
    }
    expect(matchOf('approval_phishing', { effects: [operator(true)] })).toMatchObject({ recommendedAction: 'escalate' });
  });

  it('leaves alone revocations, spenders that the policy names, and those that were paid before', () => {
    const bare = { isContract: false, ageMs: null };
    expect(run(0n, bare)).toBeUndefined();
    expect(matchOf('approval_phishing', { effects: [operator(false)], ...facts(bare) })).toBeUndefined();
    expect(
      matchOf('approval_phishing', { effects: [allowance(SPENDER, 'unlimited')], allowListed: () => true, ...facts(bare) }),
    ).toBeUndefined();
    expect(matchOf('approval_phishing', { effects: [allowance(account(1), 'unlimited')], ...facts(bare) })).toBeUndefined();
  });

  it('lets no harmless grant hide a worse one, in any order', () => {
    const effects = [allowance(account(93), 5n), allowance(SPENDER, 'unlimited'), allowance(account(94), 5n)];
    const contractFacts = (id: string) => (id === SPENDER ? { isContract: false, ageMs: null } : { isContract: true, ageMs: 0 });
    for (const order of [effects, effects.toReversed()])
      expect(matchOf('approval_phishing', { effects: order, contractFacts })).toMatchObject({ evidence: { destination: SPENDER } });
  });
});

describe('how well a spender is known', () => {
  const WEEK = 7 * DAY;
  const grant = (amount: bigint, agoMs: number, from: Profile = warm): Profile =>
    trainHabits(from, actionsOf({ effects: [allowance(SPENDER, amount)], wallet: WALLET, atMs: nowMs - agoMs, decimals: () => 6 }));
  const unlimited = [allowance(SPENDER, 'unlimited')];
  const judge = (change: Partial<RiskInput>) => assessRisk(input({ profile: warm, nowMs, effects: unlimited, ...change }));
  const standing = (change: Partial<RiskInput>) =>
    judge(change).patterns.find(({ id }) => id === 'approval_phishing')?.evidence['standing'] ?? 'trusted';
  const view = (others: number, ageMs: number): FleetView => {
    const none = { paid: others, calls: 0, tokens: 0, received: 0, sinceLast: 0, above: 0 };
    return { ...none, others, age: Math.log2(ageMs / 1_000 + 1) };
  };

  it('a small right that settled lets no unbounded one follow before a week is over, however old the code', () => {
    for (const agoMs of [1_000, DAY, WEEK - 2_000])
      for (const known of [undefined, { isContract: true, ageMs: null }, { isContract: true, ageMs: 100 * DAY }]) {
        const { patterns } = judge({ profile: grant(1n, agoMs), ...facts(known) });
        expect(patterns).toContainEqual(
          expect.objectContaining({
            id: 'approval_phishing',
            recommendedAction: 'escalate',
            evidence: expect.objectContaining({ standing: 'met' }),
          }),
        );
      }
    expect(standing({ profile: grant(1n, WEEK) })).toBe('trusted');
    expect(judge({ profile: grant(1n, WEEK) }).score).toBeLessThan(60);
    expect(judge({}).score).toBeGreaterThanOrEqual(60);
  });

  it('nobody grows old by sending: what came in before leaves the age unknown', () => {
    const sent = received(warm, 91, 1n, nowMs - 30 * DAY);
    expect(standing({ profile: sent })).toBe('stranger');
    expect(standing({ profile: grant(1n, 2 * WEEK, sent) })).toBe('met');
  });

  it('two other wallets of the fleet stand for a spender after a week, one does not, and never for a bare key', () => {
    expect(standing({ fleet: () => view(2, WEEK) })).toBe('trusted');
    expect(standing({ fleet: () => view(2, WEEK - 2_000) })).toBe('met');
    expect(standing({ fleet: () => view(1, 10 * WEEK) })).toBe('met');
    expect(standing({ fleet: () => ({ ...view(2, WEEK), age: Number.NaN }) })).toBe('met');
    expect(standing({ fleet: () => ({ ...view(2, WEEK), others: Number.NaN }) })).toBe('stranger');
    expect(standing({ fleet: () => undefined })).toBe('stranger');
    const bare = judge({ fleet: () => view(9, 10 * WEEK), ...facts({ isContract: false, ageMs: null }) });
    expect(bare.patterns).toContainEqual(expect.objectContaining({ id: 'approval_phishing', recommendedAction: 'block' }));
  });

  it('a list of ordinary accounts stands for a spender that no list accuses, and for no other', () => {
    const said = (verdict: ScreenedAccount['verdict'], lists: readonly string[]): Partial<RiskInput> => ({
      lists: { find: () => ({ verdict, points: 0, lists, entry: null, hop: null }), lacking: [], toJson: () => null },
    });
    expect(standing(said('clear', ['labels']))).toBe('trusted');
    expect(standing(said('exempt', ['reports']))).toBe('trusted');
    expect(standing(said('clear', []))).toBe('stranger');
    expect(standing(said('doubtful', ['labels', 'reports']))).toBe('stranger');
  });

  it('without patterns a spender counts as new until it was paid', () => {
    const points = (change: Partial<RiskInput>) => judge(change).factors.find(({ id }) => id === 'allowance_new_spender')?.points ?? 0;
    expect(points({ profile: grant(1n, 2 * WEEK) })).toBe(0);
    expect(points({ profile: grant(1n, 2 * WEEK), fraudPatterns: false })).toBeGreaterThan(50);
  });

  it('a wallet that deals with nobody new is the more surprised', () => {
    const points = (profile: Profile | undefined) =>
      judge({ profile }).factors.find(({ id }) => id === 'allowance_new_spender')?.points ?? 0;
    const roaming = paid(
      warm,
      (n) => 200 + n,
      Array.from({ length: 40 }, () => 9n),
      60_000,
      nowMs - DAY,
    );
    expect(points(warm)).toBeGreaterThan(points(roaming));
    expect(points(roaming)).toBeGreaterThanOrEqual(52);
    expect(points(undefined)).toBeGreaterThanOrEqual(points(warm));
  });

  it('is kept with the decision, and judged again comes to the same', () => {
    for (const profile of [warm, grant(1n, 1_000), grant(1n, 2 * WEEK), received(warm, 91, 1n, nowMs - DAY)])
      for (const effects of [unlimited, [allowance(SPENDER, 5n)], [operator(true)]]) {
        const actions = actionsOf({ effects, wallet: WALLET, atMs: nowMs, decimals: () => 18 });
        const accounts = [SPENDER, account(92)];
        const kept = readExcerpt(JSON.parse(JSON.stringify(excerptProfile(profile, accounts, actions))) as Json);
        expect(kept).toBeDefined();
        expect(judge({ profile: kept, effects })).toEqual(judge({ profile, effects }));
        expect(excerptProfile(kept as Profile, accounts, actions)).toEqual(excerptProfile(profile, accounts, actions));
      }
  });

  it('is refused where it is malformed, and a record without it makes everybody a stranger', () => {
    const actions = actionsOf({ effects: unlimited, wallet: WALLET, atMs: nowMs, decimals: () => 18 });
    const excerpt = excerptProfile(grant(1n, 2 * WEEK), [SPENDER], actions) as Record<string, Json>;
    for (const granted of [
      [],
      [2],
      [Number.NaN],
      ['0'],
      [0.5, [SPENDER]],
      [0.5, [SPENDER, -1]],
      [0.5, [SPENDER, 1.5]],
      [0.5, null],
      {},
      'x',
    ])
      expect(readExcerpt({ ...excerpt, granted: granted as Json }), JSON.stringify(granted)).toBeUndefined();
    const { granted: _, ...without } = excerpt;
    expect(standing({ profile: readExcerpt(without) })).toBe('stranger');
  });
});
