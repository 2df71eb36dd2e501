export type { Finding, Watched } from './finding.ts';
export { createMonitor, type Monitor, type MonitorHealth, type MonitorOptions } from './monitor.ts';
export type { Cover } from './read-page.ts';
