import { nativeAssetId } from '../../core/asset.ts';
import type { Effect } from '../../core/effect.ts';
import type { AccountId, AssetId, ChainId } from '../../core/ids.ts';
import type { EvmAddress } from './address.ts';
import { addressOf } from './address.ts';
import { selectorOf } from './decode/index.ts';
import type { ProbeCall } from './dry-run.ts';
import type { Claim } from './events.ts';
import { PERMIT2 } from './events.ts';

/** One fact of state that is read before and after. */
export type Subject =
  | { readonly kind: 'coin'; readonly holder: EvmAddress }
  | { readonly kind: 'balance'; readonly token: EvmAddress; readonly holder: EvmAddress }
  | { readonly kind: 'allowance'; readonly token: EvmAddress; readonly owner: EvmAddress; readonly spender: EvmAddress }
  | { readonly kind: 'item-owner'; readonly token: EvmAddress; readonly id: bigint }
  | { readonly kind: 'item-spender'; readonly token: EvmAddress; readonly id: bigint; readonly owner: EvmAddress }
  | { readonly kind: 'items'; readonly token: EvmAddress; readonly holder: EvmAddress; readonly id: bigint }
  | { readonly kind: 'operator'; readonly token: EvmAddress; readonly owner: EvmAddress; readonly operator: EvmAddress }
  | { readonly kind: 'permit2'; readonly token: EvmAddress; readonly owner: EvmAddress; readonly spender: EvmAddress };

const ZERO = `0x${'00'.repeat(20)}` as EvmAddress;
const SELECTOR = {
  balanceOf: selectorOf('balanceOf(address)'),
  balanceOfItem: selectorOf('balanceOf(address,uint256)'),
  allowance: selectorOf('allowance(address,address)'),
  ownerOf: selectorOf('ownerOf(uint256)'),
  getApproved: selectorOf('getApproved(uint256)'),
  isApprovedForAll: selectorOf('isApprovedForAll(address,address)'),
  permit2Allowance: selectorOf('allowance(address,address,address)'),
} as const;

const word = (value: EvmAddress | bigint): string => (typeof value === 'bigint' ? value.toString(16) : value.slice(2)).padStart(64, '0');

function question(selector: string, ...words: readonly (EvmAddress | bigint)[]): `0x${string}` {
  return `${selector}${words.map(word).join('')}` as `0x${string}`;
}

/** The call that asks for a subject. `reader` is where the balance reader stands. */
export function probeCall(subject: Subject, reader: EvmAddress): ProbeCall {
  switch (subject.kind) {
    case 'coin':
      return { to: reader, input: question('0x', subject.holder) };
    case 'balance':
      return { to: subject.token, input: question(SELECTOR.balanceOf, subject.holder) };
    case 'allowance':
      return { to: subject.token, input: question(SELECTOR.allowance, subject.owner, subject.spender) };
    case 'item-owner':
      return { to: subject.token, input: question(SELECTOR.ownerOf, subject.id) };
    case 'item-spender':
      return { to: subject.token, input: question(SELECTOR.getApproved, subject.id) };
    case 'items':
      return { to: subject.token, input: question(SELECTOR.balanceOfItem, subject.holder, subject.id) };
    case 'operator':
      return { to: subject.token, input: question(SELECTOR.isApprovedForAll, subject.owner, subject.operator) };
    case 'permit2':
      return { to: PERMIT2, input: question(SELECTOR.permit2Allowance, subject.owner, subject.token, subject.spender) };
  }
}

function claimSubjects(claim: Claim): readonly Subject[] {
  const { token } = claim;
  const holders = 'from' in claim ? [claim.from, claim.to].filter((holder) => holder !== ZERO) : [];
  switch (claim.kind) {
    case 'native':
      return holders.map((holder) => ({ kind: 'coin', holder }));
    case 'transfer':
      return holders.map((holder) => ({ kind: 'balance', token, holder }));
    case 'item':
      return [{ kind: 'item-owner', token, id: claim.id }];
    case 'items':
      return claim.ids.flatMap((id) => holders.map((holder): Subject => ({ kind: 'items', token, holder, id })));
    case 'approval':
      return [{ kind: 'allowance', token, owner: claim.owner, spender: claim.spender }];
    case 'item-approval':
      return [{ kind: 'item-spender', token, id: claim.id, owner: claim.owner }];
    case 'operator':
      return [{ kind: 'operator', token, owner: claim.owner, operator: claim.operator }];
    case 'permit2':
      return [{ kind: 'permit2', token, owner: claim.owner, spender: claim.spender }];
  }
}

