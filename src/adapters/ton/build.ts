import type { BuildContext } from '../../core/chain-adapter.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import type { AccountId, ChainId, Digest } from '../../core/ids.ts';
import type { Action, FeeQuote, UnsignedTransaction } from '../../core/transaction.ts';
import { addressOf } from './address.ts';
import { writeBoc } from './boc.ts';
import type { CodecChain } from './codec-chain.ts';
import { factsOf } from './decode/index.ts';
import { feeOf } from './fees.ts';
import type { Send } from './out-list.ts';
import { readPayload } from './payload.ts';
import { sendsOf } from './sends-of.ts';
import type { WalletVersion } from './wallet-contract.ts';
import { walletIdOf, walletVersion } from './wallet-contract.ts';
import type { WalletMessage } from './wallet-message.ts';
import { IGNORE_ERRORS, MAX_PLAIN_SENDS, writeWalletMessage } from './wallet-message.ts';

const MAX_UINT32 = 2 ** 32 - 1;

function refuse(message: string): CastellanError {
  return new CastellanError('REQUEST_INVALID', { message });
}

function versionOf(context: BuildContext): WalletVersion {
  const { publicKey, wallet, chain } = context;
  if (!(publicKey instanceof Uint8Array)) throw refuse('The wallet’s public key is missing.');
  const version = walletVersion(wallet, publicKey, chain);
  if (version === null) throw refuse('The wallet is not one of this key.');
  return version;
}

/** Whole seconds, rounded down: never valid for longer than was asked. */
function validUntilOf(validUntilMs: number | null): number {
  if (validUntilMs === null) throw refuse('An order of this chain needs an end of its validity.');
  const seconds = Math.floor(validUntilMs / 1000);
  if (!Number.isSafeInteger(seconds) || seconds < 1 || seconds > MAX_UINT32) throw refuse('The end of validity is out of range.');
  return seconds;
}

function checkSends(sends: readonly Send[], version: WalletVersion): void {
  if (version !== 'v5r1') {
    if (sends.length > MAX_PLAIN_SENDS) throw refuse(`This wallet sends at most ${MAX_PLAIN_SENDS} messages at once.`);
    return;
  }
  if (sends.some(({ mode }) => (mode & IGNORE_ERRORS) === 0)) throw refuse('A W5 wallet takes only send modes with 2 in them.');
}

function checkFee(given: FeeQuote, sends: readonly Send[], chain: CodecChain, wallet: AccountId): FeeQuote {
  const fee = feeOf({ sends, extended: [] }, chain.tokens.chain, wallet, chain.prices);
  const differs = Object.entries(fee.params).some(([name, value]) => given.params[name] !== value);
  if (given.asset !== fee.asset || given.ceiling !== fee.ceiling || differs) throw refuse('The fee quote is not the one of this order.');
  return given;
}

/** What was written must be what reading finds: bounds of size and depth, and the canonical form. */
function written(order: WalletMessage, chain: ChainId): { readonly payload: Uint8Array; readonly digest: Digest } {
  try {
    const payload = writeBoc(writeWalletMessage(order, chain));
    return { payload, digest: readPayload(payload, chain).digest };
  } catch (cause) {
    if (!isCastellanError(cause)) throw cause;
    throw new CastellanError('REQUEST_INVALID', { message: 'An order cannot hold this action.', details: cause.details, cause });
  }
}

/**
 * Builds the exact signing message of an action for the version that the wallet is.
 *
 * Bounces off every account but one that does not exist yet, as `context.facts` say. The fee must be the one that
 * `feeOf` gives for the same content.
 * @throws REQUEST_INVALID where the wallet cannot express the action, or key, validity or fee are missing or wrong
 */
export function build(action: Action, context: BuildContext, chain: CodecChain): UnsignedTransaction {
  const { wallet, slot, publicKey, facts } = context;
  const on = chain.tokens.chain;
  addressOf(wallet, on);
  if (!Number.isSafeInteger(slot) || slot < 0 || slot > MAX_UINT32) throw refuse('The slot is no seqno.');
  const version = versionOf(context);
  const validUntil = validUntilOf(context.validUntilMs);
  const sends = sendsOf(action, chain, wallet, factsOf(facts));
  checkSends(sends, version);
  const fee = checkFee(context.fee, sends, chain, wallet);
  const order = { version, walletId: walletIdOf(version, on), validUntil, seqno: slot, sends, extended: [], foreign: [] };
  const { payload, digest } = written(order, on);
  return {
    chain: on,
    wallet,
    payload,
    payloadDigest: digest,
    slot,
    fee,
    validUntilMs: validUntil * 1000,
    ...(publicKey === undefined ? {} : { publicKey: publicKey.slice() }),
    ...(facts === undefined ? {} : { facts }),
  };
}
