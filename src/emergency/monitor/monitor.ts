import type { ActivityPage, ChainNode } from '../../core/chain-adapter.ts';
import type { Clock } from '../../core/clock.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import type { SecurityEvent } from '../../core/event.ts';
import { newId } from '../../core/id.ts';
import type { AccountId, ChainId, TimeMs } from '../../core/ids.ts';
import type { Random } from '../../core/random.ts';
import type { Command, StepResult, Store } from '../../core/store.ts';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { type Finding, toFinding, type Watched } from './finding.ts';
import { judgePage, type PageParts } from './read-page.ts';

/** Pages of one chain in one run; what is left comes with the next. */
const MAX_PAGES = 64;

/** What the monitor needs. */
export interface MonitorOptions {
  readonly store: Store;
  readonly tenant: string;
  readonly clock: Clock;
  readonly random: Random;
  /** The command that logs an event, and what applies commands; whoever listens hears of the event then. */
  readonly command: (event: SecurityEvent) => Command;
  readonly apply: (commands: readonly Command[]) => Promise<StepResult>;
  readonly chains: readonly ChainId[];
  readonly node: (chain: ChainId) => ChainNode;
  /** The accounts to look at on a chain. */
  readonly watched: (chain: ChainId) => Promise<readonly Watched[]>;
  readonly cover: PageParts['cover'];
  readonly isKnown: PageParts['isKnown'];
  /** Commands that take what happened into other records, in the step in which the monitor goes on; a refused step is read again. */
  readonly learn?: (page: ActivityPage, watched: ReadonlyMap<AccountId, Watched>) => Promise<readonly Command[]>;
  /** Where our own records stand behind the chain's sequence: the chain's next place, and ours. Null where they do not. */
  readonly ahead: (
    watched: Watched,
    node: ChainNode,
    signal: AbortSignal,
  ) => Promise<{ readonly chain: number; readonly ours: number } | null>;
  /** Stops whom a certain finding concerns. Called before it is recorded, so that no crash comes between; must be idempotent. */
  readonly stop: (finding: Finding) => Promise<void>;
}

/** How the look at one chain went. */
export interface MonitorHealth {
  readonly chain: ChainId;
  /** When everything up to the chain's head had been looked at; null before the first time. */
  readonly completeAtMs: TimeMs | null;
  /** False where more is known than was looked at. */
  readonly caughtUp: boolean;
  /** Findings since this process began. */
  readonly unrecorded: number;
  readonly lastError: string | null;
}

/** Watches the wallets from the chain's side. */
export interface Monitor {
  /** Looks at every chain once, up to its head. @throws CHAIN_UNAVAILABLE naming the chains that could not be looked at; the others were */
  run(signal: AbortSignal): Promise<void>;
  health(): readonly MonitorHealth[];
}

function eventOf(options: MonitorOptions, finding: Finding): SecurityEvent {
  const at = options.clock.nowMs();
  const { agent } = finding.watched;
  return {
    v: 1,
    id: newId(options.random, at),
    tenant: options.tenant,
    at,
    agent,
    type: 'monitor_unrecorded',
    severity: finding.isCertain ? 'critical' : 'warning',
    details: finding.facts,
  };
}

function vanishedEvent(options: MonitorOptions, { facts }: Checkpoint['recent'][number]): SecurityEvent {
  const at = options.clock.nowMs();
  const agent = typeof facts['agent'] === 'string' ? facts['agent'] : null;
  const base = { v: 1, id: newId(options.random, at), tenant: options.tenant, at, agent } as const;
  return { ...base, type: 'monitor_reorg', severity: 'warning', details: { ...facts, outcome: 'vanished' } };
}

/** Records what was found beside the new checkpoint. False where another process has gone on meanwhile: it tells the same. */
async function record(
  options: MonitorOptions,
  chain: ChainId,
  events: readonly SecurityEvent[],
  checkpoint: Checkpoint,
  version: number,
  learnt: readonly Command[] = [],
): Promise<boolean> {
  const result = await options.apply([writeCheckpoint(chain, checkpoint, version), ...learnt, ...events.map(options.command)]);
  if (!result.ok && result.reason.code === 'version_conflict') return false;
  if (!result.ok) throw new CastellanError('STORE_UNAVAILABLE', { message: result.reason.message, retryable: true });
  return true;
}

