import { describe, expect, it } from 'vitest';
import type { AssetId, Effect, Json } from '../../../src/core/index.ts';
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
import { account, allowance, DAY, ETH, input, outflow, USDC, WALLET } from '../fixtures.ts';
import { isUnchecked, matchOf, nowMs, paid, received, warm } from './match.ts';

const SPENDER = account(91);
const facts = (known: ContractFacts | undefined) => ({ contractFacts: () => known });
const run = (amount: bigint | 'unlimited', known?: ContractFacts, profile = warm) =>
  matchOf('approval_phishing', { effects: [allowance(SPENDER, amount)], profile, ...facts(known) });
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

  it('leaves alone revocations and spenders that the policy names, and nobody for having been paid', () => {
    const bare = { isContract: false, ageMs: null };
    expect(run(0n, bare)).toBeUndefined();
    expect(matchOf('approval_phishing', { effects: [operator(false)], ...facts(bare) })).toBeUndefined();
    expect(
      matchOf('approval_phishing', { effects: [allowance(SPENDER, 'unlimited')], allowListed: () => true, ...facts(bare) }),
    ).toBeUndefined();
    const once = paid(warm, () => 91, [1n], 1, nowMs - 30 * DAY);
    for (const known of [undefined, { isContract: true, ageMs: 100 * DAY }])
      expect(run('unlimited', known, once)).toMatchObject({ recommendedAction: 'escalate', evidence: { standing: 'met' } });
    expect(run('unlimited', bare, once)).toMatchObject({ recommendedAction: 'block' });
    expect(run(5n, { isContract: true, ageMs: 100 * DAY }, once)).toBeUndefined();
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
  const FAKE = 'eip155:1/erc20:0x00000000000000000000000000000000000000fa' as AssetId;
  const USUAL = 5_000_000n;
  const decimals = (asset: AssetId): number | undefined => (asset === FAKE ? undefined : asset === USDC ? 6 : 18);
  const later = (profile: Profile, effects: readonly Effect[], agoMs: number): Profile =>
    trainHabits(profile, actionsOf({ effects, wallet: WALLET, atMs: nowMs - agoMs, decimals }));
  /** It pays others in tokens, too, so that what is worth something in them is known. */
  const trader = [80, 60, 40].reduce((profile, days, n) => later(profile, [outflow(account(n), USUAL, USDC)], days * DAY), warm);
  const dealt = (effects: readonly Effect[], agoMs: readonly number[], from = trader): Profile =>
    agoMs.reduce((profile, ago) => later(profile, effects, ago), from);
  const unlimited = [allowance(SPENDER, 'unlimited')];
  const judge = (change: Partial<RiskInput>) => assessRisk(input({ profile: trader, nowMs, effects: unlimited, decimals, ...change }));
  const standing = (change: Partial<RiskInput>) =>
    judge(change).patterns.find(({ id }) => id === 'approval_phishing')?.evidence['standing'] ?? 'passes';
  const view = (others: number, ageMs: number): FleetView => {
    const none = { paid: others, calls: 0, tokens: 0, received: 0, sinceLast: 0, above: 0 };
    return { ...none, others, age: Math.log2(ageMs / 1_000 + 1) };
  };
  const call = (value: bigint): Effect => ({
    ...{ leaf: '0', source: 'bytes', kind: 'call', contract: SPENDER, selector: '0x12345678', method: null, args: null, value },
    asset: ETH,
  });
  const WEEKS = [5 * WEEK, 4 * WEEK, 3 * WEEK, 2 * WEEK, WEEK];
  const worth = [allowance(SPENDER, USUAL)];
  /** The right without a bound was given once, and people were asked. */
  const asked = (profile: Profile, agoMs = DAY): Profile => later(profile, unlimited, agoMs);

  it('nothing without worth makes anybody trusted: revocations, calls, one unit of a right or of money, a token that nobody lists', () => {
    const worthless: readonly (readonly Effect[])[] = [
      [allowance(SPENDER, 0n)],
      [call(0n)],
      [allowance(SPENDER, 1n)],
      [outflow(SPENDER, 1n, USDC)],
      [outflow(SPENDER, 1n)],
      [outflow(SPENDER, 10n ** 18n, FAKE)],
      [{ ...allowance(SPENDER, 10n ** 18n), asset: FAKE } as Effect],
      [{ ...allowance(SPENDER, 'unlimited'), asset: FAKE } as Effect],
      [operator(true)],
      [operator(false)],
    ];
    for (const effects of worthless)
      for (const profile of [dealt(effects, WEEKS), asked(dealt(effects, WEEKS))])
        for (const known of [undefined, { isContract: true, ageMs: 100 * DAY }])
          expect(
            standing({ profile, ...facts(known) }),
            JSON.stringify(effects, (_, value) => String(value)),
          ).toBe('met');
  });

  it('three days of worth are needed, the last a week after the first', () => {
    const days = (...ago: readonly number[]) => {
      const agoMs = ago.map((day) => day * DAY);
      return standing({ profile: dealt(worth, agoMs, asked(trader, agoMs[0])) });
    };
    expect(days(30)).toBe('met');
    expect(days(30, 20)).toBe('met');
    expect(days(30, 30 - 1 / 24, 30 - 2 / 24, 30 - 3 / 24)).toBe('met');
    expect(days(30, 29, 28, 27, 26, 25, 24)).toBe('met');
    expect(days(30, 20, 20 - 1 / 24)).toBe('met');
    expect(days(20, 30, 25)).toBe('met');
    expect(days(30, 29, 23)).toBe('passes');
    expect(days(30, 23, 22)).toBe('passes');
    expect(standing({ profile: asked(dealt([outflow(SPENDER, USUAL, USDC)], WEEKS)) })).toBe('passes');
    expect(standing({ profile: asked(dealt([outflow(SPENDER, 1_500_000n)], WEEKS)) })).toBe('passes');
  });

  it('the first right without a bound escalates even then, the next one does not, and a bounded one never', () => {
    const trusted = dealt(worth, WEEKS);
    for (const known of [undefined, { isContract: true, ageMs: 100 * DAY }]) {
      expect(standing({ profile: trusted, ...facts(known) })).toBe('trusted');
      expect(standing({ profile: asked(trusted), ...facts(known) })).toBe('passes');
      expect(standing({ profile: trusted, effects: worth, ...facts(known) })).toBe('passes');
    }
    expect(judge({ profile: asked(trusted) }).score).toBeLessThan(60);
    expect(judge({}).score).toBeGreaterThanOrEqual(60);
    const taken = later(trusted, [{ ...allowance(SPENDER, 'unlimited'), asset: FAKE } as Effect], DAY);
    expect(standing({ profile: taken })).toBe('trusted');
  });

  it('a bare key is blocked whoever trusts it', () => {
    const bare = judge({
      profile: asked(dealt(worth, WEEKS)),
      fleet: () => view(9, 10 * WEEK),
      ...facts({ isContract: false, ageMs: null }),
    });
    expect(bare.patterns).toContainEqual(expect.objectContaining({ id: 'approval_phishing', recommendedAction: 'block' }));
  });

  it('nobody grows old by sending', () => {
    const sent = received(trader, 91, 1n, nowMs - 30 * DAY);
    expect(standing({ profile: sent })).toBe('stranger');
    expect(standing({ profile: dealt(worth, [WEEK], sent) })).toBe('met');
  });

  it('other wallets of the fleet excuse no right without a bound, however many and however long ago', () => {
    for (const others of [1, 2, 9, 1_000]) expect(standing({ fleet: () => view(others, 10 * WEEK) })).toBe('met');
    expect(standing({ fleet: () => ({ ...view(2, WEEK), others: Number.NaN }) })).toBe('stranger');
    expect(standing({ fleet: () => undefined })).toBe('stranger');
  });

  it('code that acts for the wallet is somebody new, paid or not', () => {
    const delegation: Effect = { leaf: '0', source: 'bytes', kind: 'delegation', account: WALLET, delegate: SPENDER, scope: 'all' };
    const points = (profile: Profile, allowListed = false) =>
      judge({ profile, effects: [delegation], allowListed: () => allowListed }).factors.some(({ id }) => id === 'allowance_new_spender');
    expect([points(trader), points(dealt([outflow(SPENDER, 1n)], [WEEK])), points(trader, true)]).toEqual([true, true, false]);
  });

  it('a list of ordinary accounts stands for a spender that no list accuses, and for no other', () => {
    const said = (verdict: ScreenedAccount['verdict'], lists: readonly string[]): Partial<RiskInput> => ({
      lists: { find: () => ({ verdict, points: 0, lists, entry: null, hop: null }), lacking: [], toJson: () => null },
    });
    expect(standing(said('clear', ['labels']))).toBe('passes');
    expect(standing(said('exempt', ['reports']))).toBe('passes');
    expect(standing(said('clear', []))).toBe('stranger');
    expect(standing(said('doubtful', ['labels', 'reports']))).toBe('stranger');
  });

  it('without patterns a spender counts as new until it was paid', () => {
    const points = (change: Partial<RiskInput>) => judge(change).factors.find(({ id }) => id === 'allowance_new_spender')?.points ?? 0;
    expect(points({ profile: dealt(worth, [2 * WEEK]) })).toBe(0);
    expect(points({ profile: dealt(worth, [2 * WEEK]), fraudPatterns: false })).toBeGreaterThan(50);
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
    for (const profile of [
      trader,
      dealt(worth, [1_000]),
      dealt(worth, WEEKS),
      asked(dealt(worth, WEEKS)),
      received(warm, 91, 1n, nowMs - DAY),
    ])
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
    const excerpt = excerptProfile(asked(dealt(worth, WEEKS)), [SPENDER], actions) as Record<string, Json>;
    for (const granted of [
      [],
      [2],
      [Number.NaN],
      ['0'],
      [0.5, [SPENDER]],
      [0.5, [SPENDER, 1]],
      [0.5, [SPENDER, 1, 2]],
      [0.5, [SPENDER, 1.5, 1]],
      [0.5, [SPENDER, true, true]],
      [0.5, [SPENDER, 1, 1, 1]],
      [0.5, null],
      {},
      'x',
    ])
      expect(readExcerpt({ ...excerpt, granted: granted as Json }), JSON.stringify(granted)).toBeUndefined();
    const { granted: _, ...without } = excerpt;
    expect(standing({ profile: readExcerpt(without) })).toBe('stranger');
  });
});
