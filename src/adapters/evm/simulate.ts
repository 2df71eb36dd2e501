import { assetAddress } from '../../core/asset.ts';
import type { SimulationReport } from '../../core/chain-adapter.ts';
import type { Effect } from '../../core/effect.ts';
import type { AssetId } from '../../core/ids.ts';
import { type DecodedTransaction, senderOf, type UnsignedTransaction } from '../../core/transaction.ts';
import { placeErrors } from './accounts/in-place.ts';
import { readPayload } from './accounts/payload.ts';
import { runnable } from './accounts/runnable.ts';
import type { EvmAddress } from './address.ts';
import { addressOf } from './address.ts';
import type { Block } from './block.ts';
import { readBlockAt, readHead } from './block.ts';
import type { RpcClient } from './client.ts';
import type { CallResult, Surroundings } from './dry-run.ts';
import { PROBE_GAS, runProbes, surroundings, transactionCall } from './dry-run.ts';
import type { Envelope } from './envelope.ts';
import { readEnvelope } from './envelope.ts';
import type { Claim, Log } from './events.ts';
import { readClaim } from './events.ts';
import type { Measured, NetEffects } from './net-effects.ts';
import { netEffects, readProbe } from './net-effects.ts';
import type { Subject } from './probes.ts';
import { distinct, probeCall, subjects, watchedAllowances } from './probes.ts';
import { revertReason } from './revert-reason.ts';
import { createdCode, type TracedRun } from './simulation/creation.ts';
import { type Pair, runFirst } from './simulation/first-run.ts';
import type { ForkClient } from './simulation/fork-client.ts';
import { measuredChanges } from './simulation/measured-changes.ts';
import { pinCode } from './simulation/pinned-code.ts';
import { preconditions, type Refusal, refusal } from './simulation/preconditions.ts';
import { type Finding, report } from './simulation/report.ts';
import { traceDiff } from './simulation/state-diff.ts';
import { codeChanges, unexplained } from './simulation/unexplained.ts';

/** Facts of state that one transaction may make us read; more than that is no payment. */
const MAX_SUBJECTS = 512;
/** Up to here there is room for looking at what nothing names. */
const COMFORTABLE_SUBJECTS = 192;

/** What a simulation needs to know of its chain. */
export interface SimulationContext {
  readonly client: RpcClient;
  /** Where to simulate when the chain's nodes cannot. */
  readonly fork?: ForkClient | undefined;
  readonly tx: UnsignedTransaction;
  readonly decoded: DecodedTransaction;
  /** Tokens that are always read. */
  readonly watch: readonly AssetId[];
  readonly signal?: AbortSignal;
}

/** Blocks that may come during one dry run before its no stands: a burst of our own payments brings one each. */
const MAX_ATTEMPTS = 4;

/** Reads the subjects in as few blocks as their gas fits into; each block runs the transaction anew. */
async function readSubjects(
  context: SimulationContext,
  call: Readonly<Record<string, unknown>>,
  found: readonly Subject[],
  head: Block,
  around: Surroundings,
  room: number,
  traced: TracedRun | undefined,
): Promise<{
  readonly before: readonly CallResult[];
  readonly after: readonly CallResult[];
  readonly transactions: readonly CallResult[];
}> {
  const probes = found.map((subject) => probeCall(subject, around.reader));
  const groups = Array.from({ length: Math.ceil(probes.length / room) }, (_, index) => probes.slice(index * room, (index + 1) * room));
  const ask = (with_: typeof call | null, state: Surroundings) =>
    Promise.all(groups.map((group) => runProbes(context.client, with_, group, head, state, context.signal)));
  if (traced !== undefined) {
    // What cannot be run in a simulation is asked about in the state that its trace leaves.
    const left = { ...around, pretended: { ...around.pretended, ...traced.after } };
    const [before, after] = await Promise.all([ask(null, around), ask(null, left)]);
    return { before: before.flat(), after: after.flat(), transactions: [traced.result] };
  }
  const [before, after] = await Promise.all([ask(null, around), ask(call, around)]);
  const transactions = after.map((results) => results[0] as CallResult);
  return { before: before.flat(), after: after.flatMap((results) => results.slice(1)), transactions };
}

const sameLogs = (a: readonly Log[], b: readonly Log[]): boolean => JSON.stringify(a) === JSON.stringify(b);
const spelled = (effects: readonly Effect[]): readonly string[] =>
  effects.map((effect) => JSON.stringify(effect, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)));

/** The effects of both runs, each once. */
function union(a: readonly Effect[], b: readonly Effect[]): readonly Effect[] {
  const known = new Set(spelled(a));
  return [...a, ...b.filter((effect) => !known.has(spelled([effect])[0] as string))];
}

