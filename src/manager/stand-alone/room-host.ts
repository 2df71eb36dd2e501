import { systemClock, systemRandom } from '../../adapters/host/index.ts';
import type { Host } from '../config.ts';
import type { RoomOptions } from './room-options.ts';

/** The host of a room. */
export function roomHost({ clock = systemClock(), random = systemRandom() }: RoomOptions): Host {
  return { clock, random };
}
