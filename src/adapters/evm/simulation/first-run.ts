import type { UnsignedTransaction } from '../../../core/transaction.ts';
import type { Block } from '../block.ts';
import type { RpcClient } from '../client.ts';
import { type CallResult, runAlone, type Surroundings } from '../dry-run.ts';
import type { Envelope } from '../envelope.ts';
import { type TracedRun, traceCreation } from './creation.ts';
import { type Refusal, refusal } from './preconditions.ts';

/** Both blocks that are pretended, and what runs in them. */
export type Pair<T> = readonly [T, T];

/** The transaction alone in both blocks; a creation that the node takes for none is traced instead. */
export async function runFirst(
  { client, tx, signal }: { readonly client: RpcClient; readonly tx: UnsignedTransaction; readonly signal?: AbortSignal },
  { to }: Envelope,
  call: Readonly<Record<string, unknown>>,
  head: Block,
  around: Pair<Surroundings>,
): Promise<{ readonly results: Pair<CallResult>; readonly traced?: Pair<TracedRun> } | Refusal> {
  const first = await Promise.all(around.map((block) => runAlone(client, call, head, block, signal))).catch((error: unknown) =>
    refusal(error, tx),
  );
  if (!('errors' in first)) return { results: first as readonly CallResult[] as Pair<CallResult> };
  if (to !== null || !first.errors.includes('simulation_unavailable')) return first;
  const [one, two] = await Promise.all(around.map((block) => traceCreation(client, call, head, block, signal)));
  return one == null || two == null ? first : { results: [one.result, two.result], traced: [one, two] };
}
