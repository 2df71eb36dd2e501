import { z } from 'zod';
import { followOthers, readHistory } from '../../audit/index.ts';
import { CastellanError } from '../../core/errors.ts';
import {
  type EmergencyController as Controller,
  createEmergencyController as createController,
  DEFAULT_TRIGGERS,
  type EmergencyHealth,
  type EmergencyTrigger,
} from '../../emergency/index.ts';
import { type Closing, closingOf, createRoom } from './room.ts';
import { openRoomHouse, type RoomHouse, roomHost } from './room-house.ts';
import { checkRoomOptions, ROOM_FIELDS, type RoomOptions } from './room-options.ts';

/** What an emergency controller that stands alone is made of. */
export interface EmergencyControllerOptions extends RoomOptions {
  /** False refuses `activateKillSwitch`, and triggers that would kill pause the agent instead; needs `allowUnenforced`. Default true. */
  readonly killSwitchEnabled?: boolean;
  /** False leaves the triggers out. Default true. */
  readonly autoResponseEnabled?: boolean;
  /** Default: one `fraud_detected` kills, three `anomaly_detected` of an agent within an hour pause it. */
  readonly autoResponseTriggers?: readonly EmergencyTrigger[];
  readonly allowUnenforced?: boolean;
}

/** Stops agents and lets them go on, without a manager around it. */
export interface EmergencyRoom
  extends Closing,
    Pick<
      Controller,
      'activateKillSwitch' | 'deactivateKillSwitch' | 'isKillSwitchActive' | 'pauseAgent' | 'resumeAgent' | 'getActiveEmergencies'
    > {
  /** Resolves once it is open, and watches. */
  ready(): Promise<void>;
  getHealth(): Promise<EmergencyHealth>;
}

const schema = z.strictObject({
  ...ROOM_FIELDS,
  killSwitchEnabled: z.boolean().optional(),
  autoResponseEnabled: z.boolean().optional(),
  autoResponseTriggers: z.array(z.custom<EmergencyTrigger>((value) => typeof value === 'object' && value !== null)).optional(),
  allowUnenforced: z.boolean().optional(),
});

async function open(options: EmergencyControllerOptions, house: RoomHouse): Promise<{ house: RoomHouse; controller: Controller }> {
  const { store, tenant, authority, journal, bus, host } = house;
  try {
    const controller = createController({
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

/**
 * Creates an emergency controller without a gate. Its state lives in its store: over a manager's store, a stop by it holds in
 * that manager and in every other process on the store from the next redeem on, and its triggers count what they all log.
 *
 * Fails closed: before it is open, and where the state is not known, `isKillSwitchActive()` is true.
 * @param options - see {@link EmergencyControllerOptions}; nothing is opened before the first call
 * @throws CONFIG_INVALID naming every wrong field
 * @example
 * const emergency = createEmergencyController({ autoResponseTriggers: [{ event: 'fraud_detected', threshold: 1, action: 'kill' }] });
 * await emergency.pauseAgent('agent-1', { reason: 'Suspicious activity', duration: 3600 });
 * await emergency.close();
 */
export function createEmergencyController(options: EmergencyControllerOptions = {}): EmergencyRoom {
  checkRoomOptions(schema, options);
  const given = { ...options };
  if (given.killSwitchEnabled === false && given.allowUnenforced !== true)
    throw new CastellanError('CONFIG_INVALID', {
      message: 'killSwitchEnabled: switching a check off needs allowUnenforced: true',
      details: { problems: ['killSwitchEnabled: switching a check off needs allowUnenforced: true'] },
    });
  const host = roomHost(given);
  const room = createRoom({
    clock: host.clock,
    open: async () => open(given, await openRoomHouse(given, host)),
    async close({ controller, house }) {
      controller.stop();
      await house.close();
    },
  });
  const ask = <T>(work: (controller: Controller) => Promise<T>): Promise<T> => room.use(({ controller }) => work(controller));
  return Object.freeze<EmergencyRoom>({
    activateKillSwitch: (details) => ask((controller) => controller.activateKillSwitch(details)),
    deactivateKillSwitch: (release) => ask((controller) => controller.deactivateKillSwitch(release)),
    isKillSwitchActive() {
      const opened = room.opened();
      // Whoever asks first has it opened; until then the answer is the safe one.
      if (opened === undefined) room.use(() => undefined).catch(() => undefined);
      return opened?.controller.isKillSwitchActive() ?? true;
    },
    pauseAgent: (agentId, details) => ask((controller) => controller.pauseAgent(agentId, details)),
    resumeAgent: (agentId, release) => ask((controller) => controller.resumeAgent(agentId, release)),
    getActiveEmergencies: () => ask((controller) => controller.getActiveEmergencies()),
    ready: () => ask(async () => undefined),
    getHealth: () => ask(async (controller) => controller.health()),
    ...closingOf(room),
  });
}
