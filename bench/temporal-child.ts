import type { TemporalRuleInput } from '../src/authz/index.ts';
import { type Command, type Json, type Outcome, type RequestRow, storeKey } from '../src/core/index.ts';
import { decide } from '../src/manager/pipeline/decide.ts';
import { approvedRow, dryRunOf, PACE_MS, pastPayment, prepareOffline, requestOf, settleCommands } from './payments.ts';
import { openScene, type Scene, type SceneAgent } from './scene.ts';

// One side of the comparison: an agent with so many past events, whose next decisions under all six kinds of rules are timed.
const past = Number(process.argv[2]);
/** The short history, made anew so often that it stays short. */
const SHORT = 100;
const PER_SCENE = 64;
const HOUR_MS = 3_600_000;
const CONTRACT = `0x${'c4'.repeat(20)}`;
/** Thresholds that no history of the bench meets: every rule is evaluated, and none ends the decision. */
const RULES: readonly TemporalRuleInput[] = [
  { predicate: { kind: 'simulation_failure_rate', windowMs: HOUR_MS, threshold: 200 }, consequence: 'reject' },
  { predicate: { kind: 'contract_call_frequency', windowMs: HOUR_MS, contractAddress: CONTRACT, threshold: 10 }, consequence: 'reject' },
  { predicate: { kind: 'success_drought', windowMs: HOUR_MS, threshold: 1 }, consequence: 'require_approval' },
  { predicate: { kind: 'spend_velocity', windowMs: HOUR_MS, maxAmount: '1000000', token: 'ETH' }, consequence: 'reject' },
  { predicate: { kind: 'consecutive_failures', count: 200 }, consequence: 'require_approval' },
  { predicate: { kind: 'approval_flood', windowMs: HOUR_MS, threshold: 200 }, consequence: 'flag_for_review' },
];
/** How past requests ended, in turn. */
const ENDS: readonly Outcome[] = ['success', 'success', 'failed', 'success', 'simulation_failed', 'success', 'approval_timeout', 'success'];

/** One decision, settled outside the timing. */
async function decideOnce(scene: Scene, agent: SceneAgent, turn: number): Promise<number> {
  const prepared = prepareOffline(scene, agent, requestOf(scene, agent, turn));
  const startedNs = process.hrtime.bigint();
  const row = approvedRow(await decide(scene.parts, prepared, { simulate: dryRunOf(scene, prepared) }));
  const tookNs = Number(process.hrtime.bigint() - startedNs);
  const [stored] = (await scene.house.store.get([storeKey.request(row.agent, row.requestId)])) as unknown as readonly RequestRow[];
  const commands = [...settleCommands(scene, stored as RequestRow), noted(agent, turn)];
  const [settled] = await scene.house.store.apply([{ commands }]);
  if (settled?.ok !== true) throw new Error(`not settled: ${JSON.stringify(settled)}`);
  scene.clock.skip(PACE_MS);
  return tookNs;
}

const noted = ({ id }: SceneAgent, turn: number): Command => ({
  kind: 'outcome.note',
  agent: id,
  outcome: ENDS[turn % ENDS.length] as Outcome,
});

/** A house whose agent has had `count` requests, each through the store from reservation to its outcome. */
async function sceneWith(count: number): Promise<Scene> {
  const scene = await openScene({ agents: 1, permissions: { temporalRules: RULES } });
  const [agent] = scene.agents as [SceneAgent];
  const { store } = scene.house;
  const { asset } = scene.fee;
  const [policyRow] = await store.get([storeKey.doc(`policy/${agent.id}`)]);
  const { value } = policyRow as unknown as { readonly value: { readonly [name: string]: Json } };
  const counter = `velocity|${asset}`;
  await store.apply([
    { commands: [{ kind: 'doc.put', key: `policy/${agent.id}`, value: { ...value, temporal: { [`${counter}/${HOUR_MS}`]: 0 } } }] },
  ]);
  await decideOnce(scene, agent, 0);
  const policy = scene.house.policies.lastOf(agent.id)?.digest ?? '';
  const account = `agent:${agent.id}:${counter}`;
  const cap = { account, windows: [{ windowMs: HOUR_MS, limit: '9'.repeat(60), rule: 'temporal.spend_velocity' }] };
  for (let turn = 1; turn < count; turn += 1) {
    const { steps } = pastPayment(scene, agent, turn, policy);
    const [deciding, settling] = steps.map(({ commands }) => commands) as [readonly Command[], readonly Command[]];
    const [reserve, ...rest] = deciding as readonly [Extract<Command, { kind: 'ledger.reserve' }>, ...Command[]];
    const { request, caps } = reserve;
    const amount = request.lines[0]?.amount ?? '1';
    const metered = { ...reserve, request: { ...request, lines: [...request.lines, { account, amount }] }, caps: [...caps, cap] };
    const results = await store.apply([{ commands: [metered, ...rest] }, { commands: [...settling, noted(agent, turn)] }]);
    if (results.some((result) => !result.ok)) throw new Error(`not made: ${JSON.stringify(results)}`);
    scene.clock.skip(PACE_MS);
    // The checkpoint job and its timers get their turn, as between requests.
    if (turn % 1_000 === 0) await new Promise((resolve) => void setImmediate(resolve));
  }
  return scene;
}

const lasting = past > SHORT ? await sceneWith(past) : undefined;
let turn = past;

/** Both sides make a new short history each time; the long side then decides on its own: what ran before is the same. */
async function round(decisions: number): Promise<number> {
  let tookNs = 0;
  for (let done = 0; done < decisions; done += PER_SCENE) {
    const fresh = await sceneWith(SHORT);
    const scene = lasting ?? fresh;
    const [agent] = scene.agents as [SceneAgent];
    for (let at = 0; at < 8; at += 1) await decideOnce(scene, agent, turn++);
    for (let at = 0; at < PER_SCENE; at += 1) tookNs += await decideOnce(scene, agent, turn++);
    await fresh.close();
  }
  return tookNs / decisions;
}

await round(1_024);
process.on('message', (decisions: number) => void round(decisions).then((ns) => process.send?.({ ns })));
process.send?.({ ready: true });
