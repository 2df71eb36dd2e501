import { collectionOf } from '../../../core/asset.ts';
import type { Effect } from '../../../core/effect.ts';
import type { AccountId, AssetId } from '../../../core/ids.ts';
import type { UnsignedTransaction } from '../../../core/transaction.ts';
import type { Holding, JettonReader } from './jettons.ts';
import type { Trace } from './run.ts';

/** Differences of one token's holdings, by owner: what each gained, negative for what each lost. */
type Gains = Map<AccountId, bigint>;

/** What a trace does to tokens. */
export interface TokenFlows {
  readonly effects: readonly Effect[];
  /** Recipients that got less than the bytes send them. */
  readonly notCredited: readonly AccountId[];
}

const SIMULATED = { leaf: '0', source: 'simulation' } as const;

/** Reads the holdings of each account of the trace before and after, and takes the differences. */
async function gainsOf(trace: Trace, reader: JettonReader): Promise<ReadonlyMap<AssetId, Gains>> {
  const found = new Map<AssetId, Gains>();
  const add = (holding: Holding | null, sign: 1n | -1n): void => {
    if (holding === null) return;
    const gains = found.get(holding.asset) ?? new Map<AccountId, bigint>();
    found.set(holding.asset, gains);
    gains.set(holding.owner, (gains.get(holding.owner) ?? 0n) + sign * holding.amount);
  };
  for (const [account, after] of trace.after) {
    const before = trace.before.get(account);
    if (before !== undefined) add(await reader.holding(account, before), -1n);
    add(await reader.holding(account, after), 1n);
  }
  return found;
}

/** What the bytes send of a token, by recipient; a transfer to oneself is none. */
function sentByBytes(decoded: readonly Effect[], wallet: AccountId, asset: AssetId): Gains {
  const sent: Gains = new Map();
  for (const effect of decoded) {
    if (effect.kind !== 'outflow' || effect.account !== wallet || effect.asset !== asset) continue;
    const { counterparty, amount } = effect;
    if (counterparty !== null && counterparty !== wallet) sent.set(counterparty, (sent.get(counterparty) ?? 0n) + amount);
  }
  return sent;
}

/** Who got what one owner lost: first those whom the bytes name, then whoever gained, the rest nobody known. */
function recipients(loss: bigint, named: Gains, gains: Gains): ReadonlyMap<AccountId | null, bigint> {
  const found = new Map<AccountId | null, bigint>();
  let rest = loss;
  const give = (to: AccountId | null, most: bigint): void => {
    const part = most < rest ? most : rest;
    if (part <= 0n) return;
    found.set(to, (found.get(to) ?? 0n) + part);
    rest -= part;
  };
  for (const [account, amount] of named) {
    const gain = gains.get(account) ?? 0n;
    give(account, amount < gain ? amount : gain);
  }
  for (const [account, gain] of gains) give(account, gain - (found.get(account) ?? 0n));
  give(null, rest);
  return found;
}

/**
 * Movements of tokens by measured holdings, as the minters confirm them. A recipient whom the bytes name and whose holding
 * grew by less was not credited: the token takes a cut, swallows the transfer, or hides what it does.
 */
export async function tokenFlows(
  trace: Trace,
  tx: UnsignedTransaction,
  decoded: readonly Effect[],
  reader: JettonReader,
): Promise<TokenFlows> {
  const { wallet } = tx;
  const found = await gainsOf(trace, reader);
  const effects: Effect[] = [];
  const notCredited = new Set<AccountId>();
  for (const [asset, gains] of found) {
    const losers = [...gains].filter(([, gain]) => gain < 0n);
    const [only] = losers.length === 1 ? losers : [];
    for (const [account, gain] of losers) {
      const named = account === wallet ? sentByBytes(decoded, wallet, asset) : new Map<AccountId, bigint>();
      for (const [counterparty, amount] of recipients(-gain, named, gains))
        effects.push({ kind: 'outflow', account, counterparty, asset, amount, ...SIMULATED });
    }
    for (const [account, amount] of gains)
      if (amount > 0n) effects.push({ kind: 'inflow', account, counterparty: only?.[0] ?? null, asset, amount, ...SIMULATED });
  }
  const native = tx.fee.asset;
  const isToken = (asset: AssetId): boolean => asset !== native && collectionOf(asset) === null;
  const assets = new Set(decoded.flatMap((effect) => (effect.kind === 'outflow' && isToken(effect.asset) ? [effect.asset] : [])));
  for (const asset of assets)
    for (const [account, amount] of sentByBytes(decoded, wallet, asset))
      if ((found.get(asset)?.get(account) ?? 0n) < amount) notCredited.add(account);
  return { effects, notCredited: [...notCredited] };
}
