import type { AssetId } from '../core/ids.ts';
import { openApproval, satisfactionOf } from './asking.ts';
import type { House } from './boot.ts';
import { grantCommands } from './exposure/grants.ts';
import { learnCommand } from './learn.ts';
import type { ExecuteParts } from './pipeline/execute.ts';
import { createLanes } from './pipeline/lanes.ts';
import { createSimulator } from './pipeline/simulator.ts';
import { createFleetLessons } from './risk/fleet-lessons.ts';
import { SOFTWARE } from './software.ts';

/** What it means that the chain knows of more than our own records. */
const PAST_THE_GATE = 'a key was used past the gate, or the store was restored.';

/** Puts the pipeline on the rooms' ports. */
export function wirePipeline(house: House): ExecuteParts {
  const { host, config, store, journal, chains, emergency, audit, approvals, custody } = house;
  const decimals = new Map<AssetId, number>(chains.allTokens.map((token) => [token.asset, token.decimals]));
  const fleet = createFleetLessons({ store, apply: journal.apply });
  const enabled = config.enabled && config.audit.enabled;
  const findDecision: ExecuteParts['findDecision'] = async (id) => {
    const found = await audit.find(id);
    return found?.event.type === 'decision_made' ? found.event.decision : undefined;
  };
  const stopFor = async (agent: string, reason: string): Promise<void> => {
    if (config.emergency.killSwitchEnabled) await emergency.activateKillSwitch({ reason, triggeredBy: 'gate' });
    else await emergency.pauseAgent(agent, { reason, by: 'gate' });
  };
  return {
    host,
    store,
    journal,
    judge: house.judge,
    lists: house.lists,
    tenant: config.tenant,
    software: SOFTWARE,
    enabled,
    unenforced: config.emergency.killSwitchEnabled ? [] : ['kill_switch'],
    registryDigest: () => house.authority.digest(),
    refreshRegistry: () => house.authority.refresh(),
    policies: house.policies,
    onJudged: (decision, policy) => house.shadows.observe(decision, policy),
    tokens: chains.allTokens,
    price: config.price ?? (config.market.asPrices ? house.market?.prices : undefined),
    market: () => house.market?.snapshot(),
    platformManaged: config.custody.platformManaged,
    decisionTimeoutMs: config.authorization.decisionTimeoutMs,
    // Off means that nothing is signed or sent either, of what was decided before.
    locallyHalted: (agent) => !enabled || emergency.locallyHalted(agent),
    chains,
    nowMs: () => host.clock.nowMs(),
    onBypass: (request, chainNext, ours) =>
      stopFor(
        request.agentId,
        `Wallet ${request.wallet} stands at ${chainNext} on the chain and at ${ours} in our records: ${PAST_THE_GATE}`,
      ),
    onReplaced: (row, by) =>
      stopFor(row.agent, `Another transaction (${by ?? 'unknown'}) stands in the place of ours of wallet ${row.wallet}: ${PAST_THE_GATE}`),
    lanes: createLanes(),
    custodian: custody.custodian,
    sealer: custody.vault,
    readHalt: () => emergency.read(),
    event: (agent, severity, type, details, id) => ({
      v: 1,
      id,
      tenant: config.tenant,
      at: host.clock.nowMs(),
      agent,
      severity,
      type,
      details,
    }),
    driving: new Map(),
    simulator: createSimulator({
      providers: config.simulation.providers,
      timeoutMs: config.simulation.providerTimeoutMs,
      deadlines: house.deadlines,
    }),
    lookUps: house.lookUps,
    simulationStaleMs: config.authorization.enableSimulation ? config.execution.simulationStaleMs : null,
    onFinal: async (row, receipt) => {
      const decision = await findDecision(row.decisionId);
      if (receipt.success) house.lists.settled(decision?.effects ?? [], receipt.confirmedAtMs);
      const granted = receipt.success ? await grantCommands(store, row, decision, receipt.effects, receipt.confirmedAtMs) : [];
      const lesson = { row, receipt, decision, decimals: (asset: AssetId) => decimals.get(asset) };
      return [...(await learnCommand(store, lesson)), ...(await fleet.due(lesson)), ...granted];
    },
    // What could not be taken up waits in the store for the background work.
    onSettled: () => fleet.drain().catch(() => undefined),
    onUsed: async (row, seenAtMs) => grantCommands(store, row, await findDecision(row.decisionId), [], seenAtMs),
    settleTimeoutMs: config.execution.settleTimeoutMs,
    approvalWaitMs: config.approvals.waitMs,
    findDecision,
    openApproval: (decision, prepared) => openApproval(house, decision, prepared),
    getApproval: (id) => approvals.get(id),
    waitApproval: (id, timeoutMs) => approvals.wait(id, timeoutMs),
    satisfaction: async (record, prepared) => satisfactionOf(house, record, prepared),
  };
}
