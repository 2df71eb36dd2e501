import type { Cell } from '@ton/core';
import type { AccountId, ChainId } from '../../core/ids.ts';
import { accountOfParts, addressOf } from './address.ts';
import type { CellReader } from './cell-reader.ts';
import { CellWriter } from './cell-writer.ts';
import { cellOf } from './draft.ts';
import type { Send } from './out-list.ts';
import { readStateInit } from './out-message.ts';
import { undecodable } from './undecodable.ts';

/** What a V4 wallet's key may order about its plugins: contracts that draw on the wallet without any further signature. */
export type PluginOrder =
  | {
      readonly kind: 'deploy_plugin';
      readonly account: AccountId;
      /** Nanoton that go along. */
      readonly value: bigint;
      readonly init: Cell;
      readonly body: Cell;
    }
  | {
      readonly kind: 'install_plugin' | 'remove_plugin';
      readonly account: AccountId;
      readonly value: bigint;
      readonly queryId: bigint;
    };

/** Operations of a V4 order; 0 sends messages. */
const OPS = { deploy_plugin: 1, install_plugin: 2, remove_plugin: 3 } as const;
/** `note` and `dstr`: what the wallet's contract itself tells a plugin that comes or goes. */
const NOTICES = { install_plugin: 0x6e6f7465, remove_plugin: 0x64737472 } as const;
/** How the wallet's contract sends it: fees on top, errors ignored. */
const MODE = 3;

function accountAt(workchain: number, hash: Uint8Array, chain: ChainId): AccountId {
  if (workchain !== 0 && workchain !== -1) throw undecodable('address_invalid', { workchain });
  return accountOfParts(chain, workchain, Buffer.from(hash).toString('hex'));
}

/**
 * Reads what follows the operation, to the end.
 *
 * ```
 * 1  workchain:8 │ balance:Coins │ ^state_init │ ^body
 * 2  workchain:8 │ hash:256 │ amount:Coins │ query_id:64        3: likewise
 * ```
 * @throws PAYLOAD_UNDECODABLE; `details.reason` `plugin_operation` for any other operation, or more than belongs to it
 */
export function readPluginOrder(op: number, reader: CellReader, chain: ChainId): PluginOrder {
  if (op === OPS.deploy_plugin) {
    const workchain = reader.int8();
    const value = reader.coins();
    const init = readStateInit(reader.ref());
    const body = reader.ref();
    reader.end();
    return { kind: 'deploy_plugin', account: accountAt(workchain, init.hash(), chain), value, init, body };
  }
  if (op !== OPS.install_plugin && op !== OPS.remove_plugin) throw undecodable('plugin_operation', { op });
  const account = accountAt(reader.int8(), reader.bytes(32), chain);
  const value = reader.coins();
  const queryId = reader.big(8);
  if (reader.bitsLeft > 0 || reader.refsLeft > 0) throw undecodable('plugin_operation', { op });
  return { kind: op === OPS.install_plugin ? 'install_plugin' : 'remove_plugin', account, value, queryId };
}

/** Writes operation and order, as {@link readPluginOrder} reads them. */
export function writePluginOrder(order: PluginOrder, chain: ChainId, to: CellWriter): void {
  const { workChain, hash } = addressOf(order.account, chain);
  to.uint(OPS[order.kind], 8).uint(workChain & 0xff, 8);
  if (order.kind === 'deploy_plugin') {
    to.coins(order.value).ref(order.init).ref(order.body);
    return;
  }
  to.data(hash)
    .coins(order.value)
    .data(Buffer.from(order.queryId.toString(16).padStart(16, '0'), 'hex'));
}

/** The message that the wallet sends the plugin on such an order. */
export function pluginSend(order: PluginOrder): Send {
  const deploys = order.kind === 'deploy_plugin';
  const body = deploys
    ? order.body
    : cellOf(
        new CellWriter()
          .uint(NOTICES[order.kind], 32)
          .data(Buffer.from(order.queryId.toString(16).padStart(16, '0'), 'hex'))
          .end(),
      );
  const init = deploys ? order.init : null;
  const message = {
    to: order.account,
    value: order.value,
    bounce: true,
    body,
    init,
    currencies: null,
    initInRef: deploys,
    bodyInRef: true,
  };
  return { mode: MODE, message };
}
