import type { Address, Hex, LocalAccount, TransactionSerializable } from 'viem';
import { BaseError, hexToBytes, serializeTransaction } from 'viem';
import { toAccount } from 'viem/accounts';
import { readUnsigned } from '../../adapters/evm/index.ts';
import type { AgentSigningPort, ChainId } from '../../core/index.ts';
import { CastellanError, isCastellanError, parseAccount, toHex } from '../../core/index.ts';

function closed(door: string): () => Promise<never> {
  return () =>
    Promise.reject(
      new CastellanError('SIGNING_CLOSED', {
        message: 'A guarded account signs transactions only: nothing else can be judged by its effects yet.',
        details: { door },
      }),
    );
}

function refuse(message: string): CastellanError {
  return new CastellanError('REQUEST_INVALID', { message });
}

/**
 * A refusal in viem's own form, which its clients can carry to the caller whole: they take `details` for text.
 * `cause` is the {@link CastellanError}; `error.walk(isCastellanError)` finds it under whatever a client wraps around it.
 *
 * @example
 * ```ts
 * import { CastellanError, isCastellanError } from 'castellan';
 * import { GuardedTransactionError } from 'castellan/wallets';
 *
 * const error = new GuardedTransactionError(new CastellanError('REQUEST_DENIED', { message: 'The gate said no.' }));
 * const cause = error.walk(isCastellanError);
 * console.log(isCastellanError(cause) && cause.code); // REQUEST_DENIED
 * ```
 */
export class GuardedTransactionError extends BaseError {
  override readonly cause: CastellanError;

  constructor(cause: CastellanError) {
    super(cause.shortMessage, { cause, name: 'GuardedTransactionError' });
    this.cause = cause;
  }
}

/**
 * A viem account whose transactions pass the gate: give it to `createWalletClient` and existing agent code keeps working.
 *
 * The bytes that come back are those that went in, signed: recipient, value, data, nonce and fees are viem's own. A nonce
 * that is not the wallet's next free slot is refused by the gate. `signMessage`, `signTypedData`, `sign` and
 * `signAuthorization` throw SIGNING_CLOSED.
 *
 * Fails closed when the gate says no, or hands back anything but a signature over these very bytes.
 *
 * @param agent - of `security.agent(id)`
 * @param input - the agent's wallet, as `createWallet` gives it
 * @throws GuardedTransactionError around REQUEST_DENIED with the decision's `verdict`, `reason` and `decisionId` in
 * `details`, or around REQUEST_INVALID for a transaction that is not EIP-1559 or names no chain
 * @example
 * ```ts
 * import { createSecurityManager, isCastellanError } from 'castellan';
 * import { evm } from 'castellan/evm';
 * import { toGuardedAccount } from 'castellan/wallets';
 * import { BaseError, createTestClient, createWalletClient, getAddress, http, parseEther } from 'viem';
 * import { foundry } from 'viem/chains';
 *
 * const rpcUrl = 'http://127.0.0.1:8545';
 * const shop = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
 * const security = createSecurityManager({
 *   chains: [evm({ chain: 'eip155:31337', rpcUrl, confirmations: 1 })],
 *   agents: { a1: { template: 'balanced', limits: { unit: 'ETH', perTransaction: 1, daily: 5 }, allowedDestinations: [shop] } },
 * });
 * const wallet = await security.custody.createWallet('owner', 'a1');
 * await createTestClient({ mode: 'anvil', transport: http(rpcUrl) }).setBalance({ address: getAddress(wallet.address), value: 10n ** 19n });
 * const client = createWalletClient({ account: toGuardedAccount(security.agent('a1'), wallet), chain: foundry, transport: http(rpcUrl) });
 * console.log(await client.sendTransaction({ to: shop, value: parseEther('0.5') })); // 0x…
 * await client.sendTransaction({ to: shop, value: parseEther('3') }).catch((error: unknown) => {
 *   const cause = error instanceof BaseError ? error.walk(isCastellanError) : undefined;
 *   console.log(isCastellanError(cause) && cause.code); // REQUEST_DENIED
 * });
 * await security.shutdown();
 * ```
 */
export function toGuardedAccount(agent: AgentSigningPort, { address }: { readonly address: string }): LocalAccount<'custom', Address> {
  const signTransaction = async (transaction: TransactionSerializable): Promise<Hex> => {
    if (transaction.chainId === undefined) throw refuse('The transaction names no chain.');
    const chain = `eip155:${transaction.chainId}` as ChainId;
    const wallet = parseAccount(address, chain);
    // A serializer of the caller's would choose bytes that we do not know: the standard form or nothing.
    const bytes = hexToBytes(serializeTransaction(transaction));
    if (bytes[0] !== 2) throw refuse('Only EIP-1559 transactions are signed.');
    const { raw } = await agent.signTransaction({ chain, wallet, bytes });
    if (toHex(readUnsigned(raw)) !== toHex(bytes)) {
      throw new CastellanError('SIGNATURE_INVALID', { message: 'Other bytes than these were signed.', details: { agent: agent.agentId } });
    }
    return `0x${toHex(raw)}`;
  };
  const account = toAccount({
    address: address as Address,
    // viem hands over whatever transaction type the chain knows; what is not EIP-1559 is refused above.
    signTransaction: (transaction) =>
      signTransaction(transaction as TransactionSerializable).catch((error: unknown) => {
        throw isCastellanError(error) ? new GuardedTransactionError(error) : error;
      }),
    signMessage: closed('signMessage'),
    signTypedData: closed('signTypedData'),
    sign: closed('sign'),
    signAuthorization: closed('signAuthorization'),
  });
  return account as LocalAccount<'custom', Address>;
}
