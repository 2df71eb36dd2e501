import {
  type ApprovalRecord,
  type ApprovalRequest,
  applyStep,
  CastellanError,
  type Command,
  type Json,
  readDoc,
  readDocs,
  type Store,
  type TimeMs,
} from '../core/index.ts';
import { approvalDoc, asksTheSame, atMoment, isOpenState, parseApprovalRecord } from './approval-record.ts';
import { openDoc, openIds } from './stored-approvals.ts';

/** Open requests of one agent; more than a person would read. The oldest that nobody spoke about gives way. */
export const MAX_OPEN = 100;

/** Attempts against others that open: each loses only to one that won, and so many may wait of one agent. */
const ATTEMPTS = MAX_OPEN + 28;

/** Opens requests: one per (agent, request id), a bounded number per agent. */
export interface OpenApprovals {
  /** `fresh` is false where the same was asked before; `closed` names those that gave way. @throws APPROVAL_INVALID */
  open(
    request: ApprovalRequest,
    nowMs: TimeMs,
  ): Promise<{ readonly record: ApprovalRecord; readonly fresh: boolean; readonly closed: readonly string[] }>;
}

/** What opening stands on: how a record is put, and how its event is told. */
export interface OpenApprovalsOptions {
  readonly store: Store;
  readonly put: (record: ApprovalRecord, ifVersion: number) => Command;
  readonly told: (record: ApprovalRecord, type: 'approval_requested' | 'approval_decision', facts: Record<string, Json>) => Command;
}

interface Held {
  readonly record: ApprovalRecord;
  readonly version: number;
}

/**
 * Document `approval-open/<agent>` lists the ids that may be open. Answering and using an approval never compete for
 * it; what was closed meanwhile drops out at the next opening, or when somebody looks through what is open.
 */
export function createOpenApprovals({ store, put, told }: OpenApprovalsOptions): OpenApprovals {
  async function readOpen(agent: string, nowMs: TimeMs): Promise<{ readonly version: number; readonly open: readonly Held[] }> {
    const index = await readDoc(store, openDoc(agent));
    const ids = openIds(index?.value);
    const docs = await readDocs(store, ids.map(approvalDoc));
    const open = docs.flatMap((doc, at): Held[] =>
      doc === undefined ? [] : [{ record: parseApprovalRecord(doc.value, ids[at] as string), version: doc.version }],
    );
    return { version: index?.version ?? 0, open: open.filter(({ record }) => isOpen(atMoment(record, nowMs)) || isOpen(record)) };
  }

  return {
    async open(request, nowMs) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const { version, open } = await readOpen(request.agent, nowMs);
        const live = open.filter(({ record }) => isOpen(atMoment(record, nowMs)));
        const same = live.find(({ record }) => asksTheSame(record.request, request));
        if (same !== undefined) return { record: same.record, fresh: false, closed: [] };
        const superseded = live.filter(({ record }) => record.request.requestId === request.requestId);
        const kept = live
          .filter((held) => !superseded.includes(held))
          .sort((a, b) => rank(a.record) - rank(b.record) || a.record.request.createdAtMs - b.record.request.createdAtMs);
        const evicted = kept.splice(0, Math.max(0, kept.length - MAX_OPEN + 1));
        const late = open.filter((held) => !live.includes(held));
        const record: ApprovalRecord = { request, state: 'pending', answer: null, answers: [], answeredAtMs: null };
        const closing = [...superseded, ...evicted, ...late].map((held) => ({
          ...held,
          record: { ...held.record, state: 'expired' as const },
        }));
        const result = await applyStep(store, {
          commands: [
            put(record, 0),
            {
              kind: 'doc.put',
              key: openDoc(request.agent),
              value: { ids: [...kept.map((held) => held.record.request.id), request.id] },
              ifVersion: version,
            },
            ...closing.map((held) => put(held.record, held.version)),
            ...unanswered(request.agent, [...evicted, ...late]),
            ...closing.map((held) =>
              told(held.record, 'approval_decision', {
                timeout: late.some((other) => other.version === held.version && other.record.request.id === held.record.request.id),
              }),
            ),
            told(record, 'approval_requested', {
              satisfies: request.satisfies,
              ...(request.rules === undefined ? {} : { rules: request.rules }),
              expiresAtMs: request.expiresAtMs,
              effectsDigest: request.effectsDigest,
            }),
          ],
        });
        if (result.ok) return { record, fresh: true, closed: closing.map((held) => held.record.request.id) };
        if ((await readDoc(store, approvalDoc(request.id))) !== undefined) {
          throw new CastellanError('APPROVAL_INVALID', {
            message: 'There is a request for approval with this id already.',
            details: { id: request.id, reason: 'approval_invalid' },
          });
        }
      }
      throw new CastellanError('STORE_UNAVAILABLE', { message: 'Others opened requests each time; try again.', retryable: true });
    },
  };
}

/** What a person has spoken about gives way last: whoever can make an agent ask much must not push that out. */
function rank({ answers }: ApprovalRecord): number {
  return answers.length === 0 ? 0 : 1;
}

/** Those that nobody answered in time, for the agent's history; what gave way to newer ones is among them. */
function unanswered(agent: string, closed: readonly Held[]): readonly Command[] {
  const count = closed.filter(({ record }) => record.state === 'pending').length;
  return count === 0 ? [] : [{ kind: 'outcome.note', agent, outcome: 'approval_timeout', count }];
}

function isOpen({ state }: ApprovalRecord): boolean {
  return isOpenState(state);
}
