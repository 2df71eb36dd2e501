import { z } from 'zod';
import type { Clock } from '../../core/clock.ts';
import { CastellanError } from '../../core/errors.ts';
import type { Random } from '../../core/random.ts';
import type { RegisteredKey, Role } from '../../core/registry.ts';
import { agentIdSchema, describeIssues } from '../../core/schema.ts';
import type { Store } from '../../core/store.ts';
import type { AdapterFactory, StoreFactory } from '../config.ts';

/** What every room needs that stands alone. */
export interface RoomOptions {
  /**
   * Default: in memory. A factory is opened, and closed with the room; a store that is open already is its owner's to close.
   * With a manager's own store the room sees and changes what that manager decides by.
   */
  readonly store?: Store | StoreFactory;
  /** As the manager's. Default: `default`. */
  readonly tenant?: string;
  /** The owners, pinned as in the manager's configuration. A store that has owners refuses whoever does not pin them. */
  readonly registry?: { readonly keys: readonly RegisteredKey[]; readonly quorums?: Partial<Readonly<Record<Role, number>>> };
  /** Chains whose signatures registered people may use, as in the manager's configuration. Default: Ed25519 alone. */
  readonly chains?: readonly AdapterFactory[];
  readonly clock?: Clock;
  readonly random?: Random;
}

/** What opens the encrypted part of a store. A store in memory needs none. */
export interface RoomSecret {
  /** Exactly one, the same as the manager's where the store is a manager's. */
  readonly keys?: { readonly passphrase?: string; readonly encryptionKey?: string };
}

const having = (method: string, what: string) =>
  z.custom<never>(
    (value) => typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>)[method] === 'function',
    `must be ${what}`,
  );

/** Schema of {@link RoomOptions}, for the schemas of rooms. */
export const roomFields = () => ({
  store: z.union([having('open', 'a store factory'), having('apply', 'a store')], 'must be a store or a store factory').optional(),
  tenant: agentIdSchema.optional(),
  registry: z.strictObject({ keys: z.array(z.custom<never>()), quorums: z.custom<never>().optional() }).optional(),
  chains: z.array(having('create', 'an adapter factory such as evm({ … })')).max(64).optional(),
  clock: having('nowMs', 'a Clock').optional(),
  random: having('bytes', 'a Random').optional(),
});

/** Schema of {@link RoomSecret}. */
export const secretFields = () => ({
  keys: z
    .strictObject({
      passphrase: z.string().min(8).optional(),
      encryptionKey: z
        .string()
        .regex(/^[0-9a-fA-F]{64}$/, 'must be 32 bytes in hex')
        .optional(),
    })
    .refine(
      ({ passphrase, encryptionKey }) => (passphrase === undefined) !== (encryptionKey === undefined),
      'give one of passphrase or encryptionKey',
    )
    .optional(),
});

/** Checks a room's options, unknown fields included. @throws CONFIG_INVALID naming every wrong field at once */
export function checkRoomOptions<T extends z.ZodType>(schema: T, options: unknown): z.output<T> {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const problems = describeIssues(parsed.error);
  throw new CastellanError('CONFIG_INVALID', {
    message: `The options have ${problems.length} wrong field(s): ${problems.join('; ')}`,
    details: { problems },
  });
}
