import { assetAddress } from '../../core/asset.ts';
import type { SimulationReport } from '../../core/chain-adapter.ts';
import type { Effect } from '../../core/effect.ts';
import { isCastellanError } from '../../core/errors.ts';
import type { AssetId } from '../../core/ids.ts';
import { type DecodedTransaction, senderOf, type UnsignedTransaction } from '../../core/transaction.ts';
import { placeErrors } from './accounts/in-place.ts';
import { readPayload } from './accounts/payload.ts';
import { runnable } from './accounts/runnable.ts';
import type { EvmAddress } from './address.ts';
import { addressOf } from './address.ts';
import { readQuantity, toQuantity } from './answer.ts';
import type { Block } from './block.ts';
import { readHead, readNonce } from './block.ts';
import type { RpcClient } from './client.ts';
import type { CallResult, Surroundings } from './dry-run.ts';
import { PROBE_GAS, runAlone, runProbes, surroundings, transactionCall } from './dry-run.ts';
import type { Envelope } from './envelope.ts';
import { readEnvelope } from './envelope.ts';
import type { Claim, Log } from './events.ts';
import { readClaim } from './events.ts';
import type { NetEffects } from './net-effects.ts';
import { netEffects, readProbe } from './net-effects.ts';
import type { Subject } from './probes.ts';
import { distinct, probeCall, subjects, watchedAllowances } from './probes.ts';
import { revertReason } from './revert-reason.ts';

/** Facts of state that one transaction may make us read; more than that is no payment. */
const MAX_SUBJECTS = 512;
/** Up to here there is room for looking at what nothing names. */
const COMFORTABLE_SUBJECTS = 192;

/** What a simulation needs to know of its chain. */
export interface SimulationContext {
  readonly client: RpcClient;
  readonly tx: UnsignedTransaction;
  readonly decoded: DecodedTransaction;
  /** Tokens that are always read. */
  readonly watch: readonly AssetId[];
  readonly signal?: AbortSignal;
}

interface Finding {
  readonly errors: readonly string[];
  readonly warnings?: readonly string[];
  readonly effects?: readonly Effect[];
  readonly wouldRevert?: boolean;
  readonly gas?: bigint;
  /** Why the report is less than deep. */
  readonly shallow?: readonly string[];
  /** What else the reader should know. */
  readonly caveats?: readonly string[];
}

function report(head: Block, finding: Finding): SimulationReport {
  const { errors, warnings = [], effects = [], wouldRevert = false, gas = 0n, shallow = [], caveats = [] } = finding;
  return {
    success: errors.length === 0,
    wouldRevert,
    gasEstimate: gas.toString(),
    coverageLevel: shallow.length === 0 ? 'deep' : 'basic',
    caveats: ['state_may_diverge', ...shallow, ...caveats],
    effects,
    warnings,
    errors,
    block: { number: String(head.number), hash: head.hash, timestampMs: head.timestampMs },
  };
}

/** Blocks that may come during one dry run before its no stands: a burst of our own payments brings one each. */
const MAX_ATTEMPTS = 4;

/** What we check ourselves: not every node minds a used nonce, a poor wallet or too low a fee in a simulation. */
async function preconditions(
  context: SimulationContext,
  envelope: Envelope,
  head: Block,
): Promise<{ readonly errors: readonly string[]; readonly caveats: readonly string[] }> {
  const { client, tx, signal } = context;
  const sender = addressOf(senderOf(tx), tx.chain);
  const balanceOf = async (address: EvmAddress): Promise<bigint> =>
    readQuantity(await client.request('eth_getBalance', [address, toQuantity(head.number)], signal), 'balance');
  const [nonce, balance, held] = await Promise.all([
    readNonce(client, sender, head.number, signal),
    balanceOf(sender),
    tx.smart === undefined ? null : balanceOf(addressOf(tx.wallet, tx.chain)),
  ]);
  const errors: string[] = [];
  if (tx.slot < nonce) errors.push('slot_behind');
  if (balance < envelope.value + envelope.gas * envelope.maxFeePerGas) errors.push(shortOf(tx));
  if (held !== null && held < context.decoded.calls.reduce((sum, { value }) => sum + value, 0n)) errors.push('insufficient_funds');
  if (envelope.maxFeePerGas < head.baseFeePerGas) errors.push('fee_below_base_fee');
  // Earlier ones of ours still wait: what they will change is not in this state.
  return { errors, caveats: tx.slot > nonce ? ['earlier_transactions_pending'] : [] };
}

