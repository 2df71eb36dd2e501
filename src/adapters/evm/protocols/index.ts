export type { Deployment } from './protocol.ts';
export { type EvmProtocolOption, protocolsSchema, readDeployments } from './protocol-config.ts';
export { PROTOCOLS, protocolMethods } from './registry.ts';
