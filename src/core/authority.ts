import type { TimeMs } from './ids.ts';
import type { RegisteredKey, Registry, RegistrySignature } from './registry.ts';
import type { Json } from './store.ts';

/** Acts that loosen something, and the role whose quorum each needs once the manager is owned. */
export const AUTHORITY_ACTIONS = {
  'kill.lift': 'operator',
  'agent.resume': 'operator',
  'policy.change': 'owner',
  'risk.feedback': 'operator',
  'list.change': 'owner',
  'registry.change': 'owner',
  'key.export': 'owner',
  'log.prune': 'owner',
} as const;
/** An act that needs the signatures of a role's quorum. */
export type AuthorityAction = keyof typeof AUTHORITY_ACTIONS;

/** Signatures over the canonical act: domain `castellan.authority.v1`, tenant, action, facts, nonce, expiry. */
export interface Authorization {
  readonly signatures: readonly RegistrySignature[];
  /** Used once; remembered by the store. */
  readonly nonce: string;
  readonly expiresAtMs: TimeMs;
}

/** Says who may loosen. Tightening never asks it. */
export interface Authority {
  /** False where no owner is registered: this process may do everything, and health says so. */
  readonly owned: boolean;
  registry(): Registry;
  /** Digest that stands in every decision; `none` where nothing is registered. */
  digest(): string;
  /** A registered key with the role, by id. */
  key(id: string, role: RegisteredKey['roles'][number]): RegisteredKey | undefined;
  /** Resolves where the act is allowed. @throws AUTHORITY_REQUIRED, SIGNATURE_INVALID */
  require(action: AuthorityAction, facts: Json, authorization?: Authorization): Promise<void>;
}
