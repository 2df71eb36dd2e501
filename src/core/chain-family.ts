import { eip155 } from './address/eip155-family.ts';
import type { ChainFamily } from './address/family.ts';
import { ton } from './address/ton-family.ts';
import { CastellanError } from './errors.ts';

const NAMESPACE = /^[-a-z0-9]{3,8}$/;

const families = new Map<string, ChainFamily>();
for (const family of [eip155, ton]) for (const name of [family.namespace, ...(family.aliases ?? [])]) families.set(name, family);

/**
 * Makes a family of chains known to the process, so that configuration, policies and requests may name its chains, accounts
 * and assets. An adapter for a new kind of chain calls it before it is made. Idempotent for the same family.
 *
 * Fails closed when a namespace is another family's already: what an account is never changes while a process runs.
 * @throws CHAIN_INVALID
 * @example
 * ```ts
 * import { CastellanError, parseAccount, registerChainFamily } from 'castellan/adapter';
 *
 * registerChainFamily({
 *   namespace: 'abacus',
 *   chainReference: (text) => (text === 'main' ? text : undefined),
 *   addressKey(text) {
 *     if (/^[a-z]{3,12}$/.test(text)) return text;
 *     throw new CastellanError('ADDRESS_INVALID', { message: 'An address of this chain is 3 to 12 letters.' });
 *   },
 *   addressText: (key) => key,
 *   displayForms: (key) => [key],
 *   coinType: '99999',
 *   tokens: 'bead',
 *   collectibles: {},
 * });
 * console.log(parseAccount('abacus:main:alice')); // abacus:main:alice
 * ```
 */
export function registerChainFamily(family: ChainFamily): void {
  const names = [family.namespace, ...(family.aliases ?? [])];
  for (const name of names) {
    if (!NAMESPACE.test(name))
      throw new CastellanError('CHAIN_INVALID', { message: 'A namespace is 3 to 8 of a–z, 0–9 and -.', details: { namespace: name } });
    if ((families.get(name) ?? family) !== family)
      throw new CastellanError('CHAIN_INVALID', { message: 'The namespace is another family’s.', details: { namespace: name } });
  }
  for (const name of names) families.set(name, family);
}

/** The family that a CAIP-2 namespace, or an alias of it, means; undefined where none does. */
export function familyOf(namespace: string): ChainFamily | undefined {
  return families.get(namespace);
}
