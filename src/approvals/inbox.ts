import {
  type AgentId,
  type ApprovalAnswer,
  type ApprovalProvider,
  type ApprovalQuorum,
  type ApprovalRecord,
  type ApprovalRequest,
  type Approvals,
  applyStep,
  CastellanError,
  type ChainId,
  type Clock,
  type Command,
  type Json,
  newId,
  parseDoc,
  type Random,
  type ReasonCode,
  readDoc,
  type SecurityEvent,
  type SignatureVerifier,
  type Store,
  storeKey,
  type TimeMs,
} from '../core/index.ts';
import { createAnnouncer } from './announce.ts';
import { answered, approvalDoc, approvalReason, atMoment, isOpenState, parseApprovalRecord } from './approval-record.ts';
import type { RegistryAuthority } from './authority.ts';
import { answerFault, checkAnswer } from './check-answer.ts';
import { checkApprovalRequest } from './check-request.ts';
import { createOpenApprovals } from './open-approvals.ts';
import { approvingKeys, fillsQuorum, judgeAnswer, needOf, stricterQuorum, sumOf } from './quorum.ts';
import { createStoredApprovals } from './stored-approvals.ts';
import { createWaiters } from './waiters.ts';

/** What approvals stand on. */
export interface ApprovalsOptions {
  readonly store: Store;
  readonly authority: RegistryAuthority;
  readonly verifiers: readonly SignatureVerifier[];
  readonly clock: Clock;
  readonly random: Random;
  readonly tenant: string;
  /** Makes the log entry of an event. */
  readonly command: (event: SecurityEvent) => Command;
  readonly providers?: readonly ApprovalProvider[] | undefined;
  /** Chains on which an EVM address may be a wallet of ours: nobody approves with one. */
  readonly chains?: readonly ChainId[] | undefined;
}

/** What a request must still be when its approval is used. */
export type ApprovalBinding = Pick<ApprovalRequest, 'agent' | 'requestId' | 'actionDigest' | 'effectsDigest' | 'policy' | 'registry'> & {
  /** What the policy asks for at this moment: it may be more than what was asked for then, such as at another price. */
  readonly quorum?: ApprovalQuorum | undefined;
};

/** What an approval is good for at this moment. `consume` goes into the deciding step: it is what makes the approval single use. */
export type ApprovalUse =
  | {
      readonly ok: true;
      readonly codes: ReadonlySet<ReasonCode>;
      readonly approvals: readonly string[];
      readonly expiresAtMs: TimeMs;
      readonly consume: readonly Command[];
    }
  | { readonly ok: false; readonly reason: ReasonCode };

/** The inbox of people's decisions. */
export interface ApprovalInbox extends Approvals {
  /**
   * Checks an approved request against what is about to be decided, every signature anew.
   *
   * Fails closed when anything it was bound to differs, it expired or was used, an approver was removed, or the quorum rose.
   */
  use(id: string, binding: ApprovalBinding): Promise<ApprovalUse>;
  /** Takes a request back without a signature: refusing needs none. @throws APPROVAL_UNKNOWN */
  reject(id: string, by: string): Promise<ApprovalRecord>;
  /** Writes down what has expired, so that the log tells of it, and reminds providers that keep account of what waits. Returns how many expired. */
  expire(): Promise<number>;
  /** Callers that wait in this process. */
  waiting(): number;
  /** Ends what providers have under way. */
  stop(): void;
}

/** Attempts against concurrent writers of one record. */
const ATTEMPTS = 16;

/**
 * Durable requests for approval. An approval binds the action, its effects as text, policy and registry; it is signed by
 * registered approvers who are not the agent, expires, and is used once.
 */