const claimsOf = (result: CallResult): readonly Claim[] => result.logs.flatMap((log) => readClaim(log) ?? []);

/**
 * Dry run of the exact bytes on the newest block, twice over, in two different next blocks.
 *
 * First pass: the transaction alone, whose logs (internal transfers of the coin among them) say where to look. Second pass:
 * what they name, what the bytes name and the watch list, read without and with the transaction. Effects are the
 * differences; logs without one are warnings. Where the node traces, differences of state that nothing of this explains are
 * effects too. `code` tells what the called contracts are made of. All of it stands on one block, which is looked at again at the
 * end; what fails while a block comes is tried again on that block.
 *
 * Fails closed: `success: false` with `simulation_unstable` where the two runs or the two passes disagree,
 * `simulation_unavailable` where the node cannot simulate (nothing weaker is put in its place), `insufficient_funds`,
 * `sender_insufficient_funds` (where the wallet is a contract: its sender cannot pay the fee), `slot_behind`, `order_out_of_place`,
 * `fee_below_base_fee`, `reverted: …`, `too_many_effects`, `simulation_rejected`.
 * @throws CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID, TIMEOUT
 */
export async function simulate(context: SimulationContext): Promise<SimulationReport> {
  const { client, signal } = context;
  for (let attempt = 1; ; attempt += 1) {
    const { found, now = await readHead(client, 'latest', signal) } = await attemptOf(context);
    // A no may be due to a block that came meanwhile: nodes then answer from two states, and what fails by itself fails again. A
    // yes counts on the block that it was computed on, and that must still be the chain's own.
    if (now?.hash === found.block.hash) return found;
    if (attempt < MAX_ATTEMPTS) continue;
    return found.success ? { ...found, success: false, errors: ['simulation_unstable'] } : found;
  }
}

/** Asks the chain's own nodes, and the local fork where they cannot. */
async function attemptOf(context: SimulationContext): Promise<Attempt> {
  const own = await simulateOnce(context);
  if (context.fork === undefined || !own.found.errors.includes('simulation_unavailable')) return own;
  const { number, hash } = own.found.block;
  const { found } = await simulateOnce({ ...context, client: await context.fork.at({ number: Number(number), hash }) });
  return found.success ? { found, now: await readBlockAt(context.client, Number(number), context.signal) } : { found };
}

/** One attempt, and the block that the chain has at its height by the end, where that was looked at. */
interface Attempt {
  readonly found: SimulationReport;
  readonly now?: Block | null;
}

async function simulateOnce(context: SimulationContext): Promise<Attempt> {
  const { client, tx, decoded, signal } = context;
  const { outer, form, params } = readPayload(tx.payload, tx.smart);
  const envelope = readEnvelope(outer);
  const head = await readHead(client, 'latest', signal);
  const { run, pretended } = runnable(tx, envelope, form, params);
  const call = transactionCall(run, addressOf(senderOf(tx), tx.chain));
  const around: Pair<Surroundings> = [surroundings(tx.payload, head, 0, pretended), surroundings(tx.payload, head, 1, pretended)];
  const pins = pinCode(client, tx.chain, decoded.effects, head, signal);
  pins.catch(() => undefined);
  const [before, place, diff, first] = await Promise.all([
    preconditions(context, envelope, head),
    placeErrors(client, tx.smart, params, signal),
    traceDiff(client, call, head, around[0], signal),
    runFirst(context, envelope, call, head, around),
  ]);
  const failed = [...before.errors, ...place];
  if ('errors' in first) return { found: report(head, { ...first, errors: [...new Set([...failed, ...first.errors])] }) };
  const { results, traced } = first;
  const [one, two] = results;
  const gas = one.gasUsed > two.gasUsed ? one.gasUsed : two.gasUsed;
  if (!one.success || !two.success) return { found: report(head, reverted(one, two, failed, gas)) };

  const measuring = await measure({ context, call, head, around, first: results, traced, envelope });
  if ('errors' in measuring) return { found: report(head, { ...measuring, errors: [...new Set([...failed, ...measuring.errors])], gas }) };
  const { nets, tokens, measured, stable, caveats } = measuring;
  const hidden =
    diff === null
      ? []
      : [
          ...codeChanges(diff, tx.chain, [tx.wallet, senderOf(tx)]),
          ...unexplained(diff, {
            chain: tx.chain,
            wallet: addressOf(tx.wallet, tx.chain),
            tokens,
            decoded: decoded.effects,
            logs: one.logs,
            measured,
          }),
        ];
  const created = traced === undefined ? [] : union(createdCode(traced[0].after, tx.chain), createdCode(traced[1].after, tx.chain));
  const effects = [...union(nets[0].effects, nets[1].effects), ...hidden, ...created];
  const [{ code, caveats: unpinned }, now] = await Promise.all([pins, readBlockAt(client, head.number, signal)]);
  const found = report(head, {
    errors: stable ? failed : [...failed, 'simulation_unstable'],
    warnings: [...new Set([...nets[0].warnings, ...nets[1].warnings])],
    effects,
    changes: measuredChanges(measured, nets[0].effects, tx.chain),
    ...(code === null ? {} : { code }),
    gas,
    shallow: nets.some(({ warnings }) => warnings.includes('coin_not_measured')) ? ['coin_not_measured'] : [],
    caveats: [...before.caveats, ...caveats, ...unpinned, ...(diff === null ? ['state_not_traced'] : [])],
  });
  return found.success ? { found, now } : { found };
}

