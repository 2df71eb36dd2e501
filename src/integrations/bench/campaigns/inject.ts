import type { Dice } from '../dice.ts';
import type { WalletAction } from '../risk-parts.ts';
import type { LabelledAction } from '../stream-row.ts';
import { ATTACKS } from './attacks.ts';
import type { Campaign } from './scene.ts';
import { sceneAt } from './scene-at.ts';
import { SURPRISES } from './surprises.ts';

/** Share of a history after which campaigns begin. */
const FIRST = 0.5;
const LAST = 0.95;
const HOUR_MS = 3_600_000;

/** What is put into a wallet's history. */
export interface Injection {
  readonly wallet: string;
  readonly attacks: number;
  readonly surprises: number;
  /** How many wallets came before, so that a fleet has all types about equally often. */
  readonly turn: number;
}

/**
 * A wallet's history with campaigns and harmless surprises at moments of its second half. What an attacker or an owner's move took is given back an hour
 * after, so that what follows can be paid for. Histories that give no occasion stay as they are.
 */
export function inject(
  history: readonly LabelledAction[],
  { wallet, attacks, surprises, turn }: Injection,
  dice: Dice,
): readonly LabelledAction[] {
  const times = history.map(({ action }) => action.atMs);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const slots = attacks + surprises;
  const width = ((to - from) * (LAST - FIRST)) / slots;
  const funder = history.find(({ action }) => action.direction === 'in')?.action.party ?? 'funder';
  let actions = [...history].sort((a, b) => a.action.atMs - b.action.atMs);
  for (let slot = 0; slot < slots; slot += 1) {
    const isBad = slot < attacks;
    const startMs = Math.floor((from + (to - from) * FIRST + width * (slot + dice.between(0, 0.5))) / 1_000) * 1_000;
    const scene = sceneAt(actions, startMs, dice);
    if (scene === undefined) continue;
    const place = isBad ? turn * attacks + slot : turn * surprises + slot - attacks;
    const found = firstThatFits(isBad ? ATTACKS : SURPRISES, place, (campaign) => campaign(scene));
    if (found === undefined) continue;
    const label = { isBad, campaign: `${wallet} ${slot + 1}`, type: found.type };
    const own = found.actions.map(
      (action): LabelledAction =>
        action.direction === 'in' ? { action, isOwn: false, isBad: false, campaign: '', type: '' } : { action, isOwn: true, ...label },
    );
    actions = [...actions, ...own, ...givenBack(found.actions, funder)].sort((a, b) => a.action.atMs - b.action.atMs);
  }
  return actions;
}

function firstThatFits(
  campaigns: Readonly<Record<string, Campaign>>,
  turn: number,
  make: (campaign: Campaign) => readonly WalletAction[] | undefined,
): { readonly type: string; readonly actions: readonly WalletAction[] } | undefined {
  const types = Object.entries(campaigns);
  for (let tried = 0; tried < types.length; tried += 1) {
    const [type, campaign] = types[(turn + tried) % types.length] as (typeof types)[number];
    const actions = make(campaign);
    if (actions !== undefined && actions.length > 0) return { type, actions };
  }
  return undefined;
}

function givenBack(actions: readonly WalletAction[], party: string): readonly LabelledAction[] {
  const last = actions.at(-1);
  const amount = actions.reduce((sum, action) => sum + (action.direction === 'out' ? action.amount : 0n), 0n);
  if (last === undefined || amount === 0n) return [];
  const { asset, decimals, kind } = last;
  const action: WalletAction = { atMs: last.atMs + HOUR_MS, direction: 'in', kind, party, asset, amount, decimals };
  return [{ action, isOwn: false, isBad: false, campaign: '', type: '' }];
}
