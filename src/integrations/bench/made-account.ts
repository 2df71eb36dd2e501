import type { Dice } from './dice.ts';

/** Families of chains that agents are made for. */
export const FAMILIES = ['evm', 'ton'] as const;
/** Family of chains that an agent is made for. */
export type Family = (typeof FAMILIES)[number];

const DIGITS = { evm: 40, ton: 64 } as const;
const PREFIX = { evm: '0x', ton: '0:' } as const;

/** A new account of the family: `0x` and 40 hex digits, or `0:` and 64. */
export function madeAccount(family: Family, dice: Dice): string {
  return PREFIX[family] + dice.hex(DIGITS[family]);
}

/** An account that begins and ends like another: so many hex digits of each end are its own. */
export function lookalikeOf(account: string, begin: number, end: number, dice: Dice): string {
  const [prefix, key] = [account.slice(0, 2), account.slice(2)];
  return prefix + key.slice(0, begin) + dice.hex(key.length - begin - end) + key.slice(key.length - end);
}

/** The family that an account is written like. */
export function familyOf(account: string): Family {
  return account.startsWith('0x') ? 'evm' : 'ton';
}
