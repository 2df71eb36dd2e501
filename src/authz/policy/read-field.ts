import type { AccountId } from '../../core/index.ts';
import type { FieldOf, RuleContext, RuleItem } from './fields.ts';

/** Fields that are compared as text in its one spelling. */
export type TextField = FieldOf<
  'account' | 'asset' | 'chain' | 'selector' | 'code hash' | 'capability' | 'operation' | 'effect' | 'hazard' | 'trust' | 'site' | 'text'
>;
export type BooleanField = FieldOf<'boolean'>;

/** Null where the field does not apply to the item, undefined where it applies and cannot be told. */
export type ReadText = (item: RuleItem, context: RuleContext) => string | null | undefined;
export type ReadBoolean = (item: RuleItem, context: RuleContext) => boolean | null | undefined;

/** Whom an item is about: who gains, or the contract that is called. */
const partyOf = ({ destination, contract }: RuleItem): AccountId | null | undefined => (destination === null ? contract : destination);

/** How each text field is read. */
export const READ_TEXT: Readonly<Record<TextField, ReadText>> = {
  type: (_, { type }) => type,
  agent: (_, { agent }) => agent,
  wallet: (_, { wallet }) => wallet,
  trust: (_, { trust }) => trust,
  effect: ({ effect }) => effect,
  capability: ({ capability }) => capability,
  chain: ({ chain }) => chain,
  asset: ({ asset }) => asset,
  destination: ({ destination }) => destination,
  destinationCodeHash: (item, context) => {
    const party = partyOf(item);
    return typeof party === 'string' ? context.codeHash(party) : party;
  },
  contract: ({ contract }) => contract,
  selector: ({ selector }) => selector,
  method: ({ call }) => (call === undefined ? null : call.method),
  protocol: ({ call }) => (call === undefined ? null : call.protocol),
  operation: ({ call }) => (call === undefined ? null : call.operation),
  hazard: ({ hazard }) => hazard,
  site: ({ site }) => site ?? null,
};

/** How each boolean field is read. */
export const READ_BOOLEAN: Readonly<Record<BooleanField, ReadBoolean>> = {
  unlimited: ({ amount }) => amount === 'unlimited',
  listed: ({ listed }) => listed,
  withinHours: (_, { withinHours }) => withinHours,
  isNewDestination: ({ destination }, context) => (typeof destination === 'string' ? context.isNewDestination(destination) : destination),
  isListedDestination: ({ destination }, context) =>
    typeof destination === 'string' ? context.isListedDestination(destination) : destination,
  isScreened: (item, context) => {
    const party = partyOf(item);
    return typeof party === 'string' ? context.isScreened(party) : party;
  },
  isLookalike: (item, context) => {
    const party = partyOf(item);
    return typeof party === 'string' ? context.isLookalike(party) : party;
  },
};
