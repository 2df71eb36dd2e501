import { beginCell, type Cell } from '@ton/core';
import { toFriendlyTonAddress } from '../../../core/index.ts';
import type { AccountView } from '../account.ts';
import { type Block, blockId } from '../block.ts';
import type { DevChain } from '../chain.ts';
import { accountAt, blockAt, headOf } from '../history.ts';
import type { Params } from '../params.ts';
import { accountAddress, extraCurrencies, transactionId } from '../raw-transaction.ts';
import type { Methods } from './method.ts';
import { walletFields } from './wallet-fields.ts';

type Json = Readonly<Record<string, unknown>>;

/** What the account was at `seqno`, or is. */
interface Look {
  readonly key: string;
  readonly view: AccountView;
  readonly block: Block;
}

function look(chain: DevChain, params: Params): Look {
  const state = chain.state();
  const key = params.address('address').toRawString();
  const seqno = params.optionalInt('seqno');
  const block = seqno === null ? headOf(state) : blockAt(state, seqno);
  return { key, view: accountAt(state, key, block.seqno).view(), block };
}

/** State reading methods; each takes `seqno` of a masterchain block. */
export const ACCOUNT_METHODS: Methods = {
  getAddressInformation(chain, params) {
    const { view, block } = look(chain, params);
    return { '@type': 'raw.fullAccountState', ...commonOf(view, block), ...rawStateOf(view), state: stateOf(view) };
  },
  getExtendedAddressInformation(chain, params) {
    const { key, view, block } = look(chain, params);
    const common = { '@type': 'fullAccountState', address: accountAddress(key), ...commonOf(view, block) };
    if (view.status === 'nonexist' || view.status === 'uninit')
      return { ...common, account_state: { '@type': 'uninited.accountState', frozen_hash: '' }, revision: 0 };
    const wallet = walletFields(view);
    const accountState =
      wallet?.tonlibType === undefined
        ? { '@type': 'raw.accountState', ...rawStateOf(view) }
        : { '@type': wallet.tonlibType, wallet_id: String(wallet.walletId ?? 0), seqno: wallet.seqno };
    return { ...common, account_state: accountState, revision: 0 };
  },
  getWalletInformation(chain, params) {
    const { view } = look(chain, params);
    const wallet = walletFields(view);
    return {
      wallet: wallet !== null,
      balance: view.balance.toString(),
      extra_currencies: extraCurrencies(view.extraCurrencies),
      account_state: stateOf(view),
      last_transaction_id: lastOf(view),
      ...(wallet === null
        ? {}
        : { wallet_type: wallet.type, seqno: wallet.seqno, ...(wallet.walletId === null ? {} : { wallet_id: wallet.walletId }) }),
    };
  },
  getAddressBalance: (chain, params) => look(chain, params).view.balance.toString(),
  getAddressState: (chain, params) => stateOf(look(chain, params).view),
  detectAddress(_chain, params) {
    const raw = params.address('address').toRawString();
    const form = (bounceable: boolean): Json => {
      const url = toFriendlyTonAddress(raw, { bounceable, testOnly: false });
      return { b64: url.replaceAll('-', '+').replaceAll('_', '/'), b64url: url };
    };
    const text = params.text('address');
    const tag = text.includes(':') ? 0 : (Buffer.from(text, 'base64')[0] ?? 0);
    const kind = { 0: 'raw_form', 17: 'friendly_bounceable', 81: 'friendly_non_bounceable' }[tag & 0x7f] ?? 'raw_form';
    return { raw_form: raw, bounceable: form(true), non_bounceable: form(false), given_type: kind, test_only: (tag & 0x80) !== 0 };
  },
  packAddress: (_chain, params) => toFriendlyTonAddress(params.address('address').toRawString(), { bounceable: true, testOnly: false }),
  unpackAddress: (_chain, params) => params.address('address').toRawString(),
};

const commonOf = (view: AccountView, block: Block): Json => ({
  balance: view.balance.toString(),
  extra_currencies: extraCurrencies(view.extraCurrencies),
  last_transaction_id: lastOf(view),
  block_id: blockId(block, -1),
  sync_utime: block.genUtime,
});

const rawStateOf = (view: AccountView): Json => ({
  code: toBase64(view.code),
  data: toBase64(view.data),
  frozen_hash:
    view.frozenHash === null ? '' : beginCell().storeUint(view.frozenHash, 256).endCell().bits.subbuffer(0, 256)?.toString('base64'),
});

const lastOf = (view: AccountView): Json =>
  transactionId(view.lastLt, Buffer.from(view.lastHash.toString(16).padStart(64, '0'), 'hex').toString('base64'));

const stateOf = ({ status }: AccountView): string => (status === 'nonexist' || status === 'uninit' ? 'uninitialized' : status);

const texts = new WeakMap<Cell, string>();

/** Empty text where there is no cell; account states are asked for again and again. */
function toBase64(cell: Cell | null): string {
  if (cell === null) return '';
  const known = texts.get(cell) ?? cell.toBoc().toString('base64');
  texts.set(cell, known);
  return known;
}
