import { describeIssues } from '../../../core/index.ts';
import { readCondition } from './compile-condition.ts';
import { conditionSchema } from './condition-schema.ts';
import type { Names } from './names.ts';
import type { When } from './rule.ts';

/** Deepest join of joins in one rule, and the most conditions and joins in it. */
const MAX_DEPTH = 8;
const MAX_NODES = 256;

/**
 * Checks the conditions of one rule and brings them into their canonical form; undefined where `names.problems` says what is
 * wrong. A join of nothing is a problem: "all of none" would hold for everything.
 */
export function readWhen(conditions: readonly unknown[], path: string, names: Names): readonly When[] | undefined {
  const before = names.problems.length;
  let nodes = 0;
  const read = (input: unknown, at: string, depth: number): When | undefined => {
    nodes += 1;
    if (nodes > MAX_NODES) {
      if (nodes === MAX_NODES + 1) names.problems.push(`${path}: more than ${MAX_NODES} conditions`);
      return undefined;
    }
    if (depth > MAX_DEPTH) {
      names.problems.push(`${at}: conditions nest deeper than ${MAX_DEPTH}`);
      return undefined;
    }
    const parsed = conditionSchema.safeParse(input);
    if (!parsed.success) {
      names.problems.push(...describeIssues(parsed.error).map((issue) => `${at}.${issue}`));
      return undefined;
    }
    const node = parsed.data;
    const list = (parts: readonly unknown[], name: string): readonly When[] =>
      parts.flatMap((part, index) => read(part, `${at}.${name}[${index}]`, depth + 1) ?? []);
    if ('all' in node) return { all: list(node.all, 'all') };
    if ('any' in node) return { any: list(node.any, 'any') };
    if ('not' in node) {
      const inner = read(node.not, `${at}.not`, depth + 1);
      return inner === undefined ? undefined : { not: inner };
    }
    return readCondition(node, at, names);
  };
  const when = conditions.flatMap((condition, index) => read(condition, `${path}[${index}]`, 1) ?? []);
  return names.problems.length > before ? undefined : when;
}
