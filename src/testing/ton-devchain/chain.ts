import { Address, beginCell, Cell, storeMessage } from '@ton/core';
import { CastellanError, type Clock } from '../../core/index.ts';
import { type ChainState, copyState, emptyState, type PendingMessage } from './chain-state.ts';
import { emulateTrace } from './emulate.ts';
import { type Engine, openEngine } from './engine.ts';
import { readExternal, refusalOf } from './external.ts';
import { createFaults, type Faults } from './faults.ts';
import { accountNow, headOf } from './history.ts';
import { addLibrary } from './libraries.ts';
import { type BlockContent, LT_STEP, mineBlock, takeContent } from './mine-block.ts';
import type { TonDevChainOptions } from './options.ts';
import { createTurns } from './turns.ts';

/** A chain without its door: what the methods of the API read and do. */
export interface DevChain {
  readonly engine: Engine;
  readonly faults: Faults;
  readonly globalId: number;
  /** As of now; a revert replaces it. */
  state(): ChainState;
  /** Chain time at which a message would run now, seconds; never before the head. */
  nowSec(): number;
  mine(blocks: number): Promise<number>;
  /** Accepts an external, or throws an ApiFailure that says why the account refuses it. */
  send(message: Cell): Promise<void>;
  /** What an external would bring about; nothing changes. Throws an ApiFailure that says why the account refuses it. */
  emulate(message: Cell, ignoreSignature: boolean): Promise<Readonly<Record<string, unknown>>>;
  fund(to: Address, nanoton: bigint): Promise<void>;
  increaseTime(seconds: number): Promise<void>;
  setTime(unixSeconds: number): Promise<void>;
  addLibrary(library: Cell): Promise<void>;
  snapshot(): Promise<string>;
  revert(id: string): Promise<void>;
  /** Ends the blocks at an interval, after the work under way. */
  close(): Promise<void>;
}

/** Blocks of one send in instant mode: a loop of contracts would otherwise go on until its gas is spent. */
const MOST_HOPS = 1_000;
const MOST_BLOCKS_AT_ONCE = 10_000;
const MOST_QUEUED = 10_000;
const MOST_SNAPSHOTS = 1_000;
/** The last second that a block can have: 32 bits. */
const LAST_SECOND = 0xffff_ffff;

