import { accountChain } from '../../../../core/account.ts';
import { CastellanError } from '../../../../core/errors.ts';
import { addressOf } from '../../address.ts';
import { readEnvelope } from '../../envelope.ts';
import type { AccountModel } from '../account-model.ts';
import { coSigningOf } from './co-signing.ts';
import { createSafe } from './create-safe.ts';
import { orderNonceAt, writeBase } from './order-params.ts';
import { rehearse } from './rehearse.ts';
import { writeExec } from './safe-exec.ts';
import { isOrder, readOrder, writeOrder } from './safe-order.ts';
import { readCounts } from './safe-state.ts';
import { readTerms, SAFE_KIND } from './safe-terms.ts';
import { unwrap } from './unwrap.ts';

/**
 * A wallet that is a Safe 1.5: some of its owners sign the order, then its sender, who is none of them, sends it and pays the gas.
 *
 * One call an order: several would need a delegated call, which runs foreign code as the Safe and is refused.
 */
export const safeModel: AccountModel = Object.freeze<AccountModel>({
  kind: SAFE_KIND,
  wrap(calls, smart) {
    readTerms(smart);
    const [call] = calls;
    if (call === undefined || calls.length !== 1)
      throw new CastellanError('REQUEST_INVALID', { message: 'A Safe makes one call per transaction.' });
    const to = addressOf(call.to, accountChain(smart.account));
    const data = writeExec({ to, value: call.value, data: call.data, signatures: new Uint8Array(0) });
    return { to: smart.account, value: 0n, data };
  },
  unwrap,
  order: {
    is: isOrder,
    write: (outer, params) => writeOrder(orderNonceAt(params, readEnvelope(outer).nonce), outer),
    read(payload) {
      const { outer, outerBytes, nonce } = readOrder(payload);
      return { outer: outerBytes, params: writeBase(nonce, outer.nonce) };
    },
    coSigning: coSigningOf,
    rehearse: (outer, smart) => rehearse(outer, smart),
  },
  async params(client, smart, signal) {
    const { safe, sender } = readTerms(smart);
    const { orders, senderNonce } = await readCounts(client, safe, sender, signal);
    return writeBase(orders, senderNonce);
  },
  create: createSafe,
});
