import { CastellanError } from '../../core/errors.ts';
import { sharedHeight } from '../../core/failover/height.ts';
import type { Pool } from '../../core/failover/pool.ts';
import { quorumMissing, tally, type Vote } from '../../core/failover/tally.ts';
import { malformed, readCount, readObject } from './answer.ts';
import { toBallot } from './comparable.ts';
import type { MethodParams } from './endpoint.ts';

/** One question to a node. */
export interface TonQuestion {
  readonly method: string;
  readonly params: MethodParams;
}

const HEAD = 'getMasterchainInfo';
/** Words of a node that does not have what it is asked about yet, or any longer. */
const BEHIND = /not found|cannot locate|can't locate|not in db|not ?ready|out of sync|unknown block/i;

function notThere(endpoint: number, method: string, cause?: CastellanError): Vote {
  const details = { reason: 'node_behind', endpoint, method };
  const message = 'The endpoint does not have the block that the others are asked about.';
  const error = new CastellanError('CHAIN_UNAVAILABLE', { message, details, retryable: true, cause });
  return { endpoint, kind: 'missing', error };
}

/** Where all say that they do not have it, that is their answer; beside one that has it, they are late. */
function withoutLate(votes: readonly Vote[], method: string): readonly Vote[] {
  if (!votes.some(({ kind }) => kind === 'answer')) return votes;
  return votes.map((vote) =>
    vote.kind === 'refusal' && BEHIND.test(String(vote.error.details['rpcMessage'])) ? notThere(vote.endpoint, method, vote.error) : vote,
  );
}

const lastOf = (answer: unknown): Readonly<Record<string, unknown>> =>
  readObject(readObject(answer, 'masterchainInfo')['last'], 'masterchainInfo.last');

/** The height that a vote tells; null where it tells none that can be one. */
function heightOf(vote: Vote): number | null {
  if (vote.kind !== 'answer') return null;
  try {
    return readCount(lastOf(vote.value)['seqno'], 'masterchainInfo.last.seqno');
  } catch {
    return null;
  }
}

/**
 * Makes reads on which `needed` of the pool's endpoints must agree. The newest block is the newest one of the masterchain that
 * enough of them have, by height and hash; everything else is asked of a block by its number, or does not change.
 *
 * Only what was compared comes back.
 * @throws CHAIN_RESPONSE_INVALID with `details.reason` `nodes_disagree`; CHAIN_UNAVAILABLE with `details.reason` `quorum_missing`
 */
export function createAgreedRead(
  pool: Pool<TonQuestion>,
  needed: number,
): (question: TonQuestion, signal?: AbortSignal) => Promise<unknown> {
  const head = async (signal?: AbortSignal): Promise<unknown> => {
    const counted = { method: HEAD, needed };
    const votes = await pool.poll({ method: HEAD, params: {} }, signal);
    const heights = votes.map(heightOf);
    const height = sharedHeight(heights, needed);
    if (height === null) throw quorumMissing(votes, counted);
    const level = await Promise.all(
      votes.map(async (vote, index): Promise<Vote> => {
        const own = heights[index] ?? null;
        if (vote.kind !== 'answer') return vote;
        if (own === null || own < height) return notThere(vote.endpoint, HEAD);
        const { workchain, shard } = lastOf(vote.value);
        if (own === height) return vote;
        const params = { workchain, shard, seqno: height };
        const asked = await pool.vote(vote.endpoint, { method: 'getBlockHeader', params }, signal);
        return asked.kind === 'answer' ? { ...asked, value: { last: readObject(asked.value, 'header')['id'] } } : asked;
      }),
    );
    const agreed = tally(withoutLate(level, HEAD), counted, (value) => {
      const { workchain, shard, seqno, root_hash } = lastOf(value);
      return toBallot(HEAD, { last: { workchain, shard, seqno, root_hash } });
    });
    if (lastOf(agreed)['seqno'] !== height) throw malformed('masterchainInfo.last.seqno', 'another_block');
    return agreed;
  };

  return async ({ method, params }, signal) => {
    if (method === HEAD) return head(signal);
    const votes = withoutLate(await pool.poll({ method, params }, signal), method);
    return tally(votes, { method, needed }, (value) => toBallot(method, value));
  };
}