/** The report of a transaction that does not run through in both blocks. */
function reverted(one: CallResult, two: CallResult, failed: readonly string[], gas: bigint): Finding {
  const reason = `reverted: ${revertReason((one.success ? two : one).returnData)}`;
  if (one.success === two.success) return { errors: [...failed, reason], wouldRevert: true, gas, shallow: ['reverted_before_probes'] };
  return { errors: [...failed, 'simulation_unstable'], warnings: [reason], wouldRevert: true, gas, shallow: ['unstable'] };
}

interface Measuring {
  readonly nets: Pair<NetEffects>;
  readonly tokens: readonly EvmAddress[];
  /** As the first of the two blocks has it. */
  readonly measured: readonly Measured[];
  readonly stable: boolean;
  readonly caveats: readonly string[];
}

/** Second pass: reads what the first one, the bytes and the watch list name, without and with the transaction. */
async function measure(parts: {
  readonly context: SimulationContext;
  readonly call: Readonly<Record<string, unknown>>;
  readonly head: Block;
  readonly around: Pair<Surroundings>;
  readonly first: Pair<CallResult>;
  readonly traced: Pair<TracedRun> | undefined;
  readonly envelope: Envelope;
}): Promise<Measuring | Refusal> {
  const { context, call, head, around, first, traced, envelope } = parts;
  const { tx, decoded } = context;
  const watched = context.watch.flatMap((asset) => assetAddress(asset) ?? []).map((account): EvmAddress => addressOf(account, tx.chain));
  const claims = [claimsOf(first[0]), claimsOf(first[1])] as const;
  const list = { chain: tx.chain, wallet: addressOf(tx.wallet, tx.chain), tokens: watched, decoded: decoded.effects };
  const needed = subjects(claims.flat(), list);
  const wanted = distinct([...needed, ...watchedAllowances(claims.flat(), list)]);
  const found = wanted.slice(0, Math.max(needed.length, COMFORTABLE_SUBJECTS));
  const room = Number((head.gasLimit - envelope.gas) / PROBE_GAS);
  if (found.length > MAX_SUBJECTS || room < 1) return { errors: ['too_many_effects'], shallow: ['too_many_subjects'] };
  const runs = await Promise.all(
    around.map((block, index) => readSubjects(context, call, found, head, block, Math.min(room, 128), traced?.[index])),
  ).catch((error: unknown) => refusal(error, tx));
  if ('errors' in runs) return runs;
  const measured = runs.map((run) =>
    found.map(
      (subject, at): Measured => ({
        subject,
        before: readProbe(subject, run.before[at] as CallResult),
        after: readProbe(subject, run.after[at] as CallResult),
      }),
    ),
  );
  const nets = runs.map(
    (run, index): NetEffects =>
      netEffects(measured[index] as readonly Measured[], {
        chain: tx.chain,
        wallet: tx.wallet,
        payer: senderOf(tx),
        claims: claims[index] as readonly Claim[],
        decoded: decoded.effects,
        feeBound: envelope.maxFeePerGas * (run.transactions[0]?.gasUsed ?? 0n),
      }),
  ) as readonly NetEffects[] as Pair<NetEffects>;
  const named = found.flatMap((subject) => ('token' in subject ? [subject.token] : []));
  return {
    nets,
    tokens: [...new Set([...watched, ...named.filter((token) => decodedNames(decoded.effects, token))])],
    measured: measured[0] as readonly Measured[],
    stable:
      spelled(nets[0].effects).join() === spelled(nets[1].effects).join() &&
      runs.every(({ transactions }, index) =>
        transactions.every((again) => again.success && sameLogs(again.logs, first[index === 0 ? 0 : 1].logs)),
      ),
    caveats: found.length < wanted.length ? ['watched_allowances_not_all_read'] : [],
  };
}

/** Whether the bytes move this token, or give rights over it. */
function decodedNames(effects: readonly Effect[], token: EvmAddress): boolean {
  return effects.some((effect) => 'asset' in effect && effect.asset.includes(`:${token}`));
}
