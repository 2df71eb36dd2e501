import type { CompiledPolicy } from '../../src/authz/index.ts';
import type { JudgeInput } from '../../src/authz/judge-input.ts';
import { JudgeSession } from '../../src/authz/judge-session.ts';
import { DEFAULT_JUDGE_SETTINGS } from '../../src/authz/judge-settings.ts';
import { limitsLayer } from '../../src/authz/layers/limits.ts';
import type { Effect, Json, LayerOutcome, PriceSource } from '../../src/core/index.ts';
import type { Permissions } from '../../src/index.ts';
import { ETH, input, policyOf, request, send, tx } from '../authz/fixture.ts';
import { WIDE } from './rig.ts';

export const DAY_MS = 86_400_000;
/** One and a hundred base units, in whole ones. */
export const WEI = '0.000000000000000001';
export const HUNDRED = '0.0000000000000001';

/** What a layer looks at: ten base units that leave, free of charge, unless said otherwise. */
export interface LayerScene {
  readonly policy?: CompiledPolicy;
  readonly effects?: readonly Effect[];
  readonly rows?: Record<string, Json>;
  readonly over?: Partial<JudgeInput>;
  readonly fee?: bigint;
  readonly strategy?: string;
  readonly price?: PriceSource['price'];
}

/** The context of one layer, without the judge around it. */
export function contextOf({ policy = policyOf(WIDE), effects = [send(10n)], rows = {}, over = {}, fee = 0n, strategy, price }: LayerScene) {
  const paying = tx({ fee: { asset: ETH, ceiling: fee, params: {} } });
  const more = { tx: paying, ...(price === undefined ? {} : { price: { price } as PriceSource }), ...over };
  const asked = request(strategy === undefined ? {} : { context: { strategy } });
  return new JudgeSession(input({ request: asked, effects, policy, rows, over: more }), DEFAULT_JUDGE_SETTINGS).context;
}

/** What the limits say at once, and what they leave for the step that decides. */
export function limitsSay(scene: LayerScene) {
  const context = contextOf(scene);
  const { verdict, reasons } = limitsLayer.judge(context) as LayerOutcome;
  const { lines, feeLines, caps, warnings } = context.output;
  return { verdict, reasons, codes: reasons.map(({ code }) => code), lines, feeLines, caps, warnings };
}

/** Wide permissions with these limits. */
export const limited = (limits: object, more: Permissions = {}): CompiledPolicy =>
  policyOf({ ...WIDE, ...more, limits: { ...WIDE.limits, ...limits } });
