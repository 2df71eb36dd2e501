import { type MethodTable, methodTable } from './method-entry.ts';
import { COLLECTIBLE_METHODS } from './standards/collectibles.ts';
import { CONTROL_METHODS } from './standards/control.ts';
import { ERC20_METHODS, ERC1363_METHODS } from './standards/erc20.ts';
import { VAULT_METHODS } from './standards/vaults.ts';
import { BATCH_METHODS } from './wrappers/batches.ts';
import { DELEGATION_METHODS } from './wrappers/delegations.ts';
import { ENTRY_POINT_METHODS } from './wrappers/entry-point.ts';
import { MODE_METHODS } from './wrappers/execution-modes.ts';
import { MULTICALL_METHODS } from './wrappers/multicall.ts';
import { SAFE_METHODS } from './wrappers/safe.ts';
import { SAFE_MODULE_METHODS } from './wrappers/safe-modules.ts';

/** Methods that mean the same wherever they are found. */
export const STANDARD_METHODS: MethodTable = methodTable([
  ...ERC20_METHODS,
  ...ERC1363_METHODS,
  ...COLLECTIBLE_METHODS,
  ...VAULT_METHODS,
  ...CONTROL_METHODS,
  ...MULTICALL_METHODS,
  ...BATCH_METHODS,
  ...MODE_METHODS,
  ...SAFE_METHODS,
  ...SAFE_MODULE_METHODS,
  ...ENTRY_POINT_METHODS,
  ...DELEGATION_METHODS,
]);
