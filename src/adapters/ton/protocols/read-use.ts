import { isCastellanError } from '../../../core/errors.ts';
import { swapAtVault } from './dedust.ts';
import type { Arrival, Use } from './deployment.ts';
import { orderAtSale } from './getgems.ts';
import { coinsForPool } from './staking.ts';
import { swapAt } from './stonfi.ts';
import { coinsForRouter } from './stonfi-coins.ts';

/** Why an order to a known contract is not understood. */
export interface Unread {
  readonly op: string;
  readonly detail: string;
}

function opOf({ payload }: Arrival): string {
  return payload.bits.length < 32 ? '0x' : `0x${payload.beginParse().loadUint(32).toString(16).padStart(8, '0')}`;
}

function guarded(arrival: Arrival, read: (arrival: Arrival) => Omit<Use, 'op' | 'protocol'> | null): Use | Unread | null {
  if (arrival.payload.isExotic) return null;
  const { protocol } = arrival.at;
  try {
    const use = read(arrival);
    return use === null ? null : { protocol, op: opOf(arrival), ...use };
  } catch (error) {
    if (!isCastellanError(error)) throw error;
    return {
      op: opOf(arrival),
      detail: `the order to ${protocol} is not understood (${String(error.details['reason']).replaceAll('_', ' ')})`,
    };
  }
}

/** What tokens do that are sent to a contract of a protocol; null where the order is none that it knows. */
export function readUse(arrival: Arrival): Use | Unread | null {
  const { role, account } = arrival.at;
  if (role === 'router') return guarded(arrival, (given) => swapAt(account, given));
  return role === 'vault' ? guarded(arrival, swapAtVault) : null;
}

/** What coins do that are sent to a contract of a protocol; null where the order is none that it knows. */
export function useOfCoins(arrival: Arrival): Use | Unread | null {
  switch (arrival.at.role) {
    case 'token_account':
      return guarded(arrival, coinsForRouter);
    case 'vault':
      return guarded(arrival, swapAtVault);
    case 'pool':
      return arrival.at.protocol === 'dedust' ? null : guarded(arrival, coinsForPool);
    case 'sale':
      return guarded(arrival, orderAtSale);
    case 'router':
      return null;
  }
}
