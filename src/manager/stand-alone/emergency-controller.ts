import { z } from 'zod';
import { CastellanError } from '../../core/errors.ts';
import { lazySchema } from '../../core/schema.ts';
import type { EmergencyController as Controller, EmergencyHealth, EmergencyTrigger } from '../../emergency/index.ts';
import type { EmergencyControllerOptions } from './emergency-controller-options.ts';
import { type Closing, closingOf, createRoom } from './room.ts';
import { roomHost } from './room-host.ts';
import { checkRoomOptions, roomFields } from './room-options.ts';

/** Stops agents and lets them go on, without a manager around it. */
export interface EmergencyRoom
  extends Closing,
    Pick<
      Controller,
      'activateKillSwitch' | 'deactivateKillSwitch' | 'isKillSwitchActive' | 'pauseAgent' | 'resumeAgent' | 'getActiveEmergencies'
    > {
  /** Resolves once it is open, and watches. */
  ready(): Promise<void>;
  /** Whether it watches, what is not durable yet, and what its triggers could not count. */
  getHealth(): Promise<EmergencyHealth>;
}

const schema = lazySchema(() =>
  z.strictObject({
    ...roomFields(),
    killSwitchEnabled: z.boolean().optional(),
    autoResponseEnabled: z.boolean().optional(),
    autoResponseTriggers: z.array(z.custom<EmergencyTrigger>((value) => typeof value === 'object' && value !== null)).optional(),
    allowUnenforced: z.boolean().optional(),
  }),
);

/**
 * Creates an emergency controller without a gate. Its state lives in its store: over a manager's store, a stop by it holds in
 * that manager and in every other process on the store from the next redeem on, and its triggers count what they all log.
 *
 * Fails closed: before it is open, and where the state is not known, `isKillSwitchActive()` is true.
 *
 * @param options - see {@link EmergencyControllerOptions}; nothing is opened before the first call
 * @throws CONFIG_INVALID naming every wrong field
 * @example
 * ```ts
 * import { createEmergencyController } from 'castellan';
 *
 * const emergency = createEmergencyController({ autoResponseTriggers: [{ event: 'fraud_detected', threshold: 1, action: 'kill' }] });
 * console.log(emergency.isKillSwitchActive()); // true
 * await emergency.ready(); // until it is open, the safe answer
 * console.log(emergency.isKillSwitchActive()); // false
 * await emergency.pauseAgent('a1', { reason: 'odd payments', duration: 3_600 }); // seconds
 * console.log((await emergency.getActiveEmergencies()).length); // 1
 * await emergency.close();
 * ```
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
    open: async () => (await import('./open-emergency.ts')).openEmergency(given, host),
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
