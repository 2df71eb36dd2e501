import { type Address, beginCell, Dictionary } from '@ton/core';
import type { Hazard, ReasonCode } from '../../src/core/index.ts';
import {
  drainingExtension,
  eater,
  fakeJettonWallet,
  type JettonMinter,
  jettonMinter,
  jettonWalletAddress,
  refuser,
  type TonFixture,
  thief,
} from '../fixtures/ton-contracts.ts';
import type { FundedChain, RawWallet, WalletAction } from '../fixtures/ton-deploy.ts';
import { deployJetton, deployTon, jettonBalance, keysOf, payment, rawWallet, walletOf } from '../fixtures/ton-deploy.ts';
import { changeAdminBody, jettonTransferBody, textPayload } from '../fixtures/ton-messages.ts';

/** Who and what stands around one wallet that is to be robbed. */
export interface HazardWorld {
  /** The wallet, with 5 TON and 1000 tokens. */
  readonly wallet: Address;
  /** Somebody with a wallet of their own and no ties to this one. */
  readonly operator: RawWallet;
  readonly shop: Address;
  /** Where the loot goes; nothing stands there. */
  readonly robber: Address;
  readonly wall: TonFixture;
  readonly till: TonFixture;
  readonly extension: TonFixture;
  /** A contract of the robber’s that is not deployed yet. */
  readonly trap: TonFixture;
  readonly jetton: JettonMinter;
  /** Claims to be the wallet’s own token account. */
  readonly fake: TonFixture;
  /** A token that the wallet itself is the admin of. */
  readonly own: JettonMinter;
  balance(account: Address): Promise<bigint>;
}

/** One way to lose money with a message that looks like many others. */
export interface HazardCase {
  readonly name: string;
  /** What the bytes must be seen to do; null where no byte shows it. */
  readonly effect:
    | { readonly kind: 'hazard'; readonly hazard: Hazard }
    | { readonly kind: 'deploy' }
    | { readonly kind: 'control'; readonly aspect: 'module' | 'signer' | 'owner' }
    | { readonly kind: 'unknown' }
    | null;
  /** Error of the dry run that tells it, where no byte does. */
  readonly simulated?: string;
  /** Why the gate says no to these very bytes. */
  readonly reason: ReasonCode;
  /** The message. */
  actions(world: HazardWorld): readonly WalletAction[];
  /** Much the same without the hazard: it must pass. */
  twin(world: HazardWorld): readonly WalletAction[];
  /** What an attacker does once the message has run. */
  strike?(world: HazardWorld): Promise<void>;
  /** What is at stake, before and after, and whether that hurt. */
  measure(world: HazardWorld): Promise<bigint>;
  hurt(before: bigint, after: bigint): boolean;
}

const TON = 1_000_000_000n;
/** Ignoring errors: a V5R1 wallet takes no external message without it. */
const IGNORE = 2;
/** What each wallet starts with. */
export const PURSE = 5n * TON;

const pays = ({ shop }: HazardWorld): readonly WalletAction[] => [payment({ to: shop, value: TON / 10n })];
const sendsTokens = ({ jetton, wallet, shop }: HazardWorld): readonly WalletAction[] => [
  payment({
    to: jettonWalletAddress(jetton, wallet),
    value: TON / 20n,
    body: jettonTransferBody({ amount: 10n, to: shop, responseTo: wallet }),
  }),
];
const walletBalance = ({ balance, wallet }: HazardWorld): Promise<bigint> => balance(wallet);
const robberBalance = ({ balance, robber }: HazardWorld): Promise<bigint> => balance(robber);
const shopBalance = ({ balance, shop }: HazardWorld): Promise<bigint> => balance(shop);

