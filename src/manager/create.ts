import type { Observable } from 'rxjs';
import { systemClock, systemRandom } from '../adapters/host/index.ts';
import { createMemoryStore } from '../adapters/store/memory/index.ts';
import type { AuditLog } from '../audit/index.ts';
import type { Approvals } from '../core/approval.ts';
import type { Authorization } from '../core/authority.ts';
import type { SecurityEvent } from '../core/event.ts';
import { createEventBus, type EventBus } from '../core/event-bus.ts';
import type { KeyManager, MPCCoordinator } from '../custody/index.ts';
import type { EmergencyController } from '../emergency/index.ts';
import { type Agent, createAgent } from './agent.ts';
import { bootHouse, type House, SOFTWARE } from './boot.ts';
import { closeHouse, closeRunning } from './close.ts';
import { type Host, parseConfig, type ResolvedConfig, type SecurityConfig } from './config.ts';
import { readHealth, type SecurityHealth } from './health.ts';
import { createJob } from './jobs.ts';
import { createLifecycle, type Running, type ShutdownReport } from './lifecycle.ts';
import { expandTemplate } from './permissions.ts';
import { reconcile } from './pipeline/reconcile.ts';
import type { AgentRequest, ExecuteOptions } from './request.ts';
import type { DryRunResult, ExecutionResult } from './result.ts';
import type { Wallets } from './wallets.ts';
import { wirePipeline } from './wiring.ts';

