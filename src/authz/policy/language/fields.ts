import {
  type AccountId,
  type AssetId,
  type Capability,
  type ChainId,
  HAZARDS,
  type Hazard,
  OPERATIONS,
  type Operation,
  TRUST_LABELS,
  type TrustLabel,
} from '../../../core/index.ts';
import type { OPERATORS_OF } from './operators.ts';

/** What kind of thing an item of a transaction is. */
export type ItemKind =
  | 'outflow'
  | 'allowance'
  | 'call'
  | 'unknown'
  | 'operator'
  | 'delegation'
  | 'control'
  | 'deploy'
  | 'hazard'
  | 'message';

/** What a decoder says of a call; undefined where it cannot tell. */
export interface CallFacts {
  readonly method: string | undefined;
  readonly protocol: string | undefined;
  readonly operation: Operation | undefined;
  /** Arguments by name, as text: exact decimals, addresses, bytes in hex. */
  readonly args: Readonly<Record<string, string>> | undefined;
}

/**
 * One thing that a transaction does, as rules see it. A field that does not apply to the item is null, and a condition on it
 * is false; a field that applies but cannot be told is undefined, and a condition on it counts against the request.
 */
export interface RuleItem {
  readonly effect: ItemKind;
  /** Null where none is needed: for a message, which moves nothing. */
  readonly capability: Capability | null;
  readonly chain: ChainId;
  readonly asset: AssetId | null;
  /** Base units of `asset`. */
  readonly amount: bigint | 'unlimited' | null;
  readonly destination: AccountId | null | undefined;
  readonly contract: AccountId | null | undefined;
  readonly selector: string | null | undefined;
  /** Absent where it is no call. */
  readonly call?: CallFacts;
  /** The contract and selector, or the spender, stand on the policy's list and have not expired. */
  readonly listed: boolean;
  /** The way to lose money that the bytes hold, by name. */
  readonly hazard: Hazard | null;
  /** Host that a login is for; absent for everything else. */
  readonly site?: string | null;
}

/** What rules read beside the item: the same for the whole transaction. Undefined is what cannot be told. */
export interface RuleContext {
  /** Declared type of the request. */
  readonly type: string;
  readonly agent: string;
  readonly wallet: AccountId;
  readonly trust: TrustLabel;
  /** Decimals of an asset; undefined where it is on no token list. */
  decimals(asset: AssetId): number | undefined;
  /** What the wallet gains of the asset by the whole transaction or, below zero, loses; base units, fees apart. */
  netChange(asset: AssetId): bigint;
  /** True where this agent never paid the account before. */
  isNewDestination(account: AccountId): boolean;
  /** True where the policy names the account. */
  isListedDestination(account: AccountId): boolean;
  /** True where the block list holds the account. */
  isScreened(account: AccountId): boolean;
  /** True for an account that reads like one that is known or named, and is neither. */
  isLookalike(account: AccountId): boolean;
  /** Hash of the account's code; null where it has none. */
  codeHash(account: AccountId): string | null | undefined;
  /** Time since this agent first paid the account, ms; 0 where it never did. */
  ageMs(account: AccountId): number | undefined;
  /** What the clocks of a zone show, as ms since 1970 of a clock on UTC that shows the same; UTC without a zone. */
  localMs(timeZone: string | undefined): number;
  readonly withinHours: boolean;
  readonly riskScore: number | undefined;
  /** The whole transaction, or its fee where that is more, in the smallest unit of the limits; undefined where it cannot be valued. */
  readonly value: bigint | undefined;
  /** Room in use of the day's limit, in the same unit: booked and pending, without this transaction. */
  readonly exposure: bigint | undefined;
  readonly valueDecimals: number;
}

/** How a field compares. */
export type FieldType =
  | 'amount'
  | 'signed amount'
  | 'value'
  | 'score'
  | 'count'
  | 'time'
  | 'date'
  | 'account'
  | 'asset'
  | 'chain'
  | 'selector'
  | 'code hash'
  | 'boolean'
  | 'capability'
  | 'operation'
  | 'effect'
  | 'hazard'
  | 'trust'
  | 'site'
  | 'text';

/** The closed catalogue of what rules may look at, beside the arguments of calls (`args.<name>`). */
export const FIELDS = {
  type: 'text',
  agent: 'text',
  wallet: 'account',
  trust: 'trust',
  effect: 'effect',
  capability: 'capability',
  chain: 'chain',
  asset: 'asset',
  amount: 'amount',
  unlimited: 'boolean',
  netChange: 'signed amount',
  value: 'value',
  exposure: 'value',
  destination: 'account',
  isNewDestination: 'boolean',
  isListedDestination: 'boolean',
  isScreened: 'boolean',
  isLookalike: 'boolean',
  destinationAgeMs: 'count',
  destinationCodeHash: 'code hash',
  contract: 'account',
  selector: 'selector',
  method: 'text',
  protocol: 'text',
  operation: 'operation',
  listed: 'boolean',
  hazard: 'hazard',
  site: 'site',
  riskScore: 'score',
  hour: 'time',
  minute: 'time',
  weekday: 'time',
  dayOfMonth: 'time',
  month: 'time',
  date: 'date',
  withinHours: 'boolean',
} as const satisfies Record<string, FieldType>;
/** A field that a rule's condition may look at. */
export type FieldName = keyof typeof FIELDS;
/** Fields of one type. */
export type FieldOf<T extends FieldType> = { [K in FieldName]: (typeof FIELDS)[K] extends T ? K : never }[FieldName];

/** Which operators each type takes. */
export const FIELD_OPERATORS: Readonly<Record<FieldType, keyof typeof OPERATORS_OF>> = {
  amount: 'number',
  'signed amount': 'number',
  value: 'number',
  score: 'number',
  count: 'number',
  time: 'number',
  date: 'number',
  account: 'id',
  asset: 'id',
  chain: 'id',
  selector: 'id',
  'code hash': 'id',
  boolean: 'boolean',
  capability: 'id',
  operation: 'id',
  effect: 'id',
  hazard: 'id',
  trust: 'id',
  site: 'text',
  text: 'text',
};

/** The words that closed text fields may be compared with. */
export const FIELD_WORDS: Readonly<Partial<Record<FieldType, readonly string[]>>> = {
  capability: ['trading', 'transfers', 'staking', 'nft', 'governance', 'contracts', 'approvals'],
  effect: ['outflow', 'allowance', 'call', 'unknown', 'operator', 'delegation', 'control', 'deploy', 'hazard', 'message'],
  hazard: HAZARDS,
  operation: Object.keys(OPERATIONS),
  trust: TRUST_LABELS,
};
