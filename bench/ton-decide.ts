import { type RatioBound, ratioBound } from '../scripts/scorecard/measure.ts';
import { feeOf } from '../src/adapters/ton/fees.ts';
import { createTonAdapter } from '../src/adapters/ton/index.ts';
import type { AccountId, BuildContext, ChainId, RequestRow } from '../src/core/index.ts';
import { sha256Hex, storeKey } from '../src/core/index.ts';
import { decide } from '../src/manager/pipeline/decide.ts';
import { approvedRow, PACE_MS, prepareOffline, requestOf, settleAll, teachProfiles } from './payments.ts';
import { openScene, type Scene, type SceneAgent, type SceneChain } from './scene.ts';

/** What a decision about a TON payment costs beside one about an EVM payment. All figures ns per decision. */
export interface TonDecideCost {
  readonly bound: RatioBound;
  /** Characters of the log entry of one decision. */
  readonly entryChars: { readonly ton: number; readonly evm: number };
  readonly decisions: number;
}

/** A V5R1 wallet on the test network. */
const TON: SceneChain = {
  chain: 'ton:-3' as ChainId,
  create: (clock) => createTonAdapter({ chains: [{ chain: TON.chain, endpoint: 'http://127.0.0.1:9' }], clock }),
  payee: (index) => `0:${sha256Hex(`payee ${index}`)}`,
  fee: ({ codec }, payee) => probeFee(codec.nativeAsset(TON.chain).asset, payee),
  terms: (payee, nowMs) => termsOf(payee, nowMs),
  coin: 1_000_000,
};