/** The gate between agents and their money. */
export interface SecurityManager {
  /** The handle of one agent: its identity is fixed. @throws REQUEST_INVALID where the id is none */
  agent(agentId: string): Agent;
  execute(request: AgentRequest & { readonly agentId: string }, options?: ExecuteOptions): Promise<ExecutionResult>;
  dryRun(request: AgentRequest & { readonly agentId: string }): Promise<DryRunResult>;
  readonly custody: Pick<Wallets, 'createWallet' | 'getWallet' | 'listWallets'>;
  /** Keys: made, imported, listed, revoked. None of these signs: that is the gate's, behind a permit. */
  readonly keys: Pick<KeyManager, 'getKey' | 'listKeys' | 'importKey' | 'importMnemonic' | 'deriveKey' | 'revokeKey'> &
    Pick<MPCCoordinator, 'getSharesStatus'>;
  readonly policy: {
    /** Registers an agent, or replaces its permissions. Loosening an owned deployment needs `authorization`. */
    createAgent(
      agentId: string,
      permissions: unknown,
      options?: { readonly userId?: string; readonly authorization?: Authorization },
    ): Promise<{ readonly digest: string }>;
  };
  /** Stopping, and looking, work while the manager is shutting down, too. */
  readonly emergency: Pick<
    EmergencyController,
    'activateKillSwitch' | 'deactivateKillSwitch' | 'isKillSwitchActive' | 'pauseAgent' | 'resumeAgent' | 'getActiveEmergencies'
  >;
  readonly approvals: Approvals;
  readonly audit: Pick<AuditLog, 'query' | 'find' | 'receipt' | 'verifyIntegrity'>;
  getHealth(): Promise<SecurityHealth>;
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
 * @throws CastellanError CONFIG_INVALID naming every wrong field at once
 */
export function createSecurityManager(input: SecurityConfig): SecurityManager {
  const config = parseConfig(input);
  const host: Host = { clock: config.clock ?? systemClock(), random: config.random ?? systemRandom() };
  const bus = createEventBus({ clock: host.clock });
  const life = createLifecycle({
    clock: host.clock,
    open: () => openRunning(config, host, bus),
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
    custody: Object.freeze<SecurityManager['custody']>({
      createWallet: (userId, agentId, options) => admit(({ house }) => house.wallets.createWallet(userId, agentId, options)),
      getWallet: (account) => admit(({ house }) => house.wallets.getWallet(account)),
      listWallets: (userId) => admit(({ house }) => house.wallets.listWallets(userId)),
    }),
    keys: Object.freeze<SecurityManager['keys']>({
      getKey: (keyId) => admit(({ house }) => house.custody.keys.getKey(keyId)),
      listKeys: (filter) => admit(({ house }) => house.custody.keys.listKeys(filter)),
      importKey: (config) => admit(({ house }) => house.custody.keys.importKey(config)),
      importMnemonic: (config) => admit(({ house }) => house.custody.keys.importMnemonic(config)),
      deriveKey: (config) => admit(({ house }) => house.custody.keys.deriveKey(config)),
      revokeKey: (keyId, reason) => admit(({ house }) => house.custody.keys.revokeKey(keyId, reason)),
      getSharesStatus: (keyId) => admit(({ house }) => house.custody.mpc.getSharesStatus(keyId)),
    }),
    policy: Object.freeze<SecurityManager['policy']>({
      createAgent: async (agentId, permissions, { userId = 'owner', authorization } = {}) => {
        const expanded = expandTemplate(permissions);
        return admit(({ house: { authority, wallets } }) =>
          wallets.putAgent(agentId, userId, expanded, () =>
            authority.require('policy.change', { agentId, permissions: expanded }, authorization),
          ),
        );
      },
    }),
    emergency: Object.freeze<SecurityManager['emergency']>({
      activateKillSwitch: (details) => admitAlways(({ house }) => house.emergency.activateKillSwitch(details)),
      deactivateKillSwitch: (approval) => admit(({ house }) => house.emergency.deactivateKillSwitch(approval)),
      isKillSwitchActive: () => life.opened()?.house.emergency.isKillSwitchActive() ?? true,
      pauseAgent: (agentId, details) => admitAlways(({ house }) => house.emergency.pauseAgent(agentId, details)),
      resumeAgent: (agentId, approval) => admit(({ house }) => house.emergency.resumeAgent(agentId, approval)),
      getActiveEmergencies: () => admitAlways(({ house }) => house.emergency.getActiveEmergencies()),
    }),
    approvals: Object.freeze<Approvals>({
      open: (request) => admit(({ house }) => house.approvals.open(request)),
      get: (id) => admit(({ house }) => house.approvals.get(id)),
      list: (filter) => admit(({ house }) => house.approvals.list(filter)),
      answer: (answer) => admit(({ house }) => house.approvals.answer(answer)),
      wait: (id, timeoutMs) => admit(({ house }) => house.approvals.wait(id, timeoutMs)),
    }),
    audit: Object.freeze<SecurityManager['audit']>({
      query: (filter) => admit(({ house }) => house.audit.query(filter)),
      find: (decisionId) => admit(({ house }) => house.audit.find(decisionId)),
      receipt: (id) => admit(({ house }) => house.audit.receipt(id)),
      verifyIntegrity: (options) => admit(({ house }) => house.audit.verifyIntegrity(options)),
    }),
    getHealth: () =>
      admitAlways(({ house, reconciler }) =>
        readHealth({
          house,
          software: SOFTWARE,
          jobs: { reconcile: reconciler.health() },
          inFlight: life.inFlight() - 1,
          started: life.started(),
        }),
      ),
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

async function openRunning(config: ResolvedConfig, host: Host, bus: EventBus): Promise<Running> {
  const house = await bootHouse(config, host, bus, (at) => config.store?.open(at) ?? createMemoryStore({ clock: at.clock }));
  try {
    const parts = wirePipeline(house);
    const reconciler = createJob(host.clock, config.execution.reconcileMs, async (signal) => {
      await reconcile(parts, { skip: (row) => parts.driving.has(`${row.requestId}/${row.agent}`), signal });
      await house.approvals.expire();
    });
    await house.audit.start();
    await house.emergency.start();
    for (const [agentId, permissions] of Object.entries(config.agents)) await registerConfigured(house, agentId, permissions);
    return { house, parts, reconciler };
  } catch (error) {
    await closeHouse(house);
    throw error;
  }
}

const agentIdOf = (request: { readonly agentId: string } | undefined | null): string =>
  (request as { readonly agentId?: string } | null | undefined)?.agentId as string;

/** Permissions in the configuration found an agent; changing one that exists is the owner's act, where there is an owner. */
async function registerConfigured(
  { wallets, authority }: House,
  agentId: string,
  permissions: Readonly<Record<string, unknown>>,
): Promise<void> {
  const user = typeof permissions['user'] === 'string' ? permissions['user'] : 'owner';
  const expanded = expandTemplate(permissions);
  await wallets.putAgent(agentId, user, expanded, () => authority.require('policy.change', { agentId, permissions: expanded }));
}
