import { isCastellanError } from '../../core/index.ts';
import type { CompiledPolicy, CompiledTree } from '../policy/compiled-policy.ts';

/** Deepest tree, and most nodes of one. */
export const MAX_TREE_DEPTH = 8;
export const MAX_TREE_NODES = 64;

/** What a leaf may say; everything else is a matter of the policy around the tree. */
const LEAF_FIELDS = new Set([
  'allowedChains',
  'chains',
  'allowedContracts',
  'allowedDestinations',
  'allowedProtocols',
  'allowedTokens',
  'capabilities',
  'gasBufferMultiplier',
  'humanApprovalThreshold',
  'humanApprovalTimeoutMs',
  'maxSpendPerTx',
  'requireApproval',
  'requireApprovalAbove',
  'requireSimulation',
  'rules',
  'simulationStalenessMs',
  'timeRestrictions',
]);
/** Read off the policy around the tree where the leaf says nothing of its own. */
const INHERITED = [
  'allowedContracts',
  'allowedProtocols',
  'allowedDeployments',
  'allowedDelegates',
  'allowedHazards',
  'signatures',
  'limits',
  'maxTrust',
  'requireSimulation',
  'simulationStalenessMs',
] as const;
const OWN_OF_CAPABILITIES = new Set(['enabled', 'readOnly', 'whitelistOnly', 'unlimited', 'spenders']);
const PINS = ['codeHash', 'implementation', 'admin', 'owner'] as const;
const LABEL = /^[A-Za-z0-9][A-Za-z0-9_. -]{0,63}$/;

type Fields = Readonly<Record<string, unknown>>;

/** What compiling a tree needs. */
export interface TreeParts {
  /** The permissions around the tree. */
  readonly around: Fields;
  readonly problems: string[];
  /** Compiles a leaf. @throws POLICY_INVALID */
  readonly compile: (permissions: Fields) => CompiledPolicy;
}

/** Checks and compiles a tree; undefined where `problems` says what is wrong with it. */
export function compileTree(tree: unknown, parts: TreeParts): CompiledTree | undefined {
  const budget = { nodes: MAX_TREE_NODES };
  const found = compileNode(tree, '', 1, 'policy', parts, budget);
  if (budget.nodes < 0) parts.problems.push(`policy: a tree has at most ${MAX_TREE_NODES} nodes`);
  return found;
}

function compileNode(
  node: unknown,
  above: string,
  position: number,
  at: string,
  parts: TreeParts,
  budget: { nodes: number },
  depth = 1,
): CompiledTree | undefined {
  budget.nodes -= 1;
  if (budget.nodes < 0) return undefined;
  const { problems } = parts;
  const kind = isFields(node) ? (['allOf', 'anyOf', 'leaf'] as const).find((name) => node[name] !== undefined) : undefined;
  if (!isFields(node) || kind === undefined || Object.keys(node).some((key) => key !== kind && key !== 'label')) {
    problems.push(`${at}: must be one of allOf, anyOf or leaf, and may have a label`);
    return undefined;
  }
  const { label } = node;
  if (label !== undefined && (typeof label !== 'string' || !LABEL.test(label)))
    problems.push(`${at}.label: must be 1–64 letters, digits, _ . - or spaces`);
  const own = typeof label === 'string' ? label : `${kind}-${position}`;
  const path = above === '' ? own : `${above}/${own}`;
  if (kind === 'leaf') return compileLeaf(node['leaf'], path, `${at}.leaf`, parts);
  const given = node[kind];
  if (!Array.isArray(given)) {
    problems.push(`${at}.${kind}: must be a list`);
    return undefined;
  }
  if (depth >= MAX_TREE_DEPTH) {
    problems.push(`${at}: a tree is at most ${MAX_TREE_DEPTH} levels deep`);
    return undefined;
  }
  const children = given.map((child, index) => compileNode(child, path, index + 1, `${at}.${kind}[${index}]`, parts, budget, depth + 1));
  const sound = children.filter((child) => child !== undefined);
  const names = new Set(sound.map((child) => child.path));
  if (names.size < sound.length) problems.push(`${at}.${kind}: two have the same label`);
  return { kind, path, children: sound };
}

function compileLeaf(given: unknown, path: string, at: string, { around, problems, compile }: TreeParts): CompiledTree | undefined {
  // A field that is there and undefined is left out like any other: it does not take away what stands around the tree.
  const leaf = Array.isArray(given) ? { rules: given } : isFields(given) ? givenFields(given) : {};
  if (Object.keys(leaf).length === 0) {
    problems.push(`${at}: says nothing`);
    return undefined;
  }
  problems.push(...misplaced(leaf, at));
  const rules = Array.isArray(leaf['rules']) ? (leaf['rules'] as readonly unknown[]) : [];
  const allowsByRule = rules.some((rule) => isFields(rule) && rule['action'] === 'allow');
  const inherited = Object.fromEntries(INHERITED.map((name) => [name, around[name]]).filter(([, value]) => value !== undefined));
  // One that says itself what is allowed, by rules or by capabilities of its own, allows nothing else.
  const capabilities = allowsByRule ? {} : { capabilities: around['capabilities'] };
  try {
    return { kind: 'leaf', path, policy: compile({ ...inherited, ...capabilities, ...leaf }) };
  } catch (error) {
    if (!isCastellanError(error)) throw error;
    const told = error.details['problems'];
    problems.push(...(Array.isArray(told) ? told : [error.shortMessage]).map((problem) => `${at}.${String(problem)}`));
    return undefined;
  }
}

/** What a leaf says that only the policy around the tree can say. */
function misplaced(leaf: Fields, at: string): readonly string[] {
  const found = Object.keys(leaf)
    .filter((name) => leaf[name] !== undefined && !LEAF_FIELDS.has(name))
    .map((name) => `${at}.${name}: stands beside the tree, not in it`);
  if (leaf['requireSimulation'] === false) found.push(`${at}.requireSimulation: only the policy around the tree can do without`);
  for (const [name, capability] of isFields(leaf['capabilities']) ? Object.entries(leaf['capabilities']) : [])
    for (const field of isFields(capability) ? Object.keys(capability) : [])
      if (!OWN_OF_CAPABILITIES.has(field)) found.push(`${at}.capabilities.${name}.${field}: stands beside the tree, not in it`);
  const entries = Array.isArray(leaf['allowedContracts']) ? (leaf['allowedContracts'] as readonly unknown[]) : [];
  if (entries.some((entry) => isFields(entry) && PINS.some((pin) => entry[pin] !== undefined)))
    found.push(`${at}.allowedContracts: what contracts are made of stands beside the tree, not in it`);
  return found;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function givenFields(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** The leaves of a tree, from left to right. */
export function leavesOf(tree: CompiledTree | null): readonly Extract<CompiledTree, { kind: 'leaf' }>[] {
  if (tree === null) return [];
  return tree.kind === 'leaf' ? [tree] : tree.children.flatMap(leavesOf);
}
