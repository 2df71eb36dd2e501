import { changesOf } from '../../../core/asset-change.ts';
import type { SimulationReport } from '../../../core/chain-adapter.ts';
import type { Clock } from '../../../core/clock.ts';
import { sha256 } from '../../../core/digest.ts';
import { isCastellanError } from '../../../core/errors.ts';
import type { AssetId } from '../../../core/ids.ts';
import type { SecondOpinion } from '../../../core/simulation-provider.ts';
import type { DecodedTransaction, UnsignedTransaction } from '../../../core/transaction.ts';
import type { Block } from '../block.ts';
import { readHead } from '../block.ts';
import type { TonClient } from '../client.ts';
import { readPayloadOf } from '../payload.ts';
import type { Finding } from './effects.ts';
import { agree, readTrace, union } from './effects.ts';
import type { Emulator } from './emulator.ts';
import { createJettonReader } from './jettons.ts';
import { createLibraries } from './libraries.ts';
import type { Surroundings } from './machine.ts';
import { createMachine } from './machine.ts';
import { readNetworkConfig } from './network-config.ts';
import { accountsNamed, prefetchRecipients } from './prefetch.ts';
import { createRemoteStorage } from './remote-storage.ts';
import type { Trace } from './run.ts';
import { gasOf, runTrace, storageFeesOf } from './run.ts';
import { openSandbox } from './sandbox.ts';
import { compareRuns, runElsewhere } from './second-run.ts';
import { seqnoOf, unsignedExternal, withSeqno } from './wallet-entry.ts';

/** Between the two moments that are pretended, seconds: about one block. */
const APART_SECONDS = 5;

/** What a simulation needs to know of its chain. */
export interface SimulationContext {
  readonly client: TonClient;
  readonly clock: Clock;
  readonly tx: UnsignedTransaction;
  readonly decoded: DecodedTransaction;
  /** Tokens to look at. A holding changes by a message to its account alone, so what the trace does not touch stays as it is. */
  readonly watch: readonly AssetId[];
  /** Where a second run is asked for. */
  readonly emulator?: Emulator | undefined;
  readonly signal?: AbortSignal;
}

/** What to do where the machine is not there. */
const MISSING = 'simulation needs the package @ton/sandbox: install it';

interface Result extends Finding {
  readonly gas?: bigint;
  /** Why the report is less than deep. */
  readonly shallow?: readonly string[];
  /** What else the reader should know. */
  readonly caveats?: readonly string[];
  readonly opinions?: readonly SecondOpinion[];
}

function report(head: Block, { effects, errors, warnings, gas = 0n, shallow = [], caveats = [], opinions }: Result): SimulationReport {
  return {
    success: errors.length === 0,
    wouldRevert: errors.some((error) => /^(?:exit_code|bounced)/.test(error)),
    gasEstimate: gas.toString(),
    coverageLevel: shallow.length === 0 ? 'deep' : 'basic',
    caveats: ['state_may_diverge', 'storage_fees_understated', ...shallow, ...caveats],
    effects,
    warnings,
    errors,
    block: { number: String(head.seqno), hash: head.hash, timestampMs: head.timestampMs },
    changes: changesOf(effects),
    ...(opinions === undefined ? {} : { opinions }),
  };
}

const failed = (...errors: readonly string[]): Result => ({ effects: [], errors, warnings: [], shallow: ['not_run'] });

/** What a run cost in fees, nanoton. */
function feesOf(found: Finding | undefined): bigint {
  return (found?.effects ?? []).reduce((sum, effect) => (effect.kind === 'fee' ? sum + effect.max : sum), 0n);
}

/** The two moments: the newest that the chain or the host knows, and a block later with other randomness, still within validity. */
function moments(tx: UnsignedTransaction, clock: Clock, head: Block, validUntil: number): readonly [Surroundings, Surroundings] {
  const now = Math.floor(Math.max(clock.nowMs(), head.timestampMs) / 1_000);
  const seed = (label: number): Buffer => Buffer.from(sha256(Buffer.concat([tx.payload, Buffer.from(head.hash, 'hex'), Buffer.of(label)])));
  const later = Math.max(now, Math.min(now + APART_SECONDS, validUntil - 1));
  return [
    { now, later: 0, randomSeed: seed(0) },
    { now: later, later: later - now, randomSeed: seed(1) },
  ];
}

