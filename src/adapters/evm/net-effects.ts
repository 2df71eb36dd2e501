import { collectibleAsset, nativeAssetId, tokenAsset } from '../../core/asset.ts';
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
  /** Who pays the fee, where it is not the wallet. */
  readonly payer?: AccountId;
  readonly claims: readonly Claim[];
  readonly decoded: readonly Effect[];
  /** The most that was paid in fees in this run, wei. */
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

const asAddress = (word: bigint): EvmAddress => `0x${word.toString(16).padStart(40, '0').slice(-40)}`;
const size = (amount: bigint): bigint => (amount < 0n ? -amount : amount);

/** One movement as a log tells it. */
interface Movement {
  readonly from: EvmAddress;
  readonly to: EvmAddress;
  readonly amount: bigint;
}

function movements(claims: readonly Claim[], kind: 'native' | 'transfer' | 'items', token?: EvmAddress, id?: bigint): readonly Movement[] {
  return claims.flatMap((claim): readonly Movement[] => {
    if (claim.kind !== kind || (token !== undefined && claim.token !== token)) return [];
    const { from, to } = claim;
    if (claim.kind !== 'items') return [{ from, to, amount: claim.amount }];
    return claim.ids.flatMap((own, index) => (own === id ? [{ from, to, amount: claim.amounts[index] ?? 0n }] : []));
  });
}

/** A holder's net change by account on the other side, losses negative; one unattributed sum where the logs say something else. */
function attributed(
  holder: EvmAddress,
  delta: bigint,
  logged: readonly Movement[],
): readonly { readonly other: EvmAddress | null; readonly amount: bigint }[] {
  const shares = new Map<EvmAddress, bigint>();
  let sum = 0n;
  for (const { from, to, amount } of logged) {
    if (amount === 0n || from === to || (from !== holder && to !== holder)) continue;
    const [other, signed] = from === holder ? [to, -amount] : [from, amount];
    shares.set(other, (shares.get(other) ?? 0n) + signed);
    sum += signed;
  }
  const along = [...shares].filter(([, amount]) => amount !== 0n && amount < 0n === delta < 0n);
  const [first] = along;
  if (first !== undefined && along.length === 1) return [{ other: first[0], amount: delta }];
  if (sum !== delta) return [{ other: null, amount: delta }];
  return [...shares].filter(([, amount]) => amount !== 0n).map(([other, amount]) => ({ other, amount }));
}

function claimedLoss(claims: readonly Claim[], { token, holder }: { readonly token: EvmAddress; readonly holder: EvmAddress }): bigint {
  return movements(claims, 'transfer', token).reduce(
    (sum, { from, to, amount }) => (from === holder && to !== holder ? sum + amount : sum),
    0n,
  );
}

