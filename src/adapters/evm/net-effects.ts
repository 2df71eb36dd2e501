import { nativeAssetId, tokenAsset } from '../../core/asset.ts';
import type { Effect } from '../../core/effect.ts';
import type { AccountId, AssetId, ChainId } from '../../core/ids.ts';
import type { EvmAddress } from './address.ts';
import { accountOf } from './address.ts';
import { allowanceAmount } from './decode/index.ts';
import type { CallResult } from './dry-run.ts';
import type { Claim } from './events.ts';
import type { Subject } from './probes.ts';

/** A subject as it was read without and with the transaction; null where the contract gave no proper answer. */
export interface Measured {
  readonly subject: Subject;
  readonly before: readonly bigint[] | null;
  readonly after: readonly bigint[] | null;
}

/** What came out of comparing. */
export interface NetEffects {
  readonly effects: readonly Effect[];
  readonly warnings: readonly string[];
}

/** What is needed beside the measurements. */
export interface NetContext {
  readonly chain: ChainId;
  readonly wallet: AccountId;
  readonly claims: readonly Claim[];
  readonly decoded: readonly Effect[];
  /** The most that the wallet paid in fees in this run, wei. */
  readonly feeBound: bigint;
}

const AT = { leaf: '0', source: 'simulation' } as const;
const ZERO = `0x${'00'.repeat(20)}`;
const PERMIT2_UNLIMITED = 2n ** 160n - 1n;
const WORDS: Readonly<Record<Subject['kind'], number>> = {
  coin: 1,
  balance: 1,
  allowance: 1,
  'item-owner': 1,
  'item-spender': 1,
  items: 1,
  operator: 1,
  permit2: 3,
};

/** The words that a probe returned; null unless they are exactly as many as the question's answer has. */
export function readProbe(subject: Subject, result: CallResult): readonly bigint[] | null {
  const count = WORDS[subject.kind];
  if (!result.success || result.returnData.length !== 2 + 64 * count) return null;
  return Array.from({ length: count }, (_, index) => BigInt(`0x${result.returnData.slice(2 + 64 * index, 66 + 64 * index)}`));
}

const asAddress = (word: bigint): string => `0x${word.toString(16).padStart(40, '0').slice(-40)}`;

