/** The registry of ENS, the same on the main network and its public test networks. */
export const ENS_REGISTRY = '0x00000000000c2e074ec69a0dfb2997ba6c7d2e1e';
/** Chains on which it is. */
export const ENS_CHAINS: ReadonlySet<string> = new Set(['eip155:1', 'eip155:11155111', 'eip155:17000']);
