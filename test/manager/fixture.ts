import { evm } from '../../src/adapters/evm/index.ts';
import { toHex } from '../../src/core/digest.ts';
import type { Authorization, SecurityConfig } from '../../src/index.ts';
import { type AttestationKey, authorizationStatement, createAttestationKey, signStatement } from '../../src/index.ts';

export const CHAIN = 'eip155:31337';
export const BOB = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
export const KEYS = { encryptionKey: '9a'.repeat(32) };
export const FREE = {
  template: 'aggressive',
  limits: { unit: 'ETH', perTransaction: 1, daily: 50, weekly: 100, monthly: 100 },
  rateLimiting: { cooldownSeconds: 0, maxPerHour: 10_000 },
};

/** A manager’s configuration over a chain that nobody serves. */
export function offline(given: Partial<SecurityConfig> = {}): SecurityConfig {
  return { chains: [evm({ chains: [{ chain: CHAIN, rpcUrl: 'http://127.0.0.1:9', confirmations: 1, timeoutMs: 200 }] })], ...given };
}

/** A person with a key. */
export function person(id: string): AttestationKey {
  const seed = new Uint8Array(32);
  seed.set(new TextEncoder().encode(id).slice(0, 32));
  return createAttestationKey(id, seed);
}

/** How the registry names a person. */
export const registered = (key: AttestationKey, ...roles: ('owner' | 'operator' | 'approver' | 'guardian')[]) => ({
  id: key.id,
  scheme: 'ed25519' as const,
  key: toHex(key.publicKey),
  roles,
});

let used = 0;
/** What people sign to allow an act. */
export function allowed(
  action: Parameters<typeof authorizationStatement>[0]['action'],
  facts: Parameters<typeof authorizationStatement>[0]['facts'],
  ...keys: readonly AttestationKey[]
): Authorization {
  used += 1;
  const act = { tenant: 'default', action, facts, nonce: `nonce-of-this-test-${used}`, expiresAtMs: Date.now() + 60_000 };
  return { signatures: keys.map((key) => signStatement(key, authorizationStatement(act))), nonce: act.nonce, expiresAtMs: act.expiresAtMs };
}
