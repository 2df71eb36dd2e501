import { nativeAssetId, tokenAsset } from '../../core/asset.ts';
import type { Effect } from '../../core/effect.ts';
import type { AccountId, AssetId } from '../../core/ids.ts';
import { type Receipt, type SignedTransaction, senderOf } from '../../core/transaction.ts';
import { modelOf } from './accounts/models.ts';
import { accountCalls } from './accounts/payload.ts';
import { accountOf } from './address.ts';
import { malformed, readCount, readHash, readObject, readQuantity } from './answer.ts';
import type { Block } from './block.ts';
import type { RpcClient } from './client.ts';
import { allowanceAmount } from './decode/index.ts';
import { readEnvelope } from './envelope.ts';
import type { Log } from './events.ts';
import { readClaim, readLogs } from './events.ts';
import { readUnsigned } from './signed-transaction.ts';

/** A receipt as an endpoint tells it. */
export interface ChainReceipt {
  readonly blockNumber: number;
  readonly blockHash: string;
  readonly success: boolean;
  readonly gasUsed: bigint;
  readonly feePaid: bigint;
  readonly logs: readonly Log[];
}

/** The receipt of our hash; null where the endpoint knows none. @throws CHAIN_RESPONSE_INVALID */
export async function readReceipt(client: RpcClient, hash: string, signal?: AbortSignal): Promise<ChainReceipt | null> {
  const answer = await client.request('eth_getTransactionReceipt', [hash], signal);
  if (answer === null) return null;
  const fields = readObject(answer, 'receipt');
  if (readHash(fields['transactionHash'], 'receipt.transactionHash') !== hash)
    throw malformed('receipt.transactionHash', 'another_transaction');
  const status = readQuantity(fields['status'], 'receipt.status');
  if (status > 1n) throw malformed('receipt.status');
  const gasUsed = readQuantity(fields['gasUsed'], 'receipt.gasUsed');
  // Rollups add what posting the bytes to their parent chain cost.
  const posting = fields['l1Fee'] === undefined || fields['l1Fee'] === null ? 0n : readQuantity(fields['l1Fee'], 'receipt.l1Fee');
  return {
    blockNumber: readCount(fields['blockNumber'], 'receipt.blockNumber'),
    blockHash: readHash(fields['blockHash'], 'receipt.blockHash'),
    success: status === 1n,
    gasUsed,
    feePaid: gasUsed * readQuantity(fields['effectiveGasPrice'], 'receipt.effectiveGasPrice') + posting,
    logs: readLogs(fields['logs']),
  };
}

type At = { readonly leaf: string; readonly source: 'chain' };
const AT: At = { leaf: '0', source: 'chain' };

function movements(wallet: AccountId, from: AccountId, to: AccountId | null, asset: AssetId, amount: bigint): readonly Effect[] {
  const effects: Effect[] = [];
  if (from === wallet) effects.push({ kind: 'outflow', account: wallet, counterparty: to, asset, amount, ...AT });
  if (to === wallet) effects.push({ kind: 'inflow', account: wallet, counterparty: from, asset, amount, ...AT });
  return effects;
}

/** What the logs say of the wallet: recorded by the chain, but in the words of the contracts that wrote them. */
function claimed({ chain, wallet }: SignedTransaction, log: Log): readonly Effect[] {
  const claim = readClaim(log);
  if (claim === null || claim.kind === 'native') return [];
  const account = (address: string): AccountId => accountOf(chain, address);
  const asset = tokenAsset(chain, account(claim.token));
  const spends = (owner: string, spender: string, amount: bigint): readonly Effect[] =>
    account(owner) === wallet
      ? [{ kind: 'allowance', owner: wallet, spender: account(spender), asset, amount: allowanceAmount(amount), expiresAtMs: null, ...AT }]
      : [];
  switch (claim.kind) {
    case 'transfer':
      return movements(wallet, account(claim.from), account(claim.to), asset, claim.amount);
    case 'item':
      return movements(wallet, account(claim.from), account(claim.to), asset, 1n);
    case 'items':
      return claim.amounts.flatMap((amount) => movements(wallet, account(claim.from), account(claim.to), asset, amount));
    case 'approval':
      return spends(claim.owner, claim.spender, claim.amount);
    case 'item-approval':
      return spends(claim.owner, claim.spender, 1n);
    default:
      return [];
  }
}

/** The coins that the wallet's own calls sent. What a contract sends writes no log, so it is read from the bytes. */
function sent({ chain, wallet, raw, smart }: SignedTransaction): readonly Effect[] {
  const envelope = readEnvelope(readUnsigned(raw));
  const { to, value } = envelope;
  const own =
    smart === undefined ? [{ to: to === null ? null : accountOf(chain, to), value }] : accountCalls(envelope, smart, chain, 'transaction');
  if (own === undefined) return [{ kind: 'unknown', contract: null, selector: null, detail: 'not a call of this account', ...AT }];
  return own.flatMap((call) => (call.value === 0n ? [] : movements(wallet, wallet, call.to, nativeAssetId(chain), call.value)));
}

/**
 * What others signed inside a transaction that failed is public and may still be good: somebody may have sent it before us, or
 * may send it later. It counts as spent.
 */
function staysGood({ smart }: SignedTransaction): boolean {
  return smart !== undefined && modelOf(smart).order !== undefined;
}

/**
 * The receipt of a transaction that is final. `effects` are of source `chain`: the fee that was paid, the coins that our own
 * bytes sent where they succeeded, and what the logs tell of the wallet.
 */
export function toReceipt(signed: SignedTransaction, found: ChainReceipt, block: Block): Receipt {
  const { chain, hash } = signed;
  const native = nativeAssetId(chain);
  const effects: Effect[] = [{ kind: 'fee', account: senderOf(signed), asset: native, max: found.feePaid, ...AT }];
  if (found.success) effects.push(...sent(signed), ...found.logs.flatMap((log) => claimed(signed, log)));
  return {
    txHash: hash,
    success: found.success,
    ...(found.success || !staysGood(signed) ? {} : { partial: true }),
    confirmedAtBlock: String(found.blockNumber),
    confirmedAtMs: block.timestampMs,
    blockHash: found.blockHash,
    gasUsed: found.gasUsed.toString(),
    feePaid: found.feePaid,
    effects,
  };
}
