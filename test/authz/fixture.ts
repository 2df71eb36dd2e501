import {
  type CompiledPolicy,
  compilePolicy,
  createJudge,
  type Judge,
  type JudgeInput,
  type JudgeOptions,
  judgeKeys,
  type Permissions,
  type PolicyBase,
} from '../../src/authz/index.ts';
import type {
  AccountId,
  ActionRequest,
  AssetId,
  ChainId,
  DecodedTransaction,
  Digest,
  Effect,
  Json,
  SimulationReport,
  Token,
  UnsignedTransaction,
} from '../../src/core/index.ts';
import { createDeadlines, storeKey } from '../../src/core/index.ts';
import { createManualClock, type ManualClock } from '../../src/testing/manual-clock.ts';

export const NOW = 1_760_000_000_000;
export const CHAIN = 'eip155:1' as ChainId;
export const ETH = 'eip155:1/slip44:60' as AssetId;
export const USDC = 'eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48' as AssetId;
export const WETH = 'eip155:1/erc20:0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2' as AssetId;
export const account = (digit: string): AccountId => `eip155:1:0x${digit.repeat(40).slice(0, 40)}` as AccountId;
export const WALLET = account('a1');
export const BOB = account('b2');
export const EVE = account('e3');
export const ROUTER = account('c4');
export const TOKENS: readonly Token[] = [
  { asset: ETH, symbol: 'ETH', decimals: 18 },
  { asset: USDC, symbol: 'USDC', decimals: 6 },
  { asset: WETH, symbol: 'WETH', decimals: 18 },
];
export const BASE: PolicyBase = {
  limits: { unit: ETH, perTransaction: 1_000, daily: 5_000, weekly: 20_000, monthly: 50_000 },
  rateLimiting: { maxPerHour: 10, cooldownSeconds: 60 },
};
export const OPEN: Permissions = {
  capabilities: { transfers: { enabled: true }, contracts: { enabled: true }, approvals: { enabled: true } },
  limits: { perTransaction: 10, daily: 20, weekly: 100, monthly: 200 },
  allowedDestinations: [BOB],
};
export const ether = (text: string): bigint => BigInt(Math.round(Number(text) * 1_000)) * 10n ** 15n;
export const policyOf = (permissions: Permissions = OPEN, base: PolicyBase = BASE): CompiledPolicy =>
  compilePolicy(permissions, TOKENS, base);

export const send = (amount: bigint, to: AccountId = BOB, asset: AssetId = ETH, leaf = '0', from: AccountId = WALLET): Effect => ({
  kind: 'outflow',
  account: from,
  counterparty: to,
  asset,
  amount,
  leaf,
  source: 'bytes',
});
export const simulated = (amount: bigint, to: AccountId | null, asset: AssetId = ETH): Effect => ({
  kind: 'outflow',
  account: WALLET,
  counterparty: to,
  asset,
  amount,
  leaf: '0',
  source: 'simulation',
});
export const allow = (amount: bigint | 'unlimited', spender: AccountId = BOB, asset: AssetId = USDC): Effect => ({
  kind: 'allowance',
  owner: WALLET,
  spender,
  asset,
  amount,
  expiresAtMs: null,
  leaf: '0',
  source: 'bytes',
});
export const call = (contract: AccountId = ROUTER, selector = '0x12345678', method: string | null = 'swap', leaf = '0'): Effect => ({
  kind: 'call',
  contract,
  selector,
  method,
  args: null,
  value: 0n,
  asset: ETH,
  leaf,
  source: 'bytes',
});
export const unknown = (contract: AccountId | null = ROUTER, selector: string | null = '0x12345678'): Effect => ({
  kind: 'unknown',
  contract,
  selector,
  detail: 'the method is not known',
  leaf: '0',
  source: 'bytes',
});
export const FEE = 1_000_000_000_000n;
export const fee = (max: bigint = FEE): Effect => ({ kind: 'fee', account: WALLET, asset: ETH, max, leaf: '0', source: 'bytes' });