/**
 * Dry run of the exact bytes and of everything that follows from them, on the accounts as they stand at one block of the
 * masterchain, in the chain's own virtual machine with the network's own configuration: twice, at two moments.
 *
 * The signature alone is pretended, and for the wallet's own transaction alone. Effects are measured differences of balances,
 * of token holdings as the minters confirm them, and of the wallet's own data. `gasEstimate` is the gas of the wallet's own
 * transaction; what follows is paid for by the messages. `block` is the masterchain's.
 *
 * Storage fees are counted up to the pretended moment, from each account's newest transaction on (caveat
 * `storage_fees_counted: <nanoton>`, of all accounts together). Every second until the real thing adds to them, and an account
 * whose newest transaction the endpoint does not show is taken as paid up: hence `storage_fees_understated`.
 *
 * Where an emulation endpoint is configured, its run is held against the first of ours: `opinions` says whether it comes to the same.
 *
 * Fails closed: `success: false` with `simulation_unstable` where the two runs do not come to the same for the wallet,
 * `simulation_unavailable` without `@ton/sandbox`, `insufficient_funds`, `slot_behind`, `expired`, `wallet_code_unknown`,
 * `wallet_frozen`, `action_skipped`, `bounced: …`, `exit_code: …`, `recipient_not_credited`, `trace_too_long`,
 * `library_missing`, `token_accounts_not_all_read`, `simulation_rejected`.
 * @throws PAYLOAD_UNDECODABLE, CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID, CHAIN_REJECTED, TIMEOUT
 */
export async function simulate(context: SimulationContext): Promise<SimulationReport> {
  const { client, clock, tx, decoded, signal } = context;
  const payload = readPayloadOf(tx.payload, tx.chain, tx.wallet, tx.publicKey);
  const { message } = payload;
  const [executor, head] = await Promise.all([openSandbox(), readHead(client, signal)]);
  if (executor === null) return report(head, { ...failed('simulation_unavailable'), warnings: [MISSING] });

  const storage = createRemoteStorage(client, head.seqno, signal);
  storage.prefetch(accountsNamed(tx, decoded));
  const [config, wallet] = await Promise.all([readNetworkConfig(client, clock), storage.get(tx.wallet)]);
  const next = seqnoOf(message.version, wallet);
  const around = moments(tx, clock, head, message.validUntil);
  const refused = [
    ...(wallet.state === 'frozen' ? ['wallet_frozen'] : next === null ? ['wallet_code_unknown'] : tx.slot < next ? ['slot_behind'] : []),
    ...(message.validUntil <= around[0].now ? ['expired'] : []),
  ];
  if (next === null || refused.length > 0) return report(head, failed(...refused));

  const machine = createMachine(executor, config);
  const libraries = createLibraries(client, signal);
  const reader = createJettonReader(client, machine, storage, libraries, around[0]);
  const start = tx.slot > next ? withSeqno(tx, message.version, wallet) : wallet;
  const external = unsignedExternal(tx, payload);
  const elsewhere = context.emulator === undefined ? null : runElsewhere(context.emulator, external, signal);

  const found: Finding[] = [];
  let opinion: SecondOpinion | null = null;
  let gas = 0n;
  let storageFees = 0n;
  for (const moment of around) {
    const run = { chain: tx.chain, machine, storage, libraries, around: moment, ...(signal === undefined ? {} : { signal }) };
    let trace: Trace;
    try {
      await prefetchRecipients(tx, decoded, reader, storage);
      trace = await runTrace(run, tx.wallet, start, external);
      found.push(await readTrace(trace, tx, decoded, message, reader));
    } catch (error) {
      if (isCastellanError(error)) throw error;
      // The machine broke down, or gave something that nobody can read: no network would carry it either.
      return report(head, failed('simulation_rejected'));
    }
    const [order] = trace.steps;
    if (order !== undefined && gasOf(order.transaction) > gas) gas = gasOf(order.transaction);
    if (moment === around[0]) {
      storageFees = storageFeesOf(trace);
      opinion = elsewhere === null ? null : await compareRuns(await elsewhere, trace, tx.wallet, feesOf(found[0]), reader);
    }
    // It has failed: nothing that a second run showed could mend it.
    if (trace.ending !== 'complete') break;
  }
  const [one, two = one] = found as [Finding, Finding?];
  const errors = [...new Set([...one.errors, ...two.errors])];
  if (!agree(one, two, tx.wallet)) errors.push('simulation_unstable');
  if (libraries.missing.size > 0) errors.push('library_missing');
  if (machine.exhausted) errors.push('token_accounts_not_all_read');
  return report(head, {
    effects: union(one.effects, two.effects),
    errors,
    warnings: [...new Set([...one.warnings, ...two.warnings])],
    gas,
    ...(opinion === null ? {} : { opinions: [opinion] }),
    shallow: [
      ...(errors.includes('trace_too_long') ? ['trace_not_followed_to_its_end'] : []),
      ...(storage.withExtraCurrencies.size > 0 ? ['extra_currencies_not_followed'] : []),
    ],
    caveats: [`storage_fees_counted: ${storageFees}`, ...(tx.slot > next ? ['earlier_transactions_pending'] : [])],
  });
}
