import type { Bar } from './bar.ts';
import { bars as exhaustive } from './limits-exhaustive.ts';
import { bars as linearizable } from './limits-linearizable.ts';
import { bars as postgres } from './limits-postgres.ts';
import { bars as race } from './limits-race.ts';
import { bars as redis } from './limits-redis.ts';
import { bars as sqlite } from './limits-sqlite.ts';
import { bars as windows } from './limits-windows.ts';

/** The promises of the limits: never a unit too much, whoever asks at once, whatever dies; and how fast. */
export const bars: readonly Bar[] = [...windows, ...exhaustive, ...linearizable, ...race, ...sqlite, ...postgres, ...redis];