export function createApprovals(options: ApprovalsOptions): ApprovalInbox {
  const { store, authority, clock, random, tenant, command, providers = [] } = options;
  const nowMs = async (): Promise<TimeMs> => Math.max(clock.nowMs(), await store.now());
  const told = (record: ApprovalRecord, type: 'approval_requested' | 'approval_decision', facts: Record<string, Json>): Command => {
    const at = clock.nowMs();
    const { id, requestId, decisionId, agent } = record.request;
    const severity = record.state === 'pending' || record.state === 'approved' ? 'info' : 'warning';
    return command({
      v: 1,
      id: newId(random, at),
      tenant,
      at,
      agent,
      severity,
      type,
      details: { approvalId: id, requestId, decisionId, state: record.state, ...facts },
    });
  };
  const put = (record: ApprovalRecord, ifVersion: number): Command => ({
    kind: 'doc.put',
    key: approvalDoc(record.request.id),
    value: record as unknown as Json,
    ifVersion,
  });
  const waiters = createWaiters(clock, async (ids) => {
    const rows = await store.get(ids.map((id) => storeKey.doc(approvalDoc(id))));
    return rows.flatMap((row, index) =>
      row === undefined ? [] : [parseApprovalRecord(parseDoc(row, ids[index] as string).value, ids[index] as string)],
    );
  });
  const opening = createOpenApprovals({ store, put, told });
  const stored = createStoredApprovals(store);

  async function read(id: string): Promise<{ readonly record: ApprovalRecord; readonly version: number } | undefined> {
    const doc = typeof id === 'string' && id.length <= 128 ? await readDoc(store, approvalDoc(id)) : undefined;
    return doc === undefined ? undefined : { record: parseApprovalRecord(doc.value, id), version: doc.version };
  }

  /** Rewrites a record until nobody came between; `next` returns undefined where nothing is to change. */
  async function rewrite(
    id: string,
    next: (
      record: ApprovalRecord,
      now: TimeMs,
    ) => Promise<{ readonly record: ApprovalRecord; readonly facts: Record<string, Json> } | undefined>,
  ): Promise<ApprovalRecord> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const found = await read(id);
      if (found === undefined)
        throw new CastellanError('APPROVAL_UNKNOWN', {
          message: 'There is no such request for approval.',
          details: { id: String(id).slice(0, 128) },
        });
      const now = await nowMs();
      const current = atMoment(found.record, now);
      const change = await next(current, now);
      // What has expired is written down as such, whatever else was wanted.
      const record = change?.record ?? current;
      if (change === undefined && current.state === found.record.state) return current;
      const result = await applyStep(store, {
        commands: [
          put(record, found.version),
          ...endOf(found.record, record),
          told(record, 'approval_decision', change?.facts ?? { timeout: true }),
        ],
      });
      if (!result.ok) continue;
      if (record.state !== 'pending') waiters.tell(id);
      return record;
    }
    throw new CastellanError('STORE_UNAVAILABLE', { message: 'Others changed the approval each time; try again.', retryable: true });
  }

  async function answer(given: ApprovalAnswer): Promise<ApprovalRecord> {
    const reply = checkAnswer(given);
    await authority.refresh();
    const after = await rewrite(reply.approvalId, async (record, now) => {
      const isRefusal = reply.verdict === 'reject';
      if (record.state === 'rejected' && isRefusal) return undefined;
      // A yes may still be taken back before it is used; nothing else reopens.
      if (record.state !== 'pending' && !(record.state === 'approved' && isRefusal)) return undefined;
      if (record.request.registry !== authority.digest()) throw answerFault('registry_changed', 'approval_invalid');
      const judged = await judgeAnswer(options, record.request, reply);
      if (typeof judged === 'string') throw answerFault(judged, 'approval_invalid');
      const facts = { approver: reply.approver, verdict: reply.verdict };
      if (isRefusal) return { record: answered(record, reply, 'rejected', now), facts };
      if (record.answers.some((earlier) => earlier.approver === reply.approver && earlier.verdict === 'approve')) return undefined;
      const need = needOf(record.request, authority.registry());
      const keys = await approvingKeys(options, answered(record, reply, 'pending', now));
      const state = fillsQuorum(need, keys) ? 'approved' : 'pending';
      return { record: answered(record, reply, state, now), facts: { ...facts, have: keys.length, need: sumOf(need) } };
    });
    const reason = approvalReason(after);
    const counted = after.answers.some((kept) => kept.approver === reply.approver && kept.verdict === reply.verdict);
    if (!counted && reason !== undefined) throw answerFault('closed', reason === 'approval_timeout' ? 'approval_expired' : reason);
    return after;
  }

  const announcer = createAnnouncer(providers, answer, (id) => inbox.get(id));
  const inbox: ApprovalInbox = Object.freeze({
    async open(request: ApprovalRequest): Promise<ApprovalRecord> {
      const now = await nowMs();
      checkApprovalRequest(request, tenant, now);
      const { record, fresh, closed } = await opening.open(request, now);
      for (const id of closed) waiters.tell(id);
      if (fresh) announcer.announce(request);
      return record;
    },
    async get(id: string) {
      const found = await read(id);
      return found === undefined ? undefined : atMoment(found.record, await nowMs());
    },
    async list(filter: { readonly agent?: AgentId; readonly state?: ApprovalRecord['state'] } = {}) {
      const now = await nowMs();
      const found: ApprovalRecord[] = [];
      const isOpen = filter.state !== undefined && isOpenState(filter.state);
      for await (const record of isOpen ? stored.open() : stored.all()) {
        const current = atMoment(record, now);
        if (
          (filter.agent === undefined || current.request.agent === filter.agent) &&
          (filter.state === undefined || current.state === filter.state)
        )
          found.push(current);
      }
      return found.sort((a, b) => (a.request.id < b.request.id ? -1 : 1));
    },
    answer,
    async wait(id: string, timeoutMs: number): Promise<ApprovalRecord> {
      const startMs = clock.monotonicMs();
      for (;;) {
        const leftMs = Math.max(0, timeoutMs - (clock.monotonicMs() - startMs));
        const unanswered = await rewrite(id, async () => undefined);
        if (unanswered.state !== 'pending' || !(leftMs > 0)) return unanswered;
        const untilExpiryMs = Math.max(1, unanswered.request.expiresAtMs - (await nowMs()));
        const told = waiters.wait(id, Math.min(leftMs, untilExpiryMs));
        if (told === undefined)
          throw new CastellanError('TIMEOUT', { message: 'Too many callers wait for approvals in this process.', retryable: true });
        // An answer between the read and the registration has told nobody: look once more before sleeping.
        const missed = await inbox.get(id).catch((error: unknown) => {
          waiters.tell(id);
          throw error;
        });
        if (missed?.state !== 'pending') waiters.tell(id);
        await told;
      }
    },
    async use(id: string, binding: ApprovalBinding): Promise<ApprovalUse> {
      const found = await read(id);
      if (found === undefined) return { ok: false, reason: 'approval_invalid' };
      const record = atMoment(found.record, await nowMs());
      const closed = approvalReason(record);
      if (closed !== undefined) return { ok: false, reason: closed };
      const { request } = record;
      await authority.refresh();
      const bound = BINDING.every((name) => typeof binding[name] === 'string' && binding[name] === request[name]);
      if (!bound || request.tenant !== tenant || request.registry !== authority.digest()) return { ok: false, reason: 'approval_invalid' };
      if (record.answers.some((kept) => kept.verdict === 'reject')) return { ok: false, reason: 'approval_rejected' };
      const need = stricterQuorum(needOf(request, authority.registry()), binding.quorum);
      if (!fillsQuorum(need, await approvingKeys(options, record))) return { ok: false, reason: 'approval_invalid' };
      const consume = [put({ ...record, state: 'used' }, found.version)];
      return { ok: true, codes: new Set(request.satisfies), approvals: [id], expiresAtMs: request.expiresAtMs, consume };
    },
    reject: (id: string, by: string) =>
      rewrite(id, async (record, now) => {
        if (!isOpenState(record.state)) return undefined;
        return { record: { ...record, state: 'rejected', answeredAtMs: now }, facts: { by: String(by).slice(0, 64), verdict: 'reject' } };
      }),
    async expire(): Promise<number> {
      let count = 0;
      const now = await nowMs();
      for await (const record of stored.open({ tidy: true })) {
        const { state } = atMoment(record, now);
        announcer.remind({ ...record, state }, now);
        if (state === record.state) continue;
        await rewrite(record.request.id, async () => undefined);
        count += 1;
      }
      return count;
    },
    waiting: waiters.waiting,
    stop: announcer.stop,
  });
  return inbox;
}

const BINDING = ['agent', 'requestId', 'actionDigest', 'effectsDigest', 'policy', 'registry'] as const;

/** What it leaves in the agent's history that nobody said yes. */
function endOf({ state, request: { agent } }: ApprovalRecord, after: ApprovalRecord): readonly Command[] {
  if (after.state === 'rejected' && state !== 'rejected') return [{ kind: 'outcome.note', agent, outcome: 'failed' }];
  return after.state === 'expired' && state === 'pending' ? [{ kind: 'outcome.note', agent, outcome: 'approval_timeout' }] : [];
}
