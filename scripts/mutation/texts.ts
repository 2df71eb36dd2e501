/** What is read of a node of the syntax tree. */
interface Node {
  readonly type: string;
  readonly name?: string;
  readonly key?: { readonly name?: string };
  readonly callee?: { readonly type: string; readonly name?: string };
}
interface Path {
  readonly node: Node;
  readonly key: string | number | null;
  readonly listKey: string | undefined;
  readonly parent?: Node;
  readonly parentPath?: Path | null;
}

/** Makers of errors and reasons, and which of their arguments is the sentence. */
const SENTENCE_AT: Readonly<Record<string, number>> = { deny: 1, reason: 1, invalid: 0, broken: 0, TypeError: 0, RangeError: 0, Error: 0 };

/** Tells whether a text is a sentence for people: the `message` of an object, or what a maker of errors and reasons says. */
export function isSentence({ node, key, listKey, parent }: Path): boolean {
  if ((node.type !== 'StringLiteral' && node.type !== 'TemplateLiteral') || parent === undefined) return false;
  if (parent.type === 'ObjectProperty') return key === 'value' && parent.key?.name === 'message';
  const maker = parent.type === 'CallExpression' || parent.type === 'NewExpression' ? parent.callee : undefined;
  return maker?.type === 'Identifier' && listKey === 'arguments' && SENTENCE_AT[maker.name ?? ''] === key;
}

/** What the mutation runner loads: it leaves sentences alone. */
export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'texts',
    value: { shouldIgnore: (path: Path) => (isSentence(path) ? 'A sentence for people.' : undefined) },
  },
];
