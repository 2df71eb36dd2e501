import type { AccountId } from '../../../core/ids.ts';
import type { AbiValue } from '../decode/abi-type.ts';
import type { Found } from '../decode/found.ts';
import type { MethodCall, MethodEntry, MethodReading } from '../decode/method-entry.ts';
import { asInteger, asList, asRows } from '../decode/values.ts';
import { pays, recipientAt, takes } from './flows.ts';
import { MOVES_NOTHING, methodsOf, sameEverywhere } from './protocol.ts';
import { itemAsset } from './seaport-items.ts';

const OFFER = '(uint8 itemType,address token,uint256 identifierOrCriteria,uint256 startAmount,uint256 endAmount)[] offer';
const CONSIDERATION =
  '(uint8 itemType,address token,uint256 identifierOrCriteria,uint256 startAmount,uint256 endAmount,address recipient)[] consideration';
const PARAMETERS = `(address offerer,address zone,${OFFER},${CONSIDERATION},uint8 orderType,uint256 startTime,uint256 endTime,bytes32 zoneHash,uint256 salt,bytes32 conduitKey,uint256 totalOriginalConsiderationItems) parameters`;
const COMPONENTS = `(address offerer,address zone,${OFFER},${CONSIDERATION},uint8 orderType,uint256 startTime,uint256 endTime,bytes32 zoneHash,uint256 salt,bytes32 conduitKey,uint256 counter)[] orders`;
const BASIC =
  '(address considerationToken,uint256 considerationIdentifier,uint256 considerationAmount,address offerer,address zone,address offerToken,uint256 offerIdentifier,uint256 offerAmount,uint8 basicOrderType,uint256 startTime,uint256 endTime,bytes32 zoneHash,uint256 salt,bytes32 offererConduitKey,bytes32 fulfillerConduitKey,uint256 totalOriginalAdditionalRecipients,(uint256 amount,address recipient)[] additionalRecipients,bytes signature) parameters';

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** An order is filled: what it asks for leaves, what it offers comes. Amounts that change with time count for the worse. */
function filled(call: MethodCall, parameters: AbiValue | undefined, to: AccountId, part?: readonly [bigint, bigint]): MethodReading {
  const [, , offer, consideration] = asList(parameters);
  const effects: Found[] = [];
  for (const [type, token, id, start, end] of asRows(consideration)) {
    const asset = itemAsset(call, type, token, id);
    if (asset === undefined) return { effects, unknown: 'the piece that leaves is not among the arguments' };
    effects.push(...takes(call, asset, larger(asInteger(start), asInteger(end))));
  }
  for (const [type, token, id, start, end] of asRows(offer)) {
    const asset = itemAsset(call, type, token, id);
    if (asset === undefined) return { effects, unknown: 'the piece that comes is not among the arguments' };
    const least = smaller(asInteger(start), asInteger(end));
    effects.push(...pays(call, to, asset, part === undefined ? least : (least * part[0]) / part[1]));
  }
  return { effects };
}

/** The six kinds of a basic order: what is paid with, and what is bought. */
const BASIC_KINDS: readonly (readonly [paid: bigint, bought: bigint])[] = [
  [0n, 2n],
  [0n, 3n],
  [1n, 2n],
  [1n, 3n],
  [2n, 1n],
  [3n, 1n],
];

function basic(call: MethodCall): MethodReading {
  const given = asList(call.values[0]);
  const kind = BASIC_KINDS[Number(asInteger(given[8]) / 4n)];
  if (kind === undefined) return { unknown: 'the kind of the order is not known' };
  const tips = asRows(given[16]).reduce((sum, [amount]) => sum + asInteger(amount), 0n);
  const paid = itemAsset(call, kind[0], given[0], given[1]);
  const bought = itemAsset(call, kind[1], given[5], given[6]);
  if (paid === undefined || bought === undefined) return { unknown: 'the kind of the order is not known' };
  // A seller pays the further recipients out of what comes, a buyer beside what is paid.
  const sells = kind[0] > 1n;
  const least = asInteger(given[7]) - (sells ? tips : 0n);
  if (least < 0n) return { unknown: 'the further recipients get more than comes' };
  return {
    effects: [...takes(call, paid, asInteger(given[2]) + (sells ? 0n : tips)), ...pays(call, call.frame.sender, bought, least)],
  };
}

function advanced(call: MethodCall): MethodReading {
  const [parameters, numerator, denominator] = asList(call.values[0]);
  const part = [asInteger(numerator), asInteger(denominator)] as const;
  if (part[1] === 0n || part[0] > part[1]) return { unknown: 'the part of the order is none' };
  return filled(call, parameters, recipientAt(call, call.values[3]), part);
}

/** Seaport 1.5 and 1.6. Orders matched or filled several at a time, as far as each is available, are not read. */
export const SEAPORT = sameEverywhere('seaport', (): readonly MethodEntry[] => {
  const add = methodsOf('seaport', 'fill');
  return [
    add(`fulfillBasicOrder(${BASIC})`, basic),
    add(`fulfillBasicOrder_efficient_6GL6yc(${BASIC})`, basic),
    add(`fulfillOrder((${PARAMETERS},bytes signature) order,bytes32 fulfillerConduitKey)`, (call) =>
      filled(call, asList(call.values[0])[0], call.frame.sender),
    ),
    add(
      `fulfillAdvancedOrder((${PARAMETERS},uint120 numerator,uint120 denominator,bytes signature,bytes extraData) advancedOrder,(uint256 orderIndex,uint8 side,uint256 index,uint256 identifier,bytes32[] criteriaProof)[] criteriaResolvers,bytes32 fulfillerConduitKey,address recipient)`,
      advanced,
    ),
    add(`cancel(${COMPONENTS})`, MOVES_NOTHING, 'withdraw_offer'),
    add('incrementCounter()', MOVES_NOTHING, 'withdraw_offer'),
  ];
});
