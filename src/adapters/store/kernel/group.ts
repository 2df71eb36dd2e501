import type { TimeMs } from '../../../core/ids.ts';
import type { LogPruned, LogRow, Step, StepResult } from '../../../core/store.ts';
import { storeKey } from '../../../core/store.ts';
import { advanceHead, EMPTY_HEAD, HEAD_KEY, readHead } from './log.ts';
import { readHalt } from './permit.ts';
import { malformed } from './refuse.ts';
import type { LoggedEntry, Moment, Row, Rows, StepContext } from './rows.ts';
import { MAX_COMMANDS, runCommand, stepId } from './step.ts';
import type { TimeRow } from './store-time.ts';
import { TIME_KEY } from './store-time.ts';

/** Where a group reads what was committed before it. */
export interface RowSource {
  load(key: string): Row | undefined;
  findEntry(id: string): LoggedEntry | undefined;
}

/** One entry to be appended, with what a replay of its step is answered. */
export interface NewEntry extends LogRow {
  readonly atMs: TimeMs;
  readonly epoch: number;
}

/** What a group wants to have committed: every changed row once (null deletes), and the new entries in order. */
export interface Changes {
  readonly rows: ReadonlyMap<string, Row | null>;
  readonly entries: readonly NewEntry[];
  /** Positions whose entries lose their text, once the new ones are in; null for none. */
  readonly dropped: { readonly from: number; readonly to: number } | null;
}

/** Steps that become durable together, in order. A refused step leaves no trace; a group that is dropped leaves none either. */
export interface Group extends Rows {
  apply(step: Step): StepResult;
  changes(): Changes;
}

/** Opens a group over what is committed, at one moment for all its steps. */
export function openGroup(source: RowSource, moment: Moment): Group {
  const rows = new Map<string, Row | null>();
  const entries: NewEntry[] = [];
  const undo: (string | Row | null | undefined)[] = [];

  const get = (key: string): Row | undefined => {
    const changed = rows.get(key);
    return changed === undefined ? source.load(key) : (changed ?? undefined);
  };
  const put = (key: string, row: Row | null): void => {
    undo.push(key, rows.get(key));
    rows.set(key, row);
  };
  // Plain fields only: a getter here would give every group a hidden class of its own, which outlives it and holds it.
  const context: StepContext & { logIndex: number | null } = {
    closeAtMs: moment.closeAtMs,
    openAtMs: moment.openAtMs,
    skewed: moment.skewed,
    logIndex: null,
    rows: { get, put },
    findEntry(id) {
      if (id > readHead(context.rows).lastId) return undefined;
      return entries.find((entry) => entry.id === id) ?? source.findEntry(id);
    },
    append(id, entry, leaf) {
      const head = advanceHead(readHead(context.rows), id, leaf);
      put(HEAD_KEY, head);
      entries.push({
        index: head.size - 1,
        id,
        entry,
        leaf,
        chain: head.chain,
        atMs: moment.closeAtMs,
        epoch: readHalt(context.rows).epoch,
      });
    },
  };

  const rollBack = (entriesBefore: number): void => {
    for (let at = undo.length - 2; at >= 0; at -= 2) {
      const key = undo[at] as string;
      const before = undo[at + 1] as Row | null | undefined;
      if (before === undefined) rows.delete(key);
      else rows.set(key, before);
    }
    entries.length = entriesBefore;
  };

  return {
    get,
    put,
    apply(step) {
      const atMs = moment.closeAtMs;
      if (!Array.isArray(step?.commands) || step.commands.length === 0 || step.commands.length > MAX_COMMANDS) {
        return { ok: false, atMs, command: 0, reason: malformed('step') };
      }
      const id = stepId(step);
      const before = typeof id === 'string' ? context.findEntry(id) : undefined;
      if (before !== undefined) return { ok: true, atMs: before.atMs, logIndex: before.index, epoch: before.epoch, replayed: true };
      const logIndex = id === undefined ? null : readHead(context.rows).size;
      context.logIndex = logIndex;
      const entriesBefore = entries.length;
      undo.length = 0;
      try {
        for (const [index, command] of step.commands.entries()) {
          const reason = runCommand(context, command);
          if (reason === undefined) continue;
          rollBack(entriesBefore);
          return { ok: false, atMs, command: index, reason };
        }
      } catch (error) {
        rollBack(entriesBefore);
        throw error;
      }
      const { epoch } = readHalt(context.rows);
      for (let at = entriesBefore; at < entries.length; at++) {
        const entry = entries[at] as NewEntry;
        if (entry.epoch !== epoch) entries[at] = { ...entry, epoch };
      }
      return { ok: true, atMs, logIndex, epoch, replayed: false };
    },
    changes() {
      if (rows.size > 0 && !moment.skewed) rows.set(TIME_KEY, { highMs: moment.closeAtMs, openMs: moment.openAtMs } satisfies TimeRow);
      return { rows, entries, dropped: droppedBy(rows.get(storeKey.pruned()), source) };
    },
  };
}

function droppedBy(changed: Row | null | undefined, source: RowSource): Changes['dropped'] {
  if (changed === undefined || changed === null) return null;
  const from = (source.load(storeKey.pruned()) as LogPruned | undefined)?.before ?? 0;
  return { from, to: (changed as LogPruned).before };
}

/** The log's end out of committed rows. */
export function committedHead(source: RowSource): { readonly size: number; readonly chain: string } {
  const { size, chain } = (source.load(HEAD_KEY) as typeof EMPTY_HEAD | undefined) ?? EMPTY_HEAD;
  return { size, chain };
}
