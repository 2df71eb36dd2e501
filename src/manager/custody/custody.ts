import type { UserSigner } from '../../core/user-signer.ts';
import type { RecoverySession } from '../../custody/index.ts';
import type { WalletRecord } from '../directory.ts';
import type { Lifecycle, Running } from '../lifecycle.ts';
import type { Wallet } from '../wallets.ts';
import type { CustodyApproval } from './custody-approval.ts';
import type { CustodyWork } from './custody-work.ts';
import type { PreparedFacts, PreparedTransaction } from './prepared.ts';
import type { WalletRecoveryOptions } from './recover-wallet.ts';
import type { SignedByCustody } from './sign-prepared.ts';
import type { TransactionSimulation } from './simulate-prepared.ts';
import { parseTransaction, type TransactionRequest } from './transaction-input.ts';
import { parseWalletOptions, type WalletOptions } from './wallet-options.ts';

/**
 * Wallets of every mode, and transactions that are prepared, shown, approved and signed one step after the other. An address
 * is taken in any spelling of its chain, or as account id.
 */
export interface Custody {
  /**
   * Makes a wallet. An unknown agent is registered with the conservative template. Durable when it resolves; a signer is
   * attached and never stored.
   * @throws AGENT_EXISTS, CHAIN_INVALID, REQUEST_INVALID, MODE_UNAVAILABLE, WALLET_EXISTS, KEY_UNKNOWN, KEY_REVOKED, KEY_INVALID
   */
  createWallet(userId: string, agentId: string, options?: WalletOptions): Promise<Wallet>;
  /** The wallet at an address. @throws WALLET_UNKNOWN */
  getWallet(address: string): Promise<Wallet>;
  /** Every wallet of a user, in no order; none for a user whom nobody knows. */
  listWallets(userId: string): Promise<readonly Wallet[]>;
  /**
   * Attaches the user's signer of a non-custodial wallet to this process, as after a restart.
   * @throws WALLET_UNKNOWN; KEY_INVALID where the signer is another account's, or the key is not the user's
   */
  connectSigner(address: string, signer: UserSigner): Promise<Wallet>;
  /**
   * Builds a transaction to be looked at, good for five minutes. Amounts are whole coins as decimal strings. Nothing is
   * recorded, held or decided. @throws WALLET_UNKNOWN, REQUEST_INVALID, CHAIN_UNAVAILABLE
   */
  prepareTransaction(address: string, transaction: TransactionRequest): Promise<PreparedTransaction>;
  /** Runs it against the chain of now. @throws WALLET_UNKNOWN, REQUEST_INVALID, CHAIN_UNAVAILABLE, TIMEOUT */
  simulateTransaction(address: string, prepared: PreparedTransaction): Promise<TransactionSimulation>;
  /**
   * Gets one answer about it: the user's own for a non-custodial wallet; a party's for `mpc`, where this process speaks for its
   * parties; else that of the people whom the gate wants to ask. Durable, bound to this transaction, wallet and party, and good
   * once. A no is a value: see `state`.
   *
   * Fails closed when anything of the prepared transaction was changed, it is too old, or the agent is stopped.
   * @throws WALLET_UNKNOWN, REQUEST_INVALID, APPROVAL_INVALID, REQUEST_DENIED, HALTED, PERMIT_REFUSED
   */
  requestApproval(address: string, prepared: PreparedTransaction, party?: string): Promise<CustodyApproval>;
  /**
   * Takes it through the gate as the request that it is, and signs. What is handed out counts as sent: its room stays taken
   * until the chain has spoken. Idempotent by the prepared transaction.
   *
   * Fails closed when anything of the prepared transaction was changed, it is too old, an approval is another's, used or
   * expired, fewer different parties approved than must, the gate says no, or the agent is stopped.
   * @throws WALLET_UNKNOWN, REQUEST_INVALID, APPROVAL_INVALID, REQUEST_DENIED, HALTED, PERMIT_REFUSED, SIGNATURE_INVALID, KEY_REVOKED
   */
  signTransaction(
    address: string,
    prepared: PreparedTransaction,
    approvals?: CustodyApproval | readonly CustodyApproval[],
  ): Promise<SignedByCustody>;
  /** Opens a recovery of the wallet's user. @throws WALLET_UNKNOWN, RECOVERY_REFUSED, HALTED */
  initiateRecovery(address: string, options?: WalletRecoveryOptions): Promise<RecoverySession>;
}

/** Creates the room's door. */
export function createCustody(admit: Lifecycle['admit']): Custody {
  const ofWallet = <T>(address: string, task: (work: CustodyWork, open: Running, wallet: WalletRecord) => Promise<T>): Promise<T> =>
    admit(async (open) => task(open.work.custody, open, await open.work.custody.findWallet(open.house, address)));
  const ofPrepared = <T>(
    address: string,
    given: PreparedTransaction,
    task: (work: CustodyWork, open: Running, wallet: WalletRecord, facts: PreparedFacts) => Promise<T>,
  ): Promise<T> =>
    ofWallet(address, async (work, open, wallet) => {
      const facts = work.openPrepared(open.house.custody.vault, given, wallet.account);
      work.checkFresh(facts, await work.latestMs(open));
      return task(work, open, wallet, facts);
    });
  return Object.freeze<Custody>({
    async createWallet(userId, agentId, given = {}) {
      // Copied before the first wait: what the caller changes meanwhile has no effect.
      const options = parseWalletOptions(given);
      return admit(({ house }) => house.wallets.createWallet(userId, agentId, options));
    },
    getWallet: (address) => admit(({ house }) => house.wallets.getWallet(address)),
    listWallets: (userId) => admit(({ house }) => house.wallets.listWallets(userId)),
    connectSigner: (address, signer) => admit(({ house }) => house.wallets.connectSigner(address, signer)),
    async prepareTransaction(address, transaction) {
      const tx = parseTransaction(transaction);
      return ofWallet(address, (work, open, wallet) => work.prepareTransaction(open, wallet, tx));
    },
    simulateTransaction: (address, prepared) =>
      ofPrepared(address, prepared, (work, open, wallet, facts) => work.simulatePrepared(open, wallet, facts)),
    requestApproval: (address, prepared, party) =>
      ofPrepared(address, prepared, (work, open, wallet, facts) => work.requestApproval(open, wallet, facts, party)),
    signTransaction: (address, prepared, approvals) =>
      ofPrepared(address, prepared, (work, open, wallet, facts) => work.signPrepared(open, wallet, facts, approvals)),
    initiateRecovery: (address, options) => ofWallet(address, (work, open, wallet) => work.recoverWallet(open, wallet, options)),
  });
}
