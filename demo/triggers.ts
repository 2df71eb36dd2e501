/** What stops agents without anybody's word. */
export const TRIGGERS = [
  { event: 'fraud_detected', threshold: 3, windowMs: 3_600_000, action: 'kill' },
  { event: 'anomaly_detected', threshold: 3, windowMs: 3_600_000, action: 'pause' },
] as const;
