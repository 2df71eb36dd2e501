import {
  type Address,
  formatTransactionRequest,
  type Hex,
  hexToBytes,
  type LocalAccount,
  parseTransaction,
  type TransactionSerializableEIP1559,
} from 'viem';
import { readUnsigned } from '../../adapters/evm/index.ts';
import type { SigningOrder, UserSigner } from '../../core/index.ts';
import { CastellanError, toHex } from '../../core/index.ts';

/** A wallet that is asked over JSON-RPC: a viem wallet client is one, and so is a browser's provider. */
export interface AskedWallet {
  readonly account?: { readonly address: Address } | undefined;
  /** Asks the wallet; rejects with code 4001 where the user said no. */
  request(args: { readonly method: 'eth_signTransaction'; readonly params: readonly [unknown] }): Promise<unknown>;
}

/** How a user's wallet is asked. */
export interface UserSignerOptions {
  /** Of a wallet that does not name its account itself. */
  readonly address?: string;
  /** Asks the user before a permit is spent; without it their signature is their consent. */
  readonly approve?: NonNullable<UserSigner['approve']>;
}

/** What wallets answer where their user said no (EIP-1193). */
const USER_REJECTED = 4001;

/**
 * A viem account, or a wallet that is asked over JSON-RPC (`eth_signTransaction`), as the signer of a non-custodial wallet:
 * `custody.createWallet(user, agent, { mode: 'non-custodial', signer: toUserSigner(account) })`.
 *
 * The wallet gets the transaction that was decided about. Where it signs another one, such as with a fee of its own choosing, that is
 * no signature of ours: SIGNATURE_INVALID. A wallet that only sends, and hands no signature out, cannot be used.
 *
 * @throws REQUEST_INVALID where no account is named
 * @example
 * ```ts
 * import { toUserSigner } from 'castellan/wallets';
 * import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
 *
 * const account = privateKeyToAccount(generatePrivateKey()); // or a wallet client that asks the user
 * const signer = toUserSigner(account, { approve: async ({ rendered }) => rendered.startsWith('pays') });
 * console.log(signer.algorithm, signer.address === account.address); // secp256k1 true
 * ```
 */
export function toUserSigner(wallet: LocalAccount | AskedWallet, options: UserSignerOptions = {}): UserSigner {
  const local = 'signTransaction' in wallet && 'type' in wallet && wallet.type === 'local' ? wallet : undefined;
  const address = local?.address ?? options.address ?? ('account' in wallet ? wallet.account?.address : undefined);
  if (address === undefined) throw new CastellanError('REQUEST_INVALID', { message: 'The wallet names no account: give its address.' });
  const publicKey = local !== undefined && /^0x0[2-4]([0-9a-f]{64}){1,2}$/i.test(local.publicKey) ? local.publicKey : undefined;
  const signed = async (order: SigningOrder): Promise<Hex> => {
    const transaction = unsignedOf(order.payload);
    if (local !== undefined) return local.signTransaction(transaction);
    const request = formatTransactionRequest({ ...transaction, from: address as Address });
    return rawOf(await (wallet as AskedWallet).request({ method: 'eth_signTransaction', params: [withChain(request, transaction)] }));
  };
  return Object.freeze<UserSigner>({
    algorithm: 'secp256k1',
    address,
    ...(publicKey === undefined ? {} : { publicKey }),
    ...(options.approve === undefined ? {} : { approve: options.approve }),
    async sign(order) {
      try {
        return signatureOf(await signed(order), order.payload);
      } catch (error) {
        if (isRejection(error)) return null;
        throw error;
      }
    },
  });
}

function invalid(message: string): CastellanError {
  return new CastellanError('SIGNATURE_INVALID', { message, details: { reason: 'signature_invalid' } });
}

function unsignedOf(payload: Uint8Array): TransactionSerializableEIP1559 {
  const transaction = parseTransaction(`0x${toHex(payload)}`);
  if (transaction.type !== 'eip1559') throw invalid('Only EIP-1559 transactions are signed.');
  return transaction as TransactionSerializableEIP1559;
}

/** Nodes take an empty order for one that they may fill in: everything that is zero is said. */
function withChain(request: object, { chainId, nonce, value, data }: TransactionSerializableEIP1559): object {
  const quantity = (of: bigint | number | undefined): Hex => `0x${(of ?? 0).toString(16)}`;
  return { ...request, chainId: quantity(chainId), nonce: quantity(nonce), value: quantity(value), data: data ?? '0x' };
}

/** The signed bytes in the answer of a node: hex alone, or beside the transaction as fields. */
function rawOf(answer: unknown): Hex {
  const raw = typeof answer === 'string' ? answer : (answer as { readonly raw?: unknown } | null)?.raw;
  if (typeof raw !== 'string' || !/^0x([0-9a-f]{2})+$/i.test(raw)) throw invalid('The wallet answered no signed transaction.');
  return raw as Hex;
}

/** r‖s‖v of a signed transaction, where what was signed is exactly the payload. */
function signatureOf(raw: Hex, payload: Uint8Array): Uint8Array {
  if (toHex(readUnsigned(hexToBytes(raw))) !== toHex(payload)) throw invalid('The wallet signed other bytes than these.');
  const { r, s, yParity } = parseTransaction(raw) as { readonly r?: Hex; readonly s?: Hex; readonly yParity?: number };
  if (r === undefined || s === undefined || yParity === undefined) throw invalid('The wallet answered no signature.');
  const signature = new Uint8Array(65);
  signature.set(hexToBytes(r, { size: 32 }), 0);
  signature.set(hexToBytes(s, { size: 32 }), 32);
  signature[64] = yParity;
  return signature;
}

function isRejection(error: unknown): boolean {
  for (let at = error, depth = 0; typeof at === 'object' && at !== null && depth < 8; depth += 1) {
    if ((at as { readonly code?: unknown }).code === USER_REJECTED) return true;
    at = (at as { readonly cause?: unknown }).cause;
  }
  return false;
}
