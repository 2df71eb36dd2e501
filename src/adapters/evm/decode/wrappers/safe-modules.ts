import { type MethodCall, type MethodEntry, type MethodReading, methodEntry } from '../method-entry.ts';
import { operation } from './safe.ts';

/** The first four arguments are a Safe's call. Who makes it is the called contract, or the account that it stands before. */
const run = (call: MethodCall): MethodReading => {
  const [to, value, data, kind] = call.values;
  return operation(call, [to, value, data, kind]);
};

const CALL = 'address to,uint256 value,bytes data,uint8 operation';

/** Modules' way into a Safe, Zodiac's Roles before one (1 and 2), and Safe's module for ERC-4337. */
export const SAFE_MODULE_METHODS: readonly MethodEntry[] = [
  methodEntry(`execTransactionFromModule(${CALL})`, run),
  methodEntry(`execTransactionFromModuleReturnData(${CALL})`, run),
  ...['bytes32 roleKey', 'uint16 role'].flatMap((role) => [
    methodEntry(`execTransactionWithRole(${CALL},${role},bool shouldRevert)`, run),
    methodEntry(`execTransactionWithRoleReturnData(${CALL},${role},bool shouldRevert)`, run),
  ]),
  methodEntry(`executeUserOp(${CALL})`, run),
  methodEntry(`executeUserOpWithErrorString(${CALL})`, run),
];