const DIGEST = '00'.repeat(32) as Digest;
export const tx = (over: Partial<UnsignedTransaction> = {}): UnsignedTransaction => ({
  chain: CHAIN,
  wallet: WALLET,
  payload: new Uint8Array(8),
  payloadDigest: DIGEST,
  slot: 0,
  fee: { asset: ETH, ceiling: FEE, params: {} },
  validUntilMs: null,
  ...over,
});
export const request = (over: Partial<ActionRequest> = {}): ActionRequest => ({
  id: 'r1',
  tenant: 't',
  agentId: 'a1',
  userId: 'u1',
  wallet: WALLET,
  chain: CHAIN,
  type: 'transfer',
  action: { kind: 'transfer', asset: ETH, amount: ether('1'), to: BOB },
  declared: { asset: ETH, amount: ether('1').toString(), destination: BOB },
  context: {},
  feeCeiling: null,
  notAfterMs: null,
  narrow: null,
  receivedAtMs: NOW,
  bodyDigest: DIGEST,
  ...over,
});
/** A request about bytes that somebody else built, with nothing declared. */
export const foreign = (over: Partial<ActionRequest> = {}): ActionRequest =>
  request({
    type: 'transaction',
    action: { kind: 'transaction', bytes: new Uint8Array() },
    declared: { asset: null, amount: null, destination: null },
    ...over,
  });
export const report = (effects: readonly Effect[] = [], over: Partial<SimulationReport> = {}): SimulationReport => ({
  success: true,
  wouldRevert: false,
  gasEstimate: '21000',
  coverageLevel: 'deep',
  caveats: ['state_may_diverge'],
  effects,
  warnings: [],
  errors: [],
  block: { number: '1', hash: `0x${'11'.repeat(32)}`, timestampMs: NOW },
  ...over,
});

/** Everything in order: one ETH to a listed, known destination, by an agent that has paid it often. */
export interface Scene {
  readonly effects?: readonly Effect[];
  readonly request?: ActionRequest;
  readonly policy?: CompiledPolicy;
  readonly rows?: Readonly<Record<string, Json>>;
  readonly over?: Partial<JudgeInput>;
}

export function input(scene: Scene = {}): JudgeInput {
  const effects = scene.effects ?? [fee(), send(ether('1'))];
  const decoded: DecodedTransaction = { effects, calls: [], complete: !effects.some(({ kind }) => kind === 'unknown') };
  const made = { request: scene.request ?? request(), tx: scene.over?.tx ?? tx(), decoded, policy: scene.policy ?? policyOf() };
  const rows = scene.rows ?? {};
  const read = (keys: readonly string[]) => keys.map((key) => rows[key]);
  const keys = judgeKeys(made);
  return {
    ...made,
    rows: { keys, values: read(keys) },
    read: async (more) => read(more),
    simulate: async () =>
      report(
        effects
          .map((effect) => ({ ...effect, source: 'simulation' }) as Effect)
          .filter(({ kind }) => kind === 'outflow' || kind === 'inflow' || kind === 'allowance'),
      ),
    satisfied: new Set(),
    tokens: TOKENS,
    nowMs: NOW,
    deadlineMs: NOW + 30_000,
    ...scene.over,
  };
}

export interface Bench {
  readonly clock: ManualClock;
  readonly judge: Judge;
}
export function bench(options: Partial<JudgeOptions> = {}): Bench {
  const clock = createManualClock(NOW);
  return { clock, judge: createJudge({ clock, deadlines: createDeadlines(clock), ...options }) };
}
export const judgeOnce = (scene: Scene = {}, options: Partial<JudgeOptions> = {}) => bench(options).judge.judge(input(scene));
export const docRow = (key: string, value: Json): Record<string, Json> => ({ [storeKey.doc(key)]: { version: 1, value } });
