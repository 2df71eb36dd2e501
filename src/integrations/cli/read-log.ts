import { resolve } from 'node:path';
import { readLines } from '../../adapters/host/index.ts';
import { createCompactRange, parseEntry } from '../../audit/index.ts';
import { canonicalize } from '../../core/canonical.ts';
import { leafHash } from '../../core/digest.ts';
import { CastellanError } from '../../core/errors.ts';
import type { SecurityEvent } from '../../core/event.ts';
import type { Call } from './command.ts';
import { UsageError } from './outcome.ts';

/** Longest line, characters: the longest entry that a store takes, and its description. */
const MAX_LINE = 8_388_608;

/** What a file of a log came to, once it was read to its end. */
export interface LogFile {
  readonly entries: number;
  /** RFC 6962 tree hash of its entries: of a whole log the one that its checkpoint names. */
  readonly root: string;
  /** Entries between its first and its last that it does not hold, where it says which those are: a filter, or somebody, left them out. */
  readonly missing: number;
}

/** A log in a file. */
export interface LogReader {
  readonly events: AsyncIterable<SecurityEvent>;
  /** Of what was read so far. */
  readonly seen: () => LogFile;
}

/**
 * The entries of an exported log, in its order: lines of an archive, or of an export in the format `jsonl` with the field `event`. Whether
 * somebody changed an entry is told by the root alone.
 *
 * Fails closed: entries of several tenants, of another than `tenant`, out of their order, or that contradict themselves are no log.
 * @throws UsageError where there is no file; LOG_CORRUPT, with its number, for a line that is no entry
 */
export async function readLogFile(call: Call, name: string, tenant?: string): Promise<LogReader> {
  const path = resolve(call.terminal.directory, name);
  const lines = await readLines(path, MAX_LINE);
  if (lines === undefined) throw new UsageError(`There is no log at ${path}.`);
  const tree = createCompactRange();
  let missing = 0;
  async function* events(): AsyncGenerator<SecurityEvent> {
    let at = 1;
    let last: number | undefined;
    let whose = tenant;
    try {
      for await (const line of lines ?? []) {
        if (line.trim() !== '') {
          const { event, text, index } = entryOf(line);
          whose ??= event.tenant;
          if (event.tenant !== whose) throw new TypeError('it is of another deployment');
          if (index !== undefined && last !== undefined && index <= last) throw new TypeError('it stands out of the order of its log');
          if (index !== undefined && last !== undefined) missing += index - last - 1;
          last = index ?? last;
          tree.append(leafHash(text));
          yield event;
        }
        at += 1;
      }
    } catch (cause) {
      if (!(cause instanceof TypeError || cause instanceof RangeError || cause instanceof SyntaxError || cause instanceof CastellanError))
        throw cause;
      const why = cause instanceof TypeError ? `: ${cause.message}` : '';
      throw new CastellanError('LOG_CORRUPT', { message: `Line ${at} is no entry of this log${why}.`, details: { line: at }, cause });
    }
  }
  return { events: events(), seen: () => ({ entries: tree.size, root: tree.root(), missing }) };
}

interface FileEntry {
  readonly event: SecurityEvent;
  /** The entry as it was logged. */
  readonly text: string;
  readonly index: number | undefined;
}

function entryOf(line: string): FileEntry {
  const value: unknown = JSON.parse(line);
  const { event: inner, index } = (value ?? {}) as { readonly event?: unknown; readonly index?: unknown };
  const isExport = typeof inner === 'object' && inner !== null;
  const text = isExport ? canonicalize(inner) : line;
  const event = parseEntry(text);
  if (event.type === 'decision_made') {
    const { id, tenant, agent } = event.decision;
    if (id !== event.id || tenant !== event.tenant || agent !== event.agent) throw new TypeError('it contradicts itself');
  }
  if (isExport && index !== undefined && !(Number.isSafeInteger(index) && (index as number) >= 0)) throw new TypeError('its index is none');
  return { event, text, index: isExport ? (index as number | undefined) : undefined };
}
