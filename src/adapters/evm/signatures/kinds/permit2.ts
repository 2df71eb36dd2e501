import type { AccountId } from '../../../../core/ids.ts';
import { accountOf } from '../../address.ts';
import type { Found } from '../../decode/found.ts';
import { allowanceAmount } from '../../decode/index.ts';
import { PERMIT2_ADDRESS } from '../../decode/permit2.ts';
import { encodeType } from '../typed-data/schema.ts';
import type { Kind, KindReading, TypedOrder } from './kind.ts';
import { Members } from './members.ts';
import { assetAt, callTo, endless, expiryMs, markAt } from './parts.ts';
import { readWitness } from './witness.ts';

/** Half of its largest amount: from here on an allowance is never used up. */
const UNLIMITED_FROM = 2n ** 159n;

const DETAILS = 'PermitDetails(address token,uint160 amount,uint48 expiration,uint48 nonce)';
const PERMITTED = 'TokenPermissions(address token,uint256 amount)';
const REST = 'address spender,uint256 nonce,uint256 deadline';

/** Anything else that asks for these types is somebody's imitation. */
const isPermit2 = (order: TypedOrder): boolean => order.contract === accountOf(order.chain, PERMIT2_ADDRESS);
const called = (order: TypedOrder): Found => callTo(order, { protocol: 'permit2', capability: 'approvals' });

function allowances(order: TypedOrder, standard: string, details: readonly Members[]): KindReading | undefined {
  const [first] = details;
  if (!isPermit2(order)) return undefined;
  const message = new Members(order.chain, order.data.message);
  const spender = message.account('spender');
  const deadline = message.number('sigDeadline');
  const found = details.flatMap((detail): readonly Found[] => {
    const amount = allowanceAmount(detail.number('amount'), UNLIMITED_FROM);
    // 0 means until the end of the block that takes it, which the deadline bounds.
    const expiresAtMs = expiryMs(detail.number('expiration') === 0n ? deadline : detail.number('expiration'));
    const asset = assetAt(order, detail.account('token'));
    return [
      { kind: 'allowance', owner: order.wallet, spender, asset, amount, expiresAtMs },
      ...(amount === 0n ? [] : endless(order, expiresAtMs, `the allowance of ${asset}`)),
    ];
  });
  const expiresAtMs = expiryMs(deadline);
  return {
    standard,
    found: [called(order), ...found, ...endless(order, expiresAtMs)],
    ...(first === undefined ? { unclear: 'it allows nothing' } : {}),
    expiresAtMs,
    // All of it is taken at once or not at all: the first nonce tells of all.
    mark:
      first === undefined
        ? null
        : markAt(order.contract, 'permit2_allowance', {
            token: first.text('token'),
            spender: message.text('spender'),
            nonce: first.number('nonce'),
          }),
    summary: `lets ${spender} take ${details.length === 1 ? 'a token' : `${details.length} tokens`} through Permit2`,
  };
}

function transfers(order: TypedOrder, standard: string, permittedOf: (message: Members) => readonly Members[]): KindReading | undefined {
  // Behind a witness of any type, the type of what may be taken is still Permit2's own.
  if (!isPermit2(order) || encodeType(order.data.schema, 'TokenPermissions') !== PERMITTED) return undefined;
  const message = new Members(order.chain, order.data.message);
  const permitted = permittedOf(message);
  const spender: AccountId = message.account('spender');
  const expiresAtMs = expiryMs(message.number('deadline'));
  const found = permitted.map((item): Found => {
    const amount = allowanceAmount(item.number('amount'));
    return { kind: 'allowance', owner: order.wallet, spender, asset: assetAt(order, item.account('token')), amount, expiresAtMs };
  });
  const witness = standard.endsWith('witness') ? readWitness(order, spender, permitted) : undefined;
  return {
    standard: witness?.standard ?? standard,
    found: [called(order), ...found, ...(witness?.found ?? []), ...endless(order, expiresAtMs)],
    ...(witness?.unclear === undefined ? {} : { unclear: witness.unclear }),
    expiresAtMs,
    mark: markAt(order.contract, 'permit2_bitmap', { nonce: message.number('nonce') }),
    summary: `lets ${spender} take ${permitted.length === 1 ? 'a token' : `${permitted.length} tokens`} once through Permit2`,
  };
}

const message = (order: TypedOrder): Members => new Members(order.chain, order.data.message);

/** Allowances that Permit2 keeps: an amount until a moment. @see https://docs.uniswap.org/contracts/permit2/reference/allowance-transfer */
export const PERMIT2_SINGLE: Kind = {
  types: [`PermitSingle(PermitDetails details,address spender,uint256 sigDeadline)${DETAILS}`],
  read: (order) => allowances(order, 'permit2_single', [message(order).struct('details')]),
};

/** Several of them. */
export const PERMIT2_BATCH: Kind = {
  types: [`PermitBatch(PermitDetails[] details,address spender,uint256 sigDeadline)${DETAILS}`],
  read: (order) => allowances(order, 'permit2_batch', message(order).list('details')),
};

/** One transfer of at most an amount, to whom the spender says. @see https://docs.uniswap.org/contracts/permit2/reference/signature-transfer */
export const PERMIT2_TRANSFER: Kind = {
  types: [`PermitTransferFrom(TokenPermissions permitted,${REST})${PERMITTED}`],
  read: (order) => transfers(order, 'permit2_transfer', (message) => [message.struct('permitted')]),
};

/** Several of them. */
export const PERMIT2_BATCH_TRANSFER: Kind = {
  types: [`PermitBatchTransferFrom(TokenPermissions[] permitted,${REST})${PERMITTED}`],
  read: (order) => transfers(order, 'permit2_batch_transfer', (message) => message.list('permitted')),
};

/** The same with an order that the spender has to keep to; what it may take is bounded without it. */
export const PERMIT2_WITNESS: Kind = {
  types: [/^PermitWitnessTransferFrom\(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,[^ (),]+ witness\)/],
  read: (order) => transfers(order, 'permit2_witness', (message) => [message.struct('permitted')]),
};

/** Several tokens with one such order. */
export const PERMIT2_BATCH_WITNESS: Kind = {
  types: [
    /^PermitBatchWitnessTransferFrom\(TokenPermissions\[\] permitted,address spender,uint256 nonce,uint256 deadline,[^ (),]+ witness\)/,
  ],
  read: (order) => transfers(order, 'permit2_batch_witness', (message) => message.list('permitted')),
};
