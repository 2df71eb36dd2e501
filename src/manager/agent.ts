import type { Observable } from 'rxjs';
import type { AgentSigningInput, AgentSigningPort } from '../core/agent-port.ts';
import type { Decision } from '../core/decision.ts';
import { CastellanError } from '../core/errors.ts';
import type { SecurityEvent } from '../core/event.ts';
import { eventsOf } from '../core/event-bus.ts';
import type { AgentId } from '../core/ids.ts';
import { agentIdSchema } from '../core/schema.ts';
import type { AgentWork } from './agent-work.ts';
import type { ExecuteParts } from './pipeline/execute.ts';
import { type AgentRequest, type ExecuteOptions, parseAgentRequest, parseExecuteOptions, type RequestForm } from './request.ts';
import type { AuthorizationResult, DryRunResult, ExecutionResult } from './result.ts';

/** What an agent gets: its identity is fixed, and nothing here approves, resumes, changes a policy or touches a key. */
export interface Agent extends AgentSigningPort {
  readonly agentId: AgentId;
  /**
   * Takes a request all the way to finality; see {@link ExecutionResult}. Idempotent by `id`. What the caller changes in the
   * request after the call has no effect. @throws REQUEST_INVALID for wrong options
   */
  execute(request: AgentRequest, options?: ExecuteOptions): Promise<ExecutionResult>;
  /**
   * Decides, holds room and issues a permit for 60 s; the permit is redeemed by `execute` with the same id. A `session` told
   * beside the request stands in the decision and is no part of the body. @throws REQUEST_INVALID for a malformed session
   */
  authorize(request: AgentRequest, told?: { readonly session?: string }): Promise<AuthorizationResult>;
  /** Judges and consumes nothing. */
  dryRun(request: AgentRequest): Promise<DryRunResult>;
  /** The recorded decision, where it is this agent's own. */
  explain(decisionId: string): Promise<Decision | undefined>;
  /** This agent's own events. */
  readonly events$: Observable<SecurityEvent>;
}

/** Wraps work so that shutting down refuses it, and waits for what has begun. */
export type Admit = <T>(
  work: (house: { readonly parts: ExecuteParts; readonly work: { readonly agent: AgentWork } }) => Promise<T>,
) => Promise<T>;

/** Creates the handle for one agent. @throws REQUEST_INVALID where the id is none */
export function createAgent(agentId: AgentId, admit: Admit, events$: Observable<SecurityEvent>): Agent {
  if (!agentIdSchema.safeParse(agentId).success)
    throw new CastellanError('REQUEST_INVALID', { message: 'agentId is not an id', details: { field: 'agentId' } });
  /** The same id twice at once: the second waits for the first and then finds what it left. */
  const once = <T>(form: RequestForm, task: (parts: ExecuteParts, work: AgentWork) => Promise<T>): Promise<T> =>
    admit(({ parts, work }) => {
      const id = form.ok ? form.value.id : undefined;
      return id === undefined ? task(parts, work.agent) : parts.lanes.run(`request/${agentId}/${id}`, () => task(parts, work.agent));
    });

  return Object.freeze({
    agentId,
    async execute(request: AgentRequest, options: ExecuteOptions = {}) {
      const { narrow, ...waits } = parseExecuteOptions(options);
      const form = parseAgentRequest(request, narrow);
      return once(form, (parts, work) => work.execute(parts, agentId, form, waits));
    },
    async authorize(request: AgentRequest, told: { readonly session?: string } = {}) {
      const form = parseAgentRequest(request);
      const session = parseSession(told?.session);
      return once(form, (parts, work) => work.authorize(parts, agentId, form, session === undefined ? {} : { session }));
    },
    async dryRun(request: AgentRequest) {
      const form = parseAgentRequest(request);
      return admit(({ parts, work }) => work.agent.dryRun(parts, agentId, form));
    },
    explain: (decisionId: string) =>
      admit(async ({ parts }) => {
        const decision = typeof decisionId === 'string' && decisionId.length <= 128 ? await parts.findDecision(decisionId) : undefined;
        return decision?.agent === agentId ? decision : undefined;
      }),
    async signTransaction(input: AgentSigningInput) {
      const { chain, wallet, bytes } = input;
      const form = parseAgentRequest({ chain, wallet, transaction: bytes });
      return admit(({ parts, work }) => work.agent.signTransaction(parts, agentId, form));
    },
    events$: eventsOf(events$, agentId),
  });
}

/** A session's name in the form that a request may carry. @throws REQUEST_INVALID */
function parseSession(session: unknown): string | undefined {
  if (session === undefined) return undefined;
  if (typeof session === 'string' && session.length <= 128 && session.isWellFormed()) return session;
  throw new CastellanError('REQUEST_INVALID', {
    message: 'A sessionId is at most 128 characters of well-formed text',
    details: { field: 'sessionId' },
  });
}
