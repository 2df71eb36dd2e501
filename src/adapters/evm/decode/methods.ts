import { keccak256 } from '../../../core/digest.ts';
import type { Effect } from '../../../core/effect.ts';
import type { AccountId, AssetId } from '../../../core/ids.ts';
import { accountOf, hexOf } from '../address.ts';
import type { Frame } from './frame.ts';
import type { Word, WordType } from './words.ts';

/** Where a kind of effect was found, without its place. */
type Found = Effect extends infer E ? (E extends Effect ? Omit<E, 'leaf' | 'source'> : never) : never;

/** A method whose arguments are fixed-size words, and what a call of it does. */
export interface Method {
  readonly name: string;
  readonly selector: string;
  readonly types: readonly WordType[];
  readonly params: readonly string[];
  /** True for the ERC-20 standard itself: at a known token such a call is told by its effects alone. */
  readonly standard: boolean;
  readonly effects: (call: MethodCall) => readonly Found[];
}

interface MethodCall {
  readonly frame: Frame;
  readonly contract: AccountId;
  /** The asset that this contract would be, were it a token. */
  readonly asset: AssetId;
  readonly words: readonly Word[];
  readonly account: (index: number) => AccountId;
  readonly amount: (index: number) => bigint;
}

/** Half of all numbers: an allowance from here on is never used up. */
const UNLIMITED_FROM = 2n ** 255n;

/** An allowance as people mean it. */
export function allowanceAmount(amount: bigint, unlimitedFrom = UNLIMITED_FROM): bigint | 'unlimited' {
  return amount >= unlimitedFrom ? 'unlimited' : amount;
}

/** First four bytes of Keccak-256 of a signature, `0x` and 8 hex digits. */
export function selectorOf(signature: string): string {
  return hexOf(keccak256(new TextEncoder().encode(signature)), 0, 4);
}

function method(text: string, standard: boolean, effects: Method['effects']): Method {
  const open = text.indexOf('(');
  const inner = text.slice(open + 1, -1);
  const pairs = inner === '' ? [] : inner.split(',').map((part) => part.split(' '));
  const types = pairs.map(([type]) => type as WordType);
  const name = text.slice(0, open);
  return {
    name,
    selector: selectorOf(`${name}(${types.join(',')})`),
    types,
    params: pairs.map(([, param]) => param as string),
    standard,
    effects,
  };
}

function moved(from: AccountId, to: AccountId, asset: AssetId, amount: bigint): readonly Found[] {
  return [
    { kind: 'outflow', account: from, counterparty: to, asset, amount },
    { kind: 'inflow', account: to, counterparty: from, asset, amount },
  ];
}

function allowed(
  owner: AccountId,
  spender: AccountId,
  asset: AssetId,
  amount: bigint | 'unlimited',
  expiresAtMs: number | null = null,
): Found {
  return { kind: 'allowance', owner, spender, asset, amount, expiresAtMs };
}

const METHODS: readonly Method[] = [
  method('transfer(address to,uint256 amount)', true, (c) => moved(c.frame.sender, c.account(0), c.asset, c.amount(1))),
  method('transferFrom(address from,address to,uint256 amount)', true, (c) => moved(c.account(0), c.account(1), c.asset, c.amount(2))),
  method('approve(address spender,uint256 amount)', true, (c) => [
    allowed(c.frame.sender, c.account(0), c.asset, allowanceAmount(c.amount(1))),
  ]),
  // What is added says nothing of the total, so a rule must allow the call itself too; simulation measures the total.
  method('increaseAllowance(address spender,uint256 added)', false, (c) => [
    allowed(c.frame.sender, c.account(0), c.asset, allowanceAmount(c.amount(1))),
  ]),
  method('decreaseAllowance(address spender,uint256 removed)', false, (c) => [allowed(c.frame.sender, c.account(0), c.asset, 0n)]),
  method('permit(address owner,address spender,uint256 amount,uint256 deadline,uint8 v,bytes32 r,bytes32 s)', false, (c) => [
    allowed(c.account(0), c.account(1), c.asset, allowanceAmount(c.amount(2))),
  ]),
  // The form of DAI: all or nothing.
  method('permit(address holder,address spender,uint256 nonce,uint256 expiry,bool allowed,uint8 v,bytes32 r,bytes32 s)', false, (c) => [
    allowed(c.account(0), c.account(1), c.asset, c.words[4] === true ? 'unlimited' : 0n),
  ]),
  method('setApprovalForAll(address operator,bool approved)', false, (c) => [
    { kind: 'operator', owner: c.frame.sender, operator: c.account(0), collection: c.contract, approved: c.words[1] === true },
  ]),
  method('transferOwnership(address newOwner)', false, (c) => [
    { kind: 'control', account: c.contract, aspect: 'owner', to: c.account(0) },
  ]),
  method('renounceOwnership()', false, (c) => [{ kind: 'control', account: c.contract, aspect: 'owner', to: null }]),
  method('upgradeTo(address implementation)', false, (c) => [
    { kind: 'control', account: c.contract, aspect: 'upgrade', to: c.account(0) },
  ]),
];

const BY_SELECTOR: ReadonlyMap<string, Method> = new Map(METHODS.map((known) => [known.selector, known]));

/** The method of a selector; undefined where we do not know what it does. */
export function methodOf(selector: string): Method | undefined {
  return BY_SELECTOR.get(selector);
}

/** What this call of a known method does, each effect at its leaf. */
export function methodEffects(known: Method, frame: Frame, contract: AccountId, asset: AssetId, words: readonly Word[]): readonly Effect[] {
  const account = (index: number): AccountId => accountOf(frame.chain, String(words[index]));
  const amount = (index: number): bigint => BigInt(words[index] as bigint);
  const call: MethodCall = { frame, contract, asset, words, account, amount };
  return known.effects(call).map((found): Effect => ({ ...found, leaf: frame.leaf, source: 'bytes' }) as Effect);
}
