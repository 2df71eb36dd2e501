import { parseEvmAddress, toChecksumAddress } from './evm.ts';
import type { ChainFamily } from './family.ts';

const CHAIN = /^[1-9][0-9]{0,15}$/;

/** Chains of Ethereum's kind: `eip155:<number>`, 1 to 2^53 - 1 without a leading zero. */
export const eip155: ChainFamily = Object.freeze({
  namespace: 'eip155',
  chainReference: (text) => (CHAIN.test(text) && Number.isSafeInteger(Number(text)) ? text : undefined),
  addressKey: parseEvmAddress,
  addressText: toChecksumAddress,
  displayForms: (key) => [key.slice(2)],
  coinType: '60',
  tokens: 'erc20',
  collectibles: { erc721: { numbered: true }, erc1155: { numbered: true } },
} satisfies ChainFamily);
