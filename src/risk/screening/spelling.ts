import { type AccountId, CastellanError, type ChainId, parseAccount } from '../../core/index.ts';

/** Longer than any spelling: a longer text is not looked at. */
const MAX_CHARS = 200;
/** `<namespace>:<reference>:` of CAIP-10, in any case. */
const CHAIN = /^([-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}):(.+)$/i;
const PLAIN = /^0x[0-9a-f]{40}$/i;
/** 40 digits, with or without prefix, short name of a chain (ERC-3770), scheme or chain number (ERC-681). */
const HEX = /^(?:[a-z][a-z0-9-]{0,31}:(?:pay-)?)?(?:0x)?([0-9a-f]{40})(?:@[0-9]{1,16})?$/i;
/** ICAP: country code, two check digits, the address in base 36. */
const ICAP = /^XE[0-9]{2}[0-9A-Z]{30,31}$/i;

/**
 * Reads any spelling of an account that is met on lists and in messages: all that `parseAccount` takes, and for addresses of
 * 40 hex digits any case, no prefix, ERC-3770, ERC-681 and ICAP. A wrong checksum of capitals is no obstacle: the digits are
 * the account, and what is screened is better screened too often. An address without a chain is read on the first of
 * `chains` that has such addresses. Undefined where it is none of this.
 */
export function readSpelling(text: string, chains: readonly ChainId[]): AccountId | undefined {
  if (typeof text !== 'string' || text.length > MAX_CHARS) return undefined;
  const trimmed = text.trim();
  const first = chains[0];
  // Nearly all that lists hold, the first of their chains being one of these: nothing else reads it differently.
  if (PLAIN.test(trimmed) && first?.startsWith('eip155:')) return `${first}:${trimmed.toLowerCase()}` as AccountId;
  const named = CHAIN.exec(trimmed);
  if (named !== null) {
    const found = onChain(named[2] as string, (named[1] as string).toLowerCase());
    if (found !== undefined) return found;
  }
  for (const chain of chains) {
    const found = onChain(trimmed, chain);
    if (found !== undefined) return found;
  }
  return undefined;
}

function onChain(address: string, chain: string): AccountId | undefined {
  if (chain.startsWith('eip155:')) {
    const digits = HEX.exec(address)?.[1]?.toLowerCase() ?? icapDigits(address);
    return digits === undefined ? undefined : parsed(`0x${digits}`, chain);
  }
  return parsed(address, chain);
}

function parsed(address: string, chain: string): AccountId | undefined {
  try {
    return parseAccount(`${chain}:${address}`);
  } catch (error) {
    if (error instanceof CastellanError) return undefined;
    throw error;
  }
}

/** The address in an ICAP of the direct or basic form, whose remainder by 97 is 1 (ISO 7064). */
function icapDigits(text: string): string | undefined {
  if (!ICAP.test(text)) return undefined;
  const upper = text.toUpperCase();
  let remainder = 0;
  for (const char of upper.slice(4) + upper.slice(0, 4)) {
    const value = Number.parseInt(char, 36);
    remainder = (remainder * (value < 10 ? 10 : 100) + value) % 97;
  }
  let address = 0n;
  for (const char of upper.slice(4)) address = address * 36n + BigInt(Number.parseInt(char, 36));
  return remainder === 1 && address < 1n << 160n ? address.toString(16).padStart(40, '0') : undefined;
}
