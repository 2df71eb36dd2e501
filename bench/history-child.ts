import { type Json, type RequestRow, storeKey } from '../src/core/index.ts';
import { decide } from '../src/manager/pipeline/decide.ts';
import { emptyProfile, type Profile, trainProfile } from '../src/risk/index.ts';
import { approvedRow, dryRunOf, PACE_MS, pastPayment, prepareOffline, requestOf, settleCommands } from './payments.ts';
import { openScene, type Scene, type SceneAgent } from './scene.ts';

// One side of the comparison: an agent with so many past transactions, whose next decisions are timed on request.
const past = Number(process.argv[2]);
/** The short history, made anew so often that it stays short. */
const SHORT = 100;
const PER_SCENE = 64;

async function decideOnce(scene: Scene, agent: SceneAgent, turn: number): Promise<number> {
  const prepared = prepareOffline(scene, agent, requestOf(scene, agent, turn));
  const startedNs = process.hrtime.bigint();
  const row = approvedRow(await decide(scene.parts, prepared, { simulate: dryRunOf(scene, prepared) }));
  const tookNs = Number(process.hrtime.bigint() - startedNs);
  const [stored] = (await scene.house.store.get([storeKey.request(row.agent, row.requestId)])) as unknown as readonly RequestRow[];
  const [settled] = await scene.house.store.apply([{ commands: settleCommands(scene, stored as RequestRow) }]);
  if (settled?.ok !== true) throw new Error(`not settled: ${JSON.stringify(settled)}`);
  scene.clock.skip(PACE_MS);
  return tookNs;
}

/** A house whose first agent has made `count` payments, each through the store from reservation to final. */
async function sceneWith(count: number): Promise<Scene> {
  const scene = await openScene({ agents: 4 });
  const [agent] = scene.agents as [SceneAgent];
  const { store, policies } = scene.house;
  await decideOnce(scene, agent, 0);
  const policy = policies.lastOf(agent.id)?.digest ?? '';
  let profile: Profile = emptyProfile();
  for (let turn = 1; turn < count; turn += 1) {
    const payment = pastPayment(scene, agent, turn, policy);
    profile = trainProfile(profile, { ...payment.settled, atMs: scene.clock.nowMs() });
    const results = await store.apply([
      ...payment.steps,
      { commands: [{ kind: 'doc.put', key: `profile/${agent.id}`, value: profile as unknown as Json }] },
    ]);
    if (results.some((result) => !result.ok)) throw new Error(`not paid: ${JSON.stringify(results)}`);
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