/** Opens the engine and makes the first block. */
export async function createDevChain(options: TonDevChainOptions, clock: Clock): Promise<DevChain> {
  const globalId = options.globalId ?? -3;
  const mining = options.mining ?? 'instant';
  const engine = await openEngine(globalId);
  const faults = createFaults();
  const turns = createTurns();
  const snapshots = new Map<string, ChainState>();
  let state = emptyState(options.startMs === undefined ? 0 : options.startMs - clock.nowMs());
  let salt = 0;
  let taken = 0;
  let failed: unknown = null;

  const timeAt = (offsetMs: number): number => Math.floor((clock.nowMs() + offsetMs) / 1000);
  const nowSec = (): number => Math.max(timeAt(state.offsetMs), state.blocks.at(-1)?.genUtime ?? 0);
  const block = async (content: BlockContent): Promise<number> => {
    salt += 1;
    return (await mineBlock(engine, state, content, nowSec(), salt)).seqno;
  };
  const mineOne = (): Promise<number> => block(takeContent(state));
  const settle = async (): Promise<void> => {
    for (let hop = 0; hop < MOST_HOPS && (state.inFlight.length > 0 || state.queue.length > 0); hop += 1) await mineOne();
  };
  /** One at a time, in order. What went wrong in a block at an interval is told to whoever comes next. */
  const inTurn = <Value>(work: () => Promise<Value>): Promise<Value> =>
    turns.take(() => {
      const before = failed;
      failed = null;
      if (before !== null) throw before;
      return work();
    });

  const check = async ({ cell, to }: PendingMessage): Promise<void> => {
    const moment = { now: nowSec(), lt: state.lt + LT_STEP };
    const result = await engine.run(accountNow(state, to.toRawString()), cell, moment, { libraries: state.libraries });
    if (!result.ok) throw refusalOf(to, result);
  };

  const moveTime = async (offsetMs: number): Promise<void> => {
    const time = timeAt(offsetMs);
    if (!(time >= headOf(state).genUtime && time <= LAST_SECOND))
      throw new CastellanError('CONFIG_INVALID', { message: 'Chain time goes forward only.', details: { head: headOf(state).genUtime } });
    state.offsetMs = offsetMs;
    await mineOne();
    if (mining === 'instant') await settle();
  };

  await block({ internals: [], externals: [] });
  const mineAlone = (): Promise<unknown> =>
    turns.take(mineOne).catch((error: unknown) => {
      failed ??= error;
    });
  const endInterval = typeof mining === 'object' ? mineEvery(mining.intervalMs, clock, mineAlone) : () => undefined;

  return {
    engine,
    faults,
    globalId,
    state: () => state,
    nowSec,
    mine: (blocks) =>
      inTurn(async () => {
        if (!Number.isSafeInteger(blocks) || blocks < 1 || blocks > MOST_BLOCKS_AT_ONCE)
          throw outOf('blocks', `1 to ${MOST_BLOCKS_AT_ONCE}`);
        for (let made = 0; made < blocks; made += 1) await mineOne();
        return headOf(state).seqno;
      }),
    send: (message) =>
      inTurn(async () => {
        const external = readExternal(message);
        await check(external);
        if (faults.drops()) return;
        const known = state.queue.some(({ cell }) => cell.equals(message));
        if (!known && state.queue.length >= MOST_QUEUED) throw outOf('the queue', `at most ${MOST_QUEUED} externals`);
        if (!known) state.queue.push(external);
        if (mining === 'instant') await settle();
      }),
    emulate: (message, ignoreSignature) => inTurn(() => emulateTrace(engine, state, message, nowSec(), ignoreSignature)),
    fund: (to, nanoton) =>
      inTurn(async () => {
        if (nanoton < 1n || nanoton >= 1n << 120n) throw outOf('nanoton', '1 to 2^120 - 1');
        await block({ internals: [creditOf(to, nanoton, nowSec(), state.lt + 1n)], externals: [] });
        if (mining === 'instant') await settle();
      }),
    increaseTime: (seconds) => inTurn(() => moveTime(state.offsetMs + seconds * 1000)),
    setTime: (unixSeconds) => inTurn(() => moveTime(unixSeconds * 1000 - clock.nowMs())),
    addLibrary: (library) =>
      inTurn(async () => {
        state.libraries = addLibrary(state.libraries, library);
      }),
    snapshot: () =>
      inTurn(async () => {
        if (snapshots.size >= MOST_SNAPSHOTS) throw outOf('snapshots', `at most ${MOST_SNAPSHOTS}`);
        taken += 1;
        snapshots.set(`0x${taken.toString(16)}`, copyState(state));
        return `0x${taken.toString(16)}`;
      }),
    revert: (id) =>
      inTurn(async () => {
        const kept = snapshots.get(id);
        if (kept === undefined)
          throw new CastellanError('CONFIG_INVALID', { message: 'There is no such snapshot.', details: { id: String(id).slice(0, 40) } });
        state = copyState(kept);
      }),
    async close() {
      endInterval();
      await turns.take(async () => undefined);
    },
  };
}

/** The next block starts only when the one before is done. */
function mineEvery(intervalMs: number, clock: Clock, mine: () => Promise<unknown>): () => void {
  let ended = false;
  let timer = { cancel: (): void => undefined };
  const wait = (): void => {
    timer = clock.schedule(intervalMs, () => void mine().then(() => (ended ? undefined : wait())));
  };
  wait();
  return () => {
    ended = true;
    timer.cancel();
  };
}

/** Where coins come from: the account in whose name the masterchain sends newly created ones. */
const MINT = new Address(-1, Buffer.alloc(32));

function creditOf(to: Address, coins: bigint, createdAt: number, createdLt: bigint): PendingMessage {
  const route = { src: MINT, dest: to, value: { coins }, ihrDisabled: true, bounce: false, bounced: false };
  const info = { ...route, type: 'internal' as const, ihrFee: 0n, forwardFee: 0n, createdLt, createdAt };
  return {
    cell: beginCell()
      .store(storeMessage({ info, body: Cell.EMPTY }))
      .endCell(),
    to,
  };
}

const outOf = (name: string, range: string): CastellanError =>
  new CastellanError('CONFIG_INVALID', { message: `${name}: ${range}.`, details: { option: name } });
