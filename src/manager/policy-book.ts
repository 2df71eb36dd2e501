import type { CompiledPolicy } from '../authz/index.ts';
import type { Json } from '../core/store.ts';
import { docValue } from './directory.ts';

/** A policy as the store keeps it: what the owner wrote, and the digest of its compiled meaning. */
export interface PolicyDocument {
  readonly digest: string;
  readonly permissions: Json;
}

/** Compiled policies, one per agent, compiled again only when the stored digest changes. */
export interface PolicyBook {
  /** Undefined where the document is absent or does not compile to its own digest: both mean denied. */
  policyOf(agent: string, document: Json | undefined): CompiledPolicy | undefined;
  /** The policy last seen for an agent: a guess at the one in force. */
  lastOf(agent: string): CompiledPolicy | undefined;
  /** Compiles permissions. @throws POLICY_INVALID naming every wrong field. */
  compile(permissions: unknown): CompiledPolicy;
  /** What the deployment adds to permissions, for the log: token list and defaults. Undefined where nobody told. */
  readonly deployment: Json | undefined;
}

/** Creates the book over the deployment's token list and base limits. */
export function createPolicyBook(compile: (permissions: unknown) => CompiledPolicy, deployment?: Json): PolicyBook {
  const compiled = new Map<string, CompiledPolicy>();
  return {
    compile,
    deployment,
    lastOf: (agent) => compiled.get(agent),
    policyOf(agent, document) {
      const stored = docValue<PolicyDocument>(document);
      if (stored === undefined) return undefined;
      const known = compiled.get(agent);
      if (known?.digest === stored.digest) return known;
      try {
        const fresh = compile(stored.permissions);
        if (fresh.digest !== stored.digest) return undefined;
        compiled.set(agent, fresh);
        return fresh;
      } catch {
        return undefined;
      }
    },
  };
}
