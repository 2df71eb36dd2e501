import type { AccountId } from '../../../../core/ids.ts';
import type { Found } from '../../decode/found.ts';
import { closure, encodeType } from '../typed-data/schema.ts';
import type { TypedOrder } from './kind.ts';
import { Members } from './members.ts';
import { assetAt } from './parts.ts';
import { type Proceeds, paidToOthers } from './proceeds.ts';

/** What an order behind a Permit2 transfer adds to it. */
export interface Witness {
  readonly standard: string;
  readonly found: readonly Found[];
  readonly unclear?: string;
}

/** An order of UniswapX: where its outputs are, and the least of each. */
interface OrderType {
  readonly type: string;
  readonly outputs: string;
  readonly least: (output: Members) => bigint;
  readonly most: (output: Members) => bigint;
}

const INFO =
  'OrderInfo(address reactor,address swapper,uint256 nonce,uint256 deadline,address additionalValidationContract,bytes additionalValidationData)';
const DUTCH = 'DutchOutput(address token,uint256 startAmount,uint256 endAmount,address recipient)';
const fixed = (output: Members): bigint => output.number('amount');
const decaying =
  (pick: 'least' | 'most') =>
  (output: Members): bigint => {
    const [start, end] = [output.number('startAmount'), output.number('endAmount')];
    return start < end === (pick === 'least') ? start : end;
  };
const DECAYING = { least: decaying('least'), most: decaying('most') };

const ORDERS: readonly OrderType[] = [
  {
    type: `ExclusiveDutchOrder(OrderInfo info,uint256 decayStartTime,uint256 decayEndTime,address exclusiveFiller,uint256 exclusivityOverrideBps,address inputToken,uint256 inputStartAmount,uint256 inputEndAmount,DutchOutput[] outputs)${DUTCH}${INFO}`,
    outputs: 'outputs',
    ...DECAYING,
  },
  {
    type: `DutchOrder(OrderInfo info,uint256 decayStartTime,uint256 decayEndTime,address inputToken,uint256 inputStartAmount,uint256 inputEndAmount,DutchOutput[] outputs)${DUTCH}${INFO}`,
    outputs: 'outputs',
    ...DECAYING,
  },
  {
    type: `V2DutchOrder(OrderInfo info,address cosigner,address baseInputToken,uint256 baseInputStartAmount,uint256 baseInputEndAmount,DutchOutput[] baseOutputs)${DUTCH}${INFO}`,
    outputs: 'baseOutputs',
    ...DECAYING,
  },
  {
    type: `LimitOrder(OrderInfo info,address inputToken,uint256 inputAmount,OutputToken[] outputs)${INFO}OutputToken(address token,uint256 amount,address recipient)`,
    outputs: 'outputs',
    least: fixed,
    most: fixed,
  },
];

const ETHER = `0x${'0'.repeat(40)}`;

/**
 * What the witness promises. A promise is worth what the spender’s code is: rules still judge the spender, and nothing that
 * comes in offsets anything.
 */
export function readWitness(order: TypedOrder, spender: AccountId, permitted: readonly Members[]): Witness | undefined {
  const { schema, primaryType, message } = order.data;
  const struct = schema.get(primaryType)?.at(-1)?.type.base ?? '';
  const known = ORDERS.find(({ type }) => type === encodeType(schema, struct));
  if (known === undefined || closure(schema, struct).includes('TokenPermissions')) return undefined;
  const witness = new Members(order.chain, message).struct('witness');
  const info = witness.struct('info');
  // An order for another reactor binds nobody: the spender never looks at it.
  if (info.account('reactor') !== spender)
    return { standard: 'permit2_witness', found: [], unclear: 'its order is for another contract than its spender' };
  if (info.account('swapper') !== order.wallet)
    return { standard: 'permit2_witness', found: [], unclear: 'its order is another account’s' };
  const outputs = witness.list(known.outputs);
  const proceeds = outputs.map((output): Proceeds => {
    const asset = output.text('token') === ETHER ? order.native : assetAt(order, output.account('token'));
    return { to: output.account('recipient'), asset, least: known.least(output), most: known.most(output) };
  });
  const found = proceeds.map(
    ({ to, asset, least }): Found => ({ kind: 'inflow', account: to, counterparty: spender, asset, amount: least }),
  );
  const comesBack = proceeds.some(({ to, least }) => to === order.wallet && least > 0n);
  const away = comesBack ? [] : givenAway(order, proceeds.find(({ to }) => to !== order.wallet)?.to ?? null, permitted);
  return { standard: 'uniswapx', found: [...found, ...away, ...paidToOthers(spender, order.wallet, proceeds)] };
}

/** Where nothing comes back to the wallet, the tokens are a payment to whom the proceeds go. */
function givenAway(order: TypedOrder, counterparty: AccountId | null, permitted: readonly Members[]): readonly Found[] {
  return permitted.map((item): Found => {
    const asset = assetAt(order, item.account('token'));
    return { kind: 'outflow', account: order.wallet, counterparty, asset, amount: item.number('amount') };
  });
}
