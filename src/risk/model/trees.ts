/** One tree: every level asks the same question of all, so that the answers are the bits of the leaf's place. */
export interface Tree {
  /** Places of the gauges asked, first level first. */
  readonly gauges: ArrayLike<number>;
  /** A figure above it answers yes. */
  readonly above: ArrayLike<number>;
  /** By the answers as a binary number, first level highest. */
  readonly leaves: ArrayLike<number>;
}

/** Trees whose answers add up to the logarithm of the odds that an action is bad. */
export interface Trees {
  readonly bias: number;
  readonly trees: readonly Tree[];
}

/** The odds' logarithm for one action's figures. O(trees × depth). */
export function scoreTrees({ bias, trees }: Trees, figures: ArrayLike<number>): number {
  let score = bias;
  for (let at = 0; at < trees.length; at += 1) {
    const { gauges, above, leaves } = trees[at] as Tree;
    let leaf = 0;
    for (let level = 0; level < gauges.length; level += 1) {
      leaf = leaf * 2 + Number((figures[gauges[level] as number] as number) > (above[level] as number));
    }
    score += leaves[leaf] as number;
  }
  return score;
}

/** Trees of one depth, side by side: the same scores, more quickly. */
export interface FlatTrees extends Trees {
  readonly depth: number;
  /** Those of all trees, one after the other. */
  readonly gauges: Uint8Array;
  readonly above: Float32Array;
  readonly leaves: Float64Array;
  /** Mean of the leaves below each node, tree by tree as a heap whose root is the second: what {@link addParts} moves along. */
  readonly means: Float64Array;
}

/** What {@link scoreTrees} says of them. */
export function scoreFlatTrees(trees: FlatTrees, figures: Float32Array): number {
  const { bias, depth, gauges, above, leaves } = trees;
  if (depth === 5) return scoreOfFive(trees, figures);
  let score = bias;
  let first = 0;
  for (let question = 0; question < gauges.length; first += 1 << depth) {
    let leaf = 0;
    for (const end = question + depth; question < end; question += 1) {
      leaf = (leaf << 1) | ((figures[gauges[question] as number] as number) > (above[question] as number) ? 1 : 0);
    }
    score += leaves[first + leaf] as number;
  }
  return score;
}

/** The same for trees of five levels, written out: no answer is waited for before the next question is asked. */
function scoreOfFive({ bias, gauges, above, leaves }: FlatTrees, figures: Float32Array): number {
  const answer = (question: number): number => Number((figures[gauges[question] as number] as number) > (above[question] as number));
  let score = bias;
  let first = 0;
  for (let at = 0; at < gauges.length; at += 5, first += 32) {
    const leaf = (answer(at) << 4) | (answer(at + 1) << 3) | (answer(at + 2) << 2) | (answer(at + 3) << 1) | answer(at + 4);
    score += leaves[first + leaf] as number;
  }
  return score;
}

/** Adds what each gauge adds, as {@link partsOfScore} has it, to `parts`, one place for each gauge. O(trees × depth). */
export function addParts({ depth, gauges, above, means }: FlatTrees, figures: Float32Array, parts: Float64Array): void {
  let root = 0;
  for (let question = 0; question < gauges.length; root += 2 << depth) {
    let node = 1;
    for (const end = question + depth; question < end; question += 1) {
      const gauge = gauges[question] as number;
      const next = 2 * node + ((figures[gauge] as number) > (above[question] as number) ? 1 : 0);
      parts[gauge] = (parts[gauge] as number) + (means[root + next] as number) - (means[root + node] as number);
      node = next;
    }
  }
}

/**
 * What each gauge adds to the score of one action; with the bias of {@link meanScore} the parts add up to {@link scoreTrees}.
 * On the way down a tree each answer moves the mean of the leaves that can still be reached: that move is its gauge's part.
 */
export function partsOfScore({ trees }: Trees, figures: ArrayLike<number>): ReadonlyMap<number, number> {
  const parts = new Map<number, number>();
  for (const { gauges, above, leaves } of trees) {
    let from = 0;
    let to = leaves.length;
    let mean = meanOf(leaves, from, to);
    for (let level = 0; level < gauges.length; level += 1) {
      const gauge = gauges[level] as number;
      const half = (from + to) / 2;
      if ((figures[gauge] as number) > (above[level] as number)) from = half;
      else to = half;
      const next = meanOf(leaves, from, to);
      parts.set(gauge, (parts.get(gauge) ?? 0) + next - mean);
      mean = next;
    }
  }
  return parts;
}

/** The score before any gauge is read: what the parts of a score are added to. */
export function meanScore({ bias, trees }: Trees): number {
  return trees.reduce((sum, { leaves }) => sum + meanOf(leaves, 0, leaves.length), bias);
}

function meanOf(leaves: ArrayLike<number>, from: number, to: number): number {
  let sum = 0;
  for (let leaf = from; leaf < to; leaf += 1) sum += leaves[leaf] as number;
  return sum / (to - from);
}
