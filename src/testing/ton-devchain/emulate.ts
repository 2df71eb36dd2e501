import { type Cell, loadMessage } from '@ton/core';
import { type Account, type AccountView, keyOf } from './account.ts';
import type { ChainState, PendingMessage } from './chain-state.ts';
import type { Engine } from './engine.ts';
import { readExternal, refusalOf } from './external.ts';
import { accountNow, headOf } from './history.ts';
import { LT_STEP } from './mine-block.ts';
import { outMessageCells } from './transaction-record.ts';

/** Transactions of one emulated trace. */
const MOST_TRANSACTIONS = 200;

function stateOf(account: Account): Readonly<Record<string, unknown>> {
  const { status, balance, code, data, frozenHash }: AccountView = account.view();
  const hash = (cell: Cell | null): string | null => cell?.hash().toString('base64') ?? null;
  return {
    account_status: status,
    balance: balance.toString(),
    code_hash: hash(code),
    data_hash: hash(data),
    frozen_hash: frozenHash === null ? null : frozenHash.toString(16).padStart(64, '0'),
  };
}

/**
 * What an external would bring about, hop by hop, on the accounts as they stand now; the chain stays as it is. Answered in the
 * shape of toncenter's emulation API.
 * @throws ApiFailure where the account refuses the message
 */
export async function emulateTrace(
  engine: Engine,
  state: ChainState,
  message: Cell,
  now: number,
  ignoreSignature: boolean,
): Promise<Readonly<Record<string, unknown>>> {
  const changed = new Map<string, Account>();
  const transactions: Record<string, unknown> = {};
  const first = readExternal(message);
  const queue: PendingMessage[] = [first];
  let { lt } = state;
  let made = 0;
  for (let next = queue.shift(); next !== undefined && made < MOST_TRANSACTIONS; next = queue.shift()) {
    const key = keyOf(next.to);
    const before = changed.get(key) ?? accountNow(state, key);
    lt += LT_STEP;
    const result = await engine.run(
      before,
      next.cell,
      { now, lt },
      { libraries: state.libraries, ignoreSignature: ignoreSignature && next === first },
    );
    if (!result.ok) throw refusalOf(next.to, result);
    changed.set(key, result.account);
    made += 1;
    const { description, totalFees } = result.transaction;
    transactions[result.cell.hash().toString('base64')] = {
      account: key.toUpperCase(),
      lt: lt.toString(),
      now,
      total_fees: totalFees.coins.toString(),
      description: { aborted: description.type === 'generic' && description.aborted },
      account_state_before: stateOf(before),
      account_state_after: stateOf(result.account),
    };
    for (const cell of outMessageCells(result.cell)) {
      const { info } = loadMessage(cell.beginParse());
      if (info.type === 'internal') queue.push({ cell, to: info.dest });
    }
  }
  return { mc_block_seqno: headOf(state).seqno, transactions, is_incomplete: queue.length > 0 };
}
