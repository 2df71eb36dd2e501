import { control } from '../found.ts';
import { type MethodCall, type MethodEntry, type MethodReading, methodEntry } from '../method-entry.ts';
import { asBytes } from '../values.ts';

const ruled =
  (aspect: Parameters<typeof control>[1], to?: number) =>
  (call: MethodCall): MethodReading => ({
    effects: [control(call.contract, aspect, to === undefined ? null : call.account(call.values[to]))],
  });

/** What the new code does when it is called at once, only that code says. */
function openCall(call: MethodCall, data: number): MethodReading {
  return asBytes(call.values[data]).length === 0 ? {} : { unknown: 'runs the code of the new implementation' };
}

/** Owners and roles of contracts, and the code behind proxies (EIP-1967, OpenZeppelin's admin contract). */
export const CONTROL_METHODS: readonly MethodEntry[] = [
  methodEntry('transferOwnership(address newOwner)', ruled('owner', 0)),
  methodEntry('renounceOwnership()', ruled('owner')),
  methodEntry('acceptOwnership()', (call) => ({ effects: [control(call.contract, 'owner', call.frame.sender)] })),
  methodEntry('grantRole(bytes32 role,address account)', ruled('owner', 1)),
  methodEntry('revokeRole(bytes32 role,address account)', ruled('owner')),
  methodEntry('renounceRole(bytes32 role,address account)', ruled('owner')),
  methodEntry('changeAdmin(address newAdmin)', ruled('owner', 0)),
  methodEntry('upgradeTo(address implementation)', ruled('upgrade', 0)),
  methodEntry('upgradeToAndCall(address implementation,bytes data)', (call) => ({ ...ruled('upgrade', 0)(call), ...openCall(call, 1) })),
  methodEntry('upgrade(address proxy,address implementation)', (call) => ({
    effects: [control(call.account(call.values[0]), 'upgrade', call.account(call.values[1]))],
  })),
  methodEntry('upgradeAndCall(address proxy,address implementation,bytes data)', (call) => ({
    effects: [control(call.account(call.values[0]), 'upgrade', call.account(call.values[1]))],
    ...openCall(call, 2),
  })),
  methodEntry('changeProxyAdmin(address proxy,address newAdmin)', (call) => ({
    effects: [control(call.account(call.values[0]), 'owner', call.account(call.values[1]))],
  })),
];
