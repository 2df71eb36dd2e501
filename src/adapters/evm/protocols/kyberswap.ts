import type { AbiValue } from '../decode/abi-type.ts';
import type { MethodCall, MethodReading } from '../decode/method-entry.ts';
import { asBytes, asInteger, asList } from '../decode/values.ts';
import { permitEffects } from './carried-permit.ts';
import { assetAt, recipientAt, trade } from './flows.ts';
import { methodsOf, sameEverywhere } from './protocol.ts';

const DESCRIPTION =
  '(address srcToken,address dstToken,address[] srcReceivers,uint256[] srcAmounts,address[] feeReceivers,uint256[] feeAmounts,address dstReceiver,uint256 amount,uint256 minReturnAmount,uint256 flags,bytes permit) desc';
/** The swap may stop early: then less comes. */
const PARTIAL_FILL = 0x01n;
/** Fees come out of what is bought, so that how much of it arrives is less plain. */
const FEE_ON_BOUGHT = 0x40n;
/** Fees are parts in ten thousand, and no amounts. */
const FEE_IN_PARTS = 0x80n;
const PARTS = 10_000n;
/** Further tokens of the caller are burnt. */
const BURNS = 0x18n;

const sum = (list: AbiValue | undefined): bigint => asList(list).reduce<bigint>((total, part) => total + asInteger(part), 0n);

/** The most that fees can add to what goes to the pools. */
function feesOf(amount: bigint, fees: bigint, flags: bigint): bigint {
  if ((flags & FEE_ON_BOUGHT) !== 0n) return 0n;
  return (flags & FEE_IN_PARTS) === 0n ? fees : (amount * fees + PARTS - 1n) / PARTS;
}

function described(call: MethodCall, description: AbiValue | undefined): MethodReading {
  const given = asList(description);
  const [sold, bought, , sources, , fees, to] = given;
  const [amount, least, flags] = [asInteger(given[7]), asInteger(given[8]), asInteger(given[9])];
  // What goes to pools and to fees is listed one by one; the larger of both readings is what can leave.
  const listed = sum(sources) + feesOf(amount, sum(fees), flags);
  const promises = (flags & PARTIAL_FILL) === 0n && ((flags & FEE_ON_BOUGHT) === 0n || sum(fees) === 0n);
  const soldAsset = assetAt(call, sold);
  const effects = trade(
    call,
    { asset: soldAsset, amount: amount > listed ? amount : listed },
    { asset: assetAt(call, bought), amount: promises ? least : 0n },
    recipientAt(call, to),
  );
  if ((flags & BURNS) !== 0n) return { effects, unknown: 'the swap burns further tokens' };
  const carried = permitEffects(call, soldAsset, asBytes(given[10]));
  return typeof carried === 'string' ? { effects, unknown: carried } : { effects: [...carried, ...effects] };
}

/** KyberSwap's meta aggregation router: bounded by the description, whatever its executor does. */
export const KYBERSWAP = sameEverywhere('kyberswap', () => {
  const add = methodsOf('kyberswap', 'swap');
  const execution = `(address callTarget,address approveTarget,bytes targetData,${DESCRIPTION},bytes clientData) execution`;
  return [
    add(`swap(${execution})`, (call) => described(call, asList(call.values[0])[3])),
    add(`swapGeneric(${execution})`, (call) => described(call, asList(call.values[0])[3])),
    add(`swapSimpleMode(address caller,${DESCRIPTION},bytes executorData,bytes clientData)`, (call) => described(call, call.values[1])),
  ];
});
