import type { ApprovalRequest } from '../../core/approval.ts';
import type { Clock } from '../../core/clock.ts';
import { applyStep, readDoc } from '../../core/doc.ts';
import type { EventSeverity, SecurityEvent } from '../../core/event.ts';
import { newId } from '../../core/id.ts';
import type { Random } from '../../core/random.ts';
import type { Command, Json, Store } from '../../core/store.ts';

/** Marks these events, in their `details.part`. */
export const APPROVAL_WEBHOOK = 'approval_webhook';

/** Tells programs how a webhook of approvals stands, by `health_changed` events. Nothing waits for it, and it never rejects. */
export interface WebhookStanding {
  /** A post failed. Told once it has for a minute: `state` is `failing`. */
  failed(error: string, request: ApprovalRequest): Promise<void>;
  /** A post was taken. `working` where it was told to be failing, by whichever process. */
  taken(): Promise<void>;
  /** Nobody got a request in time: `undelivered`, once in all processes and never of one that was taken. */
  missed(error: string | null, request: ApprovalRequest): Promise<void>;
}

/** What it stands on; `id` names the webhook and holds neither URL nor secret. */
export interface WebhookStandingOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly tenant: string;
  /** Makes the log entry of an event. */
  readonly command: (event: SecurityEvent) => Command;
  readonly id: string;
  readonly standingDoc: string;
  /** Where it says that a request was taken; there it says as well that nobody got it. */
  readonly sentDoc: (approvalId: string) => string;
}

/** How long nothing has to be taken before it is told, ms: a restart of the other side is no news. */
const FAILING_MS = 60_000;

/** Makes the teller of a webhook. */
export function createWebhookStanding(options: WebhookStandingOptions): WebhookStanding {
  const { store, clock, random, tenant, command, id, standingDoc, sentDoc } = options;
  let firstMs: number | undefined;
  let failures = 0;

  const told = (state: string, severity: EventSeverity, agent: string | null, facts: Record<string, Json>): Command => {
    const at = clock.nowMs();
    const details = { part: APPROVAL_WEBHOOK, state, webhook: id, ...facts };
    return command({ v: 1, id: newId(random, at), tenant, at, agent, severity, type: 'health_changed', details });
  };
  /** Writes down how it stands and tells of it, where it stood otherwise. */
  const change = async (state: 'failing' | 'working', severity: EventSeverity, facts: Record<string, Json>): Promise<void> => {
    const doc = await readDoc(store, standingDoc);
    const before = (doc?.value ?? {}) as { readonly state?: unknown; readonly atMs?: unknown };
    if ((before.state ?? 'working') === state) return;
    const atMs = clock.nowMs();
    // What one process reaches and another does not is told once a minute, and not at every post.
    if (state === 'failing' && typeof before.atMs === 'number' && Math.abs(atMs - before.atMs) < FAILING_MS) return;
    const put: Command = { kind: 'doc.put', key: standingDoc, value: { state, atMs }, ifVersion: doc?.version ?? 0 };
    await applyStep(store, { commands: [put, told(state, severity, null, facts)] });
  };
  /** A store that is away now is asked at the next post. */
  const quietly = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch {
      // The standing is told again from what the store says then.
    }
  };

  return {
    failed: (error, request) =>
      quietly(async () => {
        failures += 1;
        firstMs ??= clock.monotonicMs();
        const forMs = Math.round(clock.monotonicMs() - firstMs);
        if (forMs >= FAILING_MS) await change('failing', 'error', { failures, forMs, error, approvalId: request.id });
      }),
    taken: () =>
      quietly(async () => {
        failures = 0;
        firstMs = undefined;
        await change('working', 'info', {});
      }),
    missed: (error, { id: approvalId, requestId, agent, expiresAtMs }) =>
      quietly(async () => {
        const put: Command = { kind: 'doc.put', key: sentDoc(approvalId), value: { missedAtMs: clock.nowMs() }, ifVersion: 0 };
        await applyStep(store, {
          commands: [put, told('undelivered', 'error', agent, { approvalId, requestId, expiresAtMs, error })],
        });
      }),
  };
}
