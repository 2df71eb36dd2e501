import { sha256Hex } from '../../../../core/digest.ts';
import { hexOf } from '../../address.ts';
import type { AbiValue } from '../abi-type.ts';
import type { Found } from '../found.ts';
import { type MethodCall, type MethodEntry, type MethodReading, methodEntry, type NestedCall } from '../method-entry.ts';
import { asAddress, asBytes, asInteger, asRows, asString } from '../values.ts';

/** What differs between the versions of a user operation. */
interface Operation {
  readonly sender: AbiValue | undefined;
  readonly initCode: Uint8Array;
  readonly callData: Uint8Array;
  /** The most gas that the account, or its paymaster, can be charged for. */
  readonly gas: bigint;
  readonly maxFeePerGas: bigint;
  readonly paymaster: Uint8Array;
}

/** Halves of a packed word: two numbers of 128 bits. */
function halves(word: AbiValue | undefined): readonly [bigint, bigint] {
  const hex = asString(word);
  return [BigInt(hex.slice(0, 34)), BigInt(`0x${hex.slice(34)}`)];
}

function unpacked([sender, , initCode, callData, callGas, verificationGas, preGas, maxFee, , paymaster]: readonly AbiValue[]): Operation {
  // EntryPoint 0.6 checks the account up to three times where a paymaster pays.
  const times = asBytes(paymaster).length === 0 ? 1n : 3n;
  const gas = asInteger(callGas) + asInteger(verificationGas) * times + asInteger(preGas);
  return {
    sender,
    initCode: asBytes(initCode),
    callData: asBytes(callData),
    gas,
    maxFeePerGas: asInteger(maxFee),
    paymaster: asBytes(paymaster),
  };
}

/** `paymaster ‖ verification gas (16) ‖ post-operation gas (16) ‖ data` */
function paymasterGas(bytes: Uint8Array): bigint {
  return bytes.length < 52 ? 0n : BigInt(hexOf(bytes, 20, 36)) + BigInt(hexOf(bytes, 36, 52));
}

function packed([sender, , initCode, callData, limits, preGas, fees, paymasterAndData]: readonly AbiValue[]): Operation {
  const [verificationGas, callGas] = halves(limits);
  const paymaster = asBytes(paymasterAndData);
  const gas = verificationGas + callGas + asInteger(preGas) + paymasterGas(paymaster);
  return { sender, initCode: asBytes(initCode), callData: asBytes(callData), gas, maxFeePerGas: halves(fees)[1], paymaster };
}

function effectsOf(call: MethodCall, operation: Operation): readonly Found[] {
  const account = call.account(operation.sender);
  const effects: Found[] = [];
  if (operation.initCode.length > 0) effects.push({ kind: 'deploy', account, codeDigest: sha256Hex(operation.initCode) });
  const payer = operation.paymaster.length < 20 ? account : call.account(hexOf(operation.paymaster, 0, 20));
  if (payer !== account)
    effects.push({ kind: 'message', text: `gas of ${account} is paid by ${payer}, on terms that are not in the bytes` });
  const amount = operation.gas * operation.maxFeePerGas;
  if (amount > 0n)
    effects.push({ kind: 'outflow', account: payer, counterparty: call.account(call.values[1]), asset: call.frame.native, amount });
  return effects;
}

const handle =
  (read: (row: readonly AbiValue[]) => Operation) =>
  (call: MethodCall): MethodReading => {
    const operations = asRows(call.values[0]).map(read);
    const calls = operations
      .filter(({ callData }) => callData.length > 0)
      .map(({ sender, callData }): NestedCall => ({ to: asAddress(sender), value: 0n, data: callData }));
    const args = { operations: String(operations.length), beneficiary: asAddress(call.values[1]) };
    return { effects: operations.flatMap((operation) => effectsOf(call, operation)), calls, args };
  };

const UNPACKED =
  'address sender,uint256 nonce,bytes initCode,bytes callData,uint256 callGasLimit,uint256 verificationGasLimit,uint256 preVerificationGas,uint256 maxFeePerGas,uint256 maxPriorityFeePerGas,bytes paymasterAndData,bytes signature';
const PACKED =
  'address sender,uint256 nonce,bytes initCode,bytes callData,bytes32 accountGasLimits,uint256 preVerificationGas,bytes32 gasFees,bytes paymasterAndData,bytes signature';

/**
 * ERC-4337's EntryPoint (0.6, and 0.7 on): each operation is a call to its account, which then calls others. Whether its
 * signature holds, only the chain says: all of them count.
 */
export const ENTRY_POINT_METHODS: readonly MethodEntry[] = [
  methodEntry(`handleOps((${UNPACKED})[] ops,address beneficiary)`, handle(unpacked)),
  methodEntry(`handleOps((${PACKED})[] ops,address beneficiary)`, handle(packed)),
];
