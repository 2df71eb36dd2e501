import { approvedRow, dryRunOf, prepareOffline, requestOf } from '../../bench/payments.ts';
import { openScene, type Scene, type SceneAgent } from '../../bench/scene.ts';
import { isCastellanError, permitId, type RequestRow, toHex } from '../../src/core/index.ts';
import { decide } from '../../src/manager/pipeline/decide.ts';

/** What asking custody with a bad permit came to. */
export interface PermitRefusals {
  readonly tried: number;
  readonly signed: number;
  /** Refusals for another reason than the one that was staged, in words. */
  readonly astray: readonly string[];
  /** Good permits among them that were signed; must be all. */
  readonly sound: number;
  readonly soundOf: number;
}

interface Held {
  readonly id: string;
  readonly payload: Uint8Array;
  readonly row: RequestRow;
}

/** Decides one payment for real, of an amount of its own, and gives the permit that came of it. */
async function hold(scene: Scene, agent: SceneAgent, turn: number): Promise<Held> {
  const prepared = prepareOffline(scene, agent, requestOf(scene, agent, turn));
  const row = approvedRow(await decide(scene.parts, prepared, { simulate: dryRunOf(scene, prepared) }));
  if (row.permit === null) throw new Error('an approval has a permit');
  return { id: permitId(row.agent, row.requestId, row.permit.secret), payload: prepared.tx.payload, row };
}

/** Each way in which a permit can be wrong, `times` over, after a real decision each. */
export async function permitRefusals(times: number): Promise<PermitRefusals> {
  const scene = await openScene({ agents: 4 });
  const { house, clock } = scene;
  const [agent, other, reader, changed] = scene.agents as [SceneAgent, SceneAgent, SceneAgent, SceneAgent];
  const { custodian } = house.custody;
  const astray: string[] = [];
  let turn = 0;
  let tried = 0;
  let signed = 0;
  let sound = 0;

  async function refused(name: string, reason: string, id: string, payload: Uint8Array): Promise<void> {
    tried += 1;
    try {
      await custodian.sign(id, payload);
      signed += 1;
      astray.push(`${name}: signed`);
    } catch (error) {
      const found = isCastellanError(error) ? error.details['reason'] : 'no typed error';
      if (found !== reason) astray.push(`${name}: ${String(found)}`);
    }
  }
  async function accepted(held: Held): Promise<void> {
    const { signature } = await custodian.sign(held.id, held.payload);
    if (signature.length === 65) sound += 1;
  }

  try {
    for (let time = 0; time < times; time += 1) {
      const held = await hold(scene, agent, turn++);
      const elsewhere = await hold(scene, other, turn++);
      await refused('none', 'permit_unknown', '', held.payload);
      await refused('forged', 'permit_unknown', permitId(agent.id, held.row.requestId, toHex(house.host.random.bytes(16))), held.payload);
      await refused('other bytes', 'permit_payload_mismatch', held.id, elsewhere.payload);
      const [redeemed] = await house.store.apply([
        {
          commands: [
            {
              kind: 'permit.redeem',
              permitId: held.id,
              payloadDigest: held.row.permit?.payloadDigest ?? held.row.bodyDigest,
              keyId: other.keyId,
              redeemer: 'thief',
            },
          ],
        },
      ]);
      tried += 1;
      if (redeemed?.ok !== false || redeemed.reason.code !== 'permit_key_mismatch') astray.push('other key: redeemed');
      await accepted(held);
      await refused('used', 'permit_used', held.id, held.payload);

      await house.emergency.pauseAgent(reader.id, { reason: 'older epoch', duration: 1 });
      await refused('older epoch', 'epoch_changed', elsewhere.id, elsewhere.payload);
      other.slot = 0;

      const stale = await hold(scene, changed, turn++);
      await house.wallets.putAgent(changed.id, 'owner', permissionsOf(scene, time) as never, async () => undefined);
      await refused('older policy', 'policy_changed', stale.id, stale.payload);
      changed.slot = 0;

      clock.skip(61_000);
      const late = await hold(scene, changed, turn++);
      clock.skip(61_000);
      await refused('expired', 'permit_expired', late.id, late.payload);
      changed.slot = 0;
      clock.skip(61_000);
    }
  } finally {
    await scene.close();
  }
  return { tried, signed, astray, sound, soundOf: times };
}

/** Permissions that differ with each turn and approve the same payments. */
function permissionsOf(scene: Scene, turn: number): unknown {
  return {
    capabilities: { transfers: { enabled: true } },
    limits: { unit: scene.fee.asset, perTransaction: 10, daily: 1_000 + turn, weekly: 9_000_000, monthly: 9_000_000 },
    rateLimiting: { maxPerHour: 1_000_000, cooldownSeconds: 0 },
    allowedDestinations: scene.payees.map((payee) => payee.slice(payee.lastIndexOf(':') + 1)),
  };
}
