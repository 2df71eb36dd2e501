/** People that `castellan init` makes a key for; each holds the role of its name. */
export const ROLES_AT_INIT = ['owner', 'operator', 'approver'] as const;
export type InitRole = (typeof ROLES_AT_INIT)[number];

/** The configuration that `castellan init` writes, with the public halves of the keys it made. */
export function configText(publicKeys: Readonly<Record<InitRole, string>>): string {
  const keys = ROLES_AT_INIT.map(
    (role) => `      { id: '${role}', scheme: 'ed25519', key: '${publicKeys[role]}', roles: ['${role}'] },`,
  ).join('\n');
  return `import { fileURLToPath } from 'node:url';
import type { SecurityConfig } from 'castellan';
import { evm } from 'castellan/evm';
import { sqliteStore } from 'castellan/store/sqlite';

// Every field is checked when the manager opens; an unknown one is refused by its name.
const config: SecurityConfig = {
  // Stands in every permit, digest and log entry; it cannot be changed later.
  tenant: 'default',

  // Decisions, limits, encrypted keys and the audit log. Processes of one machine may share the file.
  store: sqliteStore({ path: fileURLToPath(new URL('./castellan.sqlite', import.meta.url)) }),

  // Opens the wallet keys. 32 bytes in hex, from the environment and never from this file.
  keys: { encryptionKey: process.env.KEY_ENCRYPTION_KEY },

  chains: [
    evm({
      chains: [
        {
          chain: 'eip155:31337', // CAIP-2: 1 is Ethereum, 11155111 its test network Sepolia, 31337 a local chain
          rpcUrl: process.env.RPC_URL ?? 'http://127.0.0.1:8545',
          confirmations: 3, // blocks until a payment counts as final
          tokens: [], // { symbol: 'USDC', address: '0x...', decimals: 6 }: only listed tokens can be asked for
        },
      ],
    }),
  ],

  // Who may loosen what. With an owner here, changes of policy need the owner's signature, lifting a stop the
  // operator's, and escalated requests the approver's. Stopping never needs one.
  registry: {
    keys: [
${keys}
    ],
    quorums: { owner: 1, operator: 1, approver: 1 },
  },

  agents: {
    agent: {
      // conservative: looks and asks a person for everything; balanced: acts within limits towards listed destinations.
      template: 'balanced',
      allowedDestinations: [], // addresses that this agent may pay; none yet, so nothing leaves
      limits: { unit: 'ETH', perTransaction: '0.05', daily: '0.1', weekly: '0.25', monthly: '0.5' },
      requireApprovalAbove: '0.02',
      rateLimiting: { maxPerHour: 10, cooldownSeconds: 5 },
    },
  },

  approvals: { ttlMs: 3_600_000 }, // a request that nobody answers within the hour is off
};

export default config;
`;
}
