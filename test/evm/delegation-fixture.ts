import { mnemonicToAccount } from 'viem/accounts';
import { encodeChoice, readAlternatives } from '../../src/adapters/evm/accounts/delegation/alternatives.ts';
import { CANONICAL_CONTRACTS } from '../../src/adapters/evm/accounts/delegation/canonical-contracts.ts';
import { encodeContext, readContext } from '../../src/adapters/evm/accounts/delegation/delegation.ts';
import { writeTerms } from '../../src/adapters/evm/accounts/delegation/delegation-terms.ts';
import { limitsToCaveats } from '../../src/adapters/evm/accounts/delegation/limits-to-caveats.ts';
import { encodeRedemptions } from '../../src/adapters/evm/accounts/delegation/redemption.ts';
import { signDelegations } from '../../src/adapters/evm/accounts/delegation/sign-delegations.ts';
import { createEvmAdapter, type EvmAccountsOptions } from '../../src/adapters/evm/index.ts';
import { systemClock } from '../../src/adapters/host/index.ts';
import type {
  Action,
  AssetId,
  ChainAdapter,
  ChainNode,
  OnChainLimits,
  SignedTransaction,
  SmartAccount,
  UnsignedTransaction,
} from '../../src/core/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { type DeployedFramework, deployDelegationFramework } from '../fixtures/delegation-framework.ts';
import { type Deployed, deploy } from '../fixtures/evm-contracts.ts';
import { assetOf, bytes, CHAIN, NATIVE, on, type Signer, signer } from './chain-fixture.ts';

const PHRASE = 'test test test test test test test test test test test junk';
export const ETH = 10n ** 18n;
export const DAY = 86_400;

/** The local chain’s accounts by their part in the story. */
export const sponsor = mnemonicToAccount(PHRASE, { addressIndex: 3 });
export const owner = mnemonicToAccount(PHRASE, { addressIndex: 4 });
export const sender = signer(5);
export const stranger = signer(6);
export const shop = signer(7);
export const other = signer(8);

/** A chain with the framework, a token, and an adapter whose sponsor pays for accounts. */
export interface DelegationScene {
  readonly anvil: Anvil;
  readonly framework: DeployedFramework;
  readonly token: Deployed;
  readonly asset: AssetId;
  readonly adapter: ChainAdapter;
  readonly node: ChainNode;
  connect(accounts: EvmAccountsOptions): ChainAdapter;
  /** Makes an account and pays into it: 10 coins, 1,000 tokens. */
  account(limits: OnChainLimits, salt?: string): Promise<SmartAccount>;
  prepare(smart: SmartAccount, action: Action): Promise<UnsignedTransaction>;
  sign(tx: UnsignedTransaction, by?: Signer): Promise<SignedTransaction>;
  pay(smart: SmartAccount, action: Action): Promise<SignedTransaction>;
  /** The outer call straight to the chain, past everything: its own word on it. `ok`, or what it reverts with. */
  raw(
    to: string,
    data: string,
    from?: Signer,
    value?: bigint,
  ): Promise<{ readonly ok: boolean; readonly gasUsed: bigint; readonly why: string }>;
  coins(address: string): Promise<bigint>;
  tokens(address: string): Promise<bigint>;
  /** Moves the chain’s clock. */
  wait(seconds: number): Promise<void>;
  close(): Promise<void>;
}

export const coin = (amount: bigint, to: Signer = shop): Action => ({ kind: 'transfer', asset: NATIVE, amount, to: to.wallet });
export const addressIn = (account: string): `0x${string}` => account.slice(CHAIN.length + 1) as `0x${string}`;

