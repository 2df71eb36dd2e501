import { resolve } from 'node:path';
import { readLines } from '../../adapters/host/index.ts';
import { parseEntry } from '../../audit/index.ts';
import { CastellanError } from '../../core/errors.ts';
import type { SecurityEvent } from '../../core/event.ts';
import type { Call } from './command.ts';
import { UsageError } from './outcome.ts';

/** Longest line, characters: the longest entry that a store takes, and its description. */
const MAX_LINE = 8_388_608;

/**
 * The entries of an exported log, in its order: lines of an archive, or of an export in the format `jsonl` with the field `event`.
 * @throws UsageError where there is no file; LOG_CORRUPT for what is no entry
 */
export async function* readLogFile(call: Call, name: string): AsyncGenerator<SecurityEvent> {
  const path = resolve(call.terminal.directory, name);
  const lines = await readLines(path, MAX_LINE);
  if (lines === undefined) throw new UsageError(`There is no log at ${path}.`);
  let at = 0;
  for await (const line of lines) {
    at += 1;
    if (line.trim() !== '') yield entryOf(line, at);
  }
}

function entryOf(line: string, at: number): SecurityEvent {
  try {
    const value = JSON.parse(line) as { readonly event?: unknown };
    return parseEntry(typeof value.event === 'object' && value.event !== null ? JSON.stringify(value.event) : line);
  } catch (cause) {
    throw new CastellanError('LOG_CORRUPT', { message: `Line ${at} is no entry of a log.`, details: { line: at }, cause });
  }
}
