import type { Cell } from '@ton/core';
import type { ChainId } from '../../core/ids.ts';
import { CellReader } from './cell-reader.ts';
import { CellWriter } from './cell-writer.ts';
import type { Draft } from './draft.ts';
import { isSame } from './draft.ts';
import type { ExtendedAction } from './extended-action.ts';
import { readExtended, writeExtended } from './extended-action.ts';
import type { ForeignAction, OutList, Send } from './out-list.ts';
import { readOutList, writeOutList } from './out-list.ts';
import { readOutMessage, writeOutMessage } from './out-message.ts';
import type { PluginOrder } from './plugin-order.ts';
import { readPluginOrder, writePluginOrder } from './plugin-order.ts';
import { undecodable } from './undecodable.ts';
import type { WalletVersion } from './wallet-contract.ts';
import { walletIdOf } from './wallet-contract.ts';

/** What a key signs, read: the order that a wallet's contract carries out. */
export interface WalletMessage {
  readonly version: WalletVersion;
  readonly walletId: number;
  /** Unix seconds of the chain's time. */
  readonly validUntil: number;
  readonly seqno: number;
  readonly sends: readonly Send[];
  /** Changes of the wallet itself; W5 only. */
  readonly extended: readonly ExtendedAction[];
  /** Actions that send nothing; W5 only, and its contract refuses them. */
  readonly foreign: readonly ForeignAction[];
  /** What becomes of a plugin, in place of any sends; V4R2 only. */
  readonly plugin?: PluginOrder;
}

/** `sign`: the mark of a W5 order that comes from outside. */
const W5_MARK = 0x7369676e;
/** Send-mode flag that W5 demands of every send in an order from outside. */
export const IGNORE_ERRORS = 2;
/** Sends of one V3 or V4 order: the references of one cell. */
export const MAX_PLAIN_SENDS = 4;
const HEAD_BITS = 96;

const TESTNET_ID = walletIdOf('v5r1', 'ton:-3' as ChainId);
const MAINNET_ID = walletIdOf('v5r1', 'ton:-239' as ChainId);
const V4_SEND = 0;

/** `mark:32 │ wallet_id:32 │ valid_until:32 │ seqno:32 │ sends:Maybe ^OutList │ has_extended:1 │ extended` */
function readW5(reader: CellReader, chain: ChainId): WalletMessage {
  const walletId = reader.uint(32);
  const expected = walletIdOf('v5r1', chain);
  if (walletId !== expected) {
    const ofOther = walletId === TESTNET_ID || walletId === MAINNET_ID;
    throw undecodable(ofOther ? 'chain_id_mismatch' : 'wallet_id_mismatch', { expected, found: walletId });
  }
  const validUntil = reader.uint(32);
  const seqno = reader.uint(32);
  const list = reader.bit() ? reader.draft() : null;
  const { sends, foreign }: OutList = list === null ? { sends: [], foreign: [] } : readOutList(list, chain);
  const extended = reader.bit() ? readExtended(reader, chain) : [];
  reader.end();
  if (sends.some(({ mode }) => (mode & IGNORE_ERRORS) === 0)) throw undecodable('send_mode_without_ignore_errors');
  return { version: 'v5r1', walletId, validUntil, seqno, sends, extended, foreign };
}

/** `wallet_id:32 │ valid_until:32 │ seqno:32 │ [V4: op:8] │ 0–4 × (mode:8, ^message)`, or a plugin’s order; the length tells V3 from V4. */
function readPlain(walletId: number, reader: CellReader, chain: ChainId): WalletMessage {
  const count = reader.refsLeft;
  const modes = reader.bitsLeft + 32 - HEAD_BITS;
  if (walletId !== walletIdOf('v4r2', chain)) throw undecodable('wallet_id_mismatch', { found: walletId });
  const validUntil = reader.uint(32);
  const seqno = reader.uint(32);
  const version: WalletVersion = modes === 8 * count ? 'v3r2' : 'v4r2';
  if (version === 'v4r2') {
    const op = reader.uint(8);
    if (op !== V4_SEND) {
      const plugin = readPluginOrder(op, reader, chain);
      return { version, walletId, validUntil, seqno, sends: [], extended: [], foreign: [], plugin };
    }
  }
  const sends: Send[] = [];
  for (let left = count; left > 0; left -= 1) {
    const mode = reader.uint(8);
    sends.push({ mode, message: readOutMessage(reader.draft(), chain) });
  }
  reader.end();
  return { version, walletId, validUntil, seqno, sends, extended: [], foreign: [] };
}

/**
 * Reads a signing-message cell of a V5R1, V4R2 or V3R2 wallet of this chain; which of them, the cell itself tells.
 *
 * What was read is written again, and must be the same cell bit by bit: nothing in it went unread.
 * @throws PAYLOAD_UNDECODABLE; `details.reason` `chain_id_mismatch` for a W5 order of the other network
 */
export function readWalletMessage(cell: Draft | Cell, chain: ChainId): WalletMessage {
  const reader = new CellReader(cell);
  const first = reader.uint(32);
  const message = first === W5_MARK ? readW5(reader, chain) : readPlain(first, reader, chain);
  if (!isSame(writeWalletMessage(message, chain), cell)) throw undecodable('not_canonical');
  return message;
}

/** Writes the signing-message cell. V3 and V4 carry at most four sends and nothing else; see {@link MAX_PLAIN_SENDS}. */
export function writeWalletMessage(message: WalletMessage, chain: ChainId): Draft {
  const { version, walletId, validUntil, seqno, sends, extended, plugin } = message;
  const cell = new CellWriter();
  if (version === 'v5r1') {
    cell.uint(W5_MARK, 32).uint(walletId, 32).uint(validUntil, 32).uint(seqno, 32);
    cell.maybeRef(writeOutList(message, chain)).bit(extended.length > 0);
    writeExtended(extended, chain, cell);
    return cell.end();
  }
  cell.uint(walletId, 32).uint(validUntil, 32).uint(seqno, 32);
  if (plugin !== undefined) writePluginOrder(plugin, chain, cell);
  else if (version === 'v4r2') cell.uint(V4_SEND, 8);
  for (const { mode, message: out } of sends) cell.uint(mode, 8).ref(writeOutMessage(out, chain));
  return cell.end();
}
