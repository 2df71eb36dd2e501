import { type AuditLog, type AuditLogger as AuditTrail, createAuditLog, createAuditLogger as createTrail } from '../../audit/index.ts';
import { loadAttestationKey, type Vault } from '../../custody/index.ts';
import type { Host } from '../config.ts';
import type { AuditLoggerOptions } from './audit-logger-options.ts';
import { openRoomHouse, openRoomVault, type RoomHouse } from './room-house.ts';

/** An audit log that stands alone, once it is open. */
export interface OpenAudit {
  readonly house: RoomHouse;
  readonly vault: Vault;
  readonly log: AuditLog;
  readonly trail: AuditTrail;
  readonly publicKey: Uint8Array;
}

/** Opens store, vault and log. @throws CONFIG_INVALID, STORE_CORRUPT, STORE_UNAVAILABLE, KEY_DECRYPT_FAILED; then nothing is left open */
export async function openAudit(options: AuditLoggerOptions, at: Host): Promise<OpenAudit> {
  const house = await openRoomHouse(options, at);
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
