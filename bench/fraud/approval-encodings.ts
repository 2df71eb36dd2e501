import { encodeFunctionData, type Hex, parseAbi } from 'viem';
import { readSignature } from '../../src/adapters/evm/signatures/index.ts';
import type { AccountId, Effect } from '../../src/core/index.ts';
import { effectsOf, listedTokens } from './approval-calls.ts';
import { MAINNET } from './spellings.ts';

const PERMIT2 = '0x000000000022d473030f116ddee9f6b43ac78ba3';
const TOKEN = '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48';
const KNOWN = listedTokens([TOKEN]);
const SOON = 1_800_000_000;
const SIGNED = [27, `0x${'1'.repeat(64)}`, `0x${'2'.repeat(64)}`] as const;
const ABI = parseAbi([
  'function approve(address spender, uint256 amount)',
  'function increaseAllowance(address spender, uint256 added)',
  'function setApprovalForAll(address operator, bool approved)',
  'function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)',
  'function multicall(bytes[] calls)',
]);
const DAI = parseAbi([
  'function permit(address holder, address spender, uint256 nonce, uint256 expiry, bool allowed, uint8 v, bytes32 r, bytes32 s)',
]);
const AT_PERMIT2 = parseAbi([
  'struct Details { address token; uint160 amount; uint48 expiration; uint48 nonce; }',
  'struct Single { Details details; address spender; uint256 sigDeadline; }',
  'function approve(address token, address spender, uint160 amount, uint48 expiration)',
  'function permit(address owner, Single single, bytes signature)',
]);

/** A way in which rights over tokens are given away, and what the decoder reads in it. */
type Encoding = (owner: Hex, spender: Hex) => readonly Effect[];

type Types = Readonly<Record<string, string>>;

/** Typed data whose types are written as `name type, …`. */
function signed(owner: Hex, contract: Hex, primaryType: string, types: Types, message: object): readonly Effect[] {
  const fields = Object.entries(types).map(([name, text]) => [
    name,
    text.split(', ').map((field) => ({ name: field.split(' ')[0], type: field.split(' ')[1] })),
  ]);
  const domain = contract === PERMIT2 ? { name: 'Permit2' } : { name: 'Token', version: '1' };
  const json = JSON.stringify({
    ...{ types: Object.fromEntries(fields), primaryType, domain: { ...domain, chainId: 1, verifyingContract: contract }, message },
  });
  return readSignature({ kind: 'typed_data', json }, MAINNET, `${MAINNET}:${owner}` as AccountId, { known: KNOWN }).effects;
}

const call = (owner: Hex, to: Hex, data: Hex): readonly Effect[] => effectsOf(`${MAINNET}:${owner}` as AccountId, to, data, KNOWN);
const approve = (spender: Hex): Hex => encodeFunctionData({ abi: ABI, functionName: 'approve', args: [spender, 2n ** 256n - 1n] });
const DETAILS = 'token address, amount uint160, expiration uint48, nonce uint48';
const details = { token: TOKEN, amount: (2n ** 160n - 1n).toString(), expiration: SOON, nonce: 0 };
const PERMISSIONS = 'token address, amount uint256';

/** Every standard way, as call and as signature, by its published schema (ERC-20, ERC-721, EIP-2612, DAI, Permit2). */
export const ENCODINGS: Readonly<Record<string, Encoding>> = {
  approve: (owner, spender) => call(owner, TOKEN, approve(spender)),
  increaseAllowance: (owner, spender) =>
    call(owner, TOKEN, encodeFunctionData({ abi: ABI, functionName: 'increaseAllowance', args: [spender, 5n] })),
  setApprovalForAll: (owner, spender) =>
    call(owner, TOKEN, encodeFunctionData({ abi: ABI, functionName: 'setApprovalForAll', args: [spender, true] })),
  'permit (EIP-2612) as a call': (owner, spender) =>
    call(owner, TOKEN, encodeFunctionData({ abi: ABI, functionName: 'permit', args: [owner, spender, 9n, BigInt(SOON), ...SIGNED] })),
  'permit (DAI) as a call': (owner, spender) =>
    call(owner, TOKEN, encodeFunctionData({ abi: DAI, functionName: 'permit', args: [owner, spender, 0n, BigInt(SOON), true, ...SIGNED] })),
  'Permit2 approve': (owner, spender) =>
    call(owner, PERMIT2, encodeFunctionData({ abi: AT_PERMIT2, functionName: 'approve', args: [TOKEN, spender, 7n, SOON] })),
  'Permit2 permit as a call': (owner, spender) => {
    const single = { details: { ...details, token: TOKEN, amount: 2n ** 160n - 1n } as const, spender, sigDeadline: BigInt(SOON) };
    return call(owner, PERMIT2, encodeFunctionData({ abi: AT_PERMIT2, functionName: 'permit', args: [owner, single, '0x11'] }));
  },
  'approve inside two batches of the token': (owner, spender) => {
    const batch = (inner: Hex): Hex => encodeFunctionData({ abi: ABI, functionName: 'multicall', args: [[inner]] });
    return call(owner, TOKEN, batch(batch(approve(spender))));
  },
  'EIP-2612 signature': (owner, spender) =>
    signed(
      owner,
      TOKEN,
      'Permit',
      { Permit: 'owner address, spender address, value uint256, nonce uint256, deadline uint256' },
      { owner, spender, value: '25', nonce: 3, deadline: SOON },
    ),
  'DAI signature': (owner, spender) =>
    signed(
      owner,
      TOKEN,
      'Permit',
      { Permit: 'holder address, spender address, nonce uint256, expiry uint256, allowed bool' },
      { holder: owner, spender, nonce: 3, expiry: SOON, allowed: true },
    ),
  'Permit2 PermitSingle': (owner, spender) =>
    signed(
      owner,
      PERMIT2,
      'PermitSingle',
      { PermitSingle: 'details PermitDetails, spender address, sigDeadline uint256', PermitDetails: DETAILS },
      { details, spender, sigDeadline: SOON },
    ),
  'Permit2 PermitBatch': (owner, spender) =>
    signed(
      owner,
      PERMIT2,
      'PermitBatch',
      { PermitBatch: 'details PermitDetails[], spender address, sigDeadline uint256', PermitDetails: DETAILS },
      { details: [details], spender, sigDeadline: SOON },
    ),
  'Permit2 PermitTransferFrom': (owner, spender) =>
    signed(
      owner,
      PERMIT2,
      'PermitTransferFrom',
      { PermitTransferFrom: 'permitted TokenPermissions, spender address, nonce uint256, deadline uint256', TokenPermissions: PERMISSIONS },
      { permitted: { token: TOKEN, amount: '7' }, spender, nonce: '1', deadline: SOON },
    ),
};

/** True where the effects say that the spender gets rights over the owner's tokens. */
export function namesGrantee(effects: readonly Effect[], owner: AccountId, spender: AccountId): boolean {
  return effects.some(
    (effect) =>
      (effect.kind === 'allowance' && effect.owner === owner && effect.spender === spender) ||
      (effect.kind === 'operator' && effect.owner === owner && effect.operator === spender),
  );
}
