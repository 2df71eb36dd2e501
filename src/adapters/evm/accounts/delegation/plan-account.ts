import { concat, encodeAbiParameters, encodeFunctionData, getContractAddress, type Hex, keccak256, parseAbi } from 'viem';
import type { EvmAddress } from '../../address.ts';
import type { Framework } from './canonical-contracts.ts';
import { type Caveat, encodeContext, ROOT_AUTHORITY } from './delegation.ts';
import { PROXY_CODE } from './proxy-code.ts';

const INITIALIZE = parseAbi(['function initialize(address owner, string[] keyIds, uint256[] xs, uint256[] ys)']);

/** An account that is to be, or is there already. */
export interface PlannedAccount {
  readonly account: EvmAddress;
  readonly initCode: Hex;
  readonly salt: Hex;
}

/** Where the account will be. Owner, sender and limits go into the address: other limits are another account, never a second budget. */
export function planAccount(
  framework: Framework,
  owner: EvmAddress,
  sender: EvmAddress,
  all: readonly (readonly Caveat[])[],
  salt: string,
): PlannedAccount {
  const init = encodeFunctionData({ abi: INITIALIZE, args: [owner, [], [], []] });
  const args = encodeAbiParameters([{ type: 'address' }, { type: 'bytes' }], [framework.implementation, init]);
  const initCode = concat([PROXY_CODE, args]);
  const nobody = `0x${'00'.repeat(20)}` as EvmAddress;
  const contexts = all.map((caveats) =>
    encodeContext({ delegate: sender, delegator: nobody, authority: ROOT_AUTHORITY, caveats, salt: 0n, signature: '0x' }),
  );
  const given = encodeAbiParameters([{ type: 'string' }, { type: 'address' }, { type: 'bytes[]' }], [salt, sender, contexts]);
  const hash = keccak256(given);
  const account = getContractAddress({ opcode: 'CREATE2', from: framework.factory, salt: hash, bytecode: initCode });
  return { account: account.toLowerCase() as EvmAddress, initCode, salt: hash };
}
