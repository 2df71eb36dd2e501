import { type Hex, serializeTransaction } from 'viem';
import { decodeTransaction, type KnownContracts, knownContracts } from '../../src/adapters/evm/decode/index.ts';
import { adopt } from '../../src/adapters/evm/parse.ts';
import type { AccountId, AssetId, Effect } from '../../src/core/index.ts';
import { readTable } from './read-table.ts';
import { MAINNET } from './spellings.ts';

/** One real approval, some with the spender replaced by a thief's. */
export interface ApprovalRow {
  readonly wallet: AccountId;
  readonly atMs: number;
  readonly token: Hex;
  readonly spender: AccountId;
  readonly calldata: Hex;
  readonly isBad: boolean;
}

/** A token that no list names: what an approval means for it has to be read from the call alone. */
export const NONE_KNOWN: KnownContracts = knownContracts(new Map());

/** The labelled approvals, in the order of time. */
export function readApprovals(data: string): readonly ApprovalRow[] {
  const account = (address = ''): AccountId => `${MAINNET}:${address.toLowerCase()}` as AccountId;
  return readTable(data, 'approvals/approval_eval')
    .map(({ wallet, ts, token, spender, calldata, label }) => ({
      ...{ wallet: account(wallet), atMs: Number(ts) * 1_000, token: (token ?? '').toLowerCase() as Hex, spender: account(spender) },
      ...{ calldata: calldata as Hex, isBad: label === '1' },
    }))
    .sort((a, b) => a.atMs - b.atMs);
}

/** What a call's bytes do, by the decoder that the gate uses. */
export function effectsOf(wallet: AccountId, to: Hex, data: Hex, known = NONE_KNOWN): readonly Effect[] {
  const fees = { gas: 900_000n, maxFeePerGas: 30_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n };
  const text = serializeTransaction({ type: 'eip1559', chainId: 1, nonce: 7, to, data, ...fees });
  const tx = adopt(new Uint8Array(Buffer.from(text.slice(2), 'hex')), MAINNET, wallet);
  return decodeTransaction(tx, known).effects;
}

/** Tokens as a deployment lists them. */
export function listedTokens(tokens: Iterable<Hex>): KnownContracts {
  return knownContracts(new Map([...tokens].map((token): [string, AssetId] => [token, `${MAINNET}/erc20:${token}` as AssetId])));
}
