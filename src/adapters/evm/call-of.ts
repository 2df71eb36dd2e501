import { encodeFunctionData, parseAbi } from 'viem';
import { assetAddress, assetChain } from '../../core/asset.ts';
import { CastellanError } from '../../core/errors.ts';
import type { AccountId, AssetId, ChainId } from '../../core/ids.ts';
import { MAX_AMOUNT } from '../../core/money.ts';
import type { Action, Call } from '../../core/transaction.ts';
import { addressOf } from './address.ts';
import { MAX_TRANSACTION_BYTES } from './envelope.ts';
import { readAction } from './parse.ts';

const ERC20 = parseAbi([
  'function transfer(address to, uint256 amount)',
  'function approve(address spender, uint256 amount)',
  'function transferFrom(address from, address to, uint256 amount)',
]);

/** Calls of one transaction; what is decoded ends at as many leaves. */
const MAX_CALLS = 256;

const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.slice(2), 'hex'));

function refuse(message: string): CastellanError {
  return new CastellanError('REQUEST_INVALID', { message });
}

function checkAmount(amount: bigint): bigint {
  if (typeof amount !== 'bigint' || amount < 0n || amount > MAX_AMOUNT) throw refuse('The amount is outside 0 … 2^256 − 1.');
  return amount;
}

function contractOf(asset: AssetId, chain: ChainId): AccountId | null {
  if (assetChain(asset) !== chain) throw refuse('The asset lives on another chain.');
  return assetAddress(asset);
}

function tokenOf(asset: AssetId, chain: ChainId): AccountId {
  const contract = contractOf(asset, chain);
  if (contract === null) throw refuse('The chain’s own coin knows no allowances.');
  return contract;
}

function checked(calls: readonly Call[], chain: ChainId): readonly Call[] {
  if (calls.length === 0 || calls.length > MAX_CALLS) throw refuse(`A transaction makes 1 to ${MAX_CALLS} calls.`);
  for (const call of calls) {
    addressOf(call.to, chain);
    checkAmount(call.value);
    if (call.terms !== undefined) throw refuse('Calls of this chain have no terms of their own.');
    if (!(call.data instanceof Uint8Array) || call.data.length > MAX_TRANSACTION_BYTES)
      throw refuse('The calldata is no bytes, or too many.');
  }
  return calls;
}

/**
 * The calls that an action comes to, as the wallet itself makes them. Only `calls` may be several.
 * @throws REQUEST_INVALID where calls of this chain cannot express it; PAYLOAD_UNDECODABLE for foreign bytes
 */
export function callsOf(action: Action, chain: ChainId, wallet: AccountId): readonly Call[] {
  switch (action.kind) {
    case 'calls':
      return checked(action.calls, chain);
    case 'transaction':
      return callsOf(readAction(action.bytes, chain, wallet), chain, wallet);
    default:
      return [callOf(action, chain)];
  }
}

function callOf(action: Exclude<Action, { readonly kind: 'calls' | 'transaction' }>, chain: ChainId): Call {
  switch (action.kind) {
    case 'transfer': {
      if (action.comment !== undefined) throw refuse('A transfer on this chain carries no comment.');
      const amount = checkAmount(action.amount);
      const to = addressOf(action.to, chain);
      const token = contractOf(action.asset, chain);
      if (token === null) return { to: action.to, value: amount, data: new Uint8Array(0) };
      return { to: token, value: 0n, data: bytesOf(encodeFunctionData({ abi: ERC20, functionName: 'transfer', args: [to, amount] })) };
    }
    case 'approve': {
      const amount = action.amount === 'unlimited' ? MAX_AMOUNT : checkAmount(action.amount);
      const args = [addressOf(action.spender, chain), amount] as const;
      return {
        to: tokenOf(action.asset, chain),
        value: 0n,
        data: bytesOf(encodeFunctionData({ abi: ERC20, functionName: 'approve', args })),
      };
    }
    case 'transfer_from': {
      const args = [addressOf(action.from, chain), addressOf(action.to, chain), checkAmount(action.amount)] as const;
      return {
        to: tokenOf(action.asset, chain),
        value: 0n,
        data: bytesOf(encodeFunctionData({ abi: ERC20, functionName: 'transferFrom', args })),
      };
    }
    default:
      throw refuse('The kind of action is not known.');
  }
}
