import { type Address, beginCell, type Cell, SendMode } from '@ton/core';
import { Blockchain, type BlockchainTransaction, createShardAccount, type SandboxContract, type TreasuryContract } from '@ton/sandbox';
import type { TonFixture } from '../fixtures/ton-contracts.ts';

/** A message of a treasury to a contract under test, and what became of it. */
export interface Sent {
  /** All transactions of the trace, the sender's own first. */
  readonly trace: readonly BlockchainTransaction[];
  /** Exit code of the first transaction at the message's destination. */
  readonly exit: number | undefined;
  /** Bodies of the internal messages that the account got in this trace. */
  bodiesTo(account: Address): readonly Cell[];
}

/** A bare chain in this process, for tests of contracts alone. */
export interface Bench {
  readonly blockchain: Blockchain;
  user(name: string): Promise<SandboxContract<TreasuryContract>>;
  send(
    from: SandboxContract<TreasuryContract>,
    to: TonFixture | Address,
    value: bigint,
    body?: Cell,
    options?: { readonly bounce?: boolean },
  ): Promise<Sent>;
  balance(account: Address): Promise<bigint>;
  numberOf(account: Address, method: string): Promise<bigint>;
  /** Puts another contract's code and data in place of an account's. */
  replace(account: Address, by: TonFixture): Promise<void>;
}

/** Opens a chain with nothing on it. */
export async function openBench(): Promise<Bench> {
  const blockchain = await Blockchain.create();
  blockchain.verbosity = { print: false, blockchainLogs: false, vmLogs: 'none', debugLogs: false };
  return {
    blockchain,
    user: (name) => blockchain.treasury(name),
    async send(from, to, value, body = beginCell().endCell(), options = {}) {
      const target = 'init' in to ? to.address : to;
      const init = 'init' in to ? { init: to.init } : {};
      const terms = { to: target, value, body, bounce: options.bounce ?? true, sendMode: SendMode.PAY_GAS_SEPARATELY };
      const { transactions } = await from.send({ ...terms, ...init });
      const at = (account: Address) => transactions.filter(({ inMessage }) => inMessage?.info.dest?.toString() === account.toString());
      const phase = at(target)[0]?.description;
      const compute = phase?.type === 'generic' && phase.computePhase.type === 'vm' ? phase.computePhase : undefined;
      return {
        trace: transactions,
        exit: compute?.exitCode,
        bodiesTo: (account) => at(account).flatMap(({ inMessage }) => (inMessage?.info.type === 'internal' ? [inMessage.body] : [])),
      };
    },
    balance: async (account) => (await blockchain.getContract(account)).balance,
    numberOf: async (account, method) => (await blockchain.runGetMethod(account, method)).stackReader.readBigNumber(),
    async replace(account, by) {
      const balance = (await blockchain.getContract(account)).balance;
      await blockchain.setShardAccount(account, createShardAccount({ address: account, code: by.init.code, data: by.init.data, balance }));
    },
  };
}
