import { type RatioBound, ratioBound } from '../scripts/scorecard/measure.ts';
import { factsOf } from '../src/adapters/ton/decode/index.ts';
import { DEFAULT_GAS_PRICES, feeOf } from '../src/adapters/ton/fees.ts';
import { createTonAdapter } from '../src/adapters/ton/index.ts';
import { sendsOf } from '../src/adapters/ton/sends-of.ts';
import { type AccountFact, type AccountId, type ChainId, nativeAssetId, type RequestRow, sha256Hex, storeKey } from '../src/core/index.ts';
import { decide } from '../src/manager/pipeline/decide.ts';
import { approvedRow, PACE_MS, prepareOffline, requestOf, settleAll, teachProfiles } from './payments.ts';
import { openScene, type Scene, type SceneAgent, type SceneChain } from './scene.ts';

/** What a decision about a TON payment costs beside one about an EVM payment. All figures ns per decision. */
export interface TonDecideCost {
  readonly bound: RatioBound;
  /** Decisions of either kind. */
  readonly decisions: number;
}

const CHAIN = 'ton:-3' as ChainId;
const VALID_FOR_MS = 120_000;

const factsAbout = (account: AccountId): readonly AccountFact[] => [{ account, state: 'wallet', holds: null }];

/** A V5R1 wallet on the test network. */
const TON: SceneChain = {
  chain: CHAIN,
  create: (clock) => createTonAdapter({ chains: [{ chain: CHAIN, endpoint: 'http://127.0.0.1:9' }], clock }),
  payee: (index) => `0:${sha256Hex(`payee ${index}`)}`,
  fee({ codec }, payee) {
    const native = codec.nativeAsset(CHAIN);
    const tokens = { chain: CHAIN, globalId: -3, native, jettons: [] } as const;
    const own = { tokens, prices: DEFAULT_GAS_PRICES, validForMs: VALID_FOR_MS, jettonGas: 50_000_000n };
    // All amounts of a scene have the same length, and so the same fee.
    const action = { kind: 'transfer', asset: nativeAssetId(CHAIN), amount: 10n ** 15n, to: payee } as const;
    return feeOf({ sends: sendsOf(action, own, payee, factsOf(factsAbout(payee))), extended: [] }, CHAIN, payee, DEFAULT_GAS_PRICES);
  },
  terms: (payee, nowMs) => ({ validUntilMs: nowMs + VALID_FOR_MS, facts: factsAbout(payee) }),
  coin: 1_000_000,
};

/** Requests that are built ahead: few, as in production, so that none of them grows old. */
const BATCH = 64;

/** One decision of every agent, so many times; building before and settling after are outside the timing. ns per decision. */
function createSide(scene: Scene, passes: number): () => Promise<number> {
  const { house, parts, simulation } = scene;
  const simulate = async () => simulation;
  let turn = 0;

  async function batch(agents: readonly SceneAgent[]): Promise<number> {
    const wanted = agents.map((agent) => prepareOffline(scene, agent, requestOf(scene, agent, turn++)));
    const startedNs = process.hrtime.bigint();
    for (const prepared of wanted) approvedRow(await decide(parts, prepared, { simulate }));
    const tookNs = Number(process.hrtime.bigint() - startedNs);
    const rows = await house.store.get(wanted.map(({ request }) => storeKey.request(request.agentId, request.id)));
    await settleAll(scene, rows as unknown as readonly RequestRow[]);
    return tookNs;
  }
  return async () => {
    let tookNs = 0;
    for (let pass = 0; pass < passes; pass += 1) {
      for (let from = 0; from < scene.agents.length; from += BATCH) tookNs += await batch(scene.agents.slice(from, from + BATCH));
      scene.clock.skip(PACE_MS);
    }
    return tookNs / (passes * scene.agents.length);
  };
}

/**
 * Decides in memory through all eight layers to the committed and signed entry, about payments on TON and on an EVM chain in
 * rounds that alternate: two houses of the same size, the same policy, the same habits.
 */
export async function measureTonDecide(options: {
  readonly agents: number;
  readonly passes: number;
  readonly rounds: number;
  /** Decisions of either kind before anything is timed. */
  readonly warm: number;
}): Promise<TonDecideCost> {
  const { agents, passes, rounds, warm } = options;
  const scenes = [await openScene({ agents, chain: TON }), await openScene({ agents })] as const;
  try {
    for (const scene of scenes) await teachProfiles(scene, 64);
    const [ton, evm] = [createSide(scenes[0], passes), createSide(scenes[1], passes)];
    for (let done = 0; done < warm; done += passes * agents) {
      await ton();
      await evm();
    }
    const bound = await ratioBound(ton, evm, { rounds, warmup: 1 });
    return { bound, decisions: rounds * passes * agents };
  } finally {
    for (const scene of scenes) await scene.close();
  }
}

if (import.meta.filename === process.argv[1]) {
  const agents = process.argv.includes('--quick') ? 128 : 1_024;
  const { bound } = await measureTonDecide({ agents, passes: 4, rounds: 11, warm: 8_000 });
  process.stdout.write(
    `TON decision ${(bound.a / 1e3).toFixed(2)} µs, EVM decision ${(bound.b / 1e3).toFixed(2)} µs, ratio ${bound.ratio.toFixed(3)} (95 %: ${bound.lower.toFixed(3)}–${bound.upper.toFixed(3)})\n`,
  );
}