/** Compares what was read before and after, and holds the logs against it. */
export function netEffects(measured: readonly Measured[], context: NetContext): NetEffects {
  const effects: Effect[] = [];
  const warnings = new Set<string>();
  const { chain, wallet } = context;
  const account = (address: string): AccountId => accountOf(chain, address);
  const asset = (token: EvmAddress): AssetId => tokenAsset(chain, account(token));

  /** The net change as one movement per account on the other side; unattributed where the logs do not add up to it. */
  const moved = (holder: EvmAddress, delta: bigint, of: AssetId, logged: readonly Movement[]): void => {
    if (delta === 0n) return;
    for (const { other, amount } of attributed(holder, delta, logged)) {
      const counterparty = other === null || other === ZERO ? null : account(other);
      effects.push({
        kind: amount < 0n ? 'outflow' : 'inflow',
        account: account(holder),
        counterparty,
        asset: of,
        amount: size(amount),
        ...AT,
      });
    }
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
    if (account(holder) !== (context.payer ?? wallet)) return delta;
    // The payer also paid a fee, whose exact size in a simulation is the node's affair: only more than it can be is a loss.
    const worst = delta + context.feeBound;
    if (worst >= logged) return logged;
    warnings.add('coin_unexplained');
    return worst;
  };
  const unread = (token: EvmAddress): string =>
    context.claims.some((claim) => claim.token === token) ? `unverified_event:${token}` : `unreadable:${token}`;
  /** What the bytes themselves set is shown as it ends, changed or not: a yes that was there before is still a yes. */
  const namedInBytes = (owner: AccountId, spender: AccountId, of: AssetId, ends = false): boolean =>
    context.decoded.some(
      (effect) =>
        effect.kind === 'allowance' &&
        effect.owner === owner &&
        effect.spender === spender &&
        effect.asset === of &&
        (effect.expiresAtMs !== null) === ends,
    );
  const setInBytes = (owner: AccountId, operator: AccountId, collection: AccountId): boolean =>
    context.decoded.some(
      (effect) => effect.kind === 'operator' && effect.owner === owner && effect.operator === operator && effect.collection === collection,
    );

  for (const { subject, before, after } of measured) {
    const [was, is] = [before?.[0] ?? null, after?.[0] ?? null];
    if (subject.kind === 'coin') {
      const delta = coinDelta(subject.holder, was, is);
      moved(subject.holder, delta, nativeAssetId(chain), movements(context.claims, 'native'));
      continue;
    }
    const { token } = subject;
    if (subject.kind === 'item-owner') {
      // A token that does not exist (yet, or any more) has no owner: the question itself fails then.
      const [from, to] = [asAddress(was ?? 0n), asAddress(is ?? 0n)];
      const one: readonly Movement[] = [{ from, to, amount: 1n }];
      if (was === null && is === null) warnings.add(unread(token));
      if (from === to) continue;
      const item = collectibleAsset(chain, 'erc721', account(token), subject.id);
      if (from !== ZERO) moved(from, -1n, item, one);
      if (to !== ZERO) moved(to, 1n, item, one);
      warnings.add(`item_moved:${token}:${subject.id}`);
      continue;
    }
    if (was === null || is === null) {
      warnings.add(unread(token));
      // What cannot be read any more counts as gone, and what never could be as its own log tells.
      if (subject.kind !== 'balance' || account(subject.holder) !== wallet) continue;
      const lost = was ?? claimedLoss(context.claims, subject);
      moved(subject.holder, -lost, asset(token), movements(context.claims, 'transfer', token));
      continue;
    }
    switch (subject.kind) {
      case 'balance':
        moved(subject.holder, is - was, asset(token), movements(context.claims, 'transfer', token));
        break;
      case 'items':
        moved(
          subject.holder,
          is - was,
          collectibleAsset(chain, 'erc1155', account(token), subject.id),
          movements(context.claims, 'items', token, subject.id),
        );
        if (is !== was) warnings.add(`item_moved:${token}:${subject.id}`);
        break;
      case 'allowance': {
        const [owner, spender] = [account(subject.owner), account(subject.spender)];
        // What a spender has used up is no new right.
        if (is > was || namedInBytes(owner, spender, asset(token))) {
          effects.push({ kind: 'allowance', owner, spender, asset: asset(token), amount: allowanceAmount(is), expiresAtMs: null, ...AT });
        }
        break;
      }
      case 'item-spender':
        if (is !== 0n) {
          const [owner, spender] = [account(subject.owner), account(asAddress(is))];
          const item = collectibleAsset(chain, 'erc721', account(token), subject.id);
          if (is !== was || namedInBytes(owner, spender, item))
            effects.push({ kind: 'allowance', owner, spender, asset: item, amount: 1n, expiresAtMs: null, ...AT });
        }
        break;
      case 'permit2': {
        const [until, untilBefore] = [after?.[1] ?? 0n, before?.[1] ?? 0n];
        const [owner, spender] = [account(subject.owner), account(subject.spender)];
        if (is <= was && until <= untilBefore && !namedInBytes(owner, spender, asset(token), true)) break;
        const amount = allowanceAmount(is, PERMIT2_UNLIMITED);
        effects.push({ kind: 'allowance', owner, spender, asset: asset(token), amount, expiresAtMs: Number(until) * 1_000, ...AT });
        break;
      }
      case 'operator': {
        const [owner, operator] = [account(subject.owner), account(subject.operator)];
        if (is !== was || setInBytes(owner, operator, account(token)))
          effects.push({ kind: 'operator', owner, operator, collection: account(token), approved: is !== 0n, ...AT });
        break;
      }
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
