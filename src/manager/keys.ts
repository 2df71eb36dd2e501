import type { PayloadSignature } from '../core/signer.ts';
import type { KeyManager, SharesCoordinator } from '../custody/index.ts';
import type { Lifecycle } from './lifecycle.ts';

/** Keys: made, imported, listed, replaced, revoked. None of these signs without a permit of the gate. */
export interface Keys
  extends Pick<
      KeyManager,
      | 'generateKey'
      | 'getKey'
      | 'listKeys'
      | 'importKey'
      | 'importMnemonic'
      | 'createSeed'
      | 'deriveKey'
      | 'rotateKey'
      | 'getRotation'
      | 'completeRotation'
      | 'dueRotations'
      | 'revokeKey'
      | 'getHealth'
    >,
    Pick<SharesCoordinator, 'getSharesStatus'> {
  /**
   * Signs a message with a key where a permit was issued for that very message and key; the request then counts as signed.
   * @throws PERMIT_REFUSED, KEY_UNKNOWN, KEY_REVOKED
   */
  requestSigning(keyId: string, message: Uint8Array, options?: { readonly permit?: string }): Promise<PayloadSignature>;
}

/** Creates the room's door. */
export function createKeys(admit: Lifecycle['admit']): Keys {
  const keys = <T>(work: (manager: KeyManager) => Promise<T>): Promise<T> => admit(({ house }) => work(house.custody.keys));
  return Object.freeze<Keys>({
    generateKey: (config) => keys((room) => room.generateKey(config)),
    getKey: (keyId) => keys((room) => room.getKey(keyId)),
    listKeys: (filter) => keys((room) => room.listKeys(filter)),
    importKey: (config) => keys((room) => room.importKey(config)),
    importMnemonic: (config) => keys((room) => room.importMnemonic(config)),
    createSeed: (options) => keys((room) => room.createSeed(options)),
    deriveKey: (config) => keys((room) => room.deriveKey(config)),
    rotateKey: (keyId, options) => keys((room) => room.rotateKey(keyId, options)),
    getRotation: (keyId) => keys((room) => room.getRotation(keyId)),
    completeRotation: (keyId, options) => keys((room) => room.completeRotation(keyId, options)),
    dueRotations: (nowMs) => keys((room) => room.dueRotations(nowMs)),
    revokeKey: (keyId, reason) => keys((room) => room.revokeKey(keyId, reason)),
    getHealth: () => keys((room) => room.getHealth()),
    getSharesStatus: (keyId) => admit(({ house }) => house.custody.mpc.getSharesStatus(keyId)),
    async requestSigning(keyId, message, options) {
      // What the caller changes in the buffer afterwards changes nothing.
      const bytes = message instanceof Uint8Array ? new Uint8Array(message) : new Uint8Array();
      return admit(({ house }) => house.custody.custodian.requestSigning(keyId, bytes, options));
    },
  });
}
