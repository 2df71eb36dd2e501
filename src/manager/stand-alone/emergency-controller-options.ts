import type { EmergencyTrigger } from '../../emergency/index.ts';
import type { RoomOptions } from './room-options.ts';

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
