import { z } from 'zod';
import { permissionsSchema } from '../../src/authz/policy/permissions.ts';
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

/** Every field that somebody can set, by its path, read off the schema itself. */
function fieldsOf(schema: z.ZodType): readonly string[] {
  return [...new Set(leaves(z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }) as unknown as Node, ''))];
}

/** Every field of the configuration. */
export const configFields = (): readonly string[] => fieldsOf(configSchema);
/** Every permission of an agent. */
export const permissionFields = (): readonly string[] => fieldsOf(permissionsSchema);
