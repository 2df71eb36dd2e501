import type { Reason } from '../../../core/reason.ts';
import type { Command, Doc, Json } from '../../../core/store.ts';
import { storeKey } from '../../../core/store.ts';
import { malformed, refuse } from './refuse.ts';
import type { StepContext } from './rows.ts';
import { readRow } from './rows.ts';
import { isCount, isText } from './shape.ts';

/** Puts or deletes a document where its version is the expected one. */
export function putDoc(context: StepContext, command: Extract<Command, { kind: 'doc.put' }>): Reason | undefined {
  if (!isText(command.key) || command.value === undefined) return malformed('document');
  if (command.ifVersion !== undefined && !isCount(command.ifVersion)) return malformed('ifVersion');
  const key = storeKey.doc(command.key);
  const version = readRow<Doc>(context.rows, key)?.version ?? 0;
  if (command.ifVersion !== undefined && command.ifVersion !== version) {
    return refuse('version_conflict', 'The document has another version.', { retryable: true, facts: { key: command.key, version } });
  }
  if (command.value !== null) {
    const value = asJson(command.value);
    if (value === undefined) return malformed('document');
    context.rows.put(key, { version: version + 1, value } satisfies Doc);
  }
  if (command.value === null && version > 0) context.rows.put(key, null);
  return undefined;
}

/** An own copy, exactly what a reader gets after a restart; undefined for what is no JSON. */
function asJson(value: Json): Json | undefined {
  try {
    return JSON.parse(JSON.stringify(value)) as Json;
  } catch {
    return undefined;
  }
}
