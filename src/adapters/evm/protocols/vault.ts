import { moved } from '../decode/found.ts';
import { asInteger } from '../decode/values.ts';
import { credits, pays, takes } from './flows.ts';
import { type Deployment, methodsOf, type Protocol } from './protocol.ts';

/** ERC-4626 vaults that the deployment registers with their asset. What is bounded by no argument is said to be unknown. */
export const VAULT: Protocol = {
  name: 'erc4626',
  needsAsset: 'the asset of the vault',
  methods: ({ asset }: Deployment) => {
    const add = methodsOf('erc4626', 'stake');
    return [
      add('deposit(uint256 assets,address receiver)', (call) => {
        const [amount, to] = call.values;
        const own = call.token(asset);
        return { effects: [...takes(call, own, asInteger(amount)), ...credits(call, call.account(to), own, asInteger(amount))] };
      }),
      add('mint(uint256 shares,address receiver)', (call) => ({
        effects: pays(call, call.account(call.values[1]), call.asset, asInteger(call.values[0])),
        unknown: 'what the shares cost is not among the arguments',
      })),
      add(
        'withdraw(uint256 assets,address receiver,address owner)',
        (call) => ({
          effects: pays(call, call.account(call.values[1]), call.token(asset), asInteger(call.values[0])),
          unknown: 'how many shares are burnt is not among the arguments',
        }),
        'unstake',
      ),
      add(
        'redeem(uint256 shares,address receiver,address owner)',
        (call) => {
          const [shares, to, owner] = call.values;
          const burnt = moved(call.account(owner), call.contract, call.asset, asInteger(shares));
          return { effects: [...burnt, ...pays(call, call.account(to), call.token(asset), 0n)] };
        },
        'unstake',
      ),
    ];
  },
};
