import type { Bar } from './bar.ts';
import { bars as model } from './policy-model.ts';
import { bars as replay } from './policy-replay.ts';
import { bars as speed } from './policy-speed.ts';
import { bars as temporal } from './policy-temporal.ts';
import { bars as zones } from './policy-zones.ts';

/** The promises of the policy: it means what it says, it can be judged again, and it costs the same however long it is. */
export const bars: readonly Bar[] = [...model, ...zones, ...replay, ...speed, ...temporal];
