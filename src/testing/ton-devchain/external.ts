import { Address, type Cell, loadMessage, type Message } from '@ton/core';
import type { PendingMessage } from './chain-state.ts';
import type { RunResult } from './engine.ts';
import { ApiFailure, malformed } from './failure.ts';

/** The network's own bound on an external message, bytes. */
const LARGEST = 65_535;

/**
 * Reads what somebody sends into the network.
 * @throws ApiFailure for anything but an external message to an account of workchain 0 or -1
 */
export function readExternal(cell: Cell): PendingMessage {
  const { info } = parseMessage(cell);
  if (info.type !== 'external-in') throw malformed('boc is an external message');
  if (!Address.isAddress(info.dest) || (info.dest.workChain !== 0 && info.dest.workChain !== -1))
    throw malformed('boc goes to an account of workchain 0 or -1');
  if (cell.toBoc({ idx: false, crc32: false }).length > LARGEST) throw malformed(`boc has at most ${LARGEST} bytes`);
  return { cell, to: info.dest };
}

function parseMessage(cell: Cell): Message {
  try {
    const slice = cell.beginParse();
    const message = loadMessage(slice);
    slice.endParse();
    return message;
  } catch {
    throw malformed('boc is a message');
  }
}

/** Says no in the words of a liteserver. */
export function refusalOf(to: Address, result: Extract<RunResult, { readonly ok: false }>): ApiFailure {
  const why =
    result.exitCode === null
      ? `inbound external message rejected by account ${to.hash.toString('hex').toUpperCase()} before smart-contract execution`
      : `inbound external message rejected by transaction of ${to.hash.toString('hex').toUpperCase()}:\nexitcode=${result.exitCode}, steps=0, gas_used=0`;
  return new ApiFailure(
    500,
    `LITE_SERVER_UNKNOWN: cannot apply external message to current state : External message was not accepted\nCannot run message on account: ${why}`,
  );
}
