import { isCastellanError } from '../../../../core/errors.ts';
import type { AccountId } from '../../../../core/ids.ts';
import type { SignatureMark, SignatureStatus } from '../../../../core/signature-order.ts';
import { addressOf } from '../../address.ts';
import { readBytes, readCount } from '../../answer.ts';
import { type FinalState, readView } from './read-view.ts';

/** Reads one kind of mark. Where being used and being taken back leave the same trace, it was used: that never frees room too early. */
export type PlaceReader = (state: FinalState, mark: SignatureMark, wallet: AccountId) => Promise<SignatureStatus>;

const MAX_WORD = 2n ** 256n - 1n;

function arg(mark: SignatureMark, name: string): string {
  const value = mark.args[name];
  if (value === undefined) throw new TypeError(`a mark without ${name}`);
  return value;
}

const after = (next: bigint | undefined, mark: SignatureMark): SignatureStatus =>
  (next ?? 0n) > BigInt(arg(mark, 'nonce')) ? 'used' : 'open';
const owner = ({ chain }: FinalState, wallet: AccountId): string => addressOf(wallet, chain);

/** A counter of the contract that passes the signature's own number once it, or another in its place, was used. */
const nonce =
  (view: string): PlaceReader =>
  async (state, mark, wallet) =>
    after((await readView(state, mark.contract, view, [owner(state, wallet)]))[0], mark);

const metaNonce: PlaceReader = async (state, mark, wallet) => {
  try {
    return await nonce('getNonce(address)')(state, mark, wallet);
  } catch (error) {
    if (!isCastellanError(error) || error.details['reason'] !== 'mark_unreadable') throw error;
    return nonce('nonces(address)')(state, mark, wallet);
  }
};

const permit2Allowance: PlaceReader = async (state, mark, wallet) => {
  const args = [owner(state, wallet), arg(mark, 'token'), arg(mark, 'spender')];
  const [, , next] = await readView(state, mark.contract, 'allowance(address,address,address)', args, 3);
  return after(next, mark);
};

const permit2Bitmap: PlaceReader = async (state, mark, wallet) => {
  const number = BigInt(arg(mark, 'nonce'));
  const [bits = 0n] = await readView(state, mark.contract, 'nonceBitmap(address,uint256)', [owner(state, wallet), number >> 8n]);
  return ((bits >> (number & 255n)) & 1n) === 1n ? 'used' : 'open';
};

const eip3009: PlaceReader = async (state, mark, wallet) => {
  const [done] = await readView(state, mark.contract, 'authorizationState(address,bytes32)', [owner(state, wallet), arg(mark, 'nonce')]);
  return done === 0n ? 'open' : 'used';
};

const safeNonce: PlaceReader = async (state, mark) => after((await readView(state, mark.contract, 'nonce()', []))[0], mark);

const delegation: PlaceReader = async (state, mark) => {
  const [disabled] = await readView(state, mark.contract, 'disabledDelegations(bytes32)', [arg(mark, 'hash')]);
  return disabled === 0n ? 'open' : 'revoked';
};

const userOperation: PlaceReader = async (state, mark) => {
  const number = BigInt(arg(mark, 'nonce'));
  const [next] = await readView(state, mark.contract, 'getNonce(address,uint192)', [arg(mark, 'sender'), number >> 64n]);
  return after(next, mark);
};

const seaport: PlaceReader = async (state, mark, wallet) => {
  const hash = mark.args['hash'];
  // Which orders of a tree were filled, no one place tells.
  let isTouched = hash === undefined;
  let isCancelled = false;
  if (hash !== undefined) {
    const [, cancelled, filled = 0n, size = 0n] = await readView(state, mark.contract, 'getOrderStatus(bytes32)', [hash], 4);
    if (size > 0n && filled >= size) return 'used';
    isTouched = filled > 0n;
    isCancelled = cancelled !== 0n;
  }
  const [counter] = await readView(state, mark.contract, 'getCounter(address)', [owner(state, wallet)]);
  if (isCancelled || counter !== BigInt(arg(mark, 'counter'))) return isTouched ? 'used' : 'revoked';
  return isTouched ? 'partly_used' : 'open';
};

const cow: PlaceReader = async (state, mark) => {
  const uid = arg(mark, 'uid').slice(2);
  const bytes = `${(uid.length / 2).toString(16).padStart(64, '0')}${uid.padEnd(Math.ceil(uid.length / 64) * 64, '0')}`;
  const [filled = 0n] = await readView(state, mark.contract, 'filledAmount(bytes)', [32n], 1, bytes);
  // An order that was taken back looks the same whether a part of it was filled before or not.
  if (filled === MAX_WORD) return 'used';
  if (filled === 0n) return 'open';
  return filled >= BigInt(arg(mark, 'amount')) ? 'used' : 'partly_used';
};

const oneInchBit: PlaceReader = async (state, mark, wallet) => {
  const number = BigInt(arg(mark, 'nonce'));
  const [bits = 0n] = await readView(state, mark.contract, 'bitInvalidatorForOrder(address,uint256)', [owner(state, wallet), number]);
  return ((bits >> (number & 255n)) & 1n) === 1n ? 'used' : 'open';
};

const oneInchRemaining: PlaceReader = async (state, mark, wallet) => {
  const args = [owner(state, wallet), arg(mark, 'hash')];
  // Kept inverted: all ones means that nothing remains.
  const [remaining] = await readView(state, mark.contract, 'rawRemainingInvalidatorForOrder(address,bytes32)', args);
  if (remaining === MAX_WORD) return 'used';
  return remaining === 0n ? 'open' : 'partly_used';
};

const vote: PlaceReader = async (state, mark, wallet) => {
  const [voted] = await readView(state, mark.contract, 'hasVoted(uint256,address)', [BigInt(arg(mark, 'proposal')), owner(state, wallet)]);
  return voted === 0n ? 'open' : 'used';
};

/** What a delegated account's code begins with (EIP-7702). */
const DELEGATED = '0xef0100';

const accountNonce: PlaceReader = async ({ client, chain, at, signal }, mark, wallet) => {
  const address = addressOf(wallet, chain);
  const next = readCount(await client.request('eth_getTransactionCount', [address, at], signal), 'nonce');
  if (BigInt(next) <= BigInt(arg(mark, 'nonce'))) return 'open';
  const code = readBytes(await client.request('eth_getCode', [address, at], signal), 'code');
  const implementation = arg(mark, 'implementation');
  const wanted = BigInt(implementation) === 0n ? '0x' : `${DELEGATED}${implementation.slice(2)}`;
  return code === wanted ? 'used' : 'revoked';
};

/** By the place that a mark names. */
export const PLACES: ReadonlyMap<string, PlaceReader> = new Map<string, PlaceReader>([
  ['nonce', nonce('nonces(address)')],
  ['meta_nonce', metaNonce],
  ['permit2_allowance', permit2Allowance],
  ['permit2_bitmap', permit2Bitmap],
  ['eip3009', eip3009],
  ['safe_nonce', safeNonce],
  ['delegation', delegation],
  ['user_operation', userOperation],
  ['seaport', seaport],
  ['cow', cow],
  ['one_inch_bit', oneInchBit],
  ['one_inch_remaining', oneInchRemaining],
  ['vote', vote],
  ['account_nonce', accountNonce],
]);
