import { z } from 'zod';
import type { AuditHealth, AuditLoggerHealth } from '../../audit/index.ts';
import { lazySchema } from '../../core/schema.ts';
import { type Audit, createAudit } from '../audit.ts';
import type { AuditLoggerOptions } from './audit-logger-options.ts';
import { type Closing, closingOf, createRoom } from './room.ts';
import { roomHost } from './room-host.ts';
import { checkRoomOptions, roomFields, secretFields } from './room-options.ts';

/** The audit log on its own. */
export interface AuditRoom extends Audit, Closing {
  /** Raw Ed25519 key that the log is signed with. */
  publicKey(): Promise<Uint8Array>;
  /** How long the log is, how much of it is unsigned, and what outsiders told it. */
  getHealth(): Promise<AuditHealth & AuditLoggerHealth>;
}

const schema = lazySchema(() =>
  z.strictObject({
    ...roomFields(),
    ...secretFields(),
    enabled: z.literal(true, 'a log that is off would hold nothing').optional(),
    retentionDays: z.int().positive().max(36_500).optional(),
    signEvents: z.union([z.literal(true), z.literal('each')], 'must be true or each: unsigned there is no log').optional(),
    compressionEnabled: z.boolean().optional(),
    exportFormats: z.array(z.enum(['json', 'jsonl', 'csv'])).optional(),
    maxEventsPerMinute: z.int().min(1).max(10_000).optional(),
  }),
);

/**
 * Creates an audit log without a gate: what programs tell it is chained, signed, searched, reported and exported like a
 * manager's own log. Over a manager's store, with its secret, it is that very log.
 *
 * @param options - see {@link AuditLoggerOptions}; nothing is opened before the first call
 * @throws CONFIG_INVALID naming every wrong field
 * @example
 * ```ts
 * import { createAuditLogger } from 'castellan';
 *
 * const audit = createAuditLogger({ retentionDays: 365, signEvents: true });
 * await audit.log({ eventType: 'login', actor: { type: 'user', id: 'anna' }, action: 'login', outcome: 'success' });
 * console.log((await audit.query({ actors: ['anna'] })).entries.length, (await audit.verifyIntegrity()).valid); // 1 true
 * await audit.close();
 * ```
 */
export function createAuditLogger(options: AuditLoggerOptions = {}): AuditRoom {
  checkRoomOptions(schema, options);
  const given = { ...options };
  const host = roomHost(given);
  const room = createRoom({
    clock: host.clock,
    open: async () => (await import('./open-audit.ts')).openAudit(given, host),
    async close({ log, vault, house }) {
      await log.stop();
      vault.close();
      await house.close();
    },
  });
  return Object.freeze<AuditRoom>({
    ...createAudit((work) => room.use(({ trail }) => work(trail))),
    publicKey: () => room.use(({ publicKey }) => new Uint8Array(publicKey)),
    getHealth: () => room.use(async ({ log, trail }) => ({ ...log.health(), ...(await trail.health()) })),
    ...closingOf(room),
  });
}
