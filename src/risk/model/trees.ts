/** One tree: questions, each of whose answers leads to another one or to a leaf. */
export interface Tree {
  /** Places of the gauges asked, the first question first. */
  readonly gauges: ArrayLike<number>;
  /** A figure above it answers yes. */
  readonly above: ArrayLike<number>;
  /** Where a no and a yes lead, two places for each question: to a later question of the tree, or by −1 − n to its leaf n. */
  readonly next: ArrayLike<number>;
  /** Of 256 actions that come to a question in training, those that answered yes. */
  readonly yes: ArrayLike<number>;
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
  for (const { gauges, above, next, leaves } of trees) {
    let place = 0;
    while (place >= 0) place = next[2 * place + Number((figures[gauges[place] as number] as number) > (above[place] as number))] as number;
    score += leaves[-1 - place] as number;
  }
  return score;
}

/** The same trees side by side, as they are scored. */
export interface FlatTrees {
  readonly bias: number;
  /** Place of each tree's first question. */
  readonly roots: Int32Array;
  /** Those of all trees, one after the other; `next` counts from the first tree's first question and leaf. */
  readonly gauges: Uint8Array;
  readonly above: Float32Array;
  readonly next: Int32Array;
  readonly leaves: Float64Array;
  /** The same questions as they are asked: gauge, {@link keyOf} of the figure, and where a no and a yes lead, each a place here or `~leaf`. */
  readonly asked: Int32Array;
  /** What is expected of actions that come to a question, by what training saw. */
  readonly means: Float64Array;
}

/** Places of one question in `asked`. */
const ASKED = 4;
const MOST_GAUGES = 256;
const figure = new Float32Array(MOST_GAUGES);
const bits = new Int32Array(figure.buffer);
const keys = new Int32Array(MOST_GAUGES);

/**
 * Orders singles of eight binary digits as whole numbers, by their bits: of two keys the difference fits into 32 bits, so that its sign answers a question
 * and no processor has to guess.
 */
function keyOf(single: number): number {
  return (single ^ ((single >> 31) & 0x7fff_ffff)) >> 1;
}

/** What {@link scoreTrees} says of figures that are numbers of at most eight binary digits, as `readFigures` and `unpackFigures` give them: what lies nearer to a bound may count as at it. */
export function scoreFlatTrees({ bias, roots, asked, leaves }: FlatTrees, figures: Float32Array): number {
  figure.set(figures);
  for (let gauge = 0; gauge < figures.length; gauge += 1) keys[gauge] = keyOf(bits[gauge] as number);
  let score = bias;
  for (let tree = 0; tree < roots.length; tree += 1) {
    let place = ASKED * (roots[tree] as number);
    do {
      const key = keys[asked[place] as number] as number;
      place = asked[place + 2 + (((asked[place + 1] as number) - key) >>> 31)] as number;
    } while (place >= 0);
    score += leaves[~place] as number;
  }
  return score;
}

/**
 * Adds what each gauge adds to the score of one action to `parts`, one place for each gauge; with {@link meanScore} they add up to {@link scoreTrees}.
 * On the way down a tree each answer moves what is to be expected: that move is its gauge's part. O(trees × depth).
 */
export function addParts({ roots, gauges, above, next, leaves, means }: FlatTrees, figures: Float32Array, parts: Float64Array): void {
  for (const root of roots) {
    for (let place = root; place >= 0; ) {
      const gauge = gauges[place] as number;
      const to = next[2 * place + Number((figures[gauge] as number) > (above[place] as number))] as number;
      const moved = (to < 0 ? (leaves[~to] as number) : (means[to] as number)) - (means[place] as number);
      parts[gauge] = (parts[gauge] as number) + moved;
      place = to;
    }
  }
}

/** The score before any gauge is read: what the parts of a score are added to. */
export function meanScore({ bias, roots, means }: FlatTrees): number {
  return roots.reduce((sum, root) => sum + (means[root] as number), bias);
}

/** Lays trees side by side. @throws RangeError for a tree that asks nothing, or leads back, astray or nowhere */
export function flatten({ bias, trees }: Trees): FlatTrees {
  const questions = trees.reduce((sum, { gauges }) => sum + gauges.length, 0);
  const flat = {
    bias,
    roots: new Int32Array(trees.length),
    gauges: new Uint8Array(questions),
    above: new Float32Array(questions),
    next: new Int32Array(2 * questions),
    leaves: new Float64Array(questions + trees.length),
    means: new Float64Array(questions),
    asked: new Int32Array(ASKED * questions),
  };
  let root = 0;
  for (const [at, tree] of trees.entries()) {
    flat.roots[at] = root;
    layDown(tree, flat, root, root + at);
    root += tree.gauges.length;
  }
  for (const [place, above] of flat.above.entries()) {
    // Of two zeros, the usual one.
    figure[0] = above + 0;
    const to = [0, 1].map((answer) => flat.next[2 * place + answer] as number).map((next) => (next < 0 ? next : ASKED * next));
    flat.asked.set([flat.gauges[place] as number, keyOf(bits[0] as number), ...to], ASKED * place);
  }
  return flat;
}

function layDown({ gauges, above, next, yes, leaves }: Tree, flat: FlatTrees, root: number, leaf: number): void {
  const count = gauges.length;
  if (count === 0 || leaves.length !== count + 1)
    throw new RangeError('a tree has one leaf more than it has questions, and one question at least');
  for (let at = 0; at <= count; at += 1) flat.leaves[leaf + at] = leaves[at] as number;
  for (let at = count - 1; at >= 0; at -= 1) {
    flat.gauges[root + at] = gauges[at] as number;
    flat.above[root + at] = above[at] as number;
    const [no, its] = [0, 1].map((answer) => {
      const to = next[2 * at + answer] as number;
      // Later questions only: nobody goes round in circles.
      if (!(to < 0 ? -1 - to <= count : to > at && to < count)) throw new RangeError('an answer leads nowhere');
      flat.next[2 * (root + at) + answer] = to < 0 ? to - leaf : to + root;
      return to < 0 ? (flat.leaves[leaf - 1 - to] as number) : (flat.means[root + to] as number);
    }) as [number, number];
    flat.means[root + at] = no + ((its - no) * (yes[at] as number)) / 256;
  }
}