/** What a simulation is looked at for, beside its own logs. */
export interface WatchList {
  readonly chain: ChainId;
  readonly wallet: EvmAddress;
  /** Contracts of the tokens that are read whether or not an event names them. */
  readonly tokens: readonly EvmAddress[];
  /** Effects decoded from the bytes. */
  readonly decoded: readonly Effect[];
}

/** The contract and number of one collectible; null for coins, tokens and whole collections. */
function itemOf(asset: AssetId): { readonly standard: string; readonly token: EvmAddress; readonly id: bigint } | null {
  const match = /\/(erc721|erc1155):(0x[0-9a-f]{40})\/([0-9]+)$/.exec(asset);
  return match === null ? null : { standard: match[1] as string, token: match[2] as EvmAddress, id: BigInt(match[3] as string) };
}

function decodedSubjects(effect: Effect, chain: ChainId): readonly Subject[] {
  const at = (account: AccountId): EvmAddress => addressOf(account, chain);
  const tokenOf = (asset: AssetId): EvmAddress | null => (/\/erc20:(0x[0-9a-f]{40})$/.exec(asset)?.[1] as EvmAddress | undefined) ?? null;
  if (effect.kind === 'outflow' || effect.kind === 'inflow') {
    const holder = at(effect.account);
    if (effect.asset === nativeAssetId(chain)) return [{ kind: 'coin', holder }];
    const token = tokenOf(effect.asset);
    if (token !== null) return [{ kind: 'balance', token, holder }];
    const item = itemOf(effect.asset);
    if (item === null) return [];
    const { standard, token: collection, id } = item;
    // Fields in the order in which logs give them: a subject is known by its values.
    return [standard === 'erc721' ? { kind: 'item-owner', token: collection, id } : { kind: 'items', token: collection, holder, id }];
  }
  if (effect.kind === 'allowance') {
    const token = tokenOf(effect.asset);
    const [owner, spender] = [at(effect.owner), at(effect.spender)];
    if (token !== null) {
      // One that ends is kept by Permit2: the token's own know no end.
      return [{ kind: effect.expiresAtMs === null ? 'allowance' : 'permit2', token, owner, spender }];
    }
    const item = itemOf(effect.asset);
    return item === null ? [] : [{ kind: 'item-spender', token: item.token, id: item.id, owner }];
  }
  if (effect.kind === 'operator')
    return [{ kind: 'operator', token: at(effect.collection), owner: at(effect.owner), operator: at(effect.operator) }];
  return [];
}

/** Everyone who could be given an allowance: the contracts called, and whoever the logs name. */
function strangers(claims: readonly Claim[], list: WatchList): readonly EvmAddress[] {
  const called = list.decoded.flatMap((effect) => (effect.kind === 'call' ? [addressOf(effect.contract, list.chain)] : []));
  const named = claims.flatMap((claim) => ('from' in claim ? [claim.from, claim.to] : 'spender' in claim ? [claim.spender] : []));
  return [...new Set([...called, ...named])].filter((address) => address !== ZERO && address !== list.wallet);
}

/** One spelling per subject. */
function subjectKey(subject: Subject): string {
  return Object.values(subject).map(String).join('/');
}

/** What watched tokens, which might not tell, allow to anyone who appears. */
export function watchedAllowances(claims: readonly Claim[], list: WatchList): readonly Subject[] {
  const spenders = strangers(claims, list);
  return list.tokens.flatMap((token) => spenders.map((spender): Subject => ({ kind: 'allowance', token, owner: list.wallet, spender })));
}

/**
 * Everything that must be read before and after, without repeats, the wallet's own first: its coin, the watch list, what
 * the bytes name, and what the logs name.
 */
export function subjects(claims: readonly Claim[], list: WatchList): readonly Subject[] {
  const found: Subject[] = [{ kind: 'coin', holder: list.wallet }];
  for (const token of list.tokens) found.push({ kind: 'balance', token, holder: list.wallet });
  for (const effect of list.decoded) found.push(...decodedSubjects(effect, list.chain));
  for (const claim of claims) found.push(...claimSubjects(claim));
  return distinct(found);
}

/** Each subject once, in order of first appearance. */
export function distinct(found: readonly Subject[]): readonly Subject[] {
  return [...new Map(found.map((subject) => [subjectKey(subject), subject])).values()];
}
