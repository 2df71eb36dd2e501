import type { Observable } from 'rxjs';
import type { ClaimResult, Claims } from '../authz/index.ts';
import { walletAddress } from '../core/account.ts';
import type { AgentSignatureInput, AgentSigningInput, AgentSigningPort } from '../core/agent-port.ts';
import type { Decision } from '../core/decision.ts';
import { CastellanError } from '../core/errors.ts';
import type { SecurityEvent } from '../core/event.ts';
import { eventsOf } from '../core/event-bus.ts';
import type { AccountId, AgentId } from '../core/ids.ts';
import { agentIdSchema, requestIdSchema } from '../core/schema.ts';
import { storeKey } from '../core/store.ts';
import type { AgentWork } from './agent-work.ts';
import { type AgentRecord, docKey, docValue } from './directory.ts';
import type { LimitsReport } from './limits/limits-report.ts';
import { parseOrder } from './order-form.ts';
import type { ExecuteParts } from './pipeline/execute.ts';
import { parseReplaceOptions, type ReplaceOptions } from './replace-options.ts';
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
  /**
   * Sends the same again at a higher fee, in the place of a transaction of this agent that the network does not include. At most one of the
   * two lands. Passes the gate like any request; room is taken for the dearer fee alone. Idempotent by `id`, and by `maxFee`.
   * @throws REQUEST_INVALID for a request that this agent never made; REPLACEMENT_UNAVAILABLE where the chain knows no such thing
   */
  replace(requestId: string, options?: ReplaceOptions): Promise<ExecutionResult>;
  /** Puts nothing in the place of such a transaction, for a fee: `success` means that it can never land. @throws like `replace` */
  cancel(requestId: string, options?: ReplaceOptions): Promise<ExecutionResult>;
  /** The recorded decision, where it is this agent's own. */
  explain(decisionId: string): Promise<Decision | undefined>;
  /**
   * Takes an action for this agent, so that no other does the same job at the same time; prolongs its own claim. A claim moves no money
   * and opens nothing. @param actionKey - 1 to 256 printable characters @param ttlMs - ms, at most a week
   * @throws REQUEST_INVALID, AGENT_UNKNOWN, CLOCK_SKEW, STORE_UNAVAILABLE
   */
  claim(actionKey: string, ttlMs: number): Promise<ClaimResult>;
  /** Gives such a claim back; false where it is not this agent's. @throws REQUEST_INVALID, STORE_UNAVAILABLE */
  releaseClaim(actionKey: string): Promise<boolean>;
  /** What this agent may still spend and do. @throws POLICY_INVALID where no policy is in force, STORE_UNAVAILABLE */
  limits(): Promise<LimitsReport>;
  /** This agent's own wallets, in the order in which they were made. */
  wallets(): Promise<readonly AgentWallet[]>;
  /** This agent's own events. */
  readonly events$: Observable<SecurityEvent>;
}

/** A wallet of an agent, as the guarded doors take it. */
export interface AgentWallet {
  readonly account: AccountId;
  /** The spelling for people: the one to be paid into. */
  readonly address: string;
}

/** Wraps work so that shutting down refuses it, and waits for what has begun. */
export type Admit = <T>(
  work: (house: { readonly parts: ExecuteParts; readonly work: { readonly agent: AgentWork; readonly claims: Claims } }) => Promise<T>,
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

  const replacing = async (requestId: string, by: 'same' | 'nothing', options: ReplaceOptions): Promise<ExecutionResult> => {
    const terms = parseReplaceOptions(options);
    if (!requestIdSchema.safeParse(requestId).success)
      throw new CastellanError('REQUEST_INVALID', { message: 'requestId is not an id', details: { field: 'requestId' } });
    return admit(({ parts, work }) =>
      parts.lanes.run(`replace/${agentId}/${requestId}`, () => work.agent.replace(parts, agentId, requestId, by, terms)),
    );
  };

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
    replace: (requestId: string, options: ReplaceOptions = {}) => replacing(requestId, 'same', options),
    cancel: (requestId: string, options: ReplaceOptions = {}) => replacing(requestId, 'nothing', options),
    explain: (decisionId: string) =>
      admit(async ({ parts }) => {
        const decision = typeof decisionId === 'string' && decisionId.length <= 128 ? await parts.findDecision(decisionId) : undefined;
        return decision?.agent === agentId ? decision : undefined;
      }),
    async signTransaction(input: AgentSigningInput) {
      const { chain, wallet, bytes, id } = input;
      const form = parseAgentRequest({ chain, wallet, transaction: bytes, ...(id === undefined ? {} : { id }) });
      return once(form, (parts, work) => work.signTransaction(parts, agentId, form));
    },
    async signOrder(input: AgentSignatureInput) {
      const { form, order } = parseOrder(input);
      return once(form, (parts, work) => work.signOrder(parts, agentId, form, order));
    },
    claim: (actionKey: string, ttlMs: number) =>
      admit(async ({ parts, work }) => {
        const [row] = await parts.store.get([storeKey.doc(docKey.agent(agentId))]);
        if (row === undefined) throw new CastellanError('AGENT_UNKNOWN', { message: 'No such agent is known.', details: { agentId } });
        return work.claims.claim(actionKey, agentId, ttlMs);
      }),
    releaseClaim: (actionKey: string) => admit(({ work }) => work.claims.release(actionKey, agentId)),
    limits: () => admit(({ parts, work }) => work.agent.inspectLimits(parts, agentId)),
    wallets: () =>
      admit(async ({ parts }) => {
        const [row] = await parts.store.get([storeKey.doc(docKey.agent(agentId))]);
        const record = docValue<AgentRecord>(row);
        return (record?.wallets ?? []).map((account): AgentWallet => ({ account, address: walletAddress(account) }));
      }),
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
