import type { AccountId } from '../../../core/index.ts';
import type { Cell, Cells } from './cell.ts';
import type { FieldOf, RuleContext, RuleItem } from './fields.ts';

/** Fields that are compared as text in its one spelling. */
export type TextField = FieldOf<
  'account' | 'asset' | 'chain' | 'selector' | 'code hash' | 'capability' | 'operation' | 'effect' | 'hazard' | 'trust' | 'site' | 'text'
>;
export type BooleanField = FieldOf<'boolean'>;

/** Reads a field of an item as the cell that it lies in. */
export type ReadCell = (item: RuleItem, context: RuleContext) => Cell;

type Party = AccountId | null | undefined;
/** Whom an item is about: who gains, or the contract that is called. */
const partyOf = ({ destination, contract }: RuleItem): Party => (destination === null ? contract : destination);
/** What is known of an account, where there is one and it is known which. */
const about = <T>(party: Party, read: (account: AccountId) => T): T | null | undefined => (typeof party === 'string' ? read(party) : party);

/** How each text field is read. */
export const READ_TEXT: Readonly<Record<TextField, (cells: Cells<string>) => ReadCell>> = {
  type: (cells) => (_, context) => cells.of(context.type),
  agent: (cells) => (_, context) => cells.of(context.agent),
  wallet: (cells) => (_, context) => cells.of(context.wallet),
  trust: (cells) => (_, context) => cells.of(context.trust),
  effect: (cells) => (item) => cells.of(item.effect),
  capability: (cells) => (item) => cells.of(item.capability),
  chain: (cells) => (item) => cells.of(item.chain),
  asset: (cells) => (item) => cells.of(item.asset),
  destination: (cells) => (item) => cells.of(item.destination),
  destinationCodeHash: (cells) => (item, context) => cells.of(about(partyOf(item), (account) => context.codeHash(account))),
  contract: (cells) => (item) => cells.of(item.contract),
  selector: (cells) => (item) => cells.of(item.selector),
  method: (cells) => (item) => cells.of(item.call === undefined ? null : item.call.method),
  protocol: (cells) => (item) => cells.of(item.call === undefined ? null : item.call.protocol),
  operation: (cells) => (item) => cells.of(item.call === undefined ? null : item.call.operation),
  hazard: (cells) => (item) => cells.of(item.hazard),
  site: (cells) => (item) => cells.of(item.site ?? null),
};

/** How each boolean field is read. */
export const READ_BOOLEAN: Readonly<Record<BooleanField, (cells: Cells<boolean>) => ReadCell>> = {
  // The only amount that is text.
  unlimited: (cells) => (item) => cells.of(typeof item.amount === 'string'),
  listed: (cells) => (item) => cells.of(item.listed),
  withinHours: (cells) => (_, context) => cells.of(context.withinHours),
  isNewDestination: (cells) => (item, context) => cells.of(about(item.destination, (account) => context.isNewDestination(account))),
  isListedDestination: (cells) => (item, context) => cells.of(about(item.destination, (account) => context.isListedDestination(account))),
  isScreened: (cells) => (item, context) => cells.of(about(partyOf(item), (account) => context.isScreened(account))),
  isLookalike: (cells) => (item, context) => cells.of(about(partyOf(item), (account) => context.isLookalike(account))),
};
