import { compareOnce } from '../../test/authz/policy-differential.ts';
import { drawFrom } from '../../test/authz/policy-random.ts';
import { changesOf, instant, mismatch, zoneNames } from '../../test/authz/zone-pairs.ts';
import { mulberry32 } from './measure.ts';

/** A part of a long comparison, for a process of its own; what it found goes to its parent as one message. */
const [kind, seedText = '', countText = '', partText = '', partsText = ''] = process.argv.slice(2);
const [count, part, parts] = [Number(countText), Number(partText), Number(partsText)];
const random = mulberry32(Number(seedText) + part);
const REQUESTS_PER_POLICY = 20;

/** Random requests to random policies, in code and in the model. */
function policies(): Readonly<Record<string, number>> {
  const draw = drawFrom(random);
  const total = { requests: 0, denials: 0, escalations: 0, allowed: 0 };
  while (total.requests < count) {
    const found = compareOnce(draw, Math.min(REQUESTS_PER_POLICY, count - total.requests));
    for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += found[key];
  }
  return total;
}

/** Zones of one process in the short form; the long one takes all of them. */
const FEW = 12;
const LONG = 100_000;

/** Random instants in this part's zones; the first half near changes of the clocks, in zones that have any. */
function zones(): Readonly<Record<string, number>> {
  const own = zoneNames().filter((_, index) => index % parts === part);
  const looked = (count < LONG ? own.filter((_, index) => index % Math.ceil(own.length / FEW) === 0) : own).map((zone) => ({
    zone,
    changes: changesOf(zone),
  }));
  const changing = looked.filter(({ changes }) => changes.length > 0);
  const found = { pairs: 0, near: 0, changes: 0, zones: looked.length };
  for (const { changes } of changing) found.changes += changes.length;
  for (; found.pairs < count; found.pairs += 1) {
    const near = found.near * 2 < count;
    const among = near ? changing : looked;
    const { zone, changes } = among[found.pairs % among.length] as (typeof looked)[number];
    const wrong = mismatch(zone, instant(random, changes, near));
    if (wrong !== undefined) throw new Error(wrong);
    if (near) found.near += 1;
  }
  return found;
}

try {
  process.send?.(kind === 'zones' ? zones() : policies());
} catch (error) {
  process.send?.({ failed: error instanceof Error ? error.message.slice(0, 4_000) : String(error) });
}
