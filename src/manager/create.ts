import type { Observable } from 'rxjs';
import { launchFork, systemClock, systemNet, systemRandom } from '../adapters/host/index.ts';
import type { ClaimResult } from '../authz/index.ts';
import { CastellanError } from '../core/errors.ts';
import type { SecurityEvent } from '../core/event.ts';
import { createEventBus } from '../core/event-bus.ts';
import type { EmergencyController } from '../emergency/index.ts';
import { type Agent, createAgent } from './agent.ts';
import { type ApprovalsFace, createApprovalsFace } from './approvals-face.ts';
import { type Audit, createAudit } from './audit.ts';
import { type Authorization, createAuthorization } from './authorization.ts';
import type { House } from './boot.ts';
import { closeRunning } from './close.ts';
import { type Host, parseConfig, type SecurityConfig } from './config.ts';
import { type Custody, createCustody } from './custody/custody.ts';
import type { ExposureOptions } from './exposure/read-exposure.ts';
import type { ExposureReport } from './exposure/report.ts';
import { readHealth, type SecurityHealth } from './health.ts';
import { createKeys, type Keys } from './keys.ts';
import { createLifecycle, type ShutdownReport } from './lifecycle.ts';
import type { LimitsReport } from './limits/limits-report.ts';
import { noteAttempt, type UnauthorizedAttemptNote } from './note-attempt.ts';
import { createPolicyFace } from './policies/policy-face.ts';
import type { PolicyManager } from './policies/policy-manager.ts';
import { createShadowFace, type ShadowFace } from './policies/shadow-face.ts';
import { createRecovery, type Recovery } from './recovery.ts';
import type { AgentRequest, ExecuteOptions } from './request.ts';
import type { DryRunResult, ExecutionResult } from './result.ts';
import { closeReview, listReviews, type Reviews } from './reviews.ts';
import { createLearningFace, type RiskLearning } from './risk/learning/learning-face.ts';
import type { RiskEngine } from './risk/risk-engine.ts';
import { createRiskFace } from './risk/risk-face.ts';
import { SOFTWARE } from './software.ts';

