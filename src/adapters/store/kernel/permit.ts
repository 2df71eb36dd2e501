import type { HaltState } from '../../../core/halt.ts';
import { haltFor, NO_HALT } from '../../../core/halt.ts';
import type { Reason } from '../../../core/reason.ts';
import type { Command, Doc, Json, RequestRow } from '../../../core/store.ts';
import { storeKey } from '../../../core/store.ts';
import { malformed, refuse } from './refuse.ts';
import type { Rows, StepContext } from './rows.ts';
import { readRow } from './rows.ts';
import { isCount, isText } from './shape.ts';
import { holdsSlot } from './slot.ts';

type Issue = Extract<Command, { kind: 'permit.issue' }>;

/** What `value.digest` of an absent policy or registry document counts as. */
export const ABSENT_DIGEST = 'none';

/** Writes the permit's terms into a held request, unless the rules or the emergency state have moved on meanwhile. */
export function issue(context: StepContext, command: Issue): Reason | undefined {
  const { permit } = command;
  if (!/^[0-9a-f]{32}$/.test(permit?.secret) || !isCount(permit.expiresAtMs) || !isText(permit.keyId) || !Array.isArray(permit.approvals))
    return malformed('permit');
  if (permit.approvalsExpireAtMs !== null && !isCount(permit.approvalsExpireAtMs)) return malformed('approvalsExpireAtMs');
  const key = storeKey.request(command.agent, command.requestId);
  const row = readRow<RequestRow>(context.rows, key);
  if (row === undefined || row.state !== 'held' || row.dueMs < context.closeAtMs || !holdsSlot(context, row)) {
    return refuse('reservation_not_held', 'A permit needs a reservation that is held.');
  }
  if (permit.payloadDigest !== row.payloadDigest || permit.actionDigest !== row.actionDigest)
    return refuse('permit_payload_mismatch', 'The permit is for other bytes than the decision.');
  const stale = checkHalt(context, row.agent) ?? checkRules(context.rows, row.agent, permit);
  if (stale !== undefined) return stale;
  context.rows.put(key, {
    ...row,
    permit: { ...permit, approvals: [...permit.approvals], redeemedBy: null },
    updatedMs: context.closeAtMs,
  } satisfies RequestRow);
  return undefined;
}

/** The current emergency state. */
export function readHalt(rows: Rows): HaltState {
  return readRow<HaltState>(rows, storeKey.halt()) ?? NO_HALT;
}

/** Refuses where a kill, or a pause of this agent, is in force. */
export function checkHalt(context: StepContext, agent: string): Reason | undefined {
  const stop = haltFor(readHalt(context.rows), agent, context.openAtMs);
  if (stop === undefined) return undefined;
  if (stop.kind === 'kill') return refuse('halted', 'The kill switch is active.', { facts: { by: stop.halt.by } });
  return refuse('agent_paused', 'The agent is paused.', {
    facts: { by: stop.halt.by },
    ...(stop.halt.untilMs === null ? {} : { resetsAtMs: stop.halt.untilMs }),
  });
}

/** Refuses where epoch, policy or registry are not those of the permit any more. */
export function checkRules(
  rows: Rows,
  agent: string,
  permit: { readonly epoch: number; readonly policy: string; readonly registry: string },
): Reason | undefined {
  const { epoch } = readHalt(rows);
  if (permit.epoch !== epoch)
    return refuse('epoch_changed', 'An emergency change came after the decision.', { facts: { epoch, permit: permit.epoch } });
  if (permit.policy !== digestOf(rows, `policy/${agent}`))
    return refuse('policy_changed', "The agent's policy changed after the decision.");
  if (permit.registry !== digestOf(rows, 'registry')) return refuse('registry_changed', 'The registry changed after the decision.');
  return undefined;
}

/** Refuses a key whose document `key/<keyId>` says `state: 'revoked'`. */
export function checkKey(rows: Rows, keyId: string): Reason | undefined {
  return field(readRow<Doc>(rows, storeKey.doc(`key/${keyId}`)), 'state') === 'revoked'
    ? refuse('key_revoked', 'The key was revoked.')
    : undefined;
}

function digestOf(rows: Rows, name: string): Json | undefined {
  const doc = readRow<Doc>(rows, storeKey.doc(name));
  return doc === undefined ? ABSENT_DIGEST : field(doc, 'digest');
}

function field(doc: Doc | undefined, name: string): Json | undefined {
  const value = doc?.value;
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, Json>>)[name] : undefined;
}
