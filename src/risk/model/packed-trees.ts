import type { FlatTrees, Tree, Trees } from './trees.ts';

/** Trees as they are shipped: JSON-safe, one text for all of them. */
export type PackedTrees = {
  readonly bias: number;
  readonly depth: number;
  readonly count: number;
  /** What a leaf's whole number is multiplied with. */
  readonly step: number;
  /**
   * Base64. Tree by tree: a byte for the gauge of each level, two bytes for the figure that it is compared with (the upper half of a float, big end first),
   * two bytes, signed, for each leaf.
   */
  readonly trees: string;
};

/** A trained model, as it is shipped. */
export type HabitModelData = {
  /** Which training it comes from. */
  readonly version: string;
  /** Names of the gauges, in the order in which trees count them. */
  readonly gauges: readonly string[];
  readonly trees: PackedTrees;
  /** Scores that so many of 1,000 good actions pass, `[good actions in 1,000, score]`, the rarest last. Measured on wallets that the model had not seen. */
  readonly passed: readonly (readonly [goodIn1000: number, score: number])[];
};

const MOST_LEAF = 32_767;
const single = new Float32Array(1);
const word = new Uint32Array(single.buffer);

/** Packs trees of one depth. Leaves are rounded to the `step` that the largest allows. */
export function packTrees({ bias, trees }: Trees): PackedTrees {
  const depth = Math.max(...trees.map(({ gauges }) => gauges.length));
  if (trees.some(({ gauges }) => gauges.length !== depth)) throw new RangeError('the trees are of different depths');
  const largest = Math.max(...trees.flatMap(({ leaves }) => Array.from(leaves, Math.abs)));
  const step = largest === 0 ? 1 : Number((largest / MOST_LEAF).toPrecision(8)) * 1.000_001;
  const bytes = Buffer.alloc(trees.length * sizeOf(depth));
  let at = 0;
  for (const { gauges, above, leaves } of trees) {
    for (const gauge of Array.from(gauges)) at = bytes.writeUInt8(gauge, at);
    for (const end of Array.from(above)) {
      single[0] = end;
      if (((word[0] as number) & 0xffff) !== 0) throw new RangeError('a figure has more than eight binary digits');
      at = bytes.writeUInt16BE((word[0] as number) >>> 16, at);
    }
    for (const leaf of Array.from(leaves)) at = bytes.writeInt16BE(Math.round(leaf / step), at);
  }
  return { bias, depth, count: trees.length, step, trees: bytes.toString('base64') };
}

/** Reads packed trees. @throws RangeError for a text of another length than they say */
export function unpackTrees({ bias, depth, count, step, trees: text }: PackedTrees): FlatTrees {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== count * sizeOf(depth)) throw new RangeError('the text is not that of so many trees');
  const width = 1 << depth;
  const gauges = new Uint8Array(count * depth);
  const above = new Float32Array(count * depth);
  const leaves = new Float64Array(count * width);
  const trees = Array.from({ length: count }, (_, tree): Tree => {
    let at = tree * sizeOf(depth);
    const its = [tree * depth, (tree + 1) * depth] as const;
    for (let question = its[0]; question < its[1]; question += 1) gauges[question] = bytes.readUInt8(at++);
    for (let question = its[0]; question < its[1]; question += 1, at += 2) {
      word[0] = bytes.readUInt16BE(at) << 16;
      above[question] = single[0] as number;
    }
    for (let leaf = tree * width; leaf < (tree + 1) * width; leaf += 1, at += 2) leaves[leaf] = bytes.readInt16BE(at) * step;
    return { gauges: gauges.subarray(...its), above: above.subarray(...its), leaves: leaves.subarray(tree * width, (tree + 1) * width) };
  });
  return { bias, depth, gauges, above, leaves, means: meansOf(leaves, count, width), trees };
}

/** Of every node of every tree, from its leaves upwards. */
function meansOf(leaves: Float64Array, count: number, width: number): Float64Array {
  const means = new Float64Array(count * 2 * width);
  for (let tree = 0; tree < count; tree += 1) {
    const root = tree * 2 * width;
    means.set(leaves.subarray(tree * width, (tree + 1) * width), root + width);
    for (let node = width - 1; node >= 1; node -= 1)
      means[root + node] = ((means[root + 2 * node] as number) + (means[root + 2 * node + 1] as number)) / 2;
  }
  return means;
}

function sizeOf(depth: number): number {
  return 3 * depth + 2 * (1 << depth);
}
