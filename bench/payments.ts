import type { AccountId, Action, ActionRequest, Command, Json, SimulationReport, Step } from '../src/core/index.ts';
import { newId, payloadDigest, permitId, type RequestRow, sha256Hex, toHex } from '../src/core/index.ts';
import type { Decided } from '../src/manager/pipeline/decide.ts';
import { actionDigestOf } from '../src/manager/pipeline/prepare.ts';
import type { PreparedTx } from '../src/manager/pipeline/prepared.ts';
import { emptyProfile, type SettledPayment, trainProfile } from '../src/risk/index.ts';
import type { Scene, SceneAgent } from './scene.ts';

/** The pace of every agent, ms. */
export const PACE_MS = 30_000;

const amountOf = (turn: number): bigint => 1_000_000_000_000_000n * BigInt(1 + (turn % 7)) + BigInt(turn);

/** A payment as the manager resolves it. */
export function requestOf(scene: Scene, agent: SceneAgent, turn: number): ActionRequest<Action> {
  const nowMs = scene.clock.nowMs();
  const id = newId(scene.house.host.random, nowMs);
  const to = scene.payees[turn % 8] as ActionRequest['wallet'];
  const { asset } = scene.fee;
  const amount = amountOf(turn);
  return {
    id,
    tenant: 'default',
    agentId: agent.id,
    userId: 'owner',
    wallet: agent.wallet,
    chain: scene.chain.chain,
    type: 'transfer',
    action: { kind: 'transfer', asset, amount, to },
    declared: { asset, amount: String(amount), destination: to },
    context: { intent: 'pay the invoice' },
    feeCeiling: null,
    notAfterMs: null,
    narrow: null,
    receivedAtMs: nowMs,
    bodyDigest: sha256Hex(id),
  };
}

/** A dry run that shows what the bytes say, made before anything is timed: simulating is the chain's work. */
export function dryRunOf({ simulation }: Scene, { decoded }: PreparedTx): () => Promise<SimulationReport> {
  const flows = decoded.effects.filter(({ kind }) => kind === 'outflow' || kind === 'inflow');
  const report: SimulationReport = { ...simulation, effects: flows.map((effect) => ({ ...effect, source: 'simulation' })) };
  return async () => report;
}

/** Builds and decodes the exact bytes for the agent's next slot. */
export function prepareOffline(scene: Scene, agent: SceneAgent, request: ActionRequest<Action>): PreparedTx {
  const { codec } = scene.adapter;
  const slot = agent.slot;
  agent.slot += 1;
  const { chain, wallet } = request;
  const tx = codec.build(request.action, {
    chain,
    wallet,
    slot,
    fee: scene.fee,
    ...scene.chain.terms((request.action as { readonly to: AccountId }).to, scene.clock.nowMs()),
    ...(agent.publicKey === undefined ? {} : { publicKey: agent.publicKey }),
  });
  const decoded = codec.decode(tx);
  const feeBound = scene.fee.ceiling * 2n;
  return {
    kind: 'transaction',
    request,
    adapter: scene.adapter,
    node: scene.adapter.node(chain),
    tx,
    decoded,
    actionDigest: actionDigestOf(request, decoded, feeBound),
    feeBound,
    slotBase: 0,
  };
}

/** Writes a profile of so many payments for every agent. */
export async function teachProfiles(scene: Scene, payments: number): Promise<void> {
  const untilMs = scene.clock.nowMs();
  let profile = emptyProfile();
  for (let turn = 0; turn < payments; turn += 1) {
    const amount = amountOf(turn);
    profile = trainProfile(profile, {
      atMs: untilMs - (payments - turn) * PACE_MS,
      account: scene.payees[turn % 8] as ActionRequest['wallet'],
      asset: scene.fee.asset,
      amount,
      unitAmount: amount,
    });
  }
  for (const agent of scene.agents) {
    const [result] = await scene.house.store.apply([
      { commands: [{ kind: 'doc.put', key: `profile/${agent.id}`, value: profile as unknown as Json }] },
    ]);
    if (result?.ok !== true) throw new Error('a profile was not stored');
  }
}

/** The row of an approval. @throws Error where the decision is anything else: only approvals are measured */
export function approvedRow(decided: Decided): RequestRow {
  if (decided.kind !== 'decided' || decided.decision.verdict !== 'approved') {
    throw new Error(`not approved: ${JSON.stringify(decided.kind === 'decided' ? decided.decision.reasons : decided.reason)}`);
  }
  return decided.row;
}