/** The twelve. Each is denied by default, and each really hurts a wallet that has no gate. */
export const HAZARD_CASES: readonly HazardCase[] = [
  {
    name: 'mode 128 takes the whole balance along',
    effect: { kind: 'hazard', hazard: 'carries_whole_balance' },
    reason: 'hazard_not_allowed',
    actions: ({ shop }) => [payment({ to: shop, value: TON / 10n, mode: 128 + IGNORE })],
    twin: pays,
    measure: walletBalance,
    hurt: (before, after) => before > 4n * TON && after === 0n,
  },
  {
    name: 'mode 128+32 takes the wallet itself, too',
    effect: { kind: 'hazard', hazard: 'destroys_account' },
    reason: 'hazard_not_allowed',
    actions: ({ shop }) => [payment({ to: shop, value: TON / 10n, mode: 128 + 32 + IGNORE })],
    twin: pays,
    measure: async ({ operator, wallet }) => ((await operator.client.isContractDeployed(wallet)) ? 1n : 0n),
    hurt: (before, after) => before === 1n && after === 0n,
  },
  {
    name: 'mode 64 pays another sum than it names',
    effect: { kind: 'hazard', hazard: 'carries_inbound_value' },
    reason: 'hazard_not_allowed',
    actions: ({ shop }) => [payment({ to: shop, value: TON / 10n, mode: 64 + IGNORE })],
    twin: pays,
    measure: shopBalance,
    // The wallet's own gas goes off what the shop gets, on top of the receiver's fee.
    hurt: (before, after) => after - before < TON / 10n - 1_000_000n,
  },
  {
    name: 'a payment above the balance is skipped without a word',
    effect: null,
    simulated: 'action_skipped',
    reason: 'insufficient_funds',
    actions: ({ shop }) => [payment({ to: shop, value: PURSE * 2n })],
    twin: pays,
    measure: shopBalance,
    hurt: (before, after) => after === before,
  },
  {
    name: 'a bounceable payment to an empty account comes back',
    effect: { kind: 'hazard', hazard: 'bounces_off_empty_account' },
    reason: 'hazard_not_allowed',
    actions: ({ robber }) => [payment({ to: robber, value: TON / 10n, bounce: true })],
    twin: ({ robber }) => [payment({ to: robber, value: TON / 10n, bounce: false })],
    measure: robberBalance,
    hurt: (before, after) => after === before,
  },
  {
    name: 'what a contract refuses stays there if it cannot bounce',
    effect: { kind: 'hazard', hazard: 'no_bounce_from_contract' },
    reason: 'hazard_not_allowed',
    actions: ({ wall }) => [payment({ to: wall.address, value: TON, bounce: false })],
    twin: ({ till }) => [payment({ to: till.address, value: TON, bounce: true })],
    measure: ({ balance, wall }) => balance(wall.address),
    hurt: (before, after) => after - before > (TON * 9n) / 10n,
  },
  {
    name: 'a state init deploys the robber’s contract with our money',
    effect: { kind: 'deploy' },
    reason: 'deploy_not_allowed',
    actions: ({ trap }) => [payment({ to: trap.address, value: TON, init: trap.init, bounce: false })],
    twin: pays,
    measure: robberBalance,
    hurt: (before, after) => after - before > (TON * 9n) / 10n,
  },
  {
    name: 'an extension may send whatever it likes',
    effect: { kind: 'control', aspect: 'module' },
    reason: 'control_not_allowed',
    actions: ({ extension }) => [{ type: 'addExtension', address: extension.address }],
    twin: pays,
    strike: ({ operator, extension }) => operator.pay({ to: extension.address, value: TON / 20n }),
    measure: robberBalance,
    hurt: (before, after) => after - before > 4n * TON,
  },
  {
    // V5R1 obeys this from an extension alone: signed with the key, it costs the order all its payments, and its fee.
    name: 'an order to obey signatures no more takes the payment beside it down',
    effect: { kind: 'control', aspect: 'signer' },
    reason: 'control_not_allowed',
    actions: (world) => [...pays(world), { type: 'setIsPublicKeyEnabled', isEnabled: false }],
    twin: pays,
    measure: shopBalance,
    hurt: (before, after) => after === before,
  },
  {
    name: 'a fake token account keeps the money that comes with an order',
    effect: { kind: 'unknown' },
    reason: 'effect_unknown',
    actions: ({ fake, shop, wallet }) => [
      payment({ to: fake.address, value: TON, body: jettonTransferBody({ amount: 10n, to: shop, responseTo: wallet }) }),
    ],
    twin: sendsTokens,
    measure: ({ balance, fake }) => balance(fake.address),
    hurt: (before, after) => after - before > (TON * 9n) / 10n,
  },
  {
    name: 'an order to its minter gives a token away',
    effect: { kind: 'control', aspect: 'owner' },
    reason: 'control_not_allowed',
    actions: ({ own, robber }) => [payment({ to: own.address, value: TON / 20n, body: changeAdminBody(robber) })],
    twin: ({ shop }) => [payment({ to: shop, value: TON / 20n, body: textPayload('order 7') })],
    measure: async ({ operator, own, robber }) => {
      const { stack } = await operator.client.runMethod(own.address, 'get_jetton_data');
      return stack.skip(2).readAddress().equals(robber) ? 1n : 0n;
    },
    hurt: (before, after) => before === 0n && after === 1n,
  },
  {
    name: 'another currency travels along with a small payment',
    effect: { kind: 'hazard', hazard: 'extra_currency' },
    reason: 'hazard_not_allowed',
    actions: ({ shop }) => [payment({ to: shop, value: TON / 10n, extra: extraCurrency(100, 5n) })],
    twin: pays,
    measure: shopBalance,
    // The wallet has none of it, so that the whole payment is skipped; who has some loses that.
    hurt: (before, after) => after === before,
  },
];

