import type { Observable } from 'rxjs';
import { createMemoryStore } from '../adapters/store/memory/index.ts';
import { systemClock, systemRandom } from '../adapters/host/index.ts';
import type { AuditLog } from '../audit/index.ts';
import type { Approvals } from '../core/approval.ts';
import type { Authorization } from '../core/authority.ts';
import { CastellanError } from '../core/errors.ts';
import type { SecurityEvent } from '../core/event.ts';
import { createEventBus } from '../core/event-bus.ts';
import type { EmergencyController } from '../emergency/index.ts';
import { type Agent, createAgent } from './agent.ts';
import { bootHouse, type House, SOFTWARE } from './boot.ts';
import { type Host, parseConfig, type SecurityConfig } from './config.ts';
import { readHealth, type SecurityHealth } from './health.ts';
import { createJob, type Job } from './jobs.ts';
import { expandTemplate } from './permissions.ts';
import type { ExecuteParts } from './pipeline/execute.ts';
import { reconcile } from './pipeline/reconcile.ts';
import type { AgentRequest, ExecuteOptions } from './request.ts';
import type { DryRunResult, ExecutionResult } from './result.ts';
import type { Wallet, Wallets } from './wallets.ts';
import { wirePipeline } from './wiring.ts';

/** What shutting down came to. */
export interface ShutdownReport {
  readonly completed: number;
  /** Still under way when the time was up; each is safe to continue from the store. */
  readonly abandoned: number;
}

