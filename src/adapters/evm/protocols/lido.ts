import { allowanceAmount, allowed, movedItem } from '../decode/found.ts';
import type { MethodCall, MethodReading } from '../decode/method-entry.ts';
import { asInteger, asList } from '../decode/values.ts';
import { credits, pays, recipientAt, takes } from './flows.ts';
import { type Deployment, MOVES_NOTHING, methodsOf, type Protocol, sameEverywhere } from './protocol.ts';

/** stETH itself: it pays one to one, less a share's rounding. */
export const LIDO = sameEverywhere('lido', () => [methodsOf('lido', 'stake')('submit(address referral)', MOVES_NOTHING)]);

const needsAsset = 'the token that it works with';

/** wstETH: wraps stETH, the deployment's asset, at a rate that no argument bounds. */
export const LIDO_WRAPPED: Protocol = {
  name: 'lido-wrapped',
  needsAsset,
  methods: ({ asset }: Deployment) => {
    const add = methodsOf('lido-wrapped', 'stake');
    return [
      add('wrap(uint256 stETHAmount)', (call) => ({ effects: takes(call, call.token(asset), asInteger(call.values[0])) })),
      add('unwrap(uint256 wstETHAmount)', (call) => ({ effects: takes(call, call.asset, asInteger(call.values[0])) }), 'unstake'),
    ];
  },
};

/** The queue of Lido in which stETH, the deployment's asset, waits to become the coin; a place in it is an item of its own. */
export const LIDO_QUEUE: Protocol = {
  name: 'lido-queue',
  needsAsset,
  methods: ({ asset }: Deployment) => {
    const add = methodsOf('lido-queue', 'unstake');
    const requested = (call: MethodCall): MethodReading => {
      const amount = asList(call.values[0]).reduce<bigint>((sum, part) => sum + asInteger(part), 0n);
      const owner = recipientAt(call, call.values[1]);
      return { effects: [...takes(call, call.token(asset), amount), ...credits(call, owner, call.token(asset), amount)] };
    };
    const item = (call: MethodCall): MethodReading => {
      const [from, to, id] = call.values;
      return {
        effects: movedItem(call.frame.chain, 'erc721', call.contract, {
          from: call.account(from),
          to: call.account(to),
          id: asInteger(id),
          pieces: 1n,
        }),
      };
    };
    return [
      add('requestWithdrawals(uint256[] amounts,address owner)', requested),
      add(
        'requestWithdrawalsWithPermit(uint256[] amounts,address owner,(uint256 value,uint256 deadline,uint8 v,bytes32 r,bytes32 s) permit)',
        (call) => {
          const right = allowanceAmount(asInteger(asList(call.values[2])[0]));
          return { effects: [allowed(call.frame.sender, call.contract, call.token(asset), right), ...(requested(call).effects ?? [])] };
        },
      ),
      add('claimWithdrawal(uint256 requestId)', MOVES_NOTHING),
      add('claimWithdrawals(uint256[] requestIds,uint256[] hints)', MOVES_NOTHING),
      add('claimWithdrawalsTo(uint256[] requestIds,uint256[] hints,address recipient)', (call) => {
        const to = call.account(call.values[2]);
        const effects = pays(call, to, call.frame.native, 0n);
        return to === call.frame.sender ? { effects } : { effects, unknown: 'how much another account is paid is not among the arguments' };
      }),
      add('transferFrom(address from,address to,uint256 requestId)', item, 'move'),
      add('safeTransferFrom(address from,address to,uint256 requestId)', item, 'move'),
      add('safeTransferFrom(address from,address to,uint256 requestId,bytes data)', item, 'move'),
    ];
  },
};
