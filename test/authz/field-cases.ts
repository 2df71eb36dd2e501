import type { FieldName } from '../../src/authz/index.ts';
import type { ContractFacts, Effect, Json } from '../../src/core/index.ts';
import { emptyProfile, type Profile } from '../../src/risk/index.ts';
import { BOB, CHAIN, call, docRow, EVE, ether, fee, NOW, send, WALLET } from './fixture.ts';

/** What a field is shown by: effects, and conditions that hold and do not hold for them. */
export interface FieldCase {
  readonly effects: readonly Effect[];
  readonly holds: readonly (readonly [operator: string, value: unknown, timeZone?: string])[];
  readonly fails: readonly (readonly [operator: string, value: unknown, timeZone?: string])[];
  readonly rows?: Readonly<Record<string, Json>>;
  readonly contracts?: ReadonlyMap<string, ContractFacts>;
}

const paid = [fee(), send(ether('1'))];
const DAY_MINUTES = 1_440;
const minute = Math.floor(NOW / 60_000);
const known: Profile['known'] = { accounts: [BOB], counts: [3], lastMinute: [minute - 5], firstMinute: [minute - 2 * DAY_MINUTES] };
const { habits: _none, ...rest } = emptyProfile();
const profile = docRow('profile/a1', { ...rest, known } as unknown as Json);
/** Shares both ends with Bob. */
const LIKE_BOB = `${CHAIN}:0xb2b2b2b2${'0'.repeat(24)}b2b2b2b2` as typeof BOB;
const screened = docRow(`screen/${EVE}`, { account: EVE, kind: 'manual', severity: 'high', source: 'test', addedMs: 1, expiresMs: null });
const HASH = 'c0'.repeat(32);
const of = (id: typeof BOB, codeHash: string | null): ContractFacts => ({
  account: id,
  codeHash,
  implementation: null,
  admin: null,
  owner: null,
});
const swap: Effect = {
  ...call(),
  protocol: 'uniswap-v3',
  capability: 'trading',
  operation: 'swap',
  args: { amount: '7', to: BOB.slice(9) },
} as Effect;
const called = [fee(), swap];

/** Fields that no other test of rules has a case for. 2025-10-09T08:53:20Z, a Thursday. */
export const FIELD_CASES = {
  type: {
    effects: paid,
    holds: [
      ['eq', 'transaction'],
      ['matches', 'trans*'],
    ],
    fails: [
      ['eq', 'transfer'],
      ['contains', 'Trans'],
    ],
  },
  agent: { effects: paid, holds: [['eq', 'a1']], fails: [['in', ['a2', 'a3']]] },
  wallet: { effects: paid, holds: [['eq', WALLET]], fails: [['eq', BOB]] },
  trust: { effects: paid, holds: [['eq', 'message']], fails: [['in', ['owner', 'tool', 'web']]] },
  netChange: {
    effects: paid,
    holds: [
      ['eq', -1],
      ['lt', '-0.999'],
      ['between', [-2, 0]],
    ],
    fails: [
      ['gt', -1],
      ['gte', 0],
    ],
  },
  exposure: {
    effects: paid,
    holds: [
      ['eq', 0],
      ['lt', '0.5'],
    ],
    fails: [['gt', 0]],
  },
  isListedDestination: { effects: paid, holds: [['eq', true]], fails: [['eq', false]] },
  isScreened: { effects: [fee(), send(ether('1'), EVE)], rows: screened, holds: [['eq', true]], fails: [['eq', false]] },
  isLookalike: { effects: [fee(), send(ether('1'), LIKE_BOB)], rows: profile, holds: [['eq', true]], fails: [['ne', true]] },
  destinationAgeMs: {
    effects: paid,
    rows: profile,
    holds: [
      ['gte', 2 * 86_400_000],
      ['lt', 2 * 86_400_000 + 60_000],
    ],
    fails: [['lt', 86_400_000]],
  },
  destinationCodeHash: {
    effects: paid,
    contracts: new Map([[BOB, of(BOB, HASH)]]),
    holds: [
      ['eq', `0x${HASH.toUpperCase()}`],
      ['exists', true],
    ],
    fails: [['ne', HASH]],
  },
  method: {
    effects: called,
    holds: [
      ['eq', 'swap'],
      ['matches', 's[a-x]a?'],
    ],
    fails: [['eq', 'Swap']],
  },
  protocol: {
    effects: called,
    holds: [
      ['eq', 'uniswap-v3'],
      ['matches', 'uniswap-*'],
    ],
    fails: [['in', ['aave', 'curve']]],
  },
  operation: { effects: called, holds: [['eq', 'swap']], fails: [['eq', 'stake']] },
  minute: {
    effects: paid,
    holds: [
      ['eq', 53],
      ['eq', 38, 'Asia/Kathmandu'],
    ],
    fails: [['lt', 53]],
  },
  dayOfMonth: {
    effects: paid,
    holds: [
      ['eq', 9],
      ['eq', 8, 'Pacific/Pago_Pago'],
    ],
    fails: [['gt', 9]],
  },
  month: { effects: paid, holds: [['in', [9, 10]]], fails: [['eq', 9]] },
  date: {
    effects: paid,
    holds: [
      ['eq', '2025-10-09'],
      ['between', ['2025-10-01', '2025-10-31']],
    ],
    fails: [['gt', '2025-10-09']],
  },
} as const satisfies Partial<Record<FieldName, FieldCase>>;

/** Two fields of old in a zone, beside them. */
export const ZONED: readonly (readonly [field: string, zone: string, value: number])[] = [
  ['hour', 'Europe/Berlin', 10],
  ['hour', 'America/New_York', 4],
  ['hour', 'Asia/Kolkata', 14],
  ['weekday', 'Pacific/Pago_Pago', 3],
];
