import { FALSE, TRUE } from './cell.ts';
import type { RuleContext, RuleItem } from './fields.ts';
import type { NumberCells } from './number-cells.ts';
import { amountCell } from './read-number.ts';
import type { TextCells } from './text-cells.ts';

/**
 * Fields that an item bears itself, in the order of their cells. Rules ask for most of them, and to read them one after the other
 * costs a third of what it costs to read each where a rule asks for it.
 */
export const OWN_FIELDS = [
  'effect',
  'capability',
  'chain',
  'asset',
  'destination',
  'contract',
  'selector',
  'method',
  'protocol',
  'operation',
  'hazard',
  'site',
  'listed',
  'unlimited',
  'amount',
] as const;
type OwnText = Exclude<(typeof OWN_FIELDS)[number], 'listed' | 'unlimited' | 'amount'>;

/** What rules compare them with; null where none does. */
export interface OwnScales extends Readonly<Record<OwnText, TextCells | null>> {
  readonly amount: NumberCells | null;
}

/** Scales of them by name, each as `of` gives it for a field and its number. What is true or false needs none. */
export function ownScales(of: (field: keyof OwnScales, scale: number) => TextCells | NumberCells | null): OwnScales {
  const scales = OWN_FIELDS.flatMap((field, scale) => (field === 'listed' || field === 'unlimited' ? [] : [[field, of(field, scale)]]));
  return Object.fromEntries(scales) as OwnScales;
}

/** Reads those that are compared into the first cells; whatever is left out is read where a rule asks for it. */
export function readOwn(own: OwnScales, item: RuleItem, context: RuleContext, cells: Int32Array): void {
  const { call, amount } = item;
  if (own.effect !== null) cells[0] = own.effect.of(item.effect);
  if (own.capability !== null) cells[1] = own.capability.of(item.capability);
  if (own.chain !== null) cells[2] = own.chain.of(item.chain);
  if (own.asset !== null) cells[3] = own.asset.of(item.asset);
  if (own.destination !== null) cells[4] = own.destination.of(item.destination);
  if (own.contract !== null) cells[5] = own.contract.of(item.contract);
  if (own.selector !== null) cells[6] = own.selector.of(item.selector);
  if (own.method !== null) cells[7] = own.method.of(call === undefined ? null : call.method);
  if (own.protocol !== null) cells[8] = own.protocol.of(call === undefined ? null : call.protocol);
  if (own.operation !== null) cells[9] = own.operation.of(call === undefined ? null : call.operation);
  if (own.hazard !== null) cells[10] = own.hazard.of(item.hazard);
  if (own.site !== null) cells[11] = own.site.of(item.site ?? null);
  cells[12] = item.listed ? TRUE : FALSE;
  cells[13] = typeof amount === 'string' ? TRUE : FALSE;
  if (own.amount !== null) cells[14] = amountCell(own.amount, item, context);
}
