import { collectibleAsset } from '../../../../core/asset.ts';
import { purposeOf } from '../../../../core/effect.ts';
import type { AssetId } from '../../../../core/ids.ts';
import { accountOf, hexOf } from '../../address.ts';
import type { Found } from '../../decode/found.ts';
import type { Kind, KindReading, TypedOrder } from './kind.ts';
import { Members } from './members.ts';
import { assetAt, callTo, earlier, endless, expiryMs, markAt } from './parts.ts';
import { type Proceeds, paidToOthers } from './proceeds.ts';

/** Versions 1.5 and 1.6, at the same address on every chain. @see https://github.com/ProjectOpenSea/seaport#deployments */
const SEAPORT: readonly string[] = ['0x00000000000000adc04c56bf30ac9d3c0aaf14dc', '0x0000000000000068f116a894984e2db1123eb395'];

const CONSIDERATION =
  'ConsiderationItem(uint8 itemType,address token,uint256 identifierOrCriteria,uint256 startAmount,uint256 endAmount,address recipient)';
const OFFER = 'OfferItem(uint8 itemType,address token,uint256 identifierOrCriteria,uint256 startAmount,uint256 endAmount)';
const COMPONENTS =
  'OrderComponents(address offerer,address zone,OfferItem[] offer,ConsiderationItem[] consideration,uint8 orderType,uint256 startTime,uint256 endTime,bytes32 zoneHash,uint256 salt,bytes32 conduitKey,uint256 counter)';

/** Undefined for a kind of item that is none. */
function assetOf(order: TypedOrder, item: Members): AssetId | undefined {
  const token = item.account('token');
  const id = item.number('identifierOrCriteria');
  switch (item.number('itemType')) {
    case 0n:
      return order.native;
    case 1n:
      return assetAt(order, token);
    case 2n:
      return collectibleAsset(order.chain, 'erc721', token, id);
    case 3n:
      return collectibleAsset(order.chain, 'erc1155', token, id);
    // Any item that a list names, or any at all: the whole collection.
    case 4n:
      return collectibleAsset(order.chain, 'erc721', token);
    case 5n:
      return collectibleAsset(order.chain, 'erc1155', token);
    default:
      return undefined;
  }
}

function amount(item: Members, pick: 'most' | 'least'): bigint {
  const [start, end] = [item.number('startAmount'), item.number('endAmount')];
  return start > end === (pick === 'most') ? start : end;
}

/** What leaves, at most, and what comes back, at least. Undefined where an item is none that Seaport knows. */
function flows(order: TypedOrder, components: Members): readonly Found[] | undefined {
  const offerer = components.account('offerer');
  const offer = components.list('offer');
  const asked = components.list('consideration');
  // Who asks for nothing gives to whoever comes first: not to Seaport.
  const isPaid = asked.some((item) => item.account('recipient') === offerer && amount(item, 'least') > 0n);
  const counterparty = isPaid ? order.contract : null;
  const found: Found[] = [];
  const proceeds: Proceeds[] = [];
  for (const item of offer) {
    const asset = assetOf(order, item);
    if (asset === undefined) return undefined;
    found.push({ kind: 'outflow', account: offerer, counterparty, asset, amount: amount(item, 'most') });
  }
  for (const item of asked) {
    const asset = assetOf(order, item);
    if (asset === undefined) return undefined;
    const account = item.account('recipient');
    found.push({ kind: 'inflow', account, counterparty: order.contract, asset, amount: amount(item, 'least') });
    proceeds.push({ to: account, asset, least: amount(item, 'least'), most: amount(item, 'most') });
  }
  return isPaid ? [...found, ...paidToOthers(order.contract, offerer, proceeds)] : found;
}

function read(order: TypedOrder, standard: string, orders: readonly Members[]): KindReading | undefined {
  if (!SEAPORT.some((address) => accountOf(order.chain, address) === order.contract)) return undefined;
  // The tree of a bulk order is filled up with empty ones.
  const real = orders.filter((one) => one.list('offer').length + one.list('consideration').length > 0);
  const told = real.map((one) => flows(order, one));
  const ends = real.map((one) => expiryMs(one.number('endTime')));
  const expiresAtMs = ends.includes(null) || ends.length === 0 ? null : Math.max(...(ends as number[]));
  const unclear = real.some((one) => one.account('offerer') !== order.wallet)
    ? 'it speaks for another account than the wallet that signs'
    : told.includes(undefined) || real.length === 0
      ? 'it holds an item of no known kind, or none'
      : undefined;
  const single = real.length === 1 && standard === 'seaport' ? real[0] : undefined;
  const counter = real.reduce<bigint | null>(
    (least, one) => (least === null || one.number('counter') < least ? one.number('counter') : least),
    null,
  );
  return {
    standard,
    found: [
      callTo(order, { protocol: 'seaport', ...purposeOf('sell') }),
      ...told.flatMap((found) => found ?? []),
      ...endless(order, earlier(expiresAtMs, expiresAtMs)),
    ],
    ...(unclear === undefined ? {} : { unclear }),
    expiresAtMs,
    mark: markAt(order.contract, 'seaport', {
      counter: counter ?? 0n,
      ...(single === undefined ? {} : { hash: hexOf(order.data.messageHash) }),
    }),
    summary: `offers ${real.length === 1 ? 'an order' : `${real.length} orders`} on Seaport`,
  };
}

/** A sale or a bid: anybody who gives what it asks for takes what it offers. @see https://docs.opensea.io/docs/seaport */
export const SEAPORT_ORDER: Kind = {
  types: [`${COMPONENTS}${CONSIDERATION}${OFFER}`],
  read: (order) => read(order, 'seaport', [new Members(order.chain, order.data.message)]),
};

/** A tree of such orders under one signature; each of them can be taken. */
export const SEAPORT_BULK: Kind = {
  types: [/^BulkOrder\(OrderComponents(?:\[2\])+ tree\)ConsiderationItem\(/],
  read(order) {
    const rest = order.data.type.slice(order.data.type.indexOf(')') + 1);
    if (rest !== `${CONSIDERATION}${OFFER}${COMPONENTS}`) return undefined;
    return read(order, 'seaport_bulk', new Members(order.chain, order.data.message).list('tree'));
  },
};
