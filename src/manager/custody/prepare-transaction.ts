import { walletAddress } from '../../core/account.ts';
import { toHex } from '../../core/digest.ts';
import { CastellanError, type ErrorCode } from '../../core/errors.ts';
import { newId } from '../../core/id.ts';
import type { Reason, ReasonCode } from '../../core/reason.ts';
import { renderDecision } from '../asking.ts';
import type { WalletRecord } from '../directory.ts';
import type { Prepared } from '../pipeline/prepared.ts';
import { buildNow, type CustodyParts, formOf, latestMs } from './custody-parts.ts';
import { PREPARED_TTL_MS, type PreparedTransaction, sealPrepared } from './prepared.ts';
import type { TransactionInput } from './transaction-input.ts';

const BROKEN: { readonly [Code in ReasonCode]?: ErrorCode } = {
  chain_unavailable: 'CHAIN_UNAVAILABLE',
  store_unavailable: 'STORE_UNAVAILABLE',
  agent_unknown: 'AGENT_UNKNOWN',
  halted: 'HALTED',
};

/** A transaction that cannot even be built, as an error. */
export function unbuildable({ code, message, retryable }: Reason): CastellanError {
  return new CastellanError(BROKEN[code] ?? 'REQUEST_INVALID', { message, details: { reason: code }, retryable });
}

/** What a prepared transaction says of its bytes. */
export function summaryOf(house: CustodyParts['house'], { decoded, feeBound }: Prepared): Pick<PreparedTransaction, 'calls' | 'rendered'> {
  return {
    calls: decoded.calls.map(({ to, value, data }) => ({ to, value: value.toString(), data: toHex(data) })),
    rendered: renderDecision(house, decoded, feeBound),
  };
}

/** Builds a transaction of a wallet to be looked at; nothing is recorded, held or decided. */
export async function prepareTransaction(open: CustodyParts, wallet: WalletRecord, tx: TransactionInput): Promise<PreparedTransaction> {
  const { house } = open;
  const createdAtMs = await latestMs(open);
  const { account, chain, agent } = wallet;
  const id = `prepared-${newId(house.host.random, createdAtMs)}`;
  const built = await buildNow(open, wallet, formOf(open, { id, account, chain, tx }), { id });
  if (!built.ok) throw unbuildable(built.reason);
  return sealPrepared(house.custody.vault, {
    v: 1,
    id,
    address: walletAddress(account),
    account,
    chain,
    agentId: agent,
    tx,
    actionDigest: built.value.actionDigest,
    feeBound: built.value.feeBound.toString(),
    ...summaryOf(house, built.value),
    createdAtMs,
    expiresAtMs: createdAtMs + PREPARED_TTL_MS,
  });
}
