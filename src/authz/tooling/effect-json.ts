import type { Effect, Json } from '../../core/index.ts';

/** Fields of an effect that are amounts. */
const AMOUNTS = ['amount', 'max', 'value'] as const;
const DECIMAL = /^-?[0-9]{1,96}$/;

/** Writes effects for a decision that tells `known` already: an effect that differs from one of those only in its source is that one's position. */
export function packEffects(effects: readonly Effect[], known: readonly Effect[]): Json {
  return effects.map((effect): Json => {
    const at = known.findIndex((other) => sameDeed(effect, other));
    return at >= 0 ? at : effectJson(effect);
  });
}

/** The inverse of {@link packEffects}; undefined for what it did not write. Every effect read is of a simulation. */
export function unpackEffects(packed: Json | undefined, known: readonly Effect[]): readonly Effect[] | undefined {
  if (!Array.isArray(packed)) return undefined;
  const effects: Effect[] = [];
  for (const item of packed as readonly Json[]) {
    const effect = typeof item === 'number' ? known[item] : readEffect(item);
    if (effect === undefined) return undefined;
    effects.push({ ...effect, source: 'simulation' });
  }
  return effects;
}

function effectJson(effect: Effect): Json {
  return Object.fromEntries(
    Object.entries(effect).flatMap(([field, value]): [string, Json][] =>
      value === undefined ? [] : [[field, typeof value === 'bigint' ? value.toString() : (value as Json)]],
    ),
  );
}

function readEffect(item: Json): Effect | undefined {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return undefined;
  const effect: Record<string, unknown> = { ...item };
  for (const field of AMOUNTS) {
    const value = effect[field];
    if (typeof value === 'string' && DECIMAL.test(value)) effect[field] = BigInt(value);
  }
  return typeof effect['kind'] === 'string' ? (effect as unknown as Effect) : undefined;
}

/** Whether two effects are the same but for where they were read. Nested members count as different. */
function sameDeed(a: Effect, b: Effect): boolean {
  if (a.kind !== b.kind || a.leaf !== b.leaf) return false;
  const [left, right] = [a as unknown as Record<string, unknown>, b as unknown as Record<string, unknown>];
  for (const field in left) if (field !== 'source' && left[field] !== right[field]) return false;
  for (const field in right) if (left[field] === undefined && right[field] !== undefined) return false;
  return true;
}
