import { type AccountId, type AgentId, type AssetId, CastellanError, type ChainId, fromHex, type TimeMs } from '../../core/index.ts';
import type { KeyRecord } from './key-record.ts';
import type { KeyUsage, KeyWallet, ListMention } from './key-usage.ts';
import type { RotationCause, RotationRecord } from './rotation-record.ts';

/** An asset that is still in a wallet. */
export interface HeldAsset {
  readonly asset: AssetId;
  /** Base units as decimal text. */
  readonly amount: string;
}

/** One thing that somebody has to do before the old key may go. A plan does none of it: what moves money passes the gate. */
export type MigrationStep =
  /** Make the wallet of the new key for the same agent: `createWallet(user, agent, { chain, keyId })`. */
  | { readonly do: 'create_wallet'; readonly keyId: string; readonly done: boolean }
  /** Let the agent pay the new account, where its permissions name whom it may pay. */
  | { readonly do: 'allow_destination'; readonly agentId: AgentId; readonly account: AccountId; readonly done: boolean }
  /** Pay everything over, by requests that the gate decides. Null where the balances could not be read. */
  | {
      readonly do: 'sweep';
      readonly from: AccountId;
      readonly to: AccountId;
      readonly balances: readonly HeldAsset[] | null;
      readonly done: boolean;
    }
  /** Name the new account instead of the old one in a list of some agent's permissions. */
  | {
      readonly do: 'replace_in_list';
      readonly agentId: AgentId;
      readonly list: string;
      readonly remove: AccountId;
      readonly add: AccountId;
      readonly done: boolean;
    };

/** From which account to which the money of one wallet goes. */
export interface WalletMove {
  readonly agentId: AgentId;
  readonly userId: string;
  readonly chain: ChainId;
  readonly from: AccountId;
  readonly to: AccountId;
  readonly steps: readonly MigrationStep[];
}

/** How the wallets of a replaced key get to their new accounts. Made anew from the present state whenever it is read. */
export interface MigrationPlan {
  /** `revoked`: the old key was revoked before its wallets were empty, so no sweep can be signed with it. */
  readonly state: 'open' | 'completed' | 'revoked';
  readonly cause: RotationCause;
  readonly startedAtMs: TimeMs;
  readonly completedAtMs: TimeMs | null;
  readonly moves: readonly WalletMove[];
}

/**
 * The plan for a replaced key. `heir` is the key to which the money goes now.
 *
 * Fails closed where a new account is the wallet of another agent, user or key: nothing is to be swept there.
 * @throws KEY_INVALID; CHAIN_INVALID where a wallet's chain is not served any more
 */
export async function planMigration(
  rotation: RotationRecord,
  old: KeyRecord,
  heir: KeyRecord,
  usage: KeyUsage | undefined,
): Promise<MigrationPlan> {
  const wallets = await walletsOfRotation(rotation, usage);
  const moves: WalletMove[] = [];
  const isOver = rotation.completedMs !== null || usage === undefined;
  if (!isOver) for (const wallet of wallets) moves.push(await moveOf(wallet, heir, usage));
  return Object.freeze({
    state: rotation.completedMs !== null ? 'completed' : old.state === 'revoked' ? 'revoked' : 'open',
    cause: rotation.cause,
    startedAtMs: rotation.startedMs,
    completedAtMs: rotation.completedMs,
    moves: Object.freeze(moves),
  });
}

/** Wallets of the old key: those of the beginning, and those that came since. */
export async function walletsOfRotation(rotation: RotationRecord, usage: KeyUsage | undefined): Promise<readonly KeyWallet[]> {
  const now = (await usage?.walletsOf(rotation.oldKeyId)) ?? [];
  const known = new Set(now.map(({ account }) => account));
  return [...now, ...rotation.wallets.filter(({ account }) => !known.has(account))];
}

async function moveOf(wallet: KeyWallet, heir: KeyRecord, usage: KeyUsage): Promise<WalletMove> {
  const { account: from, chain, agent: agentId, user: userId } = wallet;
  const to = usage.accountOf(fromHex(heir.publicKey), chain);
  const there = await usage.walletAt(to);
  const others = await usage.walletsOf(heir.keyId);
  const isForeign = (other: KeyWallet): boolean => other.agent !== agentId || other.user !== userId || other.keyId !== heir.keyId;
  if ((there !== undefined && isForeign(there)) || others.some(isForeign))
    throw new CastellanError('KEY_INVALID', {
      message: 'The new key signs for another agent: nothing is moved there. Revoke it, and rotate again.',
      details: { keyId: wallet.keyId, newKeyId: heir.keyId, agentId },
    });
  const [balances, mentions, news] = await Promise.all([readBalances(wallet, usage), usage.mentionsOf(from), usage.mentionsOf(to)]);
  const names = (found: ListMention): boolean => news.some(({ agent, list }) => agent === found.agent && list === found.list);
  const steps: readonly MigrationStep[] = [
    { do: 'create_wallet', keyId: heir.keyId, done: there !== undefined },
    { do: 'allow_destination', agentId, account: to, done: news.some(({ agent }) => agent === agentId) },
    { do: 'sweep', from, to, balances, done: balances?.length === 0 },
    ...mentions.map(
      (found): MigrationStep => ({
        do: 'replace_in_list',
        agentId: found.agent,
        list: found.list,
        remove: from,
        add: to,
        done: names(found),
      }),
    ),
  ];
  return Object.freeze({ agentId, userId, chain, from, to, steps: Object.freeze(steps) });
}

/** What a wallet holds; null where that cannot be read, or is nothing that can be believed. */
export async function readBalances(wallet: KeyWallet, usage: KeyUsage): Promise<readonly HeldAsset[] | null> {
  try {
    const found = await usage.balancesOf(wallet);
    if (!found.every(({ asset, amount }) => typeof asset === 'string' && typeof amount === 'bigint' && amount >= 0n)) return null;
    return found.filter(({ amount }) => amount > 0n).map(({ asset, amount }) => ({ asset, amount: amount.toString() }));
  } catch {
    return null;
  }
}
