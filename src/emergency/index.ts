export type { ActiveEmergency } from './active.ts';
export { createEmergencyController, type EmergencyController, type EmergencyHealth, type EmergencyOptions } from './controller.ts';
export { readHaltState } from './halt-state.ts';
export type { History } from './history.ts';
export { type Cover, createMonitor, type Finding, type Monitor, type MonitorHealth, type Watched } from './monitor/index.ts';
export { agentResumeFacts, killLiftFacts, type Release } from './releases.ts';
export { DEFAULT_TRIGGERS, type EmergencyTrigger, TRIGGER_WINDOW_MS } from './trigger-rule.ts';
