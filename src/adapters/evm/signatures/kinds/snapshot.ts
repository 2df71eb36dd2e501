import type { AccountId, ChainId } from '../../../../core/ids.ts';
import type { TypedData } from '../typed-data/typed-data.ts';
import { flatten } from './flatten.ts';
import type { KindReading } from './kind.ts';
import { Members } from './members.ts';

const VOTE =
  /^Vote\(address from,string space,uint64 timestamp,(?:bytes32|string) proposal,(?:uint32|uint32\[\]|string) choice,string reason,string app,string metadata\)$/;

/**
 * A vote outside any chain: it moves nothing, and no contract reads it. Undefined for anything else.
 * @see https://docs.snapshot.box/tools/snapshot.js
 */
export function readSnapshotVote(data: TypedData, chain: ChainId, wallet: AccountId): KindReading | undefined {
  const { domain, type, message } = data;
  if (domain.name !== 'snapshot' || domain.salt !== null || !VOTE.test(type)) return undefined;
  const members = new Members(chain, message);
  const { space, proposal, choice } = { ...flatten(message), space: members.text('space') } as Record<string, string>;
  return {
    standard: 'snapshot_vote',
    found: [{ kind: 'message', text: `votes ${choice ?? 'on several choices'} on ${proposal} of ${space}` }],
    ...(members.account('from') === wallet ? {} : { unclear: 'it votes for another account than the wallet that signs' }),
    expiresAtMs: null,
    mark: null,
    summary: `votes on Snapshot in ${JSON.stringify(space)}`,
  };
}
