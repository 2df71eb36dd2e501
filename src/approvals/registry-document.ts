import {
  CastellanError,
  canonicalize,
  type Digest,
  type RegisteredKey,
  type Registry,
  type Role,
  type SignedStatement,
  taggedDigest,
} from '../core/index.ts';

/** All roles, in their order. */
export const ROLES = ['owner', 'operator', 'approver', 'guardian'] as const satisfies readonly Role[];

/** `previous` of the first version. */
export const NO_REGISTRY = '0'.repeat(64);

/** Keys of one registry: a version is stored and verified as a whole. */
const MAX_KEYS = 256;
const ID = /^[A-Za-z0-9_.@-]{1,64}$/;
const KEY_FORMS = { ed25519: /^[0-9a-f]{64}$/, eip712: /^0x[0-9a-f]{40}$/ } as const;

/** What a registry says, without its place in the chain. */
export interface RegistryBody {
  readonly keys: readonly RegisteredKey[];
  /** Default: one key of each role. */
  readonly quorums?: Partial<Readonly<Record<Role, number>>> | undefined;
}

/**
 * A registry version in its one form: hex in lower case, keys by id, roles in their order.
 *
 * Fails closed when a key or id stands twice, a role is none, or a quorum asks for more keys than hold the role.
 * @throws CONFIG_INVALID
 */
export function toRegistry(body: RegistryBody, place: Pick<Registry, 'tenant' | 'sequence' | 'previous'>): Registry {
  if (!Array.isArray(body.keys) || body.keys.length > MAX_KEYS) throw invalid('A registry has at most 256 keys.');
  const keys = body.keys.map(toRegisteredKey).sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const field of ['id', 'key'] as const) {
    if (new Set(keys.map((key) => key[field])).size !== keys.length) throw invalid(`Two registered keys have the same ${field}.`);
  }
  const quorums = Object.fromEntries(ROLES.map((role) => [role, body.quorums?.[role] ?? 1])) as Record<Role, number>;
  for (const role of ROLES) {
    const holders = keys.filter((key) => key.roles.includes(role)).length;
    if (!Number.isSafeInteger(quorums[role]) || quorums[role] < 1) throw invalid(`The quorum of ${role} is a whole number from 1.`);
    if (holders > 0 && quorums[role] > holders) throw invalid(`The quorum of ${role} is larger than the number of its keys.`);
  }
  const { tenant, sequence, previous } = place;
  return { v: 1, tenant, sequence, previous, keys, quorums };
}

/** The digest of a version: it stands in every decision, and in the next version. */
export function registryDigest(registry: Registry): Digest {
  return taggedDigest('castellan.registry.v1', canonicalize(registry));
}

/** What the previous owners sign for a new version: tenant, sequence, old digest, new digest. */
export function registryStatement(next: Registry): SignedStatement {
  const text = canonicalize({ tenant: next.tenant, sequence: next.sequence, previous: next.previous, next: registryDigest(next) });
  return { domain: 'castellan.registry-change.v1', text };
}

/** True where somebody owns this registry. */
export function isOwned(registry: Registry): boolean {
  return registry.keys.some((key) => key.roles.includes('owner'));
}

/** True where two versions say the same, wherever they stand in the chain. */
export function saysTheSame(a: Registry, b: Registry): boolean {
  return canonicalize([a.tenant, a.keys, a.quorums]) === canonicalize([b.tenant, b.keys, b.quorums]);
}

function toRegisteredKey(value: RegisteredKey): RegisteredKey {
  if (typeof value !== 'object' || value === null || typeof value.id !== 'string' || !ID.test(value.id))
    throw invalid('The id of a registered key is 1 to 64 of A-Z a-z 0-9 _ . @ -');
  const form = Object.hasOwn(KEY_FORMS, value.scheme) ? KEY_FORMS[value.scheme] : undefined;
  const key = typeof value.key === 'string' ? value.key.toLowerCase() : '';
  if (form === undefined || !form.test(key))
    throw invalid(`The key ${value.id} is neither 64 hex digits (ed25519) nor an EVM address (eip712).`);
  if (!Array.isArray(value.roles) || value.roles.length === 0 || !value.roles.every((role) => ROLES.includes(role)))
    throw invalid(`The key ${value.id} has a role that is none.`);
  return { id: value.id, scheme: value.scheme, key, roles: ROLES.filter((role) => value.roles.includes(role)) };
}

function invalid(message: string): CastellanError {
  return new CastellanError('CONFIG_INVALID', { message });
}
