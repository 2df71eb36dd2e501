import { type RatioBound, ratioBound, settle } from '../scripts/scorecard/measure.ts';
import { factsOf } from '../src/adapters/ton/decode/index.ts';
import { DEFAULT_GAS_PRICES, feeOf } from '../src/adapters/ton/fees.ts';
import { createTonAdapter } from '../src/adapters/ton/index.ts';
import { sendsOf } from '../src/adapters/ton/sends-of.ts';
import { type AccountFact, type AccountId, type ChainId, nativeAssetId, type RequestRow, sha256Hex, storeKey } from '../src/core/index.ts';
import { decide } from '../src/manager/pipeline/decide.ts';
import type { PreparedTx } from '../src/manager/pipeline/prepared.ts';
import { approvedRow, dryRunOf, PACE_MS, prepareOffline, requestOf, settleAll, teachProfiles } from './payments.ts';
import { openScene, type Scene, type SceneChain } from './scene.ts';

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
export const TON: SceneChain = {
  chain: CHAIN,
  create: (clock) => createTonAdapter({ chains: [{ chain: CHAIN, endpoint: 'http://127.0.0.1:9' }], clock }),
  payee: (index) => `0:${sha256Hex(`payee ${index}`)}`,
  fee({ codec }, payee, asked) {
    const native = codec.nativeAsset(CHAIN);
    const tokens = { chain: CHAIN, globalId: -3, native, jettons: [] } as const;
    const own = { tokens, prices: DEFAULT_GAS_PRICES, validForMs: VALID_FOR_MS, jettonGas: 50_000_000n };
    // All amounts of a scene have the same length, and so the same fee.
    const action = asked ?? ({ kind: 'transfer', asset: nativeAssetId(CHAIN), amount: 10n ** 15n, to: payee } as const);
    return feeOf({ sends: sendsOf(action, own, payee, factsOf(factsAbout(payee))), extended: [] }, CHAIN, payee, DEFAULT_GAS_PRICES);
  },
  terms: (payee, nowMs) => ({ validUntilMs: nowMs + VALID_FOR_MS, facts: factsAbout(payee) }),
  coin: 1_000_000,
};

/** Decisions of one side before it is the other's turn. */
const BATCH = 16;

/** One side of a round: what is built before, what is timed, and what is settled after. */
interface Side {
  prepare(): void;
  /** Decides for some agents; ns in all. */
  slice(from: number): Promise<number>;
  finish(): Promise<void>;
}

function createSide(scene: Scene): Side {
  const { house, parts } = scene;
  let turn = 0;
  let wanted: readonly { readonly prepared: PreparedTx; readonly simulate: ReturnType<typeof dryRunOf> }[] = [];
  return {
    prepare() {
      wanted = scene.agents.map((agent) => {
        const prepared = prepareOffline(scene, agent, requestOf(scene, agent, turn++));
        return { prepared, simulate: dryRunOf(scene, prepared) };
      });
    },
    async slice(from) {
      const startedNs = process.hrtime.bigint();
      for (const { prepared, simulate } of wanted.slice(from, from + BATCH)) approvedRow(await decide(parts, prepared, { simulate }));
      return Number(process.hrtime.bigint() - startedNs);
    },
    async finish() {
      const rows = await house.store.get(wanted.map(({ prepared: { request } }) => storeKey.request(request.agentId, request.id)));
      await settleAll(scene, rows as unknown as readonly RequestRow[]);
      scene.clock.skip(PACE_MS);
      wanted = [];
    },
  };
}

/** What one round cost either side, ns per decision. */
interface Pair {
  readonly ton: number;
  readonly evm: number;
}

/**
 * Decides for every agent of both houses so many times, a few of one and a few of the other in turn: what else the machine does
 * falls on both. Nothing of what building left behind is cleared away at the decisions' cost.
 */
function createPairs([ton, evm]: readonly [Scene, Scene], passes: number): () => Promise<Pair> {
  const sides = { ton: createSide(ton), evm: createSide(evm) };
  const agents = ton.agents.length;
  return async () => {
    const tookNs = { ton: 0, evm: 0 };
    for (let pass = 0; pass < passes; pass += 1) {
      for (const side of Object.values(sides)) side.prepare();
      await settle();
      for (let from = 0, turn = pass; from < agents; from += BATCH, turn += 1) {
        const order = turn % 2 === 0 ? (['ton', 'evm'] as const) : (['evm', 'ton'] as const);
        for (const name of order) tookNs[name] += await sides[name].slice(from);
      }
      for (const side of Object.values(sides)) await side.finish();
    }
    return { ton: tookNs.ton / (passes * agents), evm: tookNs.evm / (passes * agents) };
  };
}

/** The sides of pairs that are measured together: whichever is asked first makes the pair, the other takes its part of it. */
function sidesOf(pair: () => Promise<Pair>): Readonly<Record<keyof Pair, () => Promise<number>>> {
  let made: Pair | undefined;
  const side = (name: keyof Pair) => async (): Promise<number> => {
    const first = made === undefined;
    const now = made ?? (await pair());
    made = first ? now : undefined;
    return now[name];
  };
  return { ton: side('ton'), evm: side('evm') };
}

/**
 * Decides in memory through all eight layers to the committed and signed entry, about payments on TON and on an EVM chain in
 * turns: two houses of the same size, the same policy, the same habits.
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
    const pair = createPairs(scenes, passes);
    for (let done = 0; done < warm; done += passes * agents) await pair();
    const { ton, evm } = sidesOf(pair);
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
