import type { Dice } from '../dice.ts';
import { familyOf, madeAccount } from '../made-account.ts';
import type { LabelledAction } from '../stream-row.ts';
import type { Scene } from './scene.ts';

/** Payments before a scene can be set: fewer tell nothing of what is usual. */
const LEAST = 10;

/** What a wallet has and usually does at a moment, read from its actions before it. Undefined where it hardly did anything, or has nothing. */
export function sceneAt(history: readonly LabelledAction[], startMs: number, dice: Dice): Scene | undefined {
  const past = history.filter(({ action }) => action.atMs < startMs).map(({ action, isOwn }) => ({ ...action, isOwn }));
  const own = past.filter(({ isOwn }) => isOwn);
  const sent = own.filter(({ amount }) => amount > 0n);
  const asset = mostOften(sent.map((action) => action.asset))[0];
  const moved = sent.filter((action) => action.asset === asset);
  const paid = mostOften(moved.map(({ party }) => party));
  const [first] = moved;
  if (first === undefined || asset === undefined || moved.length < LEAST || paid[0] === undefined) return undefined;
  let balance = 0n;
  for (const action of past) {
    if (action.asset !== asset || (action.direction === 'out' && !action.isOwn)) continue;
    balance += action.direction === 'in' ? action.amount : -action.amount;
    if (balance < 0n) balance = 0n;
  }
  const amounts = moved.map(({ amount }) => amount).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const usual = amounts[amounts.length >> 1] as bigint;
  if (balance < usual) return undefined;
  const hours = new Set(own.map(({ atMs }) => Math.floor(atMs / 3_600_000) % 24));
  const family = familyOf(first.party);
  return {
    ...{ dice, family, startMs, asset, decimals: first.decimals, balance, usual, most: amounts.at(-1) as bigint, paid },
    spenders: [...new Set(own.flatMap(({ kind, party }) => (kind === 'allowance' ? [party] : [])))],
    quietHours: Array.from({ length: 24 }, (_, hour) => hour).filter((hour) => !hours.has(hour)),
    account: () => madeAccount(family, dice),
  };
}

/** Each once, the most frequent first; among equals the one met first. */
function mostOften(names: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([name]) => name);
}
