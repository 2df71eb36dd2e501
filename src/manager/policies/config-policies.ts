import type { CompiledPolicy, PolicyBase } from '../../authz/index.ts';
import { assetChain } from '../../core/asset.ts';
import type { Token } from '../../core/chain-adapter.ts';
import type { Role } from '../../core/registry.ts';
import type { Json } from '../../core/store.ts';
import { type Host, parseConfig, type ResolvedConfig, type SecurityConfig } from '../config.ts';
import { indexChains } from '../directory.ts';
import { compilePermissions, deploymentText, expandTemplate } from '../permissions.ts';
import { vocabularyOf } from '../vocabulary.ts';
import { registeredRoles } from './registered-roles.ts';

/** The rules of a configuration, compiled without opening anything. */
export interface ConfigPolicies {
  readonly config: ResolvedConfig;
  readonly tokens: readonly Token[];
  /** What every policy inherits. */
  readonly base: PolicyBase;
  /** How many keys the configuration registers for each role. */
  readonly keys: Readonly<Partial<Record<Role, number>>>;
  /** Permissions as they are written, templates in full, by agent. */
  readonly permissions: ReadonlyMap<string, Json>;
  /** Compiles what an agent of this deployment could be given. @throws POLICY_INVALID naming every wrong field */
  compile(permissions: unknown): CompiledPolicy;
}

/** Reads the policies of a configuration: no store is opened and no chain is asked. @throws CONFIG_INVALID, POLICY_INVALID */
export function configPolicies(input: SecurityConfig, host: Host): ConfigPolicies {
  const config = parseConfig(input);
  const chains = indexChains(
    config.chains.map((chain) => chain.create(host)),
    ({ asset }) => assetChain(asset),
  );
  const { all: tokens } = vocabularyOf(chains);
  const { base } = deploymentText(tokens, config.authorization, config.approvals.quorums) as unknown as { readonly base: PolicyBase };
  return {
    config,
    tokens,
    base,
    keys: registeredRoles(config.registry.keys),
    permissions: new Map(Object.entries(config.agents).map(([agent, permissions]) => [agent, expandTemplate(permissions)])),
    compile: compilePermissions(tokens, config.authorization, config.approvals.quorums),
  };
}
