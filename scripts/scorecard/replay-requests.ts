import type { Scene, SceneAgent } from '../../bench/scene.ts';
import { type AccountId, type Action, type ActionRequest, type AssetId, newId, parseAccount, sha256Hex } from '../../src/core/index.ts';
import { actionDigestOf } from '../../src/manager/pipeline/prepare.ts';
import { prepareSignature } from '../../src/manager/pipeline/prepare-signature.ts';
import type { Prepared } from '../../src/manager/pipeline/prepared.ts';
import type { Dice } from './replay-dice.ts';

/** A request of any kind as the manager resolves it, and the exact bytes that it comes to. */
export async function randomRequest(scene: Scene, agent: SceneAgent, dice: Dice): Promise<Prepared> {
  if (scene.adapter.codec.readSignature !== undefined && dice.chance(0.15)) {
    const signing = requestFor(scene, agent, dice, randomOrder(scene, agent, dice));
    const found = await prepareSignature(scene.parts, signing as ActionRequest<typeof signing.action & { kind: 'signature' }>);
    if (found.ok) return found.value;
  }
  // Most are ordinary payments: whatever is denied early shows nothing of the later layers.
  const isPlain = dice.chance(0.6);
  const paid = payment(scene, dice);
  const action = isPlain ? paid : randomAction(scene, agent, dice);
  const request = isPlain ? plainRequest(scene, agent, dice, paid) : requestFor(scene, agent, dice, action);
  const { codec } = scene.adapter;
  const { chain, wallet } = request;
  // Now and then a place that is not the next: the store then has the last word.
  const slot = agent.slot + (dice.chance(0.05) ? 2 : 0);
  const to = 'to' in action ? action.to : (scene.payees[0] as AccountId);
  const fee = scene.chain.fee(scene.adapter, to, action);
  const tx = codec.build(action, {
    chain,
    wallet,
    slot,
    fee,
    ...scene.chain.terms(to, scene.clock.nowMs()),
    ...(agent.publicKey === undefined ? {} : { publicKey: agent.publicKey }),
  });
  const decoded = codec.decode(tx);
  const asked = dice.chance(0.15)
    ? { ...request, type: 'transaction', action: { kind: 'transaction', bytes: tx.payload } as const }
    : request;
  const feeBound = fee.ceiling * 2n;
  const actionDigest = actionDigestOf(asked, decoded, feeBound);
  return {
    kind: 'transaction',
    request: asked,
    adapter: scene.adapter,
    node: scene.adapter.node(chain),
    tx,
    decoded,
    actionDigest,
    feeBound,
    slotBase: agent.slot,
  };
}

function requestFor(scene: Scene, agent: SceneAgent, dice: Dice, action: ActionRequest['action']): ActionRequest {
  const nowMs = scene.clock.nowMs();
  const id = newId(scene.house.host.random, nowMs);
  const to = scene.payees[dice.below(8)] as AccountId;
  const terms = action.kind === 'transfer' ? { asset: action.asset, amount: String(action.amount), destination: action.to } : null;
  const wrong = { asset: scene.fee.asset, amount: '5', destination: to };
  const { context, narrow } = randomSide(to, dice);
  return {
    id,
    tenant: 'default',
    agentId: agent.id,
    userId: 'owner',
    wallet: agent.wallet,
    chain: scene.chain.chain,
    type: dice.of(['transfer', 'transfer', 'transfer', 'contract_call', 'swap']),
    action,
    declared: dice.chance(0.1) ? wrong : (terms ?? { asset: null, amount: null, destination: null }),
    context,
    feeCeiling: dice.chance(0.1) ? 1n : null,
    notAfterMs: dice.chance(0.1) ? nowMs + 600_000 : null,
    narrow,
    expect: dice.chance(0.1)
      ? {
          out: dice.of([null, [{ asset: scene.fee.asset, amount: 10n ** 15n, bound: 'most' }]] as const),
          in: [],
          recipient: agent.wallet,
          spender: dice.of([null, to]),
          toleranceBps: dice.of([0, 50]),
        }
      : null,
    receivedAtMs: nowMs,
    bodyDigest: sha256Hex(id),
  };
}

type Transfer = Extract<Action, { readonly kind: 'transfer' }>;

