import { payloadDigest } from '../../../core/digest.ts';
import type { Effect } from '../../../core/effect.ts';
import type { AccountId, ChainId } from '../../../core/ids.ts';
import type { SignatureOrder, SignatureReading } from '../../../core/signature-order.ts';
import type { SmartAccount } from '../../../core/smart-account.ts';
import { addressOf } from '../address.ts';
import type { KnownContracts } from '../decode/index.ts';
import { readAuthorization } from './authorization.ts';
import type { DescribeType } from './described.ts';
import type { KindReading } from './kinds/kind.ts';
import { messagePayload, readMessage } from './messages/read-message.ts';
import { readTypedOrder } from './read-typed-data.ts';
import { refuse } from './refuse.ts';

/** What the deployment knows of one chain besides the order itself. */
export interface SignatureFacts {
  readonly known: KnownContracts;
  /** Reads types that nobody here knows. */
  readonly describe?: DescribeType;
}

function toReading(
  { found, walked = [], unclear, standard, expiresAtMs, mark, summary }: KindReading,
  payload: Uint8Array,
): SignatureReading {
  const own = found.map((effect) => ({ ...effect, leaf: '0', source: 'bytes' }) as Effect);
  const effects = [...own, ...walked];
  const detail = unclear ?? '';
  if (unclear !== undefined && !effects.some(({ kind }) => kind === 'unknown'))
    effects.push({ kind: 'unknown', contract: null, selector: null, detail, leaf: '0', source: 'bytes' });
  const complete = !effects.some(({ kind }) => kind === 'unknown');
  return { payload, payloadDigest: payloadDigest(payload), standard, effects, complete, expiresAtMs, mark, summary };
}

/**
 * Reads an order for a signature that is no transaction: its exact preimage, and everything that others may do with the
 * signature. Pure: the order's own words alone.
 *
 * Fails closed for a wallet that is a contract: its sender's plain signature is not the wallet's.
 * @throws PAYLOAD_UNDECODABLE for an order that is none, that is for another chain, or for such a wallet (`smart_wallet_signature`)
 */
export function readSignature(
  order: SignatureOrder,
  chain: ChainId,
  wallet: AccountId,
  facts: SignatureFacts,
  smart?: SmartAccount,
): SignatureReading {
  addressOf(wallet, chain);
  if (smart !== undefined) throw refuse('smart_wallet_signature');
  switch (order.kind) {
    case 'message': {
      const reading = readMessage(order.bytes, chain, wallet);
      const payload = messagePayload(order.bytes);
      return { payload, payloadDigest: payloadDigest(payload), mark: null, ...reading };
    }
    case 'typed_data': {
      const { payload, ...reading } = readTypedOrder(order.json, chain, wallet, facts.known, facts.describe);
      return toReading(reading, payload);
    }
    case 'authorization': {
      const { payload, ...reading } = readAuthorization(order, chain, wallet, facts.known.delegates ?? new Set());
      return toReading(reading, payload);
    }
    default:
      throw refuse('order_kind_unknown');
  }
}
