import type { Json, PolicyText, SecurityEvent, Token } from '../../core/index.ts';
import { type CompiledPolicy, compilePolicy, type PolicyBase } from '../policy/index.ts';

/** The rules that a log tells of, by their digest. */
export interface PolicyVersions {
  /** Reads an event of the log; call it in the log's order. */
  take(event: SecurityEvent): void;
  /** Undefined for rules that no entry told, or whose text does not come to their digest. */
  policyOf(digest: string): CompiledPolicy | undefined;
}

interface Told {
  readonly permissions: Json;
  readonly deployment: Json;
}

/** Creates the reader. What a text says counts only where it compiles to the very digest that decisions name. */
export function createPolicyVersions(): PolicyVersions {
  const deployments = new Map<string, Json>();
  const told = new Map<string, Told>();
  const compiled = new Map<string, CompiledPolicy | undefined>();
  const take = ({ digest, permissions, deployment, deploymentDigest }: PolicyText): void => {
    if (deployment !== undefined) deployments.set(deploymentDigest, deployment);
    const known = deployments.get(deploymentDigest);
    if (known !== undefined && !told.has(digest)) told.set(digest, { permissions, deployment: known });
  };
  return {
    take(event) {
      if (event.type === 'permission_changed' && event.enacts !== undefined) take(event.enacts);
    },
    policyOf(digest) {
      if (!compiled.has(digest)) {
        const text = told.get(digest);
        if (text === undefined) return undefined;
        compiled.set(digest, compileTold(digest, text));
      }
      return compiled.get(digest);
    },
  };
}

function compileTold(digest: string, { permissions, deployment }: Told): CompiledPolicy | undefined {
  try {
    const { tokens, base } = deployment as unknown as { readonly tokens: readonly Token[]; readonly base: PolicyBase };
    const policy = compilePolicy(permissions, tokens, base);
    return policy.digest === digest ? policy : undefined;
  } catch {
    return undefined;
  }
}
