import type { Effect } from '../../../core/effect.ts';
import type { AccountId, ChainId } from '../../../core/ids.ts';
import type { EvmAddress } from '../address.ts';
import { accountOf, addressOf } from '../address.ts';
import type { Log } from '../events.ts';
import type { Measured } from '../net-effects.ts';
import { accountSlots, grantSlots, isPlain } from './account-slots.ts';
import type { StateDiff } from './state-diff.ts';

/** Accounts whose slots are worked out for a contract without events. */
const MAX_ACCOUNTS = 32;
/** Slots that one effect names. */
const MAX_TOLD = 4;
const AT = { leaf: '0', source: 'simulation' } as const;
/** EIP-7702: an account that runs somebody else's code. */
const DELEGATED = /^0xef0100([0-9a-f]{40})$/;

/** What explains a difference of state. */
export interface Explanations {
  readonly chain: ChainId;
  readonly wallet: EvmAddress;
  /** Contracts of the tokens that are looked at. */
  readonly tokens: readonly EvmAddress[];
  readonly decoded: readonly Effect[];
  readonly logs: readonly Log[];
  readonly measured: readonly Measured[];
}

const changed = ({ before, after }: Measured): boolean => String(before) !== String(after);

/** Everybody that a measured subject names beside the wallet. */
function accountsOf({ subject }: Measured): readonly EvmAddress[] {
  if (subject.kind === 'coin' || subject.kind === 'balance' || subject.kind === 'items') return [subject.holder];
  if (subject.kind === 'item-owner') return [];
  if (subject.kind === 'item-spender') return [subject.owner];
  return subject.kind === 'operator' ? [subject.owner, subject.operator] : [subject.owner, subject.spender];
}

/** The slots of a token that said nothing and are neither a known account's balance nor a grant that was measured. */
function unsaid(token: EvmAddress, slots: ReadonlySet<string>, { wallet, measured }: Explanations): readonly string[] {
  const left = new Set([...slots].filter((slot) => !isPlain(slot)));
  const drop = (known: ReadonlySet<string>): void => {
    for (const slot of left) if (known.has(slot)) left.delete(slot);
  };
  for (const account of [...new Set([wallet, ...measured.flatMap(accountsOf)])].slice(0, MAX_ACCOUNTS))
    if (left.size > 0) drop(accountSlots(account));
  for (const found of measured) {
    const { subject } = found;
    if (left.size === 0) break;
    if (!('token' in subject) || subject.token !== token || !changed(found)) continue;
    if (subject.kind === 'allowance') drop(grantSlots(subject.owner, subject.spender));
    if (subject.kind === 'operator') drop(grantSlots(subject.owner, subject.operator));
  }
  return [...left];
}

/** The wallet's own slots of a token that speaks, where nothing of the wallet was seen to change in it and the bytes do not call it. */
function ownUnseen(token: EvmAddress, slots: ReadonlySet<string>, given: Explanations): readonly string[] {
  const { chain, wallet, decoded, measured } = given;
  const seen = measured.some(
    (found) => 'token' in found.subject && found.subject.token === token && accountsOf(found).includes(wallet) && changed(found),
  );
  const contract = accountOf(chain, token);
  if (seen || decoded.some((effect) => effect.kind === 'call' && effect.contract === contract && effect.method !== null)) return [];
  const own = accountSlots(wallet);
  return [...slots].filter((slot) => own.has(slot));
}

/**
 * Differences of state that nothing explains, in the contracts of the tokens that are looked at: a token that writes and says
 * nothing, and what it keeps by our wallet changing unseen. What pools and other contracts keep for themselves is theirs.
 */
export function unexplained(diff: StateDiff, given: Explanations): readonly Effect[] {
  const effects: Effect[] = [];
  for (const token of new Set(given.tokens)) {
    const slots = diff.slots.get(token);
    if (slots === undefined) continue;
    const isSilent = !given.logs.some(({ address }) => address === token);
    const found = isSilent ? unsaid(token, slots, given) : ownUnseen(token, slots, given);
    if (found.length === 0) continue;
    const detail = `unexplained state change in slot ${[...found].sort().slice(0, MAX_TOLD).join(', ')}`;
    effects.push({ kind: 'unknown', contract: accountOf(given.chain, token), selector: null, detail, ...AT });
  }
  return effects;
}

/** Code that the wallet, or whoever signs for it, would run afterwards: a delegation (EIP-7702), or none any more. */
export function codeChanges(diff: StateDiff, chain: ChainId, accounts: readonly AccountId[]): readonly Effect[] {
  return [...new Set(accounts)].flatMap((account): readonly Effect[] => {
    const code = diff.code.get(addressOf(account, chain));
    if (code === undefined) return [];
    const to = DELEGATED.exec(code)?.[1];
    return [{ kind: 'control', account, aspect: 'code', to: to === undefined ? null : accountOf(chain, `0x${to}`), ...AT }];
  });
}
