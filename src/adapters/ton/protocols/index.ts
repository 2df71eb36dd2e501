export type { Asked } from './accounts-asked.ts';
export { askedOf } from './accounts-asked.ts';
export type { Deployment, Protocols, Use } from './deployment.ts';
export { NO_PROTOCOLS } from './deployment.ts';
export { protocolsOf } from './known.ts';
export type { TonProtocolOption } from './options.ts';
export { protocolsSchema, readProtocols } from './options.ts';
export { readUse, useOfCoins } from './read-use.ts';
export { unstaking } from './staking.ts';
