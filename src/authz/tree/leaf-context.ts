import type { LayerContext } from '../layer.ts';
import type { CompiledPolicy } from '../policy/compiled-policy.ts';

/** The same judgement under the policy of a leaf. Its facts are its own: what depends on lists is another fact under other lists. */
export function leafContext(context: LayerContext, policy: CompiledPolicy, path: string): LayerContext {
  const named = (fact: string): string => `policy.${path}.${fact}`;
  return {
    request: context.request,
    tx: context.tx,
    signature: context.signature,
    decoded: context.decoded,
    effects: context.effects,
    exposure: context.exposure,
    policy,
    ...(context.place === undefined ? {} : { place: context.place }),
    settings: context.settings,
    tokens: context.tokens,
    nowMs: context.nowMs,
    satisfied: context.satisfied,
    output: context.output,
    memo: { ...context.memo, room: [] },
    get signal() {
      return context.signal;
    },
    fact: (name, compute) => context.fact(named(name), compute),
    factLater: (name, compute) => context.factLater(named(name), compute),
    readMore: (effects) => context.readMore(effects),
  };
}
