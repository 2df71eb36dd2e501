import { describe, expect, it } from 'vitest';
import type { Effect } from '../../../src/core/index.ts';
import { assessRisk, type ContractFacts } from '../../../src/risk/index.ts';
import { account, allowance, DAY, input, WALLET } from '../fixtures.ts';
import { isUnchecked, matchOf } from './match.ts';

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
