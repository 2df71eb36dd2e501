import { type FlatTrees, flatten, type Tree, type Trees } from './trees.ts';

/** Trees as they are shipped: JSON-safe, one text for all of them. */
export type PackedTrees = {
  readonly bias: number;
  readonly count: number;
  /** What a leaf's whole number is multiplied with. */
  readonly step: number;
  /**
   * Base64. Tree by tree: a byte for the number of questions; of each question a byte for its gauge, two for the figure that it is compared with (the upper half
   * of a float, big end first), a signed one for where each answer leads, one for how many answered yes; two bytes, signed, for each leaf.
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
const MOST_QUESTIONS = 127;
const QUESTION_BYTES = 6;
const single = new Float32Array(1);
const word = new Uint32Array(single.buffer);

/** Packs trees. Leaves are rounded to the `step` that the largest allows. @throws RangeError for what does not fit the form */
export function packTrees({ bias, trees }: Trees): PackedTrees {
  const largest = Math.max(...trees.flatMap(({ leaves }) => Array.from(leaves, Math.abs)));
  const step = largest === 0 ? 1 : Number((largest / MOST_LEAF).toPrecision(8)) * 1.000_001;
  return { bias, count: trees.length, step, trees: Buffer.concat(trees.map((tree) => packTree(tree, step))).toString('base64') };
}

function packTree({ gauges, above, next, yes, leaves }: Tree, step: number): Buffer {
  if (gauges.length > MOST_QUESTIONS) throw new RangeError('the tree has too many questions');
  const bytes = Buffer.alloc(sizeOf(gauges.length));
  let at = bytes.writeUInt8(gauges.length, 0);
  for (let question = 0; question < gauges.length; question += 1) {
    at = bytes.writeUInt8(gauges[question] as number, at);
    single[0] = above[question] as number;
    if (((word[0] as number) & 0xffff) !== 0) throw new RangeError('a figure has more than eight binary digits');
    at = bytes.writeUInt16BE((word[0] as number) >>> 16, at);
    at = bytes.writeInt8(next[2 * question] as number, at);
    at = bytes.writeInt8(next[2 * question + 1] as number, at);
    at = bytes.writeUInt8(yes[question] as number, at);
  }
  for (const leaf of Array.from(leaves)) at = bytes.writeInt16BE(Math.round(leaf / step), at);
  return bytes;
}

/** Reads packed trees. @throws RangeError for a text that is not that of so many trees, and for trees that lead nowhere */
export function unpackTrees({ bias, count, step, trees: text }: PackedTrees): FlatTrees {
  const bytes = Buffer.from(text, 'base64');
  let at = 0;
  const trees = Array.from({ length: count }, (): Tree => {
    const questions = bytes.readUInt8(at++);
    const tree: Tree & Record<'gauges' | 'above' | 'next' | 'yes' | 'leaves', number[]> = {
      gauges: [],
      above: [],
      next: [],
      yes: [],
      leaves: [],
    };
    for (let question = 0; question < questions; question += 1, at += QUESTION_BYTES) {
      word[0] = bytes.readUInt16BE(at + 1) << 16;
      tree.gauges.push(bytes.readUInt8(at));
      tree.above.push(single[0] as number);
      tree.next.push(bytes.readInt8(at + 3), bytes.readInt8(at + 4));
      tree.yes.push(bytes.readUInt8(at + 5));
    }
    for (let leaf = 0; leaf <= questions; leaf += 1, at += 2) tree.leaves.push(bytes.readInt16BE(at) * step);
    return tree;
  });
  if (at !== bytes.length) throw new RangeError('the text is not that of so many trees');
  return flatten({ bias, trees });
}

function sizeOf(questions: number): number {
  return 1 + QUESTION_BYTES * questions + 2 * (questions + 1);
}