/** One page, judged and recorded. Undefined where another process was faster. */
async function lookOnce(
  options: MonitorOptions,
  chain: ChainId,
  accounts: readonly Watched[],
  signal: AbortSignal,
): Promise<{ readonly more: boolean; readonly found: number } | undefined> {
  const node = options.node(chain);
  if (node.activity === undefined) return { more: false, found: 0 };
  const { checkpoint, version } = await readCheckpoint(options.store, chain);
  const watched = new Map(accounts.map((one) => [one.account, one]));
  const page = await node.activity([...watched.keys()], checkpoint.cursor, signal);
  const judged = await judgePage({ watched, cover: options.cover, isKnown: options.isKnown }, checkpoint, page);
  for (const finding of judged.findings) if (finding.isCertain) await options.stop(finding);
  const events = [
    ...judged.findings.map((finding) => eventOf(options, finding)),
    ...judged.vanished.map((one) => vanishedEvent(options, one)),
  ];
  const isSame = page.cursor === checkpoint.cursor && events.length === 0;
  // What is read again after a reorganisation was learnt before.
  const learnt = isSame || page.reorganised ? [] : await options.learn?.(page, watched);
  if (!isSame && !(await record(options, chain, events, judged.checkpoint, version, learnt))) return undefined;
  return { more: page.more, found: judged.findings.length };
}

/** Places that the chain has given out and we have not. */
async function findAhead(
  options: MonitorOptions,
  chain: ChainId,
  accounts: readonly Watched[],
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const node = options.node(chain);
  const found: Finding[] = [];
  for (const watched of accounts) {
    const ahead = await options.ahead(watched, node, signal);
    if (ahead === null) continue;
    const facts = { chainNext: ahead.chain, ours: ahead.ours };
    found.push(toFinding('sequence', watched, [ahead.chain], { height: null, isCertain: true, facts }));
  }
  return found;
}

/** Tells each of them once, and none whose transaction was found and told itself. */
async function tellAhead(options: MonitorOptions, chain: ChainId, found: readonly Finding[]): Promise<number> {
  if (found.length === 0) return 0;
  const { checkpoint, version } = await readCheckpoint(options.store, chain);
  const isTold = ({ key, watched, facts }: Finding): boolean =>
    checkpoint.recent.some(({ key: told, facts: { finding, account, slot } }) => {
      if (told === key) return true;
      return finding === 'transaction' && account === watched.account && Number(slot) >= Number(facts['ours']);
    });
  const fresh = found.filter((finding) => !isTold(finding));
  if (fresh.length === 0) return 0;
  for (const finding of fresh) await options.stop(finding);
  const recent = [...checkpoint.recent, ...fresh.map(({ key, height, facts }) => ({ key, height, gone: false, facts }))];
  const events = fresh.map((finding) => eventOf(options, finding));
  return (await record(options, chain, events, { ...checkpoint, recent }, version)) ? fresh.length : 0;
}

/** Makes the monitor of one tenant. It runs nothing by itself: a background job calls `run`. */
export function createMonitor(options: MonitorOptions): Monitor {
  const state = new Map<ChainId, MonitorHealth>(
    options.chains.map((chain) => [chain, { chain, completeAtMs: null, caughtUp: false, unrecorded: 0, lastError: null }]),
  );
  const note = (chain: ChainId, change: Partial<MonitorHealth>): void => {
    const before = state.get(chain);
    if (before !== undefined) state.set(chain, { ...before, ...change });
  };
  const look = async (chain: ChainId, signal: AbortSignal): Promise<void> => {
    const accounts = await options.watched(chain);
    let caughtUp = accounts.length === 0;
    let found = 0;
    // Before the pages: what is ahead by now stands in one of them.
    const ahead = await findAhead(options, chain, accounts, signal);
    for (let page = 0; page < MAX_PAGES && !caughtUp && !signal.aborted; page += 1) {
      const looked = await lookOnce(options, chain, accounts, signal);
      // Somebody else is at it: their next page begins where they are.
      if (looked === undefined) continue;
      found += looked.found;
      caughtUp = !looked.more;
    }
    if (caughtUp && !signal.aborted) found += await tellAhead(options, chain, ahead);
    note(chain, {
      caughtUp,
      unrecorded: (state.get(chain)?.unrecorded ?? 0) + found,
      lastError: null,
      ...(caughtUp ? { completeAtMs: options.clock.nowMs() } : {}),
    });
  };
  return {
    async run(signal) {
      const failed: ChainId[] = [];
      await Promise.all(
        options.chains.map((chain) =>
          look(chain, signal).catch((error: unknown) => {
            if (signal.aborted) return;
            failed.push(chain);
            note(chain, { caughtUp: false, lastError: isCastellanError(error) ? `${error.code}: ${error.shortMessage}` : 'unknown' });
          }),
        ),
      );
      if (failed.length > 0)
        throw new CastellanError('CHAIN_UNAVAILABLE', {
          message: `Wallets could not be watched on ${failed.join(', ')}.`,
          details: { chains: failed },
          retryable: true,
        });
    },
    health: () => [...state.values()],
  };
}
