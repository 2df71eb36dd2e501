import { type AccountId, type AssetId, type Capability, type ChainId, HAZARDS, type Hazard } from '../../core/index.ts';

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
  /** The contract and selector, or the spender, stand on the policy's list and have not expired. */
  readonly listed: boolean;
  /** The way to lose money that the bytes hold, by name. */
  readonly hazard: Hazard | null;
  /** Host that a login is for; absent for everything else. */
  readonly site?: string | null;
}

/** What rules read beside the item: the same for the whole transaction. */
export interface RuleContext {
  /** Decimals of an asset; undefined where it is on no token list. */
  decimals(asset: AssetId): number | undefined;
  /** True where this agent never paid the account before. */
  isNewDestination(account: AccountId): boolean;
  readonly hour: number;
  readonly weekday: number;
  readonly withinHours: boolean;
  readonly riskScore: number | undefined;
  /** The whole transaction, or its fee where that is more, in the smallest unit of the limits; undefined where it cannot be valued. */
  readonly value: bigint | undefined;
  readonly valueDecimals: number;
}

/** How a field compares. */
export type FieldType =
  | 'amount'
  | 'value'
  | 'integer'
  | 'account'
  | 'asset'
  | 'chain'
  | 'selector'
  | 'boolean'
  | 'capability'
  | 'effect'
  | 'hazard'
  | 'site';

/** The closed catalogue of what rules may look at. */
export const FIELDS = {
  amount: 'amount',
  value: 'value',
  asset: 'asset',
  destination: 'account',
  isNewDestination: 'boolean',
  hour: 'integer',
  weekday: 'integer',
  contract: 'account',
  selector: 'selector',
  capability: 'capability',
  chain: 'chain',
  riskScore: 'integer',
  effect: 'effect',
  hazard: 'hazard',
  site: 'site',
  unlimited: 'boolean',
  listed: 'boolean',
  withinHours: 'boolean',
} as const satisfies Record<string, FieldType>;
/** A field that a rule's condition may look at. */
export type FieldName = keyof typeof FIELDS;

/** The words that closed text fields may be compared with. */
export const FIELD_WORDS: Readonly<Partial<Record<FieldType, readonly string[]>>> = {
  capability: ['trading', 'transfers', 'staking', 'nft', 'governance', 'contracts', 'approvals'],
  effect: ['outflow', 'allowance', 'call', 'unknown', 'operator', 'delegation', 'control', 'deploy', 'hazard', 'message'],
  hazard: HAZARDS,
};

/** The item's text for a text field: null where it does not apply, undefined where it cannot be told. */
export function textOf(field: FieldName, item: RuleItem): string | null | undefined {
  switch (field) {
    case 'asset':
      return item.asset;
    case 'destination':
      return item.destination;
    case 'contract':
      return item.contract;
    case 'selector':
      return item.selector;
    case 'capability':
      return item.capability;
    case 'chain':
      return item.chain;
    case 'effect':
      return item.effect;
    case 'hazard':
      return item.hazard;
    case 'site':
      return item.site ?? null;
    default:
      return undefined;
  }
}

/** The item's truth for a boolean field, with the same two absences. */
export function truthOf(field: FieldName, item: RuleItem, context: RuleContext): boolean | null | undefined {
  switch (field) {
    case 'isNewDestination':
      return typeof item.destination === 'string' ? context.isNewDestination(item.destination) : item.destination;
    case 'unlimited':
      return item.amount === 'unlimited';
    case 'listed':
      return item.listed;
    case 'withinHours':
      return context.withinHours;
    default:
      return undefined;
  }
}
