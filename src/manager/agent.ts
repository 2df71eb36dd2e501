import type { Observable } from 'rxjs';
import { execute, dryRun, type ExecuteOptions, type ExecuteParts } from './pipeline/execute.ts';
import { signOut } from './pipeline/advance.ts';
import { submit } from './pipeline/submit.ts';
import type { AgentRequest } from './request.ts';
import { type AuthorizationResult, type DryRunResult, type ExecutionResult, toAuthorizationResult } from './result.ts';
import type { AgentSigningPort } from '../core/agent-port.ts';
import type { Decision } from '../core/decision.ts';
import { CastellanError } from '../core/errors.ts';
import type { SecurityEvent } from '../core/event.ts';
import { eventsOf } from '../core/event-bus.ts';
import type { AgentId } from '../core/ids.ts';

/** What an agent gets: its identity is fixed, and nothing here approves, resumes, changes a policy or touches a key. */
export interface Agent extends AgentSigningPort {
  readonly agentId: AgentId;
  /** Takes a request all the way to finality; see {@link ExecutionResult}. Idempotent by `id`. */
  execute(request: AgentRequest, options?: Pick<ExecuteOptions, 'approvalWaitMs' | 'settleTimeoutMs'>): Promise<ExecutionResult>;
  /** Decides, holds room and issues a permit for 60 s; the permit is redeemed by `execute` with the same id. */
  authorize(request: AgentRequest): Promise<AuthorizationResult>;
  /** Judges and consumes nothing. */
  dryRun(request: AgentRequest): Promise<DryRunResult>;
  /** The recorded decision, where it is this agent's own. */
  explain(decisionId: string): Promise<Decision | undefined>;
  /** This agent's own events. */
  readonly events$: Observable<SecurityEvent>;
}

/** Wraps work so that shutting down refuses it, and waits for what has begun. */
export type Admit = <T>(work: () => Promise<T>) => Promise<T>;

const laneOf = (agentId: string, request: unknown): string | undefined => {
  const id = typeof request === 'object' && request !== null ? (request as { id?: unknown }).id : undefined;
  return typeof id === 'string' ? `request/${agentId}/${id}` : undefined;
};

/** Creates the handle for one agent. */
export function createAgent(agentId: AgentId, parts: () => ExecuteParts, admit: Admit, events$: Observable<SecurityEvent>): Agent {
  /** The same id twice at once: the second waits for the first and then finds what it left. */
  const once = <T>(request: unknown, work: () => Promise<T>): Promise<T> =>
    admit(() => {
      const lane = laneOf(agentId, request);
      return lane === undefined ? work() : parts().lanes.run(lane, work);
    });
  return Object.freeze({
    agentId,
    execute: (request: AgentRequest, options: Pick<ExecuteOptions, 'approvalWaitMs' | 'settleTimeoutMs'> = {}) => once(request, () => execute(parts(), agentId, request, options)),
    authorize: (request: AgentRequest) =>
      once(request, async () => {
        const submitted = await submit(parts(), agentId, request);
        if (submitted.kind === 'decided') return toAuthorizationResult(submitted.decision, submitted.row);
        const decision = await parts().findDecision(submitted.row.decisionId);
        if (decision === undefined) throw new CastellanError('LOG_CORRUPT', { message: 'A request names a decision that the log does not hold' });
        return toAuthorizationResult(decision, submitted.row.state === 'held' ? submitted.row : null);
      }),
    dryRun: (request: AgentRequest) => admit(() => dryRun(parts(), agentId, request)),
    explain: (decisionId: string) =>
      admit(async () => {
        const decision = await parts().findDecision(decisionId);
        return decision?.agent === agentId ? decision : undefined;
      }),
    signTransaction: ({ chain, wallet, bytes }: Parameters<AgentSigningPort['signTransaction']>[0]) =>
      admit(async () => {
        const result = await submit(parts(), agentId, { chain, wallet, transaction: bytes }, { exact: bytes });
        if (result.kind === 'prior') throw new TypeError('a fresh id has no prior');
        const { decision, row } = result;
        const [first] = decision.reasons;
        if (decision.verdict !== 'approved' || row === null) {
          throw new CastellanError('REQUEST_DENIED', {
            message: first?.message ?? 'The request was denied',
            details: { verdict: decision.verdict, reason: first?.code ?? 'layer_missing', rule: first?.rule ?? null, decisionId: decision.id, requestId: decision.requestId },
            retryable: first?.retryable ?? false,
          });
        }
        const signed = await signOut(parts(), row);
        return { raw: signed.raw, hash: signed.hash };
      }),
    events$: eventsOf(events$, agentId),
  });
}
