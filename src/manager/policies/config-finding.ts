import type { PolicyBase } from '../../authz/index.ts';
import type { Token } from '../../core/chain-adapter.ts';
import type { Role } from '../../core/registry.ts';

/** What a policy is looked at with. What is left out is not looked at. */
export interface ValidateOptions {
  /** The token list. Without one, symbols are taken for tokens of 18 decimals. */
  readonly tokens?: readonly Token[];
  /** The deployment's defaults. */
  readonly base?: PolicyBase;
  /** What the wallets hold, whole coins by symbol or asset id. */
  readonly balances?: Readonly<Record<string, number | string>>;
  /** How many people may approve. */
  readonly approvers?: number;
  /** How many keys the registry has of each role; a role that is left out has none. */
  readonly keys?: Readonly<Partial<Record<Role, number>>>;
}

/** One thing about a policy that somebody should know. */
export interface ConfigFinding {
  /** lower_snake, for programs. */
  readonly code: string;
  /** Where: the path of the field, or the id of the rule. */
  readonly path: string;
  /** One English sentence. */
  readonly message: string;
}

/** What was found. `valid` says that there are no errors; warnings are about policies that work and are hardly meant so. */
export interface ConfigValidation {
  readonly valid: boolean;
  readonly errors: readonly ConfigFinding[];
  readonly warnings: readonly ConfigFinding[];
}
