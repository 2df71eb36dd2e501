import { z } from 'zod';
import {
  type AuditHealth,
  type AuditLog,
  type AuditLoggerHealth,
  type AuditLogger as AuditTrail,
  createAuditLog,
  createAuditLogger as createTrail,
  type ExportFormat,
} from '../../audit/index.ts';
import { loadAttestationKey, type Vault } from '../../custody/index.ts';
import { type Audit, createAudit } from '../audit.ts';
import { type Closing, closingOf, createRoom } from './room.ts';
import { openRoomHouse, openRoomVault, type RoomHouse, roomHost } from './room-house.ts';
import { checkRoomOptions, ROOM_FIELDS, type RoomOptions, type RoomSecret, SECRET_FIELDS } from './room-options.ts';

/** What an audit logger that stands alone is made of. */
export interface AuditLoggerOptions extends RoomOptions, RoomSecret {
  /** Only true: a log that is off would hold nothing. */
  readonly enabled?: boolean;
  /** How long entries are wanted; a plan says what may be archived, and nothing is dropped by itself. Default: for ever. */
  readonly retentionDays?: number;
  /** `each` signs a checkpoint for every entry. Unsigned there is no log. Default true: per 100 entries or second. */
  readonly signEvents?: true | 'each';
  /** Streams and archives are gzip. Default false. */
  readonly compressionEnabled?: boolean;
  /** Formats that may be exported. Default all. */
  readonly exportFormats?: readonly ExportFormat[];
  /** Entries that are taken a minute, 1–10,000. Default 600. */
  readonly maxEventsPerMinute?: number;
}

/** The audit log on its own. */
export interface AuditRoom extends Audit, Closing {
  /** Raw Ed25519 key that the log is signed with. */
  publicKey(): Promise<Uint8Array>;
  getHealth(): Promise<AuditHealth & AuditLoggerHealth>;
}

const schema = z.strictObject({
  ...ROOM_FIELDS,
  ...SECRET_FIELDS,
  enabled: z.literal(true, 'a log that is off would hold nothing').optional(),
  retentionDays: z.int().positive().max(36_500).optional(),
  signEvents: z.union([z.literal(true), z.literal('each')], 'must be true or each: unsigned there is no log').optional(),
  compressionEnabled: z.boolean().optional(),
  exportFormats: z.array(z.enum(['json', 'jsonl', 'csv'])).optional(),
  maxEventsPerMinute: z.int().min(1).max(10_000).optional(),
});

interface Opened {
  readonly house: RoomHouse;
  readonly vault: Vault;
  readonly log: AuditLog;
  readonly trail: AuditTrail;
  readonly publicKey: Uint8Array;
}

async function open(options: AuditLoggerOptions, house: RoomHouse): Promise<Opened> {
  const { store, tenant, host, bus, authority } = house;
  let vault: Vault | undefined;
  try {
    vault = await openRoomVault(house, options);
    const key = await loadAttestationKey({ store, vault, random: host.random, name: 'log' });
    const { publicKey } = key;
    const checkpointEvery = options.signEvents === 'each' ? 1 : 100;
    const log = createAuditLog({ store, key, tenant, ...host, checkpointEvery, onCheckpoint: (event) => bus.publish(event) });
    const { retentionDays, compressionEnabled, exportFormats, maxEventsPerMinute } = options;
    const trail = createTrail({
      log,
      store,
      authority,
      tenant,
      publicKey,
      ...host,
      retentionDays,
      compressionEnabled,
      exportFormats,
      maxEventsPerMinute,
    });
    await log.start();
    return { house, vault, log, trail, publicKey };
  } catch (error) {
    vault?.close();
    await house.close();
    throw error;
  }
}

/**
 * Creates an audit log without a gate: what programs tell it is chained, signed, searched, reported and exported like a
 * manager's own log. Over a manager's store, with its secret, it is that very log.
 *
 * @param options - see {@link AuditLoggerOptions}; nothing is opened before the first call
 * @throws CONFIG_INVALID naming every wrong field
 * @example
 * const audit = createAuditLogger({ retentionDays: 365, signEvents: true });
 * await audit.log({ eventType: 'login', actor: { type: 'user', id: 'anna' }, action: 'login', outcome: 'success' });
 * const { entries } = await audit.query({ actors: ['anna'] });
 * await audit.close();
 */
export function createAuditLogger(options: AuditLoggerOptions = {}): AuditRoom {
  checkRoomOptions(schema, options);
  const given = { ...options };
  const host = roomHost(given);
  const room = createRoom({
    clock: host.clock,
    open: async () => open(given, await openRoomHouse(given, host)),
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
