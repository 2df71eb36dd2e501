import type { AccountActivity } from '../../core/chain-adapter.ts';
import { taggedDigest } from '../../core/digest.ts';
import type { AccountId, AgentId } from '../../core/ids.ts';

/** Plain facts about a finding, as they stand in the log. */
export type Facts = Readonly<Record<string, string | number | boolean | null>>;

/** An account that is looked at: a wallet, or the account that sends and pays for one. */
export interface Watched {
  readonly account: AccountId;
  readonly wallet: AccountId;
  readonly agent: AgentId;
  /** Whether every use of its key goes by us. What a user does with a key of their own is told, and their own affair. */
  readonly isOurs: boolean;
}

/** What was found; see the README. */
export type FindingKind = 'transaction' | 'transfer' | 'allowance' | 'operator' | 'code' | 'balance' | 'sequence';

/** Something that happened to a wallet and that no decision covers. */
export interface Finding {
  /** The same for the same thing in whatever block, and in every process. */
  readonly key: string;
  readonly kind: FindingKind;
  readonly watched: Watched;
  /** Height at which it was seen; null where it belongs to none. */
  readonly height: number | null;
  /** False where anybody could have had it written: told, and nothing is stopped for it. */
  readonly isCertain: boolean;
  readonly facts: Facts;
}

/** A finding with its key, made of what does not change with the block that it stands in. */
export function toFinding(
  kind: FindingKind,
  watched: Watched,
  identity: readonly (string | number | null)[],
  rest: Pick<Finding, 'height' | 'isCertain'> & { readonly facts?: Facts },
): Finding {
  const { account, wallet, agent } = watched;
  const key = taggedDigest('castellan.finding.v1', JSON.stringify([kind, account, ...identity])).slice(0, 32);
  return {
    key,
    kind,
    watched,
    ...rest,
    isCertain: rest.isCertain && watched.isOurs,
    facts: { finding: kind, account, wallet, agent, ...rest.facts },
  };
}

/** What an event says, as it stands in the log. */
export function factsOf({ txHash, slot, counterparty, asset, amount, block, blockHash }: AccountActivity): Facts {
  return { txHash, slot, counterparty, asset, amount: amount === null ? null : amount.toString(), block, blockHash };
}

/** A finding about one event. */
export function eventFinding(event: AccountActivity, watched: Watched, isCertain: boolean): Finding {
  const kind = event.kind === 'sent' ? (event.slot === null ? 'transfer' : 'transaction') : (event.kind as FindingKind);
  const { txHash, asset, counterparty, amount, slot } = event;
  const height = Number.isSafeInteger(Number(event.block)) ? Number(event.block) : null;
  const identity = [txHash, asset, counterparty, amount === null ? null : amount.toString(), slot];
  return toFinding(kind, watched, identity, { height, isCertain, facts: factsOf(event) });
}
