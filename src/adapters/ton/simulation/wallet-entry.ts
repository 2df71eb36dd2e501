import type { Cell } from '@ton/core';
import { beginCell, loadStateInit } from '@ton/core';
import type { UnsignedTransaction } from '../../../core/transaction.ts';
import { addressOf } from '../address.ts';
import { externalMessage, signedBody } from '../assemble.ts';
import type { Payload } from '../payload.ts';
import { undecodable } from '../undecodable.ts';
import type { WalletVersion } from '../wallet-contract.ts';
import { WALLET_CODE_HASHES, walletStateInit } from '../wallet-contract.ts';
import type { Standing } from './standing.ts';
import { makeStanding } from './standing.ts';

const SIGNATURE_BYTES = 64;
const SEQNO_BITS = 32;
const NO_HASH = '0'.repeat(64);

/** Bits before the seqno: W5 first says whether signatures are allowed. */
const leadOf = (version: WalletVersion): number => (version === 'v5r1' ? 1 : 0);

/** The message that would go out, with zeros where the signature will be: as long, and so at the same fees. */
export function unsignedExternal(tx: UnsignedTransaction, { cell, message }: Payload): Cell {
  const { chain, wallet, slot, publicKey } = tx;
  if (publicKey === undefined) throw undecodable('public_key_missing');
  const body = signedBody(message.version, cell, new Uint8Array(SIGNATURE_BYTES));
  const init = slot === 0 ? walletStateInit(message.version, publicKey, chain) : null;
  return externalMessage(addressOf(wallet, chain), init, body);
}

/** The next seqno that the wallet takes: 0 before its contract is there; null where other code or data stands there. */
export function seqnoOf(version: WalletVersion, { state, code, data }: Standing): number | null {
  if (state === 'uninit') return 0;
  if (code === null || data === null || code.hash().toString('hex') !== WALLET_CODE_HASHES[version]) return null;
  const lead = leadOf(version);
  return data.bits.length < lead + SEQNO_BITS ? null : data.beginParse().skip(lead).loadUint(SEQNO_BITS);
}

/** The wallet as it will be when the earlier slots are used up: at this seqno, everything else as it is now. */
export function withSeqno(tx: UnsignedTransaction, version: WalletVersion, standing: Standing): Standing {
  const { chain, wallet, slot, publicKey } = tx;
  if (publicKey === undefined) throw undecodable('public_key_missing');
  const init = loadStateInit(walletStateInit(version, publicKey, chain).beginParse());
  const code = standing.code ?? init.code ?? null;
  const old = (standing.data ?? init.data)?.beginParse();
  if (old === undefined) return standing;
  const data = beginCell()
    .storeBits(old.loadBits(leadOf(version)))
    .storeUint(slot, SEQNO_BITS)
    .storeSlice(old.skip(SEQNO_BITS))
    .endCell();
  const { balance, lastLt, debt } = standing;
  const parts = { state: 'active', balance, code, data, lastLt, lastHash: NO_HASH, frozenHash: null, debt } as const;
  return makeStanding(addressOf(wallet, chain), parts);
}
