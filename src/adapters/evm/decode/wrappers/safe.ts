import type { AbiValue } from '../abi-type.ts';
import { control, type Found, hazard } from '../found.ts';
import { type MethodCall, type MethodEntry, type MethodReading, methodEntry } from '../method-entry.ts';
import { asAddress, asBytes, asInteger } from '../values.ts';
import { MULTI_SENDS, multiSend } from './multi-send.ts';
import { nested, nestedCall, ZERO_ADDRESS } from './multicall.ts';

/**
 * A call that a Safe makes: `operation` 0 a call, 1 a delegated one. Another contract's code may do anything as the Safe, with
 * one exception that is still a hazard: MultiSend at its own addresses makes the calls that it is given.
 */
export function operation(
  call: MethodCall,
  [to, value, data, kind]: readonly [AbiValue | undefined, AbiValue | undefined, AbiValue | undefined, AbiValue | undefined],
): MethodReading {
  if (asInteger(kind) === 0n) return nested([nestedCall(to, value, data)], call.contract);
  const target = asAddress(to);
  const effects = [hazard(call.contract, 'delegatecall', `runs the code of ${target} as the account`)];
  if (asInteger(kind) !== 1n || !MULTI_SENDS.has(target)) return { effects, unknown: 'a delegated call may do anything' };
  // The account runs MultiSend's code as its own: as though it had the method itself.
  const own = { to: null, value: 0n, data: asBytes(data) };
  return { ...nested([own], call.contract), effects };
}

/** Whoever sends the transaction is paid back for gas that he measures himself, up to a sum that the bytes do not bound. */
function refund(call: MethodCall): Pick<MethodReading, 'effects' | 'unknown'> {
  const [safeTxGas, baseGas, gasPrice] = call.values.slice(4, 7).map(asInteger) as [bigint, bigint, bigint];
  if (gasPrice === 0n) return {};
  const asset = call.values[7] === ZERO_ADDRESS ? call.frame.native : call.token(call.values[7]);
  const counterparty = call.values[8] === ZERO_ADDRESS ? call.frame.sender : call.account(call.values[8]);
  const effects: readonly Found[] = [
    { kind: 'outflow', account: call.contract, counterparty, asset, amount: (safeTxGas + baseGas) * gasPrice },
  ];
  return { effects, unknown: 'refunds gas without a bound' };
}

function execTransaction(call: MethodCall): MethodReading {
  const [to, value, data, kind] = call.values;
  const inside = operation(call, [to, value, data, kind]);
  const back = refund(call);
  const unknown = inside.unknown ?? back.unknown;
  return {
    ...inside,
    effects: [...(inside.effects ?? []), ...(back.effects ?? [])],
    ...(unknown === undefined ? {} : { unknown }),
  };
}

const ruled =
  (aspect: Parameters<typeof control>[1], to?: number) =>
  (call: MethodCall): MethodReading => ({
    effects: [control(call.contract, aspect, to === undefined ? null : call.account(call.values[to]))],
  });

/** Safe (1.0 to 1.5): transactions of its owners, and who they are. */
export const SAFE_METHODS: readonly MethodEntry[] = [
  methodEntry(
    'execTransaction(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,uint256 gasPrice,address gasToken,address refundReceiver,bytes signatures)',
    execTransaction,
  ),
  methodEntry('multiSend(bytes transactions)', multiSend),
  methodEntry('approveHash(bytes32 hashToApprove)', (call) => ({
    effects: [hazard(call.contract, 'signature_in_disguise', 'approves a transaction of the Safe by its hash alone')],
    unknown: 'what the hash stands for is not in the bytes',
  })),
  methodEntry('addOwnerWithThreshold(address owner,uint256 threshold)', ruled('signer', 0)),
  methodEntry('removeOwner(address prevOwner,address owner,uint256 threshold)', ruled('signer')),
  methodEntry('swapOwner(address prevOwner,address oldOwner,address newOwner)', ruled('signer', 2)),
  methodEntry('changeThreshold(uint256 threshold)', ruled('signer')),
  methodEntry('enableModule(address module)', ruled('module', 0)),
  methodEntry('disableModule(address prevModule,address module)', ruled('module')),
  methodEntry('setGuard(address guard)', ruled('module', 0)),
  methodEntry('setModuleGuard(address moduleGuard)', ruled('module', 0)),
  methodEntry('setFallbackHandler(address handler)', ruled('module', 0)),
  methodEntry('changeMasterCopy(address masterCopy)', ruled('upgrade', 0)),
];