/** A small payment to one of the first payees. */
function payment({ payees, fee }: Scene, dice: Dice): Transfer {
  return {
    kind: 'transfer',
    asset: fee.asset,
    amount: 10n ** 13n * BigInt(1 + dice.below(70)),
    to: payees[dice.of([0, 0, 0, 2])] as AccountId,
  };
}

/** A request for a payment with nothing odd beside it. */
function plainRequest(scene: Scene, agent: SceneAgent, dice: Dice, action: Transfer): ActionRequest {
  const declared = { asset: action.asset, amount: String(action.amount), destination: action.to };
  const request = requestFor(scene, agent, dice, action);
  return { ...request, type: 'transfer', declared, context: { intent: 'pay the invoice' }, feeCeiling: null, narrow: null, expect: null };
}

/** What stands beside the action: words, confidence, strategy, and the caller's own bounds. */
function randomSide(to: AccountId, dice: Dice): Pick<ActionRequest, 'context' | 'narrow'> {
  return {
    context: {
      ...(dice.chance(0.7) ? { intent: dice.of(['pay the invoice', 'send 5 ETH to the shop', 'stake everything']) } : {}),
      ...(dice.chance(0.3) ? { strategy: dice.of(['dca', 'unheard-of']) } : {}),
      ...(dice.chance(0.5) ? { confidence: dice.below(100) / 100 } : {}),
      ...(dice.chance(0.3) ? { sessionId: 's-1' } : {}),
    },
    narrow: dice.chance(0.1)
      ? dice.of([{ maxAmount: 10n ** 15n }, { allowedDestinations: [to] }, { requireApproval: true }, { maxFee: 1n }])
      : null,
  };
}

const AMOUNTS = [0n, 1n, 10n ** 15n, 3n * 10n ** 15n, 10n ** 18n, 5n * 10n ** 18n, 10n ** 21n] as const;

function randomAction({ chain, payees, fee }: Scene, { wallet }: SceneAgent, dice: Dice): Action {
  const to = dice.chance(0.8) ? (payees[dice.below(8)] as AccountId) : parseAccount(chain.payee(100 + dice.below(50)), chain.chain);
  const transfer: Action = { kind: 'transfer', asset: fee.asset, amount: dice.of(AMOUNTS), to };
  if (!chain.chain.startsWith('eip155:')) return dice.chance(0.3) ? { ...transfer, comment: dice.of(['invoice 7', 'gm']) } : transfer;
  const token = `${chain.chain}/erc20:0x${'c0'.repeat(20)}` as AssetId;
  return dice.of<Action>([
    transfer,
    transfer,
    transfer,
    { kind: 'transfer', asset: token, amount: dice.of(AMOUNTS), to },
    { kind: 'approve', asset: token, amount: dice.of([...AMOUNTS, 'unlimited'] as const), spender: to },
    { kind: 'transfer_from', asset: token, amount: 5n, from: to, to: wallet },
    {
      kind: 'calls',
      calls: [{ to, value: dice.of(AMOUNTS), data: Buffer.from(dice.of(['', '12345678', `a9059cbb${'00'.repeat(64)}`]), 'hex') }],
    },
  ]);
}

function randomOrder({ chain }: Scene, { wallet }: SceneAgent, dice: Dice): ActionRequest['action'] {
  const address = wallet.slice(wallet.lastIndexOf(':') + 1);
  const login = `shop.example wants you to sign in with your Ethereum account:\n${address}\n\nSign in.\n\nURI: https://shop.example\nVersion: 1\nChain ID: ${chain.chain.split(':')[1]}\nNonce: 12345678\nIssued At: 2026-01-01T00:00:00Z`;
  const mail = {
    types: { EIP712Domain: [{ name: 'name', type: 'string' }], Mail: [{ name: 'contents', type: 'string' }] },
    primaryType: 'Mail',
    domain: { name: 'Mail' },
    message: { contents: 'hello' },
  };
  return {
    kind: 'signature',
    order: dice.of([
      { kind: 'message', bytes: new TextEncoder().encode('I agree to the terms.') },
      { kind: 'message', bytes: new TextEncoder().encode(login) },
      { kind: 'typed_data', json: JSON.stringify(mail) },
    ] as const),
  };
}
