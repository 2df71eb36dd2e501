import { DateTime } from 'luxon';
import type { RuleItem } from '../../src/authz/index.ts';

/** What is known beside the items: plain tables, so that each answer can be read off. */
export interface ModelWorld {
  readonly atMs: number;
  readonly type: string;
  readonly agent: string;
  readonly wallet: string;
  readonly trust: string;
  readonly decimals: Readonly<Record<string, number>>;
  readonly netChange: Readonly<Record<string, bigint>>;
  readonly known: readonly string[];
  readonly listed: readonly string[];
  readonly screened: readonly string[];
  readonly lookalikes: readonly string[];
  readonly code: Readonly<Record<string, string | null>>;
  readonly ages: Readonly<Record<string, number>>;
  readonly riskScore: number | undefined;
  readonly value: bigint | undefined;
  readonly exposure: bigint | undefined;
  readonly valueDecimals: number;
  /** Whether the clocks permit acting; worked out from the permissions where it is absent. */
  readonly within?: boolean;
}

/** Exact decimal text of base units. */
export function decimalText(units: bigint, decimals: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const rest = digits.slice(digits.length - decimals);
  return `${units < 0n ? '-' : ''}${whole}${rest === '' ? '' : `.${rest}`}`;
}

/** Sign of the difference of two decimal texts, digit by digit. */
export function compareTexts(left: string, right: string): number {
  const parts = (text: string): { below: boolean; whole: string; rest: string } => {
    const [whole = '', rest = ''] = text.replace('-', '').split('.');
    return { below: text.startsWith('-'), whole: whole.replace(/^0+/, ''), rest: rest.replace(/0+$/, '') };
  };
  const [a, b] = [parts(left), parts(right)];
  const isZero = ({ whole, rest }: typeof a): boolean => whole === '' && rest === '';
  if (isZero(a) && isZero(b)) return 0;
  const below = a.below && !isZero(a);
  if (below !== (b.below && !isZero(b))) return below ? -1 : 1;
  const length = Math.max(a.whole.length, b.whole.length);
  const places = Math.max(a.rest.length, b.rest.length);
  const lined = ({ whole, rest }: typeof a): string => whole.padStart(length, '0') + rest.padEnd(places, '0');
  const order = lined(a) < lined(b) ? -1 : lined(a) > lined(b) ? 1 : 0;
  return below ? -order : order;
}

/** Whether a text is of a pattern's form, by trying everything. */
export function matchesPattern(pattern: readonly string[], text: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return text.length === 0;
  if (first === '*') return matchesPattern(rest, text) || (text.length > 0 && matchesPattern(pattern, text.slice(1)));
  const [head, ...tail] = text;
  if (head === undefined) return false;
  return (first === '?' || first === head) && matchesPattern(rest, tail);
}

type Read = string | number | boolean | null | undefined;

/** A field of an item: null where it does not apply, undefined where it cannot be told; numbers as decimal text. */
export function fieldOf(field: string, item: RuleItem, world: ModelWorld, zone: string | undefined): Read {
  const { destination, contract, asset, amount, call } = item;
  const party = destination === null ? contract : destination;
  const about = <T>(account: string | null | undefined, read: (account: string) => T): T | null | undefined =>
    account == null ? (account as null | undefined) : read(account);
  const clock = (): DateTime => DateTime.fromMillis(world.atMs, { zone: zone ?? 'UTC' });
  const decimals = asset === null ? undefined : world.decimals[asset];
  if (field.startsWith('args.')) {
    if (call === undefined) return null;
    if (call.args === undefined) return undefined;
    return call.args[field.slice(5)] ?? null;
  }
  switch (field) {
    case 'type':
    case 'agent':
    case 'wallet':
    case 'trust':
      return world[field];
    case 'amount':
      if (amount === null || asset === null) return null;
      if (amount === 'unlimited') return 'unlimited';
      return decimals === undefined ? undefined : decimalText(amount, decimals);
    case 'netChange':
      if (asset === null) return null;
      return decimals === undefined ? undefined : decimalText(world.netChange[asset] ?? 0n, decimals);
    case 'value':
    case 'exposure':
      return world[field] === undefined ? undefined : decimalText(world[field] as bigint, world.valueDecimals);
    case 'riskScore':
      return world.riskScore === undefined ? undefined : decimalText(BigInt(Math.ceil(world.riskScore * 1e6)), 6);
    case 'withinHours':
      return world.within;
    case 'unlimited':
      return amount === 'unlimited';
    case 'isNewDestination':
      return about(destination, (account) => !world.known.includes(account));
    case 'isListedDestination':
      return about(destination, (account) => world.listed.includes(account));
    case 'isScreened':
      return about(party, (account) => world.screened.includes(account));
    case 'isLookalike':
      return about(party, (account) => world.lookalikes.includes(account));
    case 'destinationCodeHash':
      return about(party, (account) => world.code[account]);
    case 'destinationAgeMs':
      return about(destination, (account) => String(world.ages[account] ?? 0));
    case 'method':
    case 'protocol':
    case 'operation':
      return call === undefined ? null : call[field];
    case 'site':
      return item.site ?? null;
    case 'hour':
    case 'minute':
    case 'month':
      return String(clock()[field]);
    case 'weekday':
      return String(clock().weekday % 7);
    case 'dayOfMonth':
      return String(clock().day);
    case 'date':
      return clock().toFormat('yyyyMMdd');
    default:
      return item[field as 'chain' | 'asset' | 'effect' | 'listed'];
  }
}
