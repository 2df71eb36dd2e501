import type { Cell } from '@ton/core';
import { payloadDigest } from '../../core/digest.ts';
import type { AccountId, ChainId, Digest } from '../../core/ids.ts';
import { MAX_BOC_BYTES, readDraft } from './boc.ts';
import type { Draft } from './draft.ts';
import { cellOf } from './draft.ts';
import { undecodable } from './undecodable.ts';
import { walletVersion } from './wallet-contract.ts';
import type { WalletMessage } from './wallet-message.ts';
import { readWalletMessage } from './wallet-message.ts';

/** A payload, read. */
export interface Payload {
  readonly digest: Digest;
  /** Hashed when it is first asked for. */
  readonly cell: Cell;
  readonly message: WalletMessage;
}

/** What the network takes, less room for the signature and the wallet's state init. */
export const MAX_PAYLOAD_BYTES = MAX_BOC_BYTES - 1_535;
/** Twice what 255 token transfers with a text have. Every cell is hashed, and nobody should wait for that. */
const MAX_PAYLOAD_CELLS = 2_048;
/** One decision reads the same bytes several times; a few decisions run side by side. */
const MAX_REMEMBERED = 32;

interface Entry {
  readonly digest: Digest;
  readonly draft: Draft;
  readonly read: Map<ChainId, Payload>;
}

const remembered = new Map<Digest, Entry>();

/** Remembered by the digest of the bytes as they are now, so that bytes changed in place are read anew. */
function entryOf(bytes: Uint8Array): Entry {
  if (!(bytes instanceof Uint8Array)) throw undecodable('empty');
  if (bytes.length > MAX_PAYLOAD_BYTES) throw undecodable('too_large', { bytes: bytes.length });
  const digest = payloadDigest(bytes);
  const known = remembered.get(digest);
  if (known !== undefined) return known;
  const entry: Entry = { digest, draft: readDraft(bytes, MAX_PAYLOAD_CELLS), read: new Map() };
  for (const oldest of remembered.keys()) {
    if (remembered.size < MAX_REMEMBERED) break;
    remembered.delete(oldest);
  }
  remembered.set(digest, entry);
  return entry;
}

/** The hash that a key signs: the representation hash of the payload's root cell. @throws PAYLOAD_UNDECODABLE */
export function signingHash(payload: Uint8Array): Uint8Array {
  return new Uint8Array(cellOf(entryOf(payload).draft).hash());
}

/**
 * Reads a payload's bytes: one canonical bag of cells that holds an order to a wallet of this chain.
 * @throws PAYLOAD_UNDECODABLE
 */
export function readPayload(bytes: Uint8Array, chain: ChainId): Payload {
  const { digest, draft, read } = entryOf(bytes);
  const known = read.get(chain);
  if (known !== undefined) return known;
  const message = readWalletMessage(draft, chain);
  const payload: Payload = {
    digest,
    message,
    get cell() {
      return cellOf(draft);
    },
  };
  read.set(chain, payload);
  return payload;
}

/**
 * Reads a payload that must be an order to this very wallet: of the version whose address the key has at `wallet`.
 * @throws PAYLOAD_UNDECODABLE; `details.reason` `public_key_missing`, `public_key_mismatch`, `wallet_version_mismatch`
 */
export function readPayloadOf(bytes: Uint8Array, chain: ChainId, wallet: AccountId, publicKey: Uint8Array | undefined): Payload {
  if (publicKey === undefined) throw undecodable('public_key_missing');
  if (!(publicKey instanceof Uint8Array) || publicKey.length !== 32) throw undecodable('public_key_mismatch');
  const version = walletVersion(wallet, publicKey, chain);
  if (version === null) throw undecodable('public_key_mismatch');
  const payload = readPayload(bytes, chain);
  if (payload.message.version !== version) {
    throw undecodable('wallet_version_mismatch', { expected: version, found: payload.message.version });
  }
  return payload;
}
