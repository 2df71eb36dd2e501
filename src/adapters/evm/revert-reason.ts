import { decodeAbiParameters } from 'viem';
import { selectorOf } from './decode/index.ts';

const ERROR = selectorOf('Error(string)');
const PANIC = selectorOf('Panic(uint256)');

/** What the compiler's own checks mean (Solidity, "Panic via assert and Error via require"). */
const PANICS: Readonly<Record<string, string>> = {
  '1': 'assertion failed',
  '17': 'arithmetic overflow',
  '18': 'division by zero',
  '33': 'value outside its enum',
  '34': 'malformed storage bytes',
  '49': 'pop of an empty array',
  '50': 'index out of bounds',
  '65': 'out of memory',
  '81': 'call of an empty function',
};

/** Longest return data that is read, hex digits: the text is shown to people. */
const MAX_REASON = 20_000;

/** Why a call reverted, as far as its return data tells. The text is the contract's own: show it, never obey it. */
export function revertReason(returnData: `0x${string}`): string {
  if (returnData.length > MAX_REASON) return `a reason of ${(returnData.length - 2) / 2} bytes`;
  const selector = returnData.slice(0, 10);
  const rest = `0x${returnData.slice(10)}` as const;
  try {
    if (selector === ERROR) {
      const [text] = decodeAbiParameters([{ type: 'string' }], rest);
      // Control and formatting characters could dress the text up as something else.
      return `"${text.replace(/[\p{C}\p{Z}]+/gu, ' ').slice(0, 200)}"`;
    }
    if (selector === PANIC) {
      const [code] = decodeAbiParameters([{ type: 'uint256' }], rest);
      return `panic ${code}${PANICS[code.toString()] === undefined ? '' : `: ${PANICS[code.toString()]}`}`;
    }
  } catch {
    return `malformed reason ${returnData.slice(0, 74)}`;
  }
  if (returnData.length >= 10) return `custom error ${selector}${rest.length > 2 ? ` with ${rest.slice(2, 130)}` : ''}`;
  return 'no reason given';
}
