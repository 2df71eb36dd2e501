import * as bytecode from '@metamask/delegation-abis/bytecode';
import { DELEGATOR_CONTRACTS } from '@metamask/delegation-deployments';
import { toFunctionSelector } from 'viem';
import { describe, expect, it } from 'vitest';
import {
  CANONICAL_CHAINS,
  CANONICAL_CONTRACTS,
  canonicalContracts,
} from '../../src/adapters/evm/accounts/delegation/canonical-contracts.ts';
import { OPERATIONS } from '../../src/adapters/evm/accounts/delegation/operations.ts';
import { PROXY_CODE } from '../../src/adapters/evm/accounts/delegation/proxy-code.ts';
import type { ChainId } from '../../src/core/index.ts';

const NAMES: Readonly<Record<keyof typeof CANONICAL_CONTRACTS, string>> = {
  manager: 'DelegationManager',
  factory: 'SimpleFactory',
  implementation: 'HybridDeleGatorImpl',
  allowedTargets: 'AllowedTargetsEnforcer',
  allowedMethods: 'AllowedMethodsEnforcer',
  allowedCalldata: 'AllowedCalldataEnforcer',
  exactCalldata: 'ExactCalldataEnforcer',
  valueLte: 'ValueLteEnforcer',
  nativePeriod: 'NativeTokenPeriodTransferEnforcer',
  erc20Period: 'ERC20PeriodTransferEnforcer',
  timestamp: 'TimestampEnforcer',
  logicalOr: 'LogicalOrWrapperEnforcer',
};

describe('what is written down of the framework', () => {
  const published = DELEGATOR_CONTRACTS['1.3.0'] as Readonly<Record<string, Readonly<Record<string, string>>>>;

  it('is what its makers published, on each of their chains', () => {
    expect(CANONICAL_CHAINS.map(String).sort()).toEqual(Object.keys(published).sort());
    for (const contracts of Object.values(published)) {
      for (const [name, address] of Object.entries(CANONICAL_CONTRACTS))
        expect(contracts[NAMES[name as keyof typeof NAMES]]?.toLowerCase()).toBe(address);
    }
    expect(canonicalContracts('eip155:1' as ChainId)).toBe(CANONICAL_CONTRACTS);
    expect(canonicalContracts('eip155:31337' as ChainId)).toBeNull();
    expect(canonicalContracts('eip155:11' as ChainId)).toBeNull();
  });

  it('has their proxy, byte for byte', () => {
    expect(PROXY_CODE).toBe(bytecode.ERC1967Proxy);
  });

  it('names methods by their selectors', () => {
    expect(OPERATIONS['stake']).toEqual(['submit(address)', 'stake(uint256)', 'deposit()'].map((name) => toFunctionSelector(name)));
    expect(OPERATIONS['transfer']).toEqual([]);
  });
});
