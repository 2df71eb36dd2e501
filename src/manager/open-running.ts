import { createMemoryStore } from '../adapters/store/memory/index.ts';
import { createClaims } from '../authz/index.ts';
import { CastellanError } from '../core/errors.ts';
import type { EventBus } from '../core/event-bus.ts';
import { agentWork } from './agent-work.ts';
import { bootHouse, type House } from './boot.ts';
import { closeHouse } from './close.ts';
import type { Host, ResolvedConfig } from './config.ts';
import { custodyWork } from './custody/custody-work.ts';
import { readExposure } from './exposure/read-exposure.ts';
import { createJob } from './jobs.ts';
import type { Running } from './lifecycle.ts';
import { openMonitor } from './monitor/open-monitor.ts';
import type { ExecuteParts } from './pipeline/execute.ts';
import { reconcile } from './pipeline/reconcile.ts';
import { createPolicies } from './policies/policy-manager.ts';
import { createAssessedFacts } from './risk/assessed-facts.ts';
import { createDecoder } from './risk/decode-request.ts';
import { giveFeedback, type RiskLearning, readShadowReport } from './risk/learning/index.ts';
import { createRisk } from './risk/risk-engine.ts';
import { vocabularyOf } from './vocabulary.ts';
import { wirePipeline } from './wiring.ts';

/** Between two looks at keys that are due to be replaced, ms. */
const ROTATION_LOOK_MS = 3_600_000;

/** Makes the successors of keys that are due. Their money moves through the gate alone, by the plan that stands in each. */
async function replaceDueKeys({ custody }: House): Promise<void> {
  const { failed } = await custody.keys.runRotations();
  if (failed.length > 0)
    throw new CastellanError('KEY_INVALID', {
      message: 'Keys could not be replaced.',
      details: { keys: failed.map(({ keyId }) => keyId) },
    });
}

function learningOf(house: House, { findDecision }: Pick<ExecuteParts, 'findDecision'>): RiskLearning {
  const { host, config, store, journal, authority } = house;
  const parts = { host, tenant: config.tenant, store, journal, authority, findDecision };
  const model = config.risk.shadowModel?.version;
  return {
    feedback: (decisionId, verdict, options) => giveFeedback(parts, decisionId, verdict, options),
    shadowReport: async () => (model === undefined ? null : readShadowReport(store, model, host.clock.nowMs())),
  };
}

/** Opens the house and puts the work on it. @throws as `bootHouse`; then nothing is left open */
export async function openRunning(config: ResolvedConfig, host: Host, bus: EventBus): Promise<Running> {
  const house = await bootHouse(config, host, bus, (at) => config.store?.open(at) ?? createMemoryStore({ clock: at.clock }));
  try {
    const parts = wirePipeline(house);
    const reconciler = createJob(host.clock, config.execution.reconcileMs, async (signal) => {
      await reconcile(parts, { skip: (row) => parts.driving.has(`${row.requestId}/${row.agent}`), signal });
      await house.approvals.expire();
      await parts.onSettled?.();
    });
    await house.approvalDesk.open(house.approvals.answer);
    await house.audit.start();
    await house.emergency.start();
    if (config.emergency.notificationEndpoints.length > 0) {
      await house.notifications.start();
      house.notifications.subscribe(bus.events$);
    }
    const vocabulary = vocabularyOf(house.chains);
    const policies = createPolicies({ ...parts, chains: vocabulary, policies: house.policies, authority: house.authority });
    const risk = createRisk({
      ...parts,
      chains: vocabulary,
      policies: house.policies,
      authority: house.authority,
      settings: config.risk,
      lists: house.lists,
      facts: createAssessedFacts(house.store, house.chains, house.lookUps),
      decode: createDecoder(parts),
    });
    for (const [agentId, permissions] of Object.entries(config.agents))
      await policies.foundAgent(agentId, typeof permissions['user'] === 'string' ? permissions['user'] : 'owner', permissions);
    house.lists.start();
    const rotateKeys = createJob(host.clock, ROTATION_LOOK_MS, () => replaceDueKeys(house));
    const monitor = openMonitor(house, parts);
    const watch = createJob(host.clock, config.emergency.monitor.intervalMs, (signal) => monitor.run(signal));
    const { market } = house;
    const look = market === null ? null : createJob(host.clock, config.market.refreshMs, (signal) => market.refresh(signal));
    const claims = createClaims({ store: house.store, clock: house.host.clock });
    const jobs = { reconcile: reconciler, rotateKeys, monitor: watch, ...(look === null ? {} : { market: look }) };
    return {
      house,
      parts,
      policies,
      risk,
      learning: learningOf(house, parts),
      monitor,
      jobs,
      work: { agent: agentWork, custody: custodyWork, exposure: readExposure, claims },
    };
  } catch (error) {
    await closeHouse(house);
    throw error;
  }
}
