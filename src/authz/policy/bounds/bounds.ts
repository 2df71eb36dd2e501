import type { Capability, Operation } from '../../../core/index.ts';
import type { ParsedPermissions } from '../permissions.ts';

/** Which operations of one capability are allowed, and the permission that says so. */
export interface OperationBound {
  readonly capability: Capability;
  readonly rule: string;
  readonly operations: readonly Operation[];
}

/** The bounds within capabilities that permissions ask for. */
export function operationBounds({ capabilities }: Pick<ParsedPermissions, 'capabilities'>): readonly OperationBound[] {
  const { staking, nft, governance } = capabilities ?? {};
  return [
    ...(staking?.unstake === false ? [{ capability: 'staking', rule: 'staking.unstake', operations: ['stake'] } as const] : []),
    ...(nft?.create === false
      ? [{ capability: 'nft', rule: 'nft.create', operations: ['fill', 'buy', 'sell', 'move', 'withdraw_offer'] } as const]
      : []),
    ...(governance?.voteOnly === true ? [{ capability: 'governance', rule: 'governance.voteOnly', operations: ['vote'] } as const] : []),
  ];
}
