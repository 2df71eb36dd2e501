import { beginCell, Cell, external, loadMessage, storeMessage, type Transaction } from '@ton/core';
import { readExternal, refusalOf } from '../external.ts';
import { ApiFailure } from '../failure.ts';
import { accountNow } from '../history.ts';
import { LT_STEP } from '../mine-block.ts';
import type { Methods } from './method.ts';

/** Sending, and what it would cost. */
export const SEND_METHODS: Methods = {
  async sendBoc(chain, params) {
    await chain.send(params.cell('boc'));
    return { '@type': 'ok' };
  },
  async sendBocReturnHash(chain, params) {
    const boc = params.cell('boc');
    await chain.send(boc);
    return { '@type': 'raw.extMessageInfo', hash: boc.hash().toString('base64'), hash_norm: normalisedHash(boc) };
  },
  /** Runs the message on the account as it is now, and keeps nothing of it. */
  async estimateFee(chain, params) {
    const to = params.address('address');
    const code = params.optionalCell('init_code');
    const data = params.optionalCell('init_data');
    const init = code === null && data === null ? {} : { init: { code, data } };
    const message = beginCell()
      .store(storeMessage(external({ to, body: params.optionalCell('body') ?? Cell.EMPTY, ...init })))
      .endCell();
    readExternal(message);
    const state = chain.state();
    const result = await chain.engine.run(
      accountNow(state, to.toRawString()),
      message,
      { now: chain.nowSec(), lt: state.lt + LT_STEP },
      { ignoreSignature: params.flag('ignore_chksig', true), libraries: state.libraries },
    );
    if (!result.ok) throw refusalOf(to, result);
    return { '@type': 'query.fees', source_fees: feesOf(result.transaction), destination_fees: [] };
  },
};

/** TEP-467: source none, import fee 0, no state init, body in a reference. */
function normalisedHash(boc: Cell): string {
  const { info, body } = loadMessage(boc.beginParse());
  if (info.type !== 'external-in') throw new ApiFailure(500, 'boc is an external message');
  const cell = beginCell()
    .storeUint(0b10, 2)
    .storeUint(0, 2)
    .storeAddress(info.dest)
    .storeCoins(0)
    .storeBit(false)
    .storeBit(true)
    .storeRef(body);
  return cell.endCell().hash().toString('base64');
}

function feesOf({ description, totalFees }: Transaction): Readonly<Record<string, unknown>> {
  if (description.type !== 'generic') throw new ApiFailure(500, 'there is no fee of such a transaction');
  const storage = description.storagePhase?.storageFeesCollected ?? 0n;
  const gas = description.computePhase.type === 'vm' ? description.computePhase.gasFees : 0n;
  const action = description.actionPhase?.totalActionFees ?? 0n;
  const forward = description.actionPhase?.totalFwdFees ?? 0n;
  return {
    '@type': 'fees',
    in_fwd_fee: Number(totalFees.coins - storage - gas - action),
    storage_fee: Number(storage),
    gas_fee: Number(gas),
    fwd_fee: Number(forward),
  };
}
