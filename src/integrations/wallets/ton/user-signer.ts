import { Cell, domainSign } from '@ton/core';
import { CastellanError, toHex, type UserSigner } from '../../../core/index.ts';

/** A user's wallet: its public key, and what signs. */
export type UserWallet =
  | { readonly publicKey: Uint8Array; readonly secretKey: Uint8Array }
  /** The `signer` form of the wallets of `@ton/ton`. Null says no for good. */
  | { readonly publicKey: Uint8Array; readonly signer: (message: Cell) => Promise<Uint8Array | null> };

/** How a user's wallet is asked. */
export interface UserSignerOptions {
  /** Asks the user before a permit is spent; without it their signature is their consent. */
  readonly approve?: NonNullable<UserSigner['approve']>;
}

/**
 * A key pair, or the `signer` callback of `@ton/ton` beside its public key, as the signer of a non-custodial wallet:
 * `custody.createWallet(user, agent, { mode: 'non-custodial', signer: toTonUserSigner({ publicKey, signer }) })`.
 *
 * The wallet is the V5R1 account of the key. The signature is over the hash of the very cell that was decided about.
 *
 * @throws KEY_INVALID where the public key is not 32 bytes, or a secret key not 64
 * @example
 * ```ts
 * import { randomBytes } from 'node:crypto';
 * import { keyPairFromSeed } from '@ton/crypto';
 * import { toTonUserSigner } from 'castellan/wallets/ton';
 *
 * const signer = toTonUserSigner(keyPairFromSeed(randomBytes(32))); // or { publicKey, signer: (message) => … }
 * console.log(signer.algorithm, signer.publicKey?.length); // ed25519 64
 * ```
 */
export function toTonUserSigner(wallet: UserWallet, options: UserSignerOptions = {}): UserSigner {
  const { publicKey } = wallet;
  const isKey = (bytes: unknown, length: number): boolean => bytes instanceof Uint8Array && bytes.length === length;
  if (!isKey(publicKey, 32) || ('secretKey' in wallet && !isKey(wallet.secretKey, 64)))
    throw new CastellanError('KEY_INVALID', { message: 'A public key is 32 bytes, and a secret key 64.' });
  return Object.freeze<UserSigner>({
    algorithm: 'ed25519',
    publicKey: toHex(publicKey),
    ...(options.approve === undefined ? {} : { approve: options.approve }),
    async sign({ payload, hash }) {
      const message = Cell.fromBoc(Buffer.from(payload))[0];
      if (message === undefined || toHex(message.hash()) !== toHex(hash))
        throw new CastellanError('SIGNATURE_INVALID', {
          message: 'The bytes are not the cell that is to be signed.',
          details: { reason: 'signature_invalid' },
        });
      if ('signer' in wallet) {
        const signature = await wallet.signer(message);
        return signature === null ? null : new Uint8Array(signature);
      }
      return new Uint8Array(domainSign({ data: message.hash(), secretKey: Buffer.from(wallet.secretKey), domain: { type: 'empty' } }));
    },
  });
}