/** Whose coins do not suffice for value and fee: where the wallet is a contract, its sender's for the fee. */
function shortOf({ smart }: UnsignedTransaction): string {
  return smart === undefined ? 'insufficient_funds' : 'sender_insufficient_funds';
}

/** Why the node would not run it. An error that is not an answer of the node is thrown on. */
function refusal(error: unknown, tx: UnsignedTransaction): Finding {
  if (!isCastellanError(error) || error.code !== 'CHAIN_REJECTED') throw error;
  const { rpcCode, rpcMessage } = error.details;
  const message = String(rpcMessage ?? '');
  if (rpcCode === -32003 || rpcCode === -38014 || /insufficient funds/i.test(message))
    return { errors: [shortOf(tx)], shallow: ['not_run'] };
  if (rpcCode === -32601 || /method not found|not supported|not available|does not exist|not whitelisted|can't be built/i.test(message)) {
    return { errors: ['simulation_unavailable'], shallow: ['not_run'], warnings: [`node: ${message.slice(0, 160)}`] };
  }
  return { errors: ['simulation_rejected'], shallow: ['not_run'], warnings: [`node: ${message.slice(0, 160)}`] };
}

/** Reads the subjects in as few blocks as their gas fits into; each block runs the transaction anew. */
async function readSubjects(
  context: SimulationContext,
  call: Readonly<Record<string, unknown>>,
  found: readonly Subject[],
  head: Block,
  around: Surroundings,
  room: number,
): Promise<{
  readonly before: readonly CallResult[];
  readonly after: readonly CallResult[];
  readonly transactions: readonly CallResult[];
}> {
  const probes = found.map((subject) => probeCall(subject, around.reader));
  const groups = Array.from({ length: Math.ceil(probes.length / room) }, (_, index) => probes.slice(index * room, (index + 1) * room));
  const ask = (with_: typeof call | null) =>
    Promise.all(groups.map((group) => runProbes(context.client, with_, group, head, around, context.signal)));
  const [before, after] = await Promise.all([ask(null), ask(call)]);
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
 * differences; logs without one are warnings. What fails while a block comes is tried again on that block.
 *
 * Fails closed: `success: false` with `simulation_unstable` where the two runs or the two passes disagree,
 * `simulation_unavailable` where the node cannot simulate (nothing weaker is put in its place), `insufficient_funds`,
 * `sender_insufficient_funds` (where the wallet is a contract: its sender cannot pay the fee), `slot_behind`, `order_out_of_place`,
 * `fee_below_base_fee`, `reverted: …`, `too_many_effects`, `simulation_rejected`.
 * @throws CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID, TIMEOUT
 */
export async function simulate(context: SimulationContext): Promise<SimulationReport> {
  for (let attempt = 1; ; attempt += 1) {
    const report = await simulateOnce(context);
    if (report.success || attempt >= MAX_ATTEMPTS) return report;
    // A block that came meanwhile makes nodes answer from two states; what fails by itself fails again on one.
    const newest = await readHead(context.client, 'latest', context.signal);
    if (newest.hash === report.block.hash) return report;
  }
}

async function simulateOnce(context: SimulationContext): Promise<SimulationReport> {
  const { client, tx, decoded, signal } = context;
  const { outer, form, params } = readPayload(tx.payload, tx.smart);
  const envelope = readEnvelope(outer);
  const head = await readHead(client, 'latest', signal);
  const wallet = addressOf(tx.wallet, tx.chain);
  const { run, pretended } = runnable(tx, envelope, form, params);
  const call = transactionCall(run, addressOf(senderOf(tx), tx.chain));
  const around = [surroundings(tx.payload, head, 0, pretended), surroundings(tx.payload, head, 1, pretended)] as const;
  const [before, place, first] = await Promise.all([
    preconditions(context, envelope, head),
    placeErrors(client, tx.smart, params, signal),
    Promise.all(around.map((block) => runAlone(client, call, head, block, signal))).catch((error: unknown) => refusal(error, tx)),
  ]);
  const failed = [...before.errors, ...place];
  if ('errors' in first) return report(head, { ...first, errors: [...new Set([...failed, ...first.errors])] });
  const [one, two] = first as [CallResult, CallResult];
  const gas = one.gasUsed > two.gasUsed ? one.gasUsed : two.gasUsed;
  if (!one.success && !two.success) {
    const errors = [...failed, `reverted: ${revertReason(one.returnData)}`];
    return report(head, { errors, wouldRevert: true, gas, shallow: ['reverted_before_probes'] });
  }
  if (one.success !== two.success) {
    const { returnData } = one.success ? two : one;
    return report(head, {
      errors: [...failed, 'simulation_unstable'],
      warnings: [`reverted: ${revertReason(returnData)}`],
      wouldRevert: true,
      gas,
      shallow: ['unstable'],
    });
  }

  const tokens = context.watch.flatMap((asset) => assetAddress(asset) ?? []).map((account): EvmAddress => addressOf(account, tx.chain));
  const claims = [claimsOf(one), claimsOf(two)] as const;
  const list = { chain: tx.chain, wallet, tokens, decoded: decoded.effects };
  const needed = subjects(claims.flat(), list);
  const wanted = distinct([...needed, ...watchedAllowances(claims.flat(), list)]);
  const found = wanted.slice(0, Math.max(needed.length, COMFORTABLE_SUBJECTS));
  const unlooked = found.length < wanted.length ? ['watched_allowances_not_all_read'] : [];
  const room = Number((head.gasLimit - envelope.gas) / PROBE_GAS);
  if (found.length > MAX_SUBJECTS || room < 1)
    return report(head, { errors: [...failed, 'too_many_effects'], gas, shallow: ['too_many_subjects'] });
  const runs = await Promise.all(around.map((block) => readSubjects(context, call, found, head, block, Math.min(room, 128)))).catch(
    (error: unknown) => refusal(error, tx),
  );
  if ('errors' in runs) return report(head, { ...runs, errors: [...new Set([...failed, ...runs.errors])], gas });

  const nets = runs.map((run, index): NetEffects => {
    const measured = found.map((subject, at) => ({
      subject,
      before: readProbe(subject, run.before[at] as CallResult),
      after: readProbe(subject, run.after[at] as CallResult),
    }));
    const feeBound = envelope.maxFeePerGas * (run.transactions[0]?.gasUsed ?? 0n);
    return netEffects(measured, {
      chain: tx.chain,
      wallet: tx.wallet,
      payer: senderOf(tx),
      claims: claims[index] as readonly Claim[],
      decoded: decoded.effects,
      feeBound,
    });
  }) as [NetEffects, NetEffects];
  const stable =
    spelled(nets[0].effects).join() === spelled(nets[1].effects).join() &&
    runs.every(({ transactions }, index) =>
      transactions.every((again) => again.success && sameLogs(again.logs, (index === 0 ? one : two).logs)),
    );
  return report(head, {
    errors: stable ? failed : [...failed, 'simulation_unstable'],
    warnings: [...new Set([...nets[0].warnings, ...nets[1].warnings])],
    effects: union(nets[0].effects, nets[1].effects),
    gas,
    shallow: nets.some(({ warnings }) => warnings.includes('coin_not_measured')) ? ['coin_not_measured'] : [],
    caveats: [...before.caveats, ...unlooked],
  });
}
