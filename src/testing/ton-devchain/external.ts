import { Address, type Cell, loadMessage, type Message } from '@ton/core';
import type { PendingMessage } from './chain-state.ts';
import type { RunResult } from './engine.ts';
import { ApiFailure, malformed } from './failure.ts';

/** The network's own bounds on an external message, bytes and levels. */
const LARGEST = 65_535;
const DEEPEST = 512;

/**
 * Reads what somebody sends into the network.
 * @throws ApiFailure for anything but an external message to an account of workchain 0 or -1
 */
export function readExternal(cell: Cell): PendingMessage {
  const { info } = parseMessage(cell);
  if (info.type !== 'external-in') throw malformed('boc is an external message');
  if (!Address.isAddress(info.dest) || (info.dest.workChain !== 0 && info.dest.workChain !== -1))
    throw malformed('boc goes to an account of workchain 0 or -1');
  if (cell.depth() > DEEPEST) throw malformed(`boc has at most ${DEEPEST} levels`);
  if (cell.toBoc({ idx: false, crc32: false }).length > LARGEST) throw malformed(`boc has at most ${LARGEST} bytes`);
  return { cell, to: info.dest };
}

function parseMessage(cell: Cell): Message {
  try {
    return loadMessage(cell.beginParse());
  } catch {
    throw malformed('boc is a message');
  }
}

/** Says no in the words of a liteserver. The log, and with it the steps, reach as far back as the machine keeps it. */
export function refusalOf(to: Address, { exitCode, vmLog }: Extract<RunResult, { readonly ok: false }>): ApiFailure {
  const account = to.hash.toString('hex').toUpperCase();
  const steps = vmLog.split('\n').filter((line) => line.startsWith('execute ')).length;
  const log = vmLog === '' ? '' : `\nVM Log (truncated):\n...${vmLog}`;
  const why =
    exitCode === null
      ? `inbound external message rejected by account ${account} before smart-contract execution`
      : `inbound external message rejected by transaction ${account}:\nexitcode=${exitCode}, steps=${steps}, gas_used=0${log}`;
  return new ApiFailure(
    500,
    `LITE_SERVER_UNKNOWN: cannot apply external message to current state : External message was not accepted\nCannot run message on account: ${why}`,
  );
}
