import { BOB, ether, fee, OPEN, send, USDC } from '../authz/fixture.ts';
import type { ShownBy } from './effect.ts';
import type { Contrast } from './permission-effects.ts';

const paid = [fee(), send(ether('1'))];
const limits = (over: object): object => ({ ...OPEN, limits: { ...OPEN.limits, ...over } });
const LIMITS = 'test/attack/api/limits.test.ts';
/** A cap of less than what is paid, and another that lets it through. */
const cap = (strict: object, loose: object, code: string): Contrast => {
  const one = { capId: 'c', scope: 'agent', windowMs: 60_000, max: '0.9' };
  return { effects: paid, strict: limits({ caps: [{ ...one, ...strict }] }), loose: limits({ caps: [{ ...one, ...loose }] }), code };
};
const RATES = { file: 'test/limits/rates.test.ts' } as const;
const SPAN = { ...RATES, title: '%s lets so many through in its span, to the millisecond', word: 'field' };
const PER_USER = {
  ...RATES,
  title: 'per user is one for all agents of the user, whatever their number, and for no other user’s',
  word: 'perUser',
};

/** What limits, caps and rates do, by their paths. */
export const LIMIT_EFFECTS: Readonly<Record<string, Contrast | ShownBy>> = {
  'limits.unit': { effects: paid, strict: limits({ unit: 'USDC' }), loose: limits({ unit: 'ETH' }), code: 'limit_missing' },
  'limits.perTransaction': { effects: paid, strict: limits({ perTransaction: '0.9' }), loose: OPEN, code: 'per_transaction_limit' },
  'limits.daily': { effects: paid, strict: limits({ daily: '0.9' }), loose: OPEN, code: 'window_limit' },
  'limits.weekly': { effects: paid, strict: limits({ weekly: '0.9' }), loose: OPEN, code: 'window_limit' },
  'limits.monthly': { effects: paid, strict: limits({ monthly: '0.9' }), loose: OPEN, code: 'window_limit' },
  'limits.hourly': { effects: paid, strict: limits({ hourly: '0.9' }), loose: OPEN, code: 'window_limit' },
  'limits.total': { effects: paid, strict: limits({ total: '0.9' }), loose: OPEN, code: 'spend_exceeds_cap' },
  'limits.warningThresholdPct': {
    file: 'test/limits/cap-warnings.test.ts',
    title: 'is set per cap, for the agent’s own limits at once, and each window has its own',
  },
  'limits.caps[].capId': {
    file: 'test/limits/caps.test.ts',
    title: 'of a name that two policies share holds each to its own figure over the one account',
  },
  'limits.caps[].scope': cap({ scope: 'recipient', max: '0.99' }, { scope: 'contract' }, 'window_limit'),
  'limits.caps[].of': {
    file: 'test/limits/caps.test.ts',
    title: 'of several windows, and of one asset, counts what it says and takes all of it in one step',
  },
  'limits.caps[].unit': cap({ unit: 'USD' }, {}, 'limit_missing'),
  'limits.caps[].asset': cap({ asset: 'ETH' }, { asset: 'USDC' }, 'window_limit'),
  'limits.caps[].window': cap(
    { window: 'transaction', windowMs: undefined },
    { window: 'total', windowMs: undefined },
    'per_transaction_limit',
  ),
  'limits.caps[].windowMs': {
    file: 'test/limits/caps.test.ts',
    title: 'per $scope in a window of $name: equal to it passes, one base unit more does not',
    word: 'ms',
  },
  'limits.caps[].max': cap({}, { max: '1.1' }, 'window_limit'),
  'limits.caps[].warningThresholdPct': {
    file: 'test/limits/cap-warnings.test.ts',
    title: 'is set per cap, for the agent’s own limits at once, and each window has its own',
  },
  'limits.assets': {
    effects: [fee(), send(5_000_000n, BOB, USDC)],
    strict: limits({ assets: { USDC: { perTransaction: 4, daily: 9, weekly: 9, monthly: 9 } } }),
    loose: limits({ assets: { USDC: { perTransaction: 5, daily: 9, weekly: 9, monthly: 9 } } }),
    code: 'per_transaction_limit',
  },
  'rateLimiting.maxPerHour': {
    file: LIMITS,
    title: 'of ten an hour lets ten of fifty identical requests through, one after the other and at once',
  },
  'rateLimiting.maxPerMinute': SPAN,
  'rateLimiting.maxPerDay': SPAN,
  'rateLimiting.burst': SPAN,
  'rateLimiting.perUser.maxPerMinute': PER_USER,
  'rateLimiting.perUser.maxPerHour': PER_USER,
  'rateLimiting.perUser.maxPerDay': PER_USER,
  'rateLimiting.perUser.burst': PER_USER,
  'rateLimiting.perUser.cooldownSeconds': { ...RATES, title: 'per user may be a cooldown alone' },
  'rateLimiting.cooldownSeconds': { file: LIMITS, title: 'of one in a while is not doubled by two at once' },
};
