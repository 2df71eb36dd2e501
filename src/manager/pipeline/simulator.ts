import { accountChain, parseAccount } from '../../core/account.ts';
import { parseAssetId } from '../../core/asset.ts';
import { changesOf } from '../../core/asset-change.ts';
import type { ChainNode, SimulationReport } from '../../core/chain-adapter.ts';
import type { Deadlines } from '../../core/deadline.ts';
import type { AccountId } from '../../core/ids.ts';
import type { SecondOpinion, SimulationAnswer, SimulationProvider } from '../../core/simulation-provider.ts';
import { type DecodedTransaction, senderOf, type UnsignedTransaction } from '../../core/transaction.ts';

/** Changes that one provider may tell. */
const MAX_CHANGES = 1_000;
const MAX_DETAIL = 300;

/** A provider as it is configured. */
export interface ConfiguredProvider {
  readonly provider: SimulationProvider;
  /** False: where it gives no answer the deployment does without it. */
  readonly required: boolean;
  /** By how much its amounts may differ from ours, basis points of the larger: it may look at another block. */
  readonly toleranceBps: number;
}

/** Runs the chain's own simulation, and asks whoever else is configured at the same time. */
export type Simulator = (
  node: ChainNode,
  tx: UnsignedTransaction,
  decoded: DecodedTransaction,
  signal?: AbortSignal,
) => Promise<SimulationReport>;

const VERDICTS: ReadonlySet<unknown> = new Set([undefined, 'benign', 'warning', 'malicious']);

/** A proper answer; amounts are net by asset, of the wallet alone. */
interface Read {
  readonly success: boolean;
  readonly verdict: SimulationAnswer['verdict'] | undefined;
  readonly notes: readonly string[];
  /** Null where the provider judges without measuring. */
  readonly own: ReadonlyMap<string, bigint> | null;
}

/** What a proper answer says; undefined for anything else. @throws CastellanError for accounts and assets that are none */
function readAnswer(answer: unknown, wallet: AccountId): Read | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const { success, changes, verdict, notes } = answer as Readonly<Record<keyof SimulationAnswer, unknown>>;
  if (typeof success !== 'boolean') return undefined;
  if (!VERDICTS.has(verdict)) return undefined;
  const words = Array.isArray(notes) ? notes.filter((note): note is string => typeof note === 'string') : [];
  const read = { success, notes: words, verdict: verdict as Read['verdict'] };
  if (changes === undefined) return { ...read, own: null };
  if (!Array.isArray(changes) || changes.length > MAX_CHANGES) return undefined;
  const own = new Map<string, bigint>();
  for (const change of changes) {
    const { account, asset, delta } = change as Readonly<Record<string, unknown>>;
    if (typeof account !== 'string' || typeof asset !== 'string' || typeof delta !== 'bigint') return undefined;
    if (parseAccount(account, accountChain(wallet)) !== wallet) continue;
    const id = parseAssetId(asset);
    own.set(id, (own.get(id) ?? 0n) + delta);
  }
  return { ...read, own };
}

/** Where the provider's changes of the wallet are not ours, in words; undefined where they are. */
function difference(
  told: ReadonlyMap<string, bigint>,
  report: SimulationReport,
  wallet: AccountId,
  toleranceBps: number,
): string | undefined {
  const ours = new Map<string, bigint>(
    (report.changes ?? changesOf(report.effects)).filter(({ account }) => account === wallet).map(({ asset, delta }) => [asset, delta]),
  );
  const size = (amount: bigint): bigint => (amount < 0n ? -amount : amount);
  for (const asset of new Set([...ours.keys(), ...told.keys()])) {
    const [mine, theirs] = [ours.get(asset) ?? 0n, told.get(asset) ?? 0n];
    const larger = size(mine) > size(theirs) ? size(mine) : size(theirs);
    if (mine < 0n !== theirs < 0n || size(mine - theirs) * 10_000n > larger * BigInt(toleranceBps))
      return `${asset}: ${theirs}, and ${mine} by our own`;
  }
  return undefined;
}

function judge(
  { provider, required, toleranceBps }: ConfiguredProvider,
  answer: unknown,
  report: SimulationReport,
  wallet: AccountId,
): SecondOpinion {
  const told = (outcome: SecondOpinion['outcome'], detail: string): SecondOpinion => ({
    name: provider.name,
    outcome,
    detail: detail.slice(0, MAX_DETAIL),
    required,
  });
  let read: Read | undefined;
  try {
    read = readAnswer(answer, wallet);
  } catch {
    read = undefined;
  }
  if (read === undefined) return told('missing', 'no answer, or none that can be read');
  const notes = read.notes.join('; ');
  if (read.verdict === 'malicious') return told('malicious', notes);
  if (read.success !== report.success) return told('disputed', read.success ? 'it succeeds there' : `it fails there; ${notes}`);
  const other = report.success && read.own !== null ? difference(read.own, report, wallet, toleranceBps) : undefined;
  if (other !== undefined) return told('disputed', other);
  return read.verdict === 'warning' ? told('warning', notes) : told('agrees', notes);
}

/**
 * Makes what simulates: the chain's own run, and beside it each provider, all at once. What a provider says stands in the report's
 * `opinions`; an answer that does not come in time, or is none, is `missing`.
 */
export function createSimulator(parts: {
  readonly providers: readonly ConfiguredProvider[];
  readonly timeoutMs: number;
  readonly deadlines: Deadlines;
}): Simulator {
  const { providers, timeoutMs, deadlines } = parts;
  if (providers.length === 0) return (node, tx, _decoded, signal) => node.simulate(tx, signal === undefined ? {} : { signal });
  return async (node, tx, decoded, signal) => {
    const question = { chain: tx.chain, wallet: tx.wallet, sender: senderOf(tx), calls: decoded.calls, payload: tx.payload.slice() };
    const asked = providers.map(({ provider }) =>
      deadlines.within(timeoutMs, async (late) => provider.simulate(question, late)).catch((): unknown => undefined),
    );
    const report = await node.simulate(tx, signal === undefined ? {} : { signal });
    const answers = await Promise.all(asked);
    const opinions = providers.map((provider, index) => judge(provider, answers[index], report, tx.wallet));
    return { ...report, opinions: [...(report.opinions ?? []), ...opinions] };
  };
}
