import { type Cell, UNKNOWN } from './cell.ts';
import { OWN_FIELDS } from './own-fields.ts';
import type { Rule } from './rule.ts';
import { conjuncts, isKey } from './rule-key.ts';
import { createRulePart, type RulePart, type TestedRule } from './rule-part.ts';
import { compileTest, isIn } from './rule-test.ts';
import { createScales, type Scales } from './scales.ts';
import { OTHER, type TextCells } from './text-cells.ts';

const CONSEQUENCES = ['deny', 'escalate', 'allow'] as const;
/** Own fields have the first scales, in their order. */
const EFFECT = OWN_FIELDS.indexOf('effect');

/**
 * Rules sorted by what they look for, apart for each effect that one of them names: most rules are about one effect, so that an item
 * is compared only with what rules say of its own, and only its fields that these look at are read. What is found is what looking
 * at every rule would find.
 */
export class RuleIndex {
  /** Those that deny, then those that escalate, then those that allow. */
  readonly rules: readonly Rule[];
  readonly #scales: Scales;
  readonly #effects: TextCells | null;
  readonly #tested: readonly TestedRule[];
  /** By the cells of effects; each is made when the first item of its effect is seen. */
  readonly #parts: (RulePart | undefined)[] = [];
  /** Effects that rules name, once they are seen: so few that to look through them costs less than to hash one. */
  readonly #seen: { readonly effect: string; readonly part: RulePart }[] = [];
  #whole: RulePart | undefined;

  constructor(rules: readonly Rule[]) {
    this.rules = CONSEQUENCES.flatMap((then) => rules.filter((rule) => rule.then === then).sort((a, b) => b.priority - a.priority));
    this.#scales = createScales(this.rules);
    this.#effects = this.#scales.reader.own.effect;
    this.#tested = this.rules.map((rule) => ({
      rule,
      tests: conjuncts(rule.when).map((node) => ({ test: compileTest(node, this.#scales.cellTest), isKey: isKey(node) })),
    }));
  }

  /** The rules that may speak about items of an effect. */
  partOf(effect: string): RulePart {
    const seen = this.#seen;
    for (let at = 0; at < seen.length; at += 1) {
      const known = seen[at] as (typeof seen)[number];
      if (known.effect === effect) return known.part;
    }
    return this.#partOf(effect);
  }

  #partOf(effect: string): RulePart {
    const cell = this.#effects === null ? UNKNOWN : this.#effects.of(effect);
    if (cell < 0) {
      this.#whole ??= createRulePart(this.#tested, this.#scales.reader);
      return this.#whole;
    }
    const known = this.#parts[cell];
    if (known !== undefined) return known;
    const part = createRulePart(
      this.#tested.flatMap((rule) => ofEffect(rule, cell)),
      this.#scales.reader,
    );
    this.#parts[cell] = part;
    if (cell !== OTHER) this.#seen.push({ effect, part });
    return part;
  }
}

/** The rule without what it says of the effect; none where that does not hold. */
function ofEffect({ rule, tests }: TestedRule, effect: Cell): readonly TestedRule[] {
  const left: TestedRule['tests'][number][] = [];
  for (const part of tests) {
    const { test } = part;
    if (test.kind !== 'cell' || test.scale !== EFFECT) left.push(part);
    else if (isIn(test, effect) !== true) return [];
  }
  return [{ rule, tests: left }];
}
