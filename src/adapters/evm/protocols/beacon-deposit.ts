import { hexOf } from '../address.ts';
import type { AbiValue } from '../decode/abi-type.ts';
import type { MethodCall, MethodReading } from '../decode/method-entry.ts';
import { asBytes, asList, asString } from '../decode/values.ts';
import { credits } from './flows.ts';
import { methodsOf, sameEverywhere } from './protocol.ts';

/** Withdrawal credentials that name an account: a prefix of 1 or 2, zeros, and its 20 bytes. */
const OF_ACCOUNT = /^0x0[12]0{22}([0-9a-f]{40})$/;

/**
 * Staked coins belong to whom the credentials name, not to who pays them in.
 * @see https://github.com/ethereum/consensus-specs/blob/master/specs/phase0/validator.md#withdrawal-credentials
 */
function staked(call: MethodCall, credentials: readonly string[]): MethodReading {
  const owners = new Set(credentials.map((text) => OF_ACCOUNT.exec(text)?.[1]));
  const [owner] = owners;
  if (owner === undefined || owners.size !== 1) return { unknown: 'the withdrawal credentials name no one account' };
  return { effects: credits(call, call.account(`0x${owner}`), call.frame.native, call.frame.value) };
}

const one = (value: AbiValue | undefined): readonly string[] => [hexOf(asBytes(value))];
const many = (value: AbiValue | undefined): readonly string[] => asList(value).map((entry) => hexOf(asBytes(entry)));

/** The deposit contract of the beacon chain. */
export const BEACON_DEPOSIT = sameEverywhere('beacon-deposit', () => [
  methodsOf('beacon-deposit', 'stake')(
    'deposit(bytes pubkey,bytes withdrawalCredentials,bytes signature,bytes32 depositDataRoot)',
    (call) => staked(call, one(call.values[1])),
  ),
]);

/** Contracts of operators that pay in for several validators at once: Kiln, Figment, P2P. */
export const BATCH_DEPOSIT = sameEverywhere('batch-deposit', () => {
  const add = methodsOf('batch-deposit', 'stake');
  const lists = 'bytes[] pubkeys,bytes[] withdrawalCredentials,bytes[] signatures,bytes32[] depositDataRoots';
  const packed = 'bytes publicKeys,bytes withdrawalCredentials,bytes signatures,bytes32[] dataRoots';
  return [
    add(`deposit(${lists},uint256[] amounts)`, (call) => staked(call, many(call.values[1]))),
    add(`batchDeposit(${packed})`, (call) => staked(call, one(call.values[1]))),
    add(`batchDepositCustom(${packed},uint256 amountPerValidator)`, (call) => staked(call, one(call.values[1]))),
    add(
      'addEth(bytes32 withdrawalCredentials,uint96 amountPerValidator,address feeDistributor,(uint96 basisPoints,address recipient) client,(uint96 basisPoints,address recipient) referrer,bytes extraData)',
      (call) => staked(call, [asString(call.values[0])]),
    ),
  ];
});