function extraCurrency(id: number, amount: bigint): Dictionary<number, bigint> {
  return Dictionary.empty(Dictionary.Keys.Uint(32), Dictionary.Values.BigVarUint(5)).set(id, amount);
}

/** The token of a scene, before there is any of it: a gate's configuration must name it first. */
export function hazardToken(chain: FundedChain, name: string): Promise<JettonMinter> {
  const admin = walletOf(keysOf(`operator ${name}`).publicKey, chain).address;
  return jettonMinter({ admin, content: `https://jetton.example/${name}` });
}

/** Sets the scene around a wallet, whoever has its key: funds it, deploys what the cases need. `name` makes several. */
export async function hazardWorld(
  chain: FundedChain & { balance(address: string): Promise<bigint> },
  wallet: Address,
  name: string,
): Promise<HazardWorld> {
  const operator = await rawWallet(chain, `operator ${name}`, 100n * TON);
  const keeper = await rawWallet(chain, `shop ${name}`, TON);
  await keeper.pay({ to: operator.address, value: TON / 100n });
  const robber = walletOf(keysOf(`robber ${name}`).publicKey, chain).address;
  await chain.fund(wallet.toString(), PURSE);
  const nonce = beginCell().storeStringTail(name).endCell().hash().readUInt32BE(0);
  const jetton = await deployJetton(operator, { content: `https://jetton.example/${name}`, mint: [[wallet, 1_000n]] });
  const own = await jettonMinter({ admin: wallet, content: `https://jetton.example/${name}/own` });
  const scene = {
    wall: await refuser(nonce),
    till: await eater(nonce),
    extension: await drainingExtension(wallet, robber),
    fake: await fakeJettonWallet({ victim: wallet, minter: jetton, balance: 1_000n }),
  };
  await deployTon(operator, [...Object.values(scene), own]);
  const balance = (account: Address): Promise<bigint> => chain.balance(account.toString());
  return { ...scene, wallet, operator, shop: keeper.address, robber, trap: await thief(robber, nonce), jetton, own, balance };
}

/** Tokens that the wallet of a scene has. */
export function tokensOf({ operator, jetton, wallet }: HazardWorld): Promise<bigint> {
  return jettonBalance(operator.client, jetton, wallet);
}