/** The gate between agents and their money. */
export interface SecurityManager {
  /** The handle of one agent: its identity is fixed. @throws REQUEST_INVALID where the id is none */
  agent(agentId: string): Agent;
  /** Takes a request to finality: decides, signs, sends, watches. A no is a result. Idempotent by the request's id. */
  execute(request: AgentRequest & { readonly agentId: string }, options?: ExecuteOptions): Promise<ExecutionResult>;
  /** Judges a request by the eight layers; takes no room, issues no permit and sends nothing. */
  dryRun(request: AgentRequest & { readonly agentId: string }): Promise<DryRunResult>;
  /** Wallets of every mode, and transactions prepared, approved and signed one step after the other. */
  readonly custody: Custody;
  /** Keys: made, imported, listed, revoked. None of these signs: that is the gate's, behind a permit. */
  readonly keys: Keys;
  /** New wallets for a user who lost access, by codes, guardians and a cooldown; needs `recovery.provider`. */
  readonly recovery: Recovery;
  readonly authorization: Authorization;
  /** What agents may do. Loosening an owned deployment needs `authorization`. */
  readonly policy: PolicyManager & ShadowFace;
  readonly risk: RiskEngine & RiskLearning;
  /** Stopping, and looking, work while the manager is shutting down, too. */
  readonly emergency: Pick<
    EmergencyController,
    'activateKillSwitch' | 'deactivateKillSwitch' | 'isKillSwitchActive' | 'pauseAgent' | 'resumeAgent' | 'getActiveEmergencies'
  >;
  /** People's decisions about what was escalated, and who may make them. */
  readonly approvals: ApprovalsFace;
  readonly audit: Audit;
  /** Logs somebody at a door of yours who may not come in; triggers count it as `unauthorized_attempt`. @throws REQUEST_INVALID */
  noteUnauthorizedAttempt(attempt: UnauthorizedAttemptNote): Promise<void>;
  /** How everything is, weaknesses of the configuration included. Throws nothing: what cannot be read is said. */
  getHealth(): Promise<SecurityHealth>;
  /**
   * What others could still take, by our own records: transactions on their way, signatures that are out, allowances that stand.
   * Of one agent, or of all. @throws AGENT_UNKNOWN, STORE_UNAVAILABLE
   */
  exposure(agentId?: string, options?: ExposureOptions): Promise<ExposureReport>;
  /**
   * Takes an action for an agent, so that no other agent does the same job; see `Agent.claim`. In every process that shares the store.
   * @param ttlMs - ms, at most a week @throws REQUEST_INVALID, AGENT_UNKNOWN, CLOCK_SKEW, STORE_UNAVAILABLE
   */
  claim(actionKey: string, agentId: string, ttlMs: number): Promise<ClaimResult>;
  /** What agents may still spend and do. */
  readonly limits: {
    /**
     * Each cap of an agent with what is committed, pending and left, and each bound on how often.
     * @throws AGENT_UNKNOWN, POLICY_INVALID where no policy is in force, STORE_UNAVAILABLE
     */
    inspect(agentId: string): Promise<LimitsReport>;
  };
  /** What rules over an agent's history asked a person to look at (`flag_for_review`). */
  readonly reviews: Reviews;
  /** Subscribes to every event; returns the function that ends it. */
  onEvent(callback: (event: SecurityEvent) => void): () => void;
  readonly events$: Observable<SecurityEvent>;
  /** Opens everything and runs the background work: checkpoints, triggers, reconciling what a crash left open. */
  start(): Promise<void>;
  /** Resolves once the manager can decide. */
  ready(): Promise<void>;
  /** Refuses new work, waits for what is under way, closes. Idempotent. */
  shutdown(timeoutMs?: number): Promise<ShutdownReport>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Creates the manager. Nothing is opened yet: the first call, `ready()` or `start()` does that.
 *
 * @param input - the configuration; durations named `…Ms` in milliseconds, others in seconds, amounts in whole units
 * @throws CastellanError CONFIG_INVALID naming every wrong field at once
 * @example
 * ```ts
 * import { createSecurityManager } from 'castellan';
 * import { ton } from 'castellan/ton';
 * import { startTonDevChain } from 'castellan/testing';
 *
 * const chain = await startTonDevChain();
 * const security = createSecurityManager({
 *   chains: [ton({ chain: 'ton:-3', endpoint: chain.url })],
 *   agents: { a1: { template: 'balanced', limits: { unit: 'TON', perTransaction: 1, daily: 5 } } },
 * });
 * const { address } = await security.custody.createWallet('owner', 'a1');
 * await chain.fund(address, 10_000_000_000n); // nanotons
 * const result = await security.agent('a1').execute({ to: `0:${'11'.repeat(32)}`, amount: '2', asset: 'TON' });
 * console.log(result.status); // policy_rejected
 * await security.shutdown();
 * await chain.close();
 * ```
 */
export function createSecurityManager(input: SecurityConfig): SecurityManager {
  const config = parseConfig(input);
  const host: Host = { clock: config.clock ?? systemClock(), random: config.random ?? systemRandom(), fork: launchFork, net: systemNet() };
  const bus = createEventBus({ clock: host.clock });
  const life = createLifecycle({
    clock: host.clock,
    // Loaded when it is needed: importing the package brings no store, no chain and no cryptography into a process.
    open: async () => (await import('./open-running.ts')).openRunning(config, host, bus),
    close: async (running) => {
      if (running !== undefined) await closeRunning(running);
      bus.close();
    },
  });
  const { admit, admitAlways } = life;
  const agent = (agentId: string): Agent => createAgent(agentId, admit, bus.events$);

  const manager: SecurityManager = {
    agent,
    execute: async (request, options) => agent(agentIdOf(request)).execute(request, options),
    dryRun: async (request) => agent(agentIdOf(request)).dryRun(request),
    custody: createCustody(admit),
    keys: createKeys(admit),
    recovery: createRecovery(
      (work) => admit(({ house }) => work(recoveryOf(house))),
      (work) => admitAlways(({ house }) => work(recoveryOf(house))),
    ),
    authorization: createAuthorization(agent, bus),
    policy: Object.freeze({
      ...createPolicyFace((work) => admit(({ policies }) => work(policies))),
      ...createShadowFace((work) => admit(({ house }) => work(house.shadows))),
    }),
    risk: Object.freeze({
      ...createRiskFace((work) => admit(({ risk }) => work(risk))),
      ...createLearningFace((work) => admit(({ learning }) => work(learning))),
    }),
    emergency: Object.freeze<SecurityManager['emergency']>({
      activateKillSwitch: (details) => admitAlways(({ house }) => house.emergency.activateKillSwitch(details)),
      deactivateKillSwitch: (approval) => admit(({ house }) => house.emergency.deactivateKillSwitch(approval)),
      isKillSwitchActive: () => life.opened()?.house.emergency.isKillSwitchActive() ?? true,
      pauseAgent: (agentId, details) => admitAlways(({ house }) => house.emergency.pauseAgent(agentId, details)),
      resumeAgent: (agentId, approval) => admit(({ house }) => house.emergency.resumeAgent(agentId, approval)),
      getActiveEmergencies: () => admitAlways(({ house }) => house.emergency.getActiveEmergencies()),
    }),
    approvals: createApprovalsFace(admit),
    audit: createAudit((work) => admit(({ house }) => work(house.auditTrail))),
    noteUnauthorizedAttempt: (attempt) =>
      admit(({ house }) => noteAttempt({ host: house.host, tenant: house.config.tenant, journal: house.journal }, attempt)),
    getHealth: () =>
      admitAlways(({ house, parts, work, jobs, monitor }) =>
        readHealth({
          house,
          exposure: () => work.exposure(parts, undefined),
          software: SOFTWARE,
          jobs: Object.fromEntries(Object.entries(jobs).map(([name, job]) => [name, job.health()])),
          monitor: monitor.health(),
          inFlight: life.inFlight() - 1,
          started: life.started(),
        }),
      ),
    exposure: (agentId, options) => admitAlways(({ work, parts }) => work.exposure(parts, agentId, options)),
    claim: async (actionKey, agentId, ttlMs) => agent(agentId).claim(actionKey, ttlMs),
    limits: Object.freeze<SecurityManager['limits']>({
      inspect: (agentId) => admitAlways(({ work, parts }) => work.agent.inspectLimits(parts, agentId)),
    }),
    reviews: Object.freeze<Reviews>({
      list: (agentId) => admitAlways(({ parts }) => listReviews(parts, agentId)),
      close: (agentId, rule, by) => admit(({ parts }) => closeReview(parts, agentId, rule, by)),
    }),
    onEvent: (callback) => bus.subscribe(callback),
    events$: bus.events$,
    start: () => life.start(),
    ready: () => admit(() => undefined),
    shutdown: (timeoutMs = 30_000) => life.shutdown(timeoutMs),
    async [Symbol.asyncDispose]() {
      await manager.shutdown();
    },
  };
  return Object.freeze(manager);
}

/** The recovery room. Without a provider that brings codes to people every call says so. */
function recoveryOf({ recovery }: House): NonNullable<House['recovery']> {
  if (recovery !== null) return recovery;
  throw new CastellanError('MODE_UNAVAILABLE', {
    message: 'Recovery needs recovery.provider in the configuration.',
    details: { mode: 'recovery' },
  });
}

const agentIdOf = (request: { readonly agentId: string } | undefined | null): string =>
  (request as { readonly agentId?: string } | null | undefined)?.agentId as string;
