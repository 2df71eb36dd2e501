import { CastellanError } from '../../core/errors.ts';
import { checkLag, sharedHeight, type ToldHead } from '../../core/failover/height.ts';
import type { Pool } from '../../core/failover/pool.ts';
import type { Counted, Vote } from '../../core/failover/tally.ts';
import { nodesDisagree, quorumMissing, tally } from '../../core/failover/tally.ts';
import { malformed, readCount, readObject, readQuantity, toQuantity } from './answer.ts';
import { toBallot } from './comparable.ts';

/** One question to a node. */
export interface RpcQuestion {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** Names of blocks that each node takes for its own newest. */
const MOVING: ReadonlySet<unknown> = new Set(['latest', 'safe', 'finalized']);
/** What programs reckon each in its own way; the highest is taken where none is more than twice the lowest. */
const RECKONED: ReadonlySet<string> = new Set(['eth_estimateGas', 'eth_gasPrice', 'eth_maxPriorityFeePerGas', 'eth_blobBaseFee']);
/** Words of a node that does not have the block it is asked about: it is late, or has dropped that state. */
const BEHIND = /header not found|block not found|unknown block|block .{0,80}not found|missing trie node|state .{0,40}not available/i;

function notThere(endpoint: number, method: string, cause?: CastellanError): Vote {
  const details = { reason: 'node_behind', endpoint, method };
  const message = 'The endpoint does not have the block that the others are asked about.';
  const error = new CastellanError('CHAIN_UNAVAILABLE', { message, details, retryable: true, cause });
  return { endpoint, kind: 'missing', error };
}

function withoutLate(votes: readonly Vote[], method: string): readonly Vote[] {
  return votes.map((vote) =>
    vote.kind === 'refusal' && BEHIND.test(String(vote.error.details['rpcMessage'])) ? notThere(vote.endpoint, method, vote.error) : vote,
  );
}

/** The head that a block tells; null where it tells none that can be one. */
function headOf(block: unknown): ToldHead | null {
  try {
    const { number, timestamp } = readObject(block, 'block');
    return { height: readCount(number, 'block.number'), timestampMs: readCount(timestamp, 'block.timestamp') * 1_000 };
  } catch {
    return null;
  }
}

/** A number that every node reckons for itself. Fails closed where one of them is far from the others. */
function reckon(votes: readonly Vote[], counted: Counted): unknown {
  if (votes.some(({ kind }) => kind === 'refusal')) return tally(votes, counted, (value) => toBallot(counted.method, value));
  const told = votes.flatMap((vote) =>
    vote.kind === 'answer' ? [{ endpoint: vote.endpoint, value: readQuantity(vote.value, counted.method) }] : [],
  );
  if (told.length < counted.needed) throw quorumMissing(votes, counted);
  const values = told.map(({ value }) => value).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const [low = 0n, high = 0n] = [values[0], values.at(-1)];
  if (high > low * 2n) {
    throw nodesDisagree(
      told.map(({ endpoint }) => [endpoint]),
      votes,
      counted,
    );
  }
  return toQuantity(high);
}

/**
 * Makes reads on which `needed` of the pool's endpoints must agree. All are asked about the same block: `latest` and its like
 * stand for the newest one that enough of them have, by height and hash.
 *
 * Only what was compared comes back.
 * @throws CHAIN_RESPONSE_INVALID with `details.reason` `nodes_disagree`; CHAIN_UNAVAILABLE with `details.reason` `quorum_missing`
 */
export function createAgreedRead(
  pool: Pool<RpcQuestion>,
  needed: number,
): (question: RpcQuestion, signal?: AbortSignal) => Promise<unknown> {
  const ask = async ({ method, params }: RpcQuestion, signal?: AbortSignal): Promise<unknown> => {
    const counted = { method, needed };
    const votes = withoutLate(await pool.poll({ method, params }, signal), method);
    return RECKONED.has(method) ? reckon(votes, counted) : tally(votes, counted, (value) => toBallot(method, value));
  };
  const head = async (tag: unknown, rest: readonly unknown[], signal?: AbortSignal): Promise<unknown> => {
    const method = 'eth_getBlockByNumber';
    const votes = withoutLate(await pool.poll({ method, params: [tag, ...rest] }, signal), method);
    const told = votes.map((vote) => (vote.kind === 'answer' ? headOf(vote.value) : null));
    const height = sharedHeight(
      told.map((head) => head?.height ?? null),
      needed,
    );
    if (height === null) throw quorumMissing(votes, { method, needed });
    const level = await Promise.all(
      votes.map(async (vote, index): Promise<Vote> => {
        const own = told[index]?.height;
        if (own === height || vote.kind === 'missing') return vote;
        if (own === undefined || own < height) return notThere(vote.endpoint, method);
        return pool.vote(vote.endpoint, { method, params: [toQuantity(height), ...rest] }, signal);
      }),
    );
    const agreed = tally(withoutLate(level, method), { method, needed }, (value) => toBallot(method, value));
    const shared = headOf(agreed);
    if (shared?.height !== height) throw malformed('block.number', 'another_block');
    for (const head of told) if (head !== null) checkLag(shared, head);
    return agreed;
  };

  return async ({ method, params }, signal) => {
    const tag = params.find((param) => MOVING.has(param));
    if (tag === undefined) return ask({ method, params }, signal);
    if (method === 'eth_getBlockByNumber') return head(tag, params.slice(1), signal);
    const { number } = readObject(await head(tag, [false], signal), 'block');
    return ask({ method, params: params.map((param) => (param === tag ? number : param)) }, signal);
  };
}
