import { z } from 'zod';
import { configSchema } from '../../src/manager/config.ts';

/** The part of a JSON Schema that is looked at here. */
interface Node {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: unknown;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
}

const isOpen = (node: Node): boolean => node.properties === undefined || node.additionalProperties !== false;

function leaves(node: Node, path: string): readonly string[] {
  const branches = (node.anyOf ?? node.oneOf ?? []).filter((branch) => !isOpen(branch));
  if (branches.length > 0) return branches.flatMap((branch) => leaves(branch, path));
  if (node.type === 'array' && node.items !== undefined) {
    const inner = leaves(node.items, `${path}[]`);
    return inner.length === 1 && inner[0] === `${path}[]` ? [path] : inner;
  }
  if (isOpen(node)) return [path];
  return Object.entries(node.properties ?? {}).flatMap(([name, field]) => leaves(field, path === '' ? name : `${path}.${name}`));
}

/** Every field of the configuration that somebody can set, by its path, read off the schema itself. */
export function configFields(): readonly string[] {
  const schema = z.toJSONSchema(configSchema, { unrepresentable: 'any', io: 'input' }) as unknown as Node;
  return [...new Set(leaves(schema, ''))];
}
