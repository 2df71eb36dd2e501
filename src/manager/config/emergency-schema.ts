import { z } from 'zod';
import { notificationEndpointSchema, smtpSchema } from '../../adapters/notify/index.ts';
import { lazySchema } from '../../core/schema.ts';
import type { EmergencyTrigger } from '../../emergency/index.ts';
import { positiveMs } from './fields.ts';

const TRIGGER_EVENTS = [
  'multiple_failures',
  'decision_made',
  'policy_rejected',
  'approval_requested',
  'approval_decision',
  'execution_success',
  'execution_failed',
  'cap_warning',
  'monitor_unrecorded',
  'monitor_reorg',
  'anomaly_detected',
  'fraud_detected',
  'key_event',
  'permission_changed',
  'wallet_event',
  'breaker_state',
  'unauthorized_attempt',
] as const satisfies readonly EmergencyTrigger['event'][];

const trigger = lazySchema(() =>
  z.strictObject({
    event: z.enum(TRIGGER_EVENTS),
    threshold: z.int().positive(),
    windowMs: positiveMs.default(3_600_000),
    action: z.enum(['pause', 'kill']),
  }),
);

/** What stops agents, and who is told. */
export const emergencySchema = lazySchema(() =>
  z.strictObject({
    killSwitchEnabled: z.boolean().default(true),
    autoResponseEnabled: z.boolean().default(true),
    autoResponseTriggers: z
      .array(trigger)
      .readonly()
      .default([
        { event: 'fraud_detected', threshold: 1, windowMs: 3_600_000, action: 'kill' },
        { event: 'anomaly_detected', threshold: 3, windowMs: 3_600_000, action: 'pause' },
      ]),
    /** Looks at the wallets from the chain's side; what no decision covers is `monitor_unrecorded`. */
    monitor: z
      .strictObject({
        /** What happens where something is found that no decision covers: the agent is paused, everything is killed, or it is only told. */
        pause: z.union([z.boolean(), z.literal('kill')]).default(true),
        intervalMs: positiveMs.default(12_000),
      })
      .prefault({}),
    /** Who is told of warnings and worse. */
    notificationEndpoints: z.array(notificationEndpointSchema).max(16).readonly().default([]),
    /** The mail server behind endpoints of type `email`. */
    smtp: smtpSchema.optional(),
  }),
);
