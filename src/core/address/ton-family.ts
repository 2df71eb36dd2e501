import { CastellanError } from '../errors.ts';
import type { ChainFamily } from './family.ts';
import { parseTonAddress, toFriendlyTonAddress } from './ton.ts';

const MAINNET = '-239';
const TESTNET = '-3';

/** TON: `ton:-239` and `ton:-3`. A collectible is an account of its own, so it has no number. */
export const ton: ChainFamily = Object.freeze({
  namespace: 'ton',
  aliases: ['tvm'],
  chainReference: (text) => (text === MAINNET || text === TESTNET ? text : undefined),
  addressKey(text, reference) {
    const { raw, testOnly } = parseTonAddress(text);
    if (testOnly && reference === MAINNET)
      throw new CastellanError('ADDRESS_INVALID', { message: 'The address is marked for the test network only.' });
    return raw;
  },
  // A wallet has no contract before its first payment, and what bounces off it would go back.
  addressText: (key, reference, use) => toFriendlyTonAddress(key, { bounceable: use === 'person', testOnly: reference === TESTNET }),
  displayForms: (key, reference) => [
    ...[true, false].map((bounceable) => toFriendlyTonAddress(key, { bounceable, testOnly: reference === TESTNET }).slice(2)),
    key.slice(key.indexOf(':') + 1),
  ],
  coinType: '607',
  tokens: 'jetton',
  collectibles: { nft: { numbered: false } },
} satisfies ChainFamily);
