import { settleAll } from '../../bench/payments.ts';
import { openScene, type Scene, type SceneAgent, type SceneChain } from '../../bench/scene.ts';
import { parseEntry } from '../../src/audit/index.ts';
import type { AccountId, Json, PolicyBase, PriceSource, ReasonCode, SecurityEvent, Token } from '../../src/index.ts';
import { walletFacts } from '../../src/manager/directory.ts';
import { expandTemplate } from '../../src/manager/permissions.ts';
import { decide } from '../../src/manager/pipeline/decide.ts';
import type { Satisfaction } from '../../src/manager/pipeline/satisfaction.ts';
import { emptyProfile, trainProfile } from '../../src/risk/index.ts';
import { createDice, type Dice } from './replay-dice.ts';
import { randomPermissions } from './replay-permissions.ts';
import { randomRequest } from './replay-requests.ts';
import { randomRun } from './replay-runs.ts';

/** A log of decisions about random requests of every kind, and the house that wrote it. */
export interface ReplayScene {
  readonly scene: Scene;
  readonly entries: () => Promise<readonly SecurityEvent[]>;
  /** Decides about so many more. */
  decide(count: number): Promise<void>;
  close(): Promise<void>;
}

async function createAgents(scene: Scene, count: number, dice: Dice): Promise<SceneAgent[]> {
  const { house, payees, clock, fee } = scene;
  const agents: SceneAgent[] = [];
  for (let index = 0; index < count; index += 1) {
    const id = `random-${index}`;
    await house.wallets.putAgent(id, 'owner', expandTemplate(randomPermissions(scene, dice)), async () => undefined);
    const { account, keyId } = await house.wallets.createWallet('owner', id);
    agents.push({ id, wallet: account, keyId, slot: 0, ...(await walletFacts(house.store, account)) });
    let profile = emptyProfile();
    for (let past = dice.of([0, 5, 30, 200]); past > 0; past -= 1)
      profile = trainProfile(profile, {
        atMs: clock.nowMs() - past * 3_600_000 - dice.below(60_000),
        account: payees[dice.below(8)] as AccountId,
        asset: fee.asset,
        amount: 10n ** 15n,
        unitAmount: 10n ** 15n * BigInt(1 + dice.below(5)),
      });
    if (profile.count > 0) await put(scene, `profile/${id}`, profile as unknown as Json);
  }
  return agents;
}

async function put({ house }: Scene, key: string, value: Json): Promise<void> {
  const [result] = await house.store.apply([{ commands: [{ kind: 'doc.put', key, value }] }]);
  if (result?.ok !== true) throw new Error(`${key} was not stored`);
}

/** Opens the scene on a chain of either family: real codec, real house, no network. `more` is configuration. */
export async function openReplayScene(
  chain: SceneChain | undefined,
  seed: string,
  agentCount = 12,
  more: Readonly<Record<string, unknown>> = {},
): Promise<ReplayScene> {
  const dice = createDice(seed);
  // A fraud that is found would stop the agents, and every later request with them.
  const config = { emergency: { autoResponseEnabled: false }, ...more };
  const scene = await openScene({ agents: 1, config, ...(chain === undefined ? {} : { chain }) });
  const agents = await createAgents(scene, agentCount, dice);
  const listed = scene.payees[1] as AccountId;
  await put(scene, `screen/${listed}`, { account: listed, kind: 'scam', severity: 'high', source: 'test', addedMs: 0, expiresMs: null });
  const price: PriceSource = { price: () => (dice.chance(0.9) ? { numerator: 3n, denominator: 2n, atMs: 0 } : undefined) };
  const parts = { ...scene.parts, price };
  return {
    scene,
    async decide(count) {
      for (let turn = 0; turn < count; turn += 1) {
        const agent = dice.of(agents);
        const prepared = await randomRequest(scene, agent, dice);
        const decided = await decide(parts, prepared, {
          last: true,
          ...(prepared.kind === 'transaction' ? { simulate: randomRun(scene, prepared, dice) } : {}),
          ...(dice.chance(0.1) ? { satisfaction: yes(dice) } : {}),
        });
        if (decided.kind === 'decided' && decided.row.state === 'held') {
          await settleAll(scene, [decided.row]);
          agent.slot += prepared.kind === 'transaction' ? 1 : 0;
        }
        scene.clock.skip(dice.of([10, 1_000, 20_000, 400_000]));
      }
    },
    async entries() {
      const { size } = await scene.house.store.logHead();
      const events: SecurityEvent[] = [];
      while (events.length < size) events.push(...(await scene.house.store.log(events.length)).map(({ entry }) => parseEntry(entry)));
      return events;
    },
    close: () => scene.close(),
  };
}

/** A person was told of whatever rule there is. */
const EVERY_RULE: ReadonlySet<string> = Object.assign(new Set<string>(), { has: () => true });

/** A person's yes to some escalations. */
function yes(dice: Dice): Satisfaction {
  const codes = new Set<ReasonCode>(
    dice.of<readonly ReasonCode[]>([
      ['approval_required'],
      ['approval_required', 'risk_high'],
      ['policy_rule_escalated', 'strategy_unregistered'],
    ]),
  );
  const use = { ok: true, codes, approvals: [], expiresAtMs: Number.MAX_SAFE_INTEGER, consume: [] } as const;
  return { approvalId: `approval-${dice.below(1_000)}`, codes, rules: EVERY_RULE, confirm: async () => use };
}

/** What a log tells of the rules of its decisions, by their digest. */
export function permissionsIn(entries: readonly SecurityEvent[]) {
  const told = new Map<string, { permissions: Readonly<Record<string, Json>>; tokens: readonly Token[]; base: PolicyBase }>();
  let deployment: Json | undefined;
  for (const event of entries) {
    if (event.type !== 'permission_changed' || event.enacts === undefined) continue;
    deployment = event.enacts.deployment ?? deployment;
    const { tokens, base } = deployment as unknown as { readonly tokens: readonly Token[]; readonly base: PolicyBase };
    told.set(event.enacts.digest, { permissions: event.enacts.permissions as Readonly<Record<string, Json>>, tokens, base });
  }
  return told;
}
