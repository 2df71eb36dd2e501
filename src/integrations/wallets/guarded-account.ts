import type { Address, Hex, LocalAccount, SignableMessage, TransactionSerializable, TypedDataDefinition, TypedDataDomain } from 'viem';
import { BaseError, bytesToHex, getTypesForEIP712Domain, hexToBytes, serializeTransaction, stringToBytes } from 'viem';
import { toAccount } from 'viem/accounts';
import { readUnsigned } from '../../adapters/evm/index.ts';
import type { AgentSigningPort, ChainId, SignatureOrder } from '../../core/index.ts';
import { type AccountId, accountChain, CastellanError, isCastellanError, parseAccount, toHex } from '../../core/index.ts';
import { createAskings } from './eip1193/asked-before.ts';
import { writeTypedData } from './eip1193/signature-order.ts';

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
 * A viem account all of whose signatures pass the gate: give it to `createWalletClient` and existing agent code keeps working.
 *
 * The bytes that come back are those that went in, signed: recipient, value, data, nonce and fees are viem's own. A nonce
 * that is neither the wallet's next free slot nor that of a transaction of ours which still waits is refused by the gate. Messages, typed data and
 * authorizations are judged by what their signature lets others do. `sign({ hash })` throws SIGNING_CLOSED always: nobody can read a hash.
 *
 * Where a person has to decide, the refusal says so (`verdict` `escalated`, `approvalId`); the very same signed again after their yes is signed
 * as the request that they saw.
 *
 * Fails closed when the gate says no, or hands back anything but a signature over these very bytes.
 *
 * @param agent - of `security.agent(id)`
 * @param wallet - the agent's wallet, as `createWallet` gives it
 * @throws GuardedTransactionError around REQUEST_DENIED with the decision's `verdict`, `reason` and `decisionId` in
 * `details`, or around REQUEST_INVALID for a transaction that names no chain
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
export function toGuardedAccount(
  agent: AgentSigningPort,
  wallet: { readonly address: string; readonly account?: AccountId },
): LocalAccount<'custom', Address> {
  return guardedAccount(agent, wallet, () => undefined);
}

/** The same; `onSigned` hears the hash of each transaction that was signed. */
export function guardedAccount(
  agent: AgentSigningPort,
  { address, account: own }: { readonly address: string; readonly account?: AccountId },
  onSigned: (hash: string) => void,
): LocalAccount<'custom', Address> {
  const askings = createAskings();
  const signTransaction = async (transaction: TransactionSerializable): Promise<Hex> => {
    if (transaction.chainId === undefined) throw refuse('The transaction names no chain.');
    const chain = `eip155:${transaction.chainId}` as ChainId;
    const wallet = parseAccount(address, chain);
    // A serializer of the caller's would choose bytes that we do not know: the standard form or nothing.
    const bytes = hexToBytes(serializeTransaction(transaction));
    const { raw, hash } = await askings.run(`${chain} ${toHex(bytes)}`, (before) =>
      agent.signTransaction({ chain, wallet, bytes, ...(before === undefined ? {} : { id: before.id }) }),
    );
    if (toHex(readUnsigned(raw)) !== toHex(bytes)) {
      throw new CastellanError('SIGNATURE_INVALID', { message: 'Other bytes than these were signed.', details: { agent: agent.agentId } });
    }
    onSigned(hash);
    return `0x${toHex(raw)}`;
  };
  /** An order names no chain by itself: it is the wallet's, or the one that its own words name. */
  const signOrder = async (order: SignatureOrder, named: unknown): Promise<Hex> => {
    const chain = own === undefined ? chainOf(named) : accountChain(own);
    const said = order.kind === 'message' ? toHex(order.bytes) : JSON.stringify(order);
    const { signature } = await askings.run(`${chain} ${order.kind} ${said}`, (before) =>
      agent.signOrder({ chain, wallet: parseAccount(address, chain), order, ...(before === undefined ? {} : { id: before.id }) }),
    );
    return bytesToHex(signature);
  };
  const account = toAccount({
    address: address as Address,
    // viem hands over whatever transaction type the chain knows; what cannot be decoded is refused by the gate.
    signTransaction: (transaction) => asGuarded(signTransaction(transaction as TransactionSerializable)),
    signMessage: ({ message }) => asGuarded(signOrder({ kind: 'message', bytes: messageBytes(message) }, undefined)),
    signTypedData: (data) => {
      const { domain } = data as { readonly domain?: TypedDataDomain };
      return asGuarded(typedDataOf(data as TypedDataDefinition).then((json) => signOrder({ kind: 'typed_data', json }, domain?.chainId)));
    },
    sign: () =>
      Promise.reject(
        new CastellanError('SIGNING_CLOSED', { message: 'A bare hash is never signed: nobody can read it.', details: { door: 'sign' } }),
      ),
    signAuthorization: async ({ chainId, nonce, ...to }) => {
      const delegate =
        'contractAddress' in to && to.contractAddress !== undefined ? to.contractAddress : (to as { readonly address: Address }).address;
      const order: SignatureOrder = { kind: 'authorization', chainId: String(chainId), address: delegate, nonce: String(nonce) };
      const signature = await asGuarded(signOrder(order, chainId));
      return { address: delegate, chainId, nonce, ...partsOf(signature) } as never;
    },
  });
  return account as LocalAccount<'custom', Address>;
}

/**
 * Typed data with the struct of its domain, which viem works out of the members where it is not declared: what is signed is what viem verifies.
 * A chain in text, which viem would leave out unsaid, is refused.
 */
async function typedDataOf({ domain = {}, types, primaryType, message }: TypedDataDefinition): Promise<string> {
  const declared = (types as { readonly EIP712Domain?: unknown }).EIP712Domain;
  if (declared === undefined && typeof domain.chainId === 'string')
    throw refuse('The chain in the domain is text, and would be left out of what is signed: give a number or a bigint.');
  const described = declared === undefined ? { EIP712Domain: getTypesForEIP712Domain({ domain }), ...types } : types;
  return writeTypedData({ domain, types: described, primaryType, message });
}

/** viem carries errors of its own kind through its clients whole. */
function asGuarded<T>(signing: Promise<T>): Promise<T> {
  return signing.catch((error: unknown) => {
    throw isCastellanError(error) ? new GuardedTransactionError(error) : error;
  });
}

function chainOf(named: unknown): ChainId {
  const text = typeof named === 'number' || typeof named === 'bigint' || typeof named === 'string' ? String(BigInt(named)) : '0';
  if (text === '0') throw refuse('Nothing says which chain the signature is for: make the account from what `createWallet` gave.');
  return `eip155:${text}` as ChainId;
}

function messageBytes(message: SignableMessage): Uint8Array {
  if (typeof message === 'string') return stringToBytes(message);
  return typeof message.raw === 'string' ? hexToBytes(message.raw) : message.raw;
}

function partsOf(signature: Hex): { readonly r: Hex; readonly s: Hex; readonly v: bigint; readonly yParity: number } {
  const yParity = Number.parseInt(signature.slice(130), 16) % 27;
  return { r: signature.slice(0, 66) as Hex, s: `0x${signature.slice(66, 130)}`, v: BigInt(yParity + 27), yParity };
}
