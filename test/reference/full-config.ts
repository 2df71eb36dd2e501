import type { SecurityConfig } from '../../src/index.ts';

/** Every section of a configuration, as deployments write them. */
export const FULL = {
  custody: { mode: 'mpc', userOwned: true, platformManaged: true, recoveryEnabled: true, mpcThreshold: 2, mpcParties: 3 },
  mpc: {
    threshold: 2,
    totalParties: 3,
    parties: [
      { id: 'user', type: 'user_device' },
      { id: 'platform', type: 'platform_hsm' },
      { id: 'backup', type: 'backup_service' },
    ],
    signatureScheme: 'ed25519',
    timeoutMs: 30_000,
  },
  keyDerivation: { scheme: 'bip44', coinType: 607, hardened: true, cacheEnabled: true },
  authorization: {
    enableSimulation: true,
    requireIntentValidation: true,
    defaultLimits: { perTransaction: 1000, daily: 5000, weekly: 20000, monthly: 50000 },
    rateLimiting: { maxPerHour: 10, cooldownSeconds: 60 },
  },
  risk: {
    enabled: true,
    maxRiskScore: 80,
    anomalyThreshold: 2.0,
    weights: { transaction: 0.4, behavioral: 0.3, market: 0.3 },
    fraudDetectionEnabled: true,
  },
  emergency: {
    killSwitchEnabled: true,
    autoResponseEnabled: true,
    autoResponseTriggers: [
      { event: 'fraud_detected', threshold: 1, action: 'kill' },
      { event: 'anomaly_detected', threshold: 3, action: 'pause' },
    ],
    notificationEndpoints: [
      { type: 'webhook', url: 'https://alerts.example.com' },
      { type: 'email', address: 'security@example.com' },
    ],
  },
  audit: { enabled: true, retentionDays: 365, signEvents: true, compressionEnabled: true, exportFormats: ['json', 'csv'] },
} as const satisfies SecurityConfig;
