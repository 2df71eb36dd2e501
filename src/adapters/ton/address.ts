import { Address } from '@ton/core';
import { CastellanError } from '../../core/errors.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';

const RAW = /^(?:0|-1):[0-9a-f]{64}$/;

/** The account of an address that came from bytes or from a node. @throws ADDRESS_INVALID for a workchain that is not 0 or -1 */
export function accountOf(chain: ChainId, address: Address): AccountId {
  return accountOfParts(chain, address.workChain, address.hash.toString('hex'));
}

/** The account of a workchain and a hash in lowercase hex. @throws ADDRESS_INVALID */
export function accountOfParts(chain: ChainId, workchain: number, hash: string): AccountId {
  const raw = `${workchain}:${hash}`;
  if (!RAW.test(raw)) throw new CastellanError('ADDRESS_INVALID', { message: 'The address lies in an unknown workchain.' });
  return `${chain}:${raw}` as AccountId;
}

/** The address of an account that must live on `chain`. @throws REQUEST_INVALID for an account of another chain */
export function addressOf(account: AccountId, chain: ChainId): Address {
  const raw = typeof account === 'string' && account.startsWith(`${chain}:`) ? account.slice(chain.length + 1) : '';
  if (!RAW.test(raw)) {
    throw new CastellanError('REQUEST_INVALID', {
      message: 'The account is not on this chain.',
      details: { account: String(account), chain },
    });
  }
  const colon = raw.indexOf(':');
  return new Address(Number(raw.slice(0, colon)), Buffer.from(raw.slice(colon + 1), 'hex'));
}
