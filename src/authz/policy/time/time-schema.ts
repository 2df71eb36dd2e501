import { z } from 'zod';
import { lazySchema } from '../../../core/schema.ts';
import { isTimeZone } from './time-zone.ts';

/** Hours in which acting is allowed or not, by the clocks of a zone. `endHour` 24 is midnight; a window over midnight is two. */
export const timeRestriction = lazySchema(() =>
  z
    .strictObject({
      type: z.enum(['allow', 'deny']).default('allow'),
      daysOfWeek: z.array(z.int().min(0).max(6)).min(1).readonly().default([0, 1, 2, 3, 4, 5, 6]),
      startHour: z.int().min(0).max(23).default(0),
      endHour: z.int().min(1).max(24).default(24),
      /** IANA name; UTC where unset. */
      timezone: z.string().refine(isTimeZone, 'must be the name of a time zone, such as `Europe/Berlin`').optional(),
    })
    .refine(({ startHour, endHour }) => startHour < endHour, 'startHour must lie before endHour'),
);