export async function startDelegationScene(): Promise<DelegationScene> {
  const anvil = await startAnvil();
  const framework = await deployDelegationFramework(anvil);
  const token = await deploy(anvil, 'PlainToken', ['USD', 6]);
  const asset = assetOf(token.address);
  const connect = (accounts: EvmAccountsOptions): ChainAdapter =>
    createEvmAdapter({
      chains: [
        {
          chain: CHAIN,
          rpcUrl: anvil.rpcUrl,
          confirmations: 1,
          pollMs: 10,
          timeoutMs: 5_000,
          tokens: [{ symbol: 'USD', address: token.address, decimals: 6 }],
        },
      ],
      clock: systemClock(),
      accounts,
    });
  const adapter = connect({ sponsor, delegation: framework.contracts });
  const node = adapter.node(CHAIN);
  const prepare = async (smart: SmartAccount, action: Action): Promise<UnsignedTransaction> => {
    const [{ next: slot }, fee] = await Promise.all([node.sequence(smart.sender), node.quote(action, smart.account, { smart })]);
    return adapter.codec.build(action, { chain: CHAIN, wallet: smart.account, slot, fee, validUntilMs: null, smart });
  };
  const sign = async (tx: UnsignedTransaction, by: Signer = sender): Promise<SignedTransaction> =>
    adapter.codec.assemble(tx, await by.sign(adapter.codec.signingHash(tx.payload)));
  const balance = async (address: string): Promise<bigint> => BigInt((await anvil.rpc('eth_getBalance', [address, 'latest'])) as string);
  return {
    anvil,
    framework,
    token,
    asset,
    adapter,
    node,
    connect,
    prepare,
    sign,
    pay: async (smart, action) => sign(await prepare(smart, action)),
    async account(limits, salt = 'one') {
      const smart = await (adapter.accounts as NonNullable<typeof adapter.accounts>).create('delegation', {
        chain: CHAIN,
        sender: sender.wallet,
        owner,
        limits,
        salt,
      });
      await anvil.rpc('anvil_setBalance', [addressIn(smart.account), `0x${(10n * ETH).toString(16)}`]);
      await token.send('mint', [addressIn(smart.account), 1_000n]);
      return smart;
    },
    async raw(to, data, from = sender, value = 0n) {
      const transaction = { from: from.address, to, data, gas: '0x1e8480', value: `0x${value.toString(16)}` };
      const why = await anvil.rpc('eth_call', [transaction, 'latest']).then(
        () => '',
        (error: { readonly details: Readonly<Record<string, unknown>> }) => String(error.details['detail']),
      );
      const hash = await anvil.rpc('eth_sendTransaction', [transaction]);
      for (;;) {
        const receipt = (await anvil.rpc('eth_getTransactionReceipt', [hash])) as { status: string; gasUsed: string } | null;
        if (receipt !== null) return { ok: receipt.status === '0x1', gasUsed: BigInt(receipt.gasUsed), why };
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    coins: balance,
    async tokens(address) {
      return BigInt((await anvil.rpc('eth_call', [{ to: token.address, data: token.data('balanceOf', [address]) }, 'latest'])) as string);
    },
    async wait(seconds) {
      await anvil.rpc('evm_increaseTime', [seconds]);
      await anvil.rpc('evm_mine', []);
    },
    async close() {
      await node.close();
      await anvil.stop();
    },
  };
}

/** The context of one of the account’s delegations, with a choice where it has alternatives. */
export function contextOf(smart: SmartAccount, index: number, choice = 0): `0x${string}` {
  const signed = readContext(bytes(smart.terms[`delegation.${index}`] as string));
  if (signed === undefined) throw new Error('no such delegation');
  const { logicalOr } = smart.terms;
  const caveats = signed.caveats.map((caveat) => {
    if (caveat.enforcer !== logicalOr) return caveat;
    return { ...caveat, args: encodeChoice(choice, readAlternatives(caveat.terms)?.[choice]?.length ?? 1) };
  });
  return encodeContext({ ...signed, caveats });
}

/** What an owned sender would send, whatever our own code thinks of it. */
export function redeem(
  smart: SmartAccount,
  index: number,
  call: { readonly to: string; readonly value?: bigint; readonly data?: string },
  choice = 0,
): `0x${string}` {
  const { to, value = 0n, data = '0x' } = call;
  return encodeRedemptions([
    { context: contextOf(smart, index, choice), call: { to: to as `0x${string}`, value, data: data as `0x${string}` } },
  ]);
}

/** An account that no chain knows, of real signatures: enough for everything that is read from bytes. */
export async function offlineAccount(limits: OnChainLimits, account = `0x${'a1'.repeat(20)}`): Promise<SmartAccount> {
  const framework = CANONICAL_CONTRACTS;
  const delegations = await signDelegations(limitsToCaveats(limits, CHAIN, framework), {
    delegator: account as `0x${string}`,
    delegate: sender.address,
    owner: owner as never,
    ownerAddress: owner.address.toLowerCase() as `0x${string}`,
    chainNumber: 31_337,
    manager: framework.manager,
  });
  const terms = writeTerms({
    framework,
    owner: owner.address.toLowerCase() as `0x${string}`,
    delegations: delegations.map((delegation) => ({ delegation, context: encodeContext(delegation) })),
  });
  return { kind: 'delegation', account: on(account), sender: sender.wallet, terms };
}

export { assetOf, CHAIN, NATIVE, on };
