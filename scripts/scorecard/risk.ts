import type { Bar } from './bar.ts';
import { bars as intent } from './risk-intent.ts';
import { bars as lists } from './risk-lists.ts';
import { bars as losses } from './risk-losses.ts';
import { bars as poison } from './risk-poison.ts';
import { bars as speed } from './risk-speed.ts';
import { bars as streams } from './risk-streams.ts';

/** The promises of risk: lists that do not err, campaigns that are found, habits that cannot be poisoned, and what it costs. */
export const bars: readonly Bar[] = [...lists, ...losses, ...streams, ...intent, ...poison, ...speed];