/** The gate between agents and their money. */
export interface SecurityManager {
  /** The handle of one agent: its identity is fixed. */
  agent(agentId: string): Agent;
  execute(request: AgentRequest & { readonly agentId: string }, options?: ExecuteOptions): Promise<ExecutionResult>;
  dryRun(request: AgentRequest & { readonly agentId: string }): Promise<DryRunResult>;
  readonly custody: Pick<Wallets, 'createWallet' | 'getWallet' | 'listWallets'>;
  readonly policy: {
    /** Registers an agent, or replaces its permissions. Loosening an owned deployment needs `authorization`. */
    createAgent(agentId: string, permissions: unknown, options?: { readonly userId?: string; readonly authorization?: Authorization }): Promise<{ readonly digest: string }>;
  };
  readonly emergency: Pick<EmergencyController, 'activateKillSwitch' | 'deactivateKillSwitch' | 'isKillSwitchActive' | 'pauseAgent' | 'resumeAgent' | 'getActiveEmergencies'>;
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
  /** Refuses new work, waits for what is under way, closes. */
  shutdown(timeoutMs?: number): Promise<ShutdownReport>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Running {
  readonly house: House;
  readonly parts: ExecuteParts;
  readonly reconciler: Job;
}

/**
 * Creates the manager. Nothing is opened yet: the first call, `ready()` or `start()` does that.
 * @throws CastellanError CONFIG_INVALID naming every wrong field at once
 */
export function createSecurityManager(input: SecurityConfig): SecurityManager {
  const config = parseConfig(input);
  const host: Host = { clock: config.clock ?? systemClock(), random: config.random ?? systemRandom() };
  const bus = createEventBus({ clock: host.clock });
  const underWay = new Set<Promise<unknown>>();
  let running: Promise<Running> | undefined;
  let opened: Running | undefined;
  let starting: Promise<void> | undefined;
  let started = false;
  let closing = false;

  const open = async (): Promise<Running> => {
    const house = await bootHouse(config, host, bus, (at) => config.store?.open(at) ?? createMemoryStore({ clock: at.clock }));
    const parts = wirePipeline(house);
    const busy = new Set<string>();
    const reconciler = createJob(host.clock, config.execution.reconcileMs, async (signal) => {
      await reconcile(parts, { timeoutMs: config.execution.settleTimeoutMs, skip: (row) => busy.has(`${row.agent}/${row.requestId}`), signal });
      await house.approvals.expire();
    });
    await house.audit.start();
    await house.emergency.start();
    for (const [agentId, permissions] of Object.entries(config.agents)) await registerConfigured(house, agentId, permissions);
    opened = { house, parts, reconciler };
    return opened;
  };
  const boot = (): Promise<Running> => {
    running ??= open().catch((error: unknown) => {
      running = undefined;
      throw error;
    });
    return running;
  };
  const refuseNewWork = (): void => {
    if (closing) throw new CastellanError('SHUTTING_DOWN', { message: 'The manager is shutting down and takes no new work', retryable: true });
  };
  const admit = async <T>(work: () => Promise<T>): Promise<T> => {
    refuseNewWork();
    const task = boot().then(work);
    const settled = task.then(
      () => undefined,
      () => undefined,
    );
    underWay.add(settled);
    try {
      return await task;
    } finally {
      underWay.delete(settled);
    }
  };
  const parts = (): ExecuteParts => {
    if (opened === undefined) throw new CastellanError('NOT_STARTED', { message: 'The manager is not open' });
    return opened.parts;
  };
  const house = (): House => {
    if (opened === undefined) throw new CastellanError('NOT_STARTED', { message: 'The manager is not open' });
    return opened.house;
  };
  const agent = (agentId: string): Agent => createAgent(agentId, parts, admit, bus.events$);

  const manager: SecurityManager = {
    agent,
    execute: async (request, options) => agent(agentIdOf(request)).execute(request, options),
    dryRun: async (request) => agent(agentIdOf(request)).dryRun(request),
    custody: {
      createWallet: (userId, agentId, options) => admit(() => house().wallets.createWallet(userId, agentId, options)),
      getWallet: (account) => admit(() => house().wallets.getWallet(account)),
      listWallets: (userId): Promise<readonly Wallet[]> => admit(() => house().wallets.listWallets(userId)),
    },
    policy: {
      createAgent: (agentId, permissions, options = {}) =>
        admit(async () => {
          const { authority, wallets } = house();
          const expanded = expandTemplate(permissions);
          return wallets.putAgent(agentId, options.userId ?? 'owner', expanded, () => authority.require('policy.change', { agentId, permissions: expanded }, options.authorization));
        }),
    },
    emergency: {
      activateKillSwitch: (details) => admit(() => house().emergency.activateKillSwitch(details)),
      deactivateKillSwitch: (approval) => admit(() => house().emergency.deactivateKillSwitch(approval)),
      isKillSwitchActive: () => opened?.house.emergency.isKillSwitchActive() ?? true,
      pauseAgent: (agentId, details) => admit(() => house().emergency.pauseAgent(agentId, details)),
      resumeAgent: (agentId, approval) => admit(() => house().emergency.resumeAgent(agentId, approval)),
      getActiveEmergencies: () => admit(() => house().emergency.getActiveEmergencies()),
    },
    approvals: {
      open: (request) => admit(() => house().approvals.open(request)),
      get: (id) => admit(() => house().approvals.get(id)),
      list: (filter) => admit(() => house().approvals.list(filter)),
      answer: (answer) => admit(() => house().approvals.answer(answer)),
      wait: (id, timeoutMs) => admit(() => house().approvals.wait(id, timeoutMs)),
    },
    audit: {
      query: (filter) => admit(() => house().audit.query(filter)),
      find: (decisionId) => admit(() => house().audit.find(decisionId)),
      receipt: (id) => admit(() => house().audit.receipt(id)),
      verifyIntegrity: (options) => admit(() => house().audit.verifyIntegrity(options)),
    },
    getHealth: () =>
      admit(async () =>
        readHealth({ house: house(), software: SOFTWARE, jobs: { reconcile: (await boot()).reconciler.health() }, inFlight: underWay.size - 1, started }),
      ),
    onEvent: (callback) => bus.subscribe(callback),
    events$: bus.events$,
    start: () => {
      starting ??= admit(async () => {
        const { reconciler } = await boot();
        await reconciler.run();
        reconciler.start();
        started = true;
      });
      return starting;
    },
    ready: () => admit(async () => undefined),
    async shutdown(timeoutMs = 30_000) {
      closing = true;
      const work = [...underWay];
      const late = await inTime(host, Promise.all(work), timeoutMs);
      const abandoned = late ? underWay.size : 0;
      const current = await running?.catch(() => undefined);
      if (current !== undefined) {
        await current.reconciler.stop();
        await current.house.emergency.stop();
        await current.house.audit.stop();
        await Promise.all(current.house.chains.ids.map((chain) => current.house.chains.node(chain).close()));
        current.house.journal.close();
        current.house.custody.close();
        current.house.deadlines.close();
        await current.house.store.close();
      }
      bus.close();
      return { completed: work.length - abandoned, abandoned };
    },
    async [Symbol.asyncDispose]() {
      await manager.shutdown();
    },
  };
  return Object.freeze(manager);
}

const agentIdOf = (request: { readonly agentId: string } | undefined | null): string => (request as { readonly agentId?: string } | null | undefined)?.agentId as string;

/** Permissions in the configuration found an agent; changing one that exists is the owner's act, where there is an owner. */
async function registerConfigured({ wallets, authority }: House, agentId: string, permissions: Readonly<Record<string, unknown>>): Promise<void> {
  const user = typeof permissions['user'] === 'string' ? permissions['user'] : 'owner';
  const expanded = expandTemplate(permissions);
  await wallets.putAgent(agentId, user, expanded, () => authority.require('policy.change', { agentId, permissions: expanded }));
}

/** Waits for work at most so long; true where it is still under way. */
async function inTime(host: Host, work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  let handle: { cancel(): void } | undefined;
  const late = new Promise<boolean>((resolve) => {
    handle = host.clock.schedule(timeoutMs, () => resolve(true));
  });
  const done = await Promise.race([work.then(() => false), late]);
  handle?.cancel();
  return done;
}
