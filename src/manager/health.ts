import type { ApprovalWebhookHealth, OutboxHealth } from '../adapters/notify/index.ts';
import type { AuditHealth } from '../audit/index.ts';
import type { NodeTrust } from '../core/chain-adapter.ts';
import { haltFor } from '../core/halt.ts';
import type { SharesHealth } from '../custody/index.ts';
import type { MonitorHealth } from '../emergency/index.ts';
import type { House } from './boot.ts';
import type { AssetExposure, ExposureReport } from './exposure/report.ts';
import type { JobHealth } from './jobs.ts';
import { tiredAgents } from './risk/learning/index.ts';

/** How one chain is reached. */
export interface ChainHealth {
  readonly chain: string;
  readonly reachable: boolean;
  readonly head: string | null;
  /** `single_node` where one endpoint is believed whatever it says, and `quorum` where several must agree; null without endpoints. */
  readonly trust: 'single_node' | 'quorum' | null;
  readonly nodes: NodeTrust | null;
}

/** How the manager stands. `ok` only where nothing is halted, down or behind. */
export interface SecurityHealth {
  readonly status: 'ok' | 'degraded' | 'halted';
  readonly tenant: string;
  readonly software: string;
  readonly store: { readonly kind: string; readonly durability: 'ephemeral' | 'durable'; readonly reachable: boolean };
  /** Where the shares of keys of mode `mpc` are, and which of those keys have lost some. Null where that cannot be read. */
  readonly shares: SharesHealth | null;
  readonly owned: boolean;
  readonly killSwitch: 'active' | 'inactive' | 'unreadable';
  readonly pausedAgents: readonly string[];
  readonly epoch: number | null;
  readonly audit: AuditHealth;
  readonly chains: readonly ChainHealth[];
  /** Notices to people that wait, failed or are given up. */
  readonly notifications: OutboxHealth;
  /** Webhooks that bring requests for approval to people. */
  readonly approvalWebhooks: readonly ApprovalWebhookHealth[];
  readonly jobs: Readonly<Record<string, JobHealth>>;
  /** How far the wallets were looked through from the chains' side, and what was found that no decision covers. */
  readonly monitor: readonly MonitorHealth[];
  readonly events: { readonly subscribers: number; readonly dropped: number; readonly failed: number };
  /** What others could still take, per asset; `security.exposure()` tells each item. Null where that cannot be read. */
  readonly exposure: readonly AssetExposure[] | null;
  /** Agents that alarmed so often in a day, by habits alone, that more evidence is asked for; null where that cannot be read. */
  readonly tired: readonly string[] | null;
  readonly inFlight: number;
  readonly started: boolean;
  /** Plain sentences: what is weaker than it could be, each with its remedy. */
  readonly notes: readonly string[];
}

/** What health needs beside the rooms. */
export interface HealthInput {
  readonly house: House;
  readonly exposure: () => Promise<ExposureReport>;
  readonly software: string;
  readonly jobs: Readonly<Record<string, JobHealth>>;
  readonly monitor: readonly MonitorHealth[];
  readonly inFlight: number;
  readonly started: boolean;
}

/** What parties in one process are good for. */
const IN_PROCESS = 'in-process: mpc keys are shared out within this process; a lost share costs nothing, a lost host everything.';

/** How long one room is waited for before it counts as out of reach, ms. */
const PATIENCE_MS = 2_000;

/** Reads the health of every room; what cannot be read is reported as such, and nothing is thrown. */
export async function readHealth({ house, exposure, software, jobs, monitor, inFlight, started }: HealthInput): Promise<SecurityHealth> {
  const nowMs = house.host.clock.nowMs();
  const answer = <T>(ask: () => Promise<T>): Promise<T | undefined> =>
    house.deadlines.within(PATIENCE_MS, () => ask()).catch(() => undefined);
  const asked = house.chains.ids.map(async (chain) => {
    const head = await answer(() => house.chains.node(chain).head());
    const nodes = house.chains.node(chain).trust?.() ?? null;
    const trust = nodes === null ? null : nodes.quorum === 1 ? 'single_node' : 'quorum';
    return { chain, reachable: head !== undefined, head: head?.number ?? null, trust, nodes } as const;
  });
  const [halt, chains, shares, exposed, tired] = await Promise.all([
    answer(() => house.emergency.read()),
    Promise.all(asked),
    answer(() => house.custody.mpc.sharesHealth()),
    answer(exposure),
    answer(() => tiredAgents(house.store, nowMs)),
  ]);
  const audit = house.audit.health();
  const lacking = house.lists.look(nowMs)?.lacking ?? [];
  const notifications = house.notifications.health();
  const approvalWebhooks = house.approvalDesk.health();
  const killSwitch = halt === undefined ? 'unreadable' : halt.kill === null ? 'inactive' : 'active';
  const weak =
    halt === undefined ||
    chains.some(({ reachable, nodes }) => !reachable || (nodes?.resting.length ?? 0) > 0) ||
    shares === undefined ||
    shares.degraded.length > 0 ||
    audit.fault !== null ||
    notifications.lastError !== null ||
    notifications.dead > 0 ||
    notifications.notifiers.some(({ failures }) => failures > 0) ||
    approvalWebhooks.some(({ failures }) => failures > 0) ||
    Object.values(jobs).some(({ lastError }) => lastError !== null) ||
    lacking.length > 0;
  return {
    status: killSwitch !== 'inactive' ? 'halted' : weak ? 'degraded' : 'ok',
    tenant: house.config.tenant,
    software,
    store: { kind: house.store.info.kind, durability: house.store.info.durability, reachable: halt !== undefined },
    shares: shares ?? null,
    owned: house.authority.owned,
    killSwitch,
    pausedAgents:
      halt === undefined ? [] : Object.keys(halt.paused).filter((agent) => haltFor({ ...halt, kill: null }, agent, nowMs) !== undefined),
    epoch: halt?.epoch ?? null,
    audit,
    notifications,
    approvalWebhooks,
    chains,
    jobs,
    monitor,
    events: { subscribers: house.bus.size(), dropped: house.bus.dropped(), failed: house.bus.failed() },
    exposure: exposed === undefined || exposed.unread.length > 0 ? null : exposed.assets,
    tired: tired ?? null,
    inFlight,
    started,
    notes: shares?.location === 'in-process' ? [...house.notes, IN_PROCESS] : house.notes,
  };
}