/** The commands that take an approved request to its end: redeemed, signed, final. */
export function settleCommands(scene: Scene, row: RequestRow): readonly Command[] {
  const { agent, requestId, permit } = row;
  if (permit === null) throw new Error('an approved request has a permit');
  const at = scene.clock.nowMs();
  const success = {
    v: 1,
    id: newId(scene.house.host.random, at),
    tenant: 'default',
    at,
    agent,
    severity: 'info',
    type: 'execution_success',
    details: { requestId, decisionId: row.decisionId, txHash: `0x${row.payloadDigest}` },
  } as const;
  return [
    {
      kind: 'permit.redeem',
      permitId: permitId(agent, requestId, permit.secret),
      payloadDigest: permit.payloadDigest,
      keyId: permit.keyId,
      redeemer: 'bench',
    },
    { kind: 'ledger.settle', agent, requestId, to: 'signed', sealed: SEALED, txHash: `0x${row.payloadDigest}` },
    { kind: 'ledger.settle', agent, requestId, to: 'final', lines: row.lines },
    scene.house.audit.command(success),
  ];
}

const SEALED = Buffer.alloc(160, 7).toString('base64');

/** Settles approved requests, 64 steps to a commit. */
export async function settleAll(scene: Scene, rows: readonly RequestRow[]): Promise<void> {
  for (let from = 0; from < rows.length; from += 64) {
    const results = await scene.house.store.apply(rows.slice(from, from + 64).map((row) => ({ commands: settleCommands(scene, row) })));
    const refused = results.find((result) => !result.ok);
    if (refused !== undefined) throw new Error(`not settled: ${JSON.stringify(refused)}`);
  }
}

/** One past payment of an agent: its steps from reservation to final, and what its profile learns of it. */
export interface PastPayment {
  readonly steps: readonly Step[];
  readonly settled: Omit<SettledPayment, 'atMs'>;
}

/** Makes the next past payment of an agent that has decided before. */
export function pastPayment(scene: Scene, agent: SceneAgent, turn: number, policy: string): PastPayment {
  const { house, clock } = scene;
  const nowMs = clock.nowMs();
  const requestId = newId(house.host.random, nowMs);
  const bodyDigest = sha256Hex(requestId);
  const account = `agent:${agent.id}|${scene.fee.asset}`;
  const slot = agent.slot;
  agent.slot += 1;
  const dueMs = nowMs + 60_000;
  const payload = Buffer.from(bodyDigest, 'hex');
  const digest = payloadDigest(payload);
  const secret = toHex(house.host.random.bytes(16));
  const row: RequestRow = {
    agent: agent.id,
    requestId,
    bodyDigest,
    actionDigest: bodyDigest,
    payloadDigest: digest,
    decisionId: requestId,
    logIndex: -1,
    state: 'held',
    wallet: agent.wallet,
    slot,
    lines: [{ account, amount: String(amountOf(turn)) }],
    dueMs,
    feeLines: [],
    feeCeiling: '0',
    payload: payload.toString('base64'),
    sealed: null,
    txHash: null,
    updatedMs: nowMs,
    permit: {
      secret,
      payloadDigest: digest,
      actionDigest: bodyDigest,
      keyId: agent.keyId,
      policy,
      registry: house.authority.digest(),
      epoch: 0,
      expiresAtMs: dueMs,
      approvals: [],
      approvalsExpireAtMs: null,
      redeemedBy: null,
    },
  };
  const rate = `agent:${agent.id}`;
  const known = house.policies.lastOf(agent.id);
  if (known === undefined || row.permit === null) throw new Error('the agent has decided before');
  const windows = known.unitCap.windows;
  const deciding: Command[] = [
    { kind: 'ledger.reserve', request: row, caps: [{ account, windows }] },
    { kind: 'rate.take', key: `${rate}:attempts`, windowMs: 60_000, max: null, cooldownMs: 0 },
    { kind: 'rate.take', key: `${rate}:approved`, windowMs: 3_600_000, max: known.rate.maxPerHour, cooldownMs: 0 },
    { kind: 'slot.take', wallet: agent.wallet, slot, base: 0, agent: agent.id, requestId, dueMs },
    { kind: 'permit.issue', agent: agent.id, requestId, permit: row.permit },
  ];
  const settled = {
    account: scene.payees[turn % 8] as ActionRequest['wallet'],
    asset: scene.fee.asset,
    amount: amountOf(turn),
    unitAmount: amountOf(turn),
  };
  return { steps: [{ commands: deciding }, { commands: settleCommands(scene, row) }], settled };
}
