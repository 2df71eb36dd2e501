export { type AuthorityOptions, authorizationStatement, createAuthority, type RegistryAuthority } from './authority.ts';
export { approvalBytes, createEd25519Verifier, signApproval, signStatement } from './ed25519-verifier.ts';
export {
  type ApprovalBinding,
  type ApprovalInbox,
  type ApprovalsOptions,
  type ApprovalUse,
  createApprovals,
} from './inbox.ts';
export { MAX_OPEN } from './open-approvals.ts';
export { isCustodyApprover } from './own-keys.ts';
export { createMemoryApprovalProvider, type MemoryApprovalProviderOptions } from './providers/memory.ts';
export { type RegistryBody, registryDigest, registryStatement } from './registry-document.ts';
export { renderChanges } from './render-changes.ts';
export { type RenderOptions, renderEffects } from './render-effects.ts';
