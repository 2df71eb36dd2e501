import { accountOf } from '../../address.ts';
import type { Found } from '../../decode/found.ts';
import { walkCall } from './inner-call.ts';
import type { Kind } from './kind.ts';
import { Members } from './members.ts';
import { anotherOwner, callTo, markAt } from './parts.ts';

/** Entry points that sign as typed data, versions 0.8 and 0.9. @see https://github.com/eth-infinitism/account-abstraction/releases */
const ENTRY_POINTS: readonly string[] = ['0x4337084d9e255ff0702461cf8895ce9e3b5ff108', '0x433709009b8330fda32311df1c2afa402ed8d009'];
const HALF = 2n ** 128n;

/** A word of two numbers, 16 bytes each. */
function halves(word: string): readonly [bigint, bigint] {
  const value = BigInt(word);
  return [value / HALF, value % HALF];
}

/**
 * A transaction of an account that is a contract: what it calls, and the most that it pays for gas.
 * @see https://eips.ethereum.org/EIPS/eip-4337
 */
export const USER_OPERATION: Kind = {
  types: [
    'PackedUserOperation(address sender,uint256 nonce,bytes initCode,bytes callData,bytes32 accountGasLimits,uint256 preVerificationGas,bytes32 gasFees,bytes paymasterAndData)',
  ],
  read(order) {
    if (!ENTRY_POINTS.some((address) => accountOf(order.chain, address) === order.contract)) return undefined;
    const message = new Members(order.chain, order.data.message);
    const sender = message.account('sender');
    const data = message.bytes('callData');
    const [verificationGas, callGas] = halves(message.text('accountGasLimits'));
    const [, maxFeePerGas] = halves(message.text('gasFees'));
    const max = (verificationGas + callGas + message.number('preVerificationGas')) * maxFeePerGas;
    const isSponsored = message.text('paymasterAndData') !== '0x';
    const fee: Found = { kind: 'fee', account: sender, asset: order.native, max };
    const doubts = [
      anotherOwner(order, sender).unclear,
      message.text('initCode') === '0x' ? undefined : 'it deploys the account or changes its code',
      isSponsored ? 'a paymaster pays, and may take something for it' : undefined,
    ].filter((doubt) => doubt !== undefined);
    return {
      standard: 'user_operation',
      found: [callTo(order, { protocol: 'erc4337' }), ...(isSponsored ? [] : [fee])],
      walked: data.length === 0 ? [] : walkCall(order, { sender, to: sender, value: 0n, data, driven: true }),
      ...(doubts.length === 0 ? {} : { unclear: doubts.join('; ') }),
      expiresAtMs: null,
      mark: markAt(order.contract, 'user_operation', { sender: message.text('sender'), nonce: message.number('nonce') }),
      summary: `makes ${sender} act through an entry point`,
    };
  },
};