/** Compares what was read before and after, and holds the logs against it. */
export function netEffects(measured: readonly Measured[], context: NetContext): NetEffects {
  const effects: Effect[] = [];
  const warnings = new Set<string>();
  const { chain, wallet } = context;
  const account = (address: string): AccountId => accountOf(chain, address);
  const asset = (token: EvmAddress): AssetId => tokenAsset(chain, account(token));

  /** The one account on the other side, where the logs name exactly one. */
  const counterparty = (kind: Claim['kind'], token: EvmAddress | null, holder: EvmAddress, outward: boolean): AccountId | null => {
    const others = new Set<string>();
    for (const claim of context.claims) {
      if (claim.kind !== kind || !('from' in claim) || (token !== null && claim.token !== token)) continue;
      if (outward && claim.from === holder) others.add(claim.to);
      if (!outward && claim.to === holder) others.add(claim.from);
    }
    const [only] = others;
    return others.size === 1 && only !== undefined && only !== ZERO ? account(only) : null;
  };
  const moved = (holder: string, delta: bigint, of: AssetId, other: AccountId | null): void => {
    if (delta === 0n) return;
    const amount = delta < 0n ? -delta : delta;
    effects.push({ kind: delta < 0n ? 'outflow' : 'inflow', account: account(holder), counterparty: other, asset: of, amount, ...AT });
  };
  const coinDelta = (holder: EvmAddress, before: bigint | null, after: bigint | null): bigint => {
    let logged = 0n;
    for (const claim of context.claims) {
      if (claim.kind !== 'native') continue;
      if (claim.to === holder) logged += claim.amount;
      if (claim.from === holder) logged -= claim.amount;
    }
    if (before === null || after === null) {
      warnings.add('coin_not_measured');
      return logged;
    }
    const delta = after - before;
    if (account(holder) !== wallet) return delta;
    // The wallet also paid a fee, whose exact size in a simulation is the node's affair: only more than it can be is a loss.
    const worst = delta + context.feeBound;
    if (worst >= logged) return logged;
    warnings.add('coin_unexplained');
    return worst;
  };
  const unread = (token: EvmAddress): string =>
    context.claims.some((claim) => claim.token === token) ? `unverified_event:${token}` : `unreadable:${token}`;
  const namedInBytes = (owner: AccountId, spender: AccountId, of: AssetId): boolean =>
    context.decoded.some(
      (effect) => effect.kind === 'allowance' && effect.owner === owner && effect.spender === spender && effect.asset === of,
    );

  for (const { subject, before, after } of measured) {
    const [was, is] = [before?.[0] ?? null, after?.[0] ?? null];
    if (subject.kind === 'coin') {
      const delta = coinDelta(subject.holder, was, is);
      moved(subject.holder, delta, nativeAssetId(chain), counterparty('native', null, subject.holder, delta < 0n));
      continue;
    }
    const { token } = subject;
    if (subject.kind === 'item-owner') {
      // A token that does not exist (yet, or any more) has no owner: the question itself fails then.
      const [from, to] = [asAddress(was ?? 0n), asAddress(is ?? 0n)];
      if (was === null && is === null) warnings.add(unread(token));
      if (from === to) continue;
      if (from !== ZERO) moved(from, -1n, asset(token), to === ZERO ? null : account(to));
      if (to !== ZERO) moved(to, 1n, asset(token), from === ZERO ? null : account(from));
      warnings.add(`item_moved:${token}:${subject.id}`);
      continue;
    }
    if (was === null || is === null) {
      warnings.add(unread(token));
      continue;
    }
    switch (subject.kind) {
      case 'balance':
        moved(subject.holder, is - was, asset(token), counterparty('transfer', token, subject.holder, is < was));
        break;
      case 'items':
        moved(subject.holder, is - was, asset(token), counterparty('items', token, subject.holder, is < was));
        if (is !== was) warnings.add(`item_moved:${token}:${subject.id}`);
        break;
      case 'allowance': {
        const [owner, spender] = [account(subject.owner), account(subject.spender)];
        // What a spender has used up is no new right; what the bytes themselves lower is shown as it ends.
        if (is > was || (is < was && namedInBytes(owner, spender, asset(token)))) {
          effects.push({ kind: 'allowance', owner, spender, asset: asset(token), amount: allowanceAmount(is), expiresAtMs: null, ...AT });
        }
        break;
      }
      case 'item-spender':
        if (is !== was && is !== 0n) {
          const [owner, spender] = [account(subject.owner), account(asAddress(is))];
          effects.push({ kind: 'allowance', owner, spender, asset: asset(token), amount: 1n, expiresAtMs: null, ...AT });
        }
        break;
      case 'permit2': {
        const [until, untilBefore] = [after?.[1] ?? 0n, before?.[1] ?? 0n];
        if (is <= was && until <= untilBefore) break;
        const [owner, spender] = [account(subject.owner), account(subject.spender)];
        const amount = allowanceAmount(is, PERMIT2_UNLIMITED);
        effects.push({ kind: 'allowance', owner, spender, asset: asset(token), amount, expiresAtMs: Number(until) * 1_000, ...AT });
        break;
      }
      case 'operator':
        if (is !== was) {
          const [owner, operator] = [account(subject.owner), account(subject.operator)];
          effects.push({ kind: 'operator', owner, operator, collection: account(token), approved: is !== 0n, ...AT });
        }
        break;
    }
  }

  for (const claim of context.claims) {
    if (claim.kind !== 'transfer' || claim.amount === 0n || claim.from === claim.to) continue;
    const seen = effects.some(
      ({ kind, ...rest }) => (kind === 'outflow' || kind === 'inflow') && (rest as { asset?: AssetId }).asset === asset(claim.token),
    );
    if (!seen) warnings.add(`event_without_effect:${claim.token}`);
  }
  return { effects, warnings: [...warnings] };
}
