import { hexOf } from '../address.ts';
import type { AbiValue } from '../decode/abi-type.ts';
import type { MethodCall, MethodEntry, MethodReading } from '../decode/method-entry.ts';
import { asBytes, asInteger, asList } from '../decode/values.ts';
import { permitEffects } from './carried-permit.ts';
import { assetAt, trade } from './flows.ts';
import { packedAddress } from './packed-address.ts';
import { type AddMethod, MOVES_NOTHING } from './protocol.ts';

const ORDER =
  '(uint256 salt,uint256 maker,uint256 receiver,uint256 makerAsset,uint256 takerAsset,uint256 makingAmount,uint256 takingAmount,uint256 makerTraits) order';
/** The amount is what is bought, not what is paid. */
const MAKING_AMOUNT = 1n << 255n;
/** What comes is unwrapped first, so that another asset comes. */
const UNWRAPS = 1n << 254n;
/** Bits of the traits that hold the least that must come, or the most that may be paid. */
const THRESHOLD = (1n << 185n) - 1n;
const TOKEN_BYTES = 20;

/**
 * Somebody's limit order is filled: the taker asset leaves, the maker asset comes to the caller. Of the order's own terms
 * only the part that is filled counts; where the traits set a threshold it bounds the other side.
 */
function filled(call: MethodCall, order: AbiValue | undefined, amount: bigint, traits: bigint): MethodReading {
  const [, , , makerAsset, takerAsset, makingAmount, takingAmount] = asList(order);
  const [bought, sold] = [packedAddress(asInteger(makerAsset)), packedAddress(asInteger(takerAsset))];
  const [making, taking] = [asInteger(makingAmount), asInteger(takingAmount)];
  if (making === 0n || taking === 0n) return { unknown: 'the order has no price' };
  const threshold = traits & THRESHOLD;
  const byMaking = (traits & MAKING_AMOUNT) !== 0n;
  // Priced by the maker's contract unless a threshold binds, so the order's own price is no bound.
  const most = byMaking ? (threshold === 0n ? null : threshold) : amount;
  if (most === null) return { unknown: 'nothing bounds what the order costs' };
  const least = byMaking || (traits & UNWRAPS) !== 0n ? 0n : threshold;
  return {
    effects: trade(call, { asset: assetAt(call, sold), amount: most }, { asset: assetAt(call, bought), amount: least }, call.frame.sender),
  };
}

/** Limit orders of 1inch: filling and cancelling. A fill with arguments can name another receiver, and is not read. */
export function oneInchOrders(add: AddMethod): readonly MethodEntry[] {
  return [
    add(`fillOrder(${ORDER},bytes32 r,bytes32 vs,uint256 amount,uint256 takerTraits)`, (call) =>
      filled(call, call.values[0], asInteger(call.values[3]), asInteger(call.values[4])),
    ),
    add(`fillContractOrder(${ORDER},bytes signature,uint256 amount,uint256 takerTraits)`, (call) =>
      filled(call, call.values[0], asInteger(call.values[2]), asInteger(call.values[3])),
    ),
    add('cancelOrder(uint256 makerTraits,bytes32 orderHash)', MOVES_NOTHING),
    add('cancelOrders(uint256[] makerTraits,bytes32[] orderHashes)', MOVES_NOTHING),
    add('increaseEpoch(uint96 series)', MOVES_NOTHING),
    add('permitAndCall(bytes permit,bytes action)', (call) => {
      const [permit, action] = [asBytes(call.values[0]), asBytes(call.values[1])];
      if (permit.length < TOKEN_BYTES) return { unknown: 'the permit names no token' };
      const token = call.token(hexOf(permit, 0, TOKEN_BYTES));
      const effects = permitEffects(call, token, permit.subarray(TOKEN_BYTES));
      const calls = [{ to: null, value: 0n, data: action }];
      return typeof effects === 'string' ? { calls, unknown: effects } : { effects, calls };
    }),
  ];
}
