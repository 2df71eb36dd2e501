import type { AccountId, AssetId } from '../../../core/ids.ts';
import type { AbiValue } from '../decode/abi-type.ts';
import type { MethodCall, MethodEntry, MethodReading } from '../decode/method-entry.ts';
import { asBytes, asInteger, asList } from '../decode/values.ts';
import { permitEffects } from './carried-permit.ts';
import { assetAt, pays, recipientAt, takes, trade } from './flows.ts';
import { oneInchOrders } from './one-inch-orders.ts';
import { packedAddress } from './packed-address.ts';
import { type AddMethod, methodsOf, sameEverywhere } from './protocol.ts';

/** The swap may stop early: then less is paid, and less comes. */
const PARTIAL_FILL = 1n;
/** That, coins beside the tokens, and where the tokens come from. Other flags burn further tokens of the caller. */
const KNOWN_FLAGS = 7n;

/**
 * A swap by its description. What the executor does with the tokens is its own affair: the router measures what comes to
 * the receiver, and takes no more than `amount`.
 */
function described(call: MethodCall, description: AbiValue | undefined, permit: AbiValue | undefined): MethodReading {
  const [sold, bought, , to, amount, least, flags] = asList(description);
  const soldAsset = assetAt(call, sold, true);
  const effects = trade(
    call,
    { asset: soldAsset, amount: asInteger(amount) },
    { asset: assetAt(call, bought, true), amount: (asInteger(flags) & PARTIAL_FILL) === 0n ? asInteger(least) : 0n },
    recipientAt(call, to),
  );
  if ((asInteger(flags) & ~KNOWN_FLAGS) !== 0n) return { effects, unknown: 'flags of the swap are not known' };
  const carried = permit === undefined ? [] : permitEffects(call, soldAsset, asBytes(permit));
  return typeof carried === 'string' ? { effects, unknown: carried } : { effects: [...carried, ...effects] };
}

/** A swap through pools: they are named and not their tokens, so what comes cannot be told; who gets it can. */
function throughPools(call: MethodCall, sold: AssetId, amount: bigint, to: AccountId): MethodReading {
  const effects = takes(call, sold, amount);
  return to === call.frame.sender ? { effects } : { effects: [...effects, ...pays(call, to, sold, amount)] };
}

const token = (call: MethodCall, value: AbiValue | undefined): AssetId => assetAt(call, packedAddress(asInteger(value)), true);
const account = (call: MethodCall, value: AbiValue | undefined): AccountId => call.account(packedAddress(asInteger(value)));

/** The pools of v3 name their tokens alone: only the coin that is sent along can be told. */
function throughUnnamedToken(call: MethodCall, to: AccountId, amount: bigint): MethodReading {
  if (call.frame.value !== amount) return { unknown: 'the token that leaves is not among the arguments' };
  return throughPools(call, call.frame.native, amount, to);
}

function versionFour(add: AddMethod): readonly MethodEntry[] {
  const description =
    '(address srcToken,address dstToken,address srcReceiver,address dstReceiver,uint256 amount,uint256 minReturnAmount,uint256 flags,bytes permit) desc';
  return [
    add(`swap(address caller,${description},bytes data)`, (call) => described(call, call.values[1], asList(call.values[1])[7])),
    add('unoswap(address srcToken,uint256 amount,uint256 minReturn,bytes32[] pools)', (call) =>
      throughPools(call, assetAt(call, call.values[0], true), asInteger(call.values[1]), call.frame.sender),
    ),
  ];
}

function versionFive(add: AddMethod): readonly MethodEntry[] {
  const description =
    '(address srcToken,address dstToken,address srcReceiver,address dstReceiver,uint256 amount,uint256 minReturnAmount,uint256 flags) desc';
  return [
    add(`swap(address executor,${description},bytes permit,bytes data)`, (call) => described(call, call.values[1], call.values[2])),
    add('unoswap(address srcToken,uint256 amount,uint256 minReturn,uint256[] pools)', (call) =>
      throughPools(call, assetAt(call, call.values[0], true), asInteger(call.values[1]), call.frame.sender),
    ),
    add('unoswapTo(address recipient,address srcToken,uint256 amount,uint256 minReturn,uint256[] pools)', (call) =>
      throughPools(call, assetAt(call, call.values[1], true), asInteger(call.values[2]), call.account(call.values[0])),
    ),
    add('uniswapV3Swap(uint256 amount,uint256 minReturn,uint256[] pools)', (call) =>
      throughUnnamedToken(call, call.frame.sender, asInteger(call.values[0])),
    ),
    add('uniswapV3SwapTo(address recipient,uint256 amount,uint256 minReturn,uint256[] pools)', (call) =>
      throughUnnamedToken(call, call.account(call.values[0]), asInteger(call.values[1])),
    ),
    // The same description without a permit of its own is version 6.
    add(`swap(address executor,${description},bytes data)`, (call) => described(call, call.values[1], undefined)),
  ];
}

/** `unoswap…` of version 6 in all its lengths: to the caller or to another, for tokens or for the coin, through one to three pools. */
function versionSix(add: AddMethod): readonly MethodEntry[] {
  return [1, 2, 3].flatMap((pools) => {
    const number = pools === 1 ? '' : String(pools);
    const dexes = Array.from({ length: pools }, (_, index) => `uint256 dex${index === 0 ? '' : index + 1}`).join(',');
    return [
      add(`unoswap${number}(uint256 token,uint256 amount,uint256 minReturn,${dexes})`, (call) =>
        throughPools(call, token(call, call.values[0]), asInteger(call.values[1]), call.frame.sender),
      ),
      add(`unoswapTo${number}(uint256 to,uint256 token,uint256 amount,uint256 minReturn,${dexes})`, (call) =>
        throughPools(call, token(call, call.values[1]), asInteger(call.values[2]), account(call, call.values[0])),
      ),
      add(`ethUnoswap${number}(uint256 minReturn,${dexes})`, (call) =>
        throughPools(call, call.frame.native, call.frame.value, call.frame.sender),
      ),
      add(`ethUnoswapTo${number}(uint256 to,uint256 minReturn,${dexes})`, (call) =>
        throughPools(call, call.frame.native, call.frame.value, account(call, call.values[0])),
      ),
    ];
  });
}

/** The aggregation routers of 1inch, versions 4 to 6: their methods differ wherever their meaning does. */
export const ONE_INCH = sameEverywhere('1inch', () => {
  const add = methodsOf('1inch', 'swap');
  return [...versionFour(add), ...versionFive(add), ...versionSix(add), ...oneInchOrders(add)];
});
