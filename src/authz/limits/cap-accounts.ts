import type { AccountId, ActionRequest, AssetId } from '../../core/index.ts';
import type { CompiledCap } from '../policy/index.ts';
import { type LedgerAccount, toAccount } from './ledger-accounts.ts';

/** Who spends, as the holders of caps are told apart. */
export type Spender = Pick<ActionRequest, 'agentId' | 'userId' | 'wallet'>;

const cache = new WeakMap<CompiledCap, Map<string, LedgerAccount>>();
/** Accounts remembered per cap; at the bound all are made again. */
const MAX_ACCOUNTS = 4_096;

/** Where the accounts of a cap begin, for whoever counts on it: everything but what the effects name. */
export function capPrefix({ capId, scope, of }: CompiledCap, { agentId, userId, wallet }: Spender): string {
  const holder = { agent: `agent:${agentId}`, user: `user:${userId}`, wallet: `wallet:${wallet}`, fleet: 'fleet' }[of];
  return scope === of ? `cap:${capId}:${holder}` : `cap:${capId}:${holder}:${scope}:`;
}

/**
 * The ledger account on which a cap counts: one for each holder, and for each asset, recipient or contract where it is scoped by
 * those. Neither figure nor window is part of its name: policies that name the same cap share it.
 *
 * @param subject - the asset, recipient or contract; null where the scope is a holder
 */
export function capAccount(cap: CompiledCap, spender: Spender, subject: AccountId | AssetId | null): LedgerAccount {
  let known = cache.get(cap);
  if (known === undefined) {
    known = new Map();
    cache.set(cap, known);
  }
  const name = `${capPrefix(cap, spender)}${subject ?? ''}`;
  let account = known.get(name);
  if (account === undefined) {
    const { capId, scope, spec } = cap;
    account = toAccount(name, spec, { capId, scope, subject }, `.cap.${capId}${subject === null ? '' : `.${subject}`}`);
    if (known.size >= MAX_ACCOUNTS) known.clear();
    known.set(name, account);
  }
  return account;
}
