export type { Agent } from './agent.ts';
export type { SecurityConfig } from './config.ts';
export { createSecurityManager, type SecurityManager } from './create.ts';
export type { SecurityHealth } from './health.ts';
export type { ShutdownReport } from './lifecycle.ts';
export type { AgentRequest, ExecuteOptions } from './request.ts';
export type { AuthorizationResult, DryRunResult, ExecutionResult, ExecutionStatus } from './result.ts';
export type { Wallet } from './wallets.ts';
