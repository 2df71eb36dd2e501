import { followOthers, readHistory } from '../../audit/index.ts';
import { createEmergencyController, DEFAULT_TRIGGERS, type EmergencyController } from '../../emergency/index.ts';
import type { Host } from '../config.ts';
import type { EmergencyControllerOptions } from './emergency-controller-options.ts';
import { openRoomHouse, type RoomHouse } from './room-house.ts';

/** An emergency controller that stands alone, once it is open. */
export interface OpenEmergency {
  readonly house: RoomHouse;
  readonly controller: EmergencyController;
}

/** Opens the store and starts watching. @throws CONFIG_INVALID, STORE_CORRUPT, STORE_UNAVAILABLE; then nothing is left open */
export async function openEmergency(options: EmergencyControllerOptions, at: Host): Promise<OpenEmergency> {
  const house = await openRoomHouse(options, at);
  const { store, tenant, authority, journal, bus, host } = house;
  try {
    const controller = createEmergencyController({
      store,
      tenant,
      authority,
      command: journal.command,
      ...host,
      events$: bus.select,
      history: (range) => readHistory(store, range),
      others: async () => (store.info.shared ? followOthers(store) : null),
      killSwitchEnabled: options.killSwitchEnabled ?? true,
      triggers: options.autoResponseEnabled === false ? [] : (options.autoResponseTriggers ?? DEFAULT_TRIGGERS),
    });
    await controller.start();
    return { house, controller };
  } catch (error) {
    await house.close();
    throw error;
  }
}
