import type { WalletAction } from '../risk-parts.ts';
import type { LabelledAction } from '../stream-row.ts';

/** One movement of an exported history, before its wallet is known. */
export interface Movement {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly failed: boolean;
  readonly action: Omit<WalletAction, 'direction' | 'party'>;
}

/** The account that every movement is from or to. Undefined where none is, or more than one. */
export function walletOf(movements: readonly Movement[]): string | undefined {
  const [first, ...rest] = movements;
  if (first === undefined) return undefined;
  const left = [first.from, first.to].filter((account) => rest.every(({ from, to }) => from === account || to === account));
  return new Set(left).size === 1 ? left[0] : undefined;
}

/** Movements as one wallet did or met them; those that are not its own, and payments to itself, are left out. A call of one that moved a token is that movement. */
export function asSeenBy(wallet: string, movements: readonly Movement[]): readonly LabelledAction[] {
  const moving = new Set(movements.filter(({ action }) => action.kind === 'token').map(({ id }) => id));
  return movements.flatMap(({ id, from, to, failed, action }) => {
    if (from === to || (from !== wallet && to !== wallet)) return [];
    const direction = from === wallet ? 'out' : 'in';
    if (action.kind !== 'token' && action.amount === 0n && (direction === 'in' || moving.has(id))) return [];
    // Anybody can make a token say that nothing moved in a wallet's name.
    const isOwn = direction === 'out' && !failed && !(action.kind === 'token' && action.amount === 0n);
    if (direction === 'in' && failed) return [];
    const seen: WalletAction = { ...action, direction, party: direction === 'out' ? to : from };
    return [{ action: seen, isOwn, isBad: false, campaign: '', type: '' }];
  });
}

/** Base units of a decimal text with at most `decimals` digits after the point; commas between thousands are skipped. Undefined for anything else. */
export function baseUnitsOf(text: string, decimals: number): bigint | undefined {
  const match = /^(\d+)(?:\.(\d*))?$/.exec(text.replaceAll(',', ''));
  if (match === null) return undefined;
  const [, whole = '', part = ''] = match;
  return BigInt(whole + part.slice(0, decimals).padEnd(decimals, '0'));
}
