import { ed25519 } from '@noble/curves/ed25519.js';
import {
  type AccountId,
  type Action,
  accountKey,
  assetAddress,
  CastellanError,
  type ChainId,
  type Codec,
  type Effect,
  type ErrorCode,
  nativeAssetId,
  parseAccount,
  payloadDigest,
  registerChainFamily,
  sha256Hex,
  type Token,
  tokenAsset,
  type UnsignedTransaction,
} from 'castellan/adapter';
import type { Entry } from './abacus-ledger.ts';

/** `abacus:main`; an account is its public key, 64 hex digits. */
registerChainFamily({
  namespace: 'abacus',
  chainReference: (text) => (text === 'main' ? text : undefined),
  addressKey(text) {
    if (/^[0-9a-f]{64}$/.test(text)) return text;
    throw new CastellanError('ADDRESS_INVALID', { message: 'An abacus address is 64 lowercase hex digits.' });
  },
  addressText: (key) => key,
  displayForms: (key) => [key],
  coinType: '99999',
  tokens: 'bead',
  collectibles: {},
});
export const CHAIN = 'abacus:main' as ChainId;
export const COIN: Token = { asset: nativeAssetId(CHAIN), symbol: 'ABA', decimals: 6 };

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const no = (code: ErrorCode, message: string, reason?: string) =>
  new CastellanError(code, reason === undefined ? { message } : { message, details: { reason } });

/** ```abacus/1 from nonce to token|- amount fee``` in one line of text: the only form there is, so reading it back compares bytes. */
const write = ({ from, nonce, to, token, amount, fee }: Omit<Entry, 'hash'>): Uint8Array =>
  utf8(`abacus/1 ${from} ${nonce} ${to} ${token ?? '-'} ${amount} ${fee}`);

export function read(payload: Uint8Array): Omit<Entry, 'hash'> {
  const [, from = '', nonce = '', to = '', token = '', amount = '', fee = ''] =
    /^abacus\/1 ([0-9a-f]{64}) (\d{1,15}) ([0-9a-f]{64}) (-|[0-9a-f]{64}) (\d{1,78}) (\d{1,30})$/.exec(
      Buffer.from(payload).toString('latin1'),
    ) ?? [];
  const entry = { from, nonce: Number(nonce), to, token: token === '-' ? null : token, amount: BigInt(amount), fee: BigInt(fee) };
  if (from === '' || hex(write(entry)) !== hex(payload)) throw no('PAYLOAD_UNDECODABLE', 'The bytes are no abacus transaction.');
  return entry;
}

/** The coin moves as a call without data; a token as a call of its contract. */
function calls({ to, token, amount }: Omit<Entry, 'hash'>) {
  const account = (key: string): AccountId => parseAccount(key, CHAIN);
  return token === null
    ? [{ to: account(to), value: amount, data: new Uint8Array() }]
    : [{ to: account(token), value: 0n, data: utf8(`transfer ${to} ${amount}`) }];
}

function terms(action: Action): Pick<Entry, 'to' | 'token' | 'amount'> {
  if (action.kind === 'transfer' && action.comment === undefined) {
    const token = assetAddress(action.asset);
    return { to: accountKey(action.to), token: token === null ? null : accountKey(token), amount: action.amount };
  }
  if (action.kind === 'transaction') return read(action.bytes);
  const call = action.kind === 'calls' && action.calls.length === 1 ? action.calls[0] : undefined;
  if (call !== undefined && call.data.length === 0) return { to: accountKey(call.to), token: null, amount: call.value };
  const [, to, amount] = /^transfer ([0-9a-f]{64}) (\d{1,78})$/.exec(Buffer.from(call?.data ?? []).toString('latin1')) ?? [];
  if (call === undefined || to === undefined || amount === undefined || call.value !== 0n)
    throw no('REQUEST_INVALID', 'This chain makes one transfer at a time.');
  return { to, token: accountKey(call.to), amount: BigInt(amount) };
}

export function moved({ from, to, token, amount }: Omit<Entry, 'hash'>, source: Effect['source']): Effect[] {
  const [account, counterparty] = [parseAccount(from, CHAIN), parseAccount(to, CHAIN)];
  const asset = token === null ? COIN.asset : tokenAsset(CHAIN, parseAccount(token, CHAIN));
  return [
    { kind: 'outflow', account, counterparty, asset, amount, leaf: '0', source },
    { kind: 'inflow', account: counterparty, counterparty: account, asset, amount, leaf: '0', source },
  ];
}
export const feeOf = (from: string, max: bigint, source: Effect['source']): Effect => ({
  kind: 'fee',
  account: parseAccount(from, CHAIN),
  asset: COIN.asset,
  max,
  leaf: '0',
  source,
});

/** Bytes in, meaning out: pure. */
export const codec: Codec = {
  algorithm: 'ed25519',
  needsPublicKey: false,
  validForMs: null,
  build: (action, { chain, wallet, slot, fee }) =>
    unsigned(chain, wallet, write({ ...terms(action), from: accountKey(wallet), nonce: slot, fee: fee.ceiling })),
  decode(tx) {
    const entry = read(tx.payload);
    const again = unsigned(tx.chain, tx.wallet, tx.payload);
    if (
      again.payloadDigest !== tx.payloadDigest ||
      again.slot !== tx.slot ||
      again.fee.ceiling !== tx.fee.ceiling ||
      tx.validUntilMs !== null
    )
      throw no('PAYLOAD_UNDECODABLE', 'A field says something else than the bytes.');
    return { effects: [feeOf(entry.from, entry.fee, 'bytes'), ...moved(entry, 'bytes')], calls: calls(entry), complete: true };
  },
  parse: (bytes, chain, wallet) => ({ kind: 'calls', calls: calls(read(unsigned(chain, wallet, bytes).payload)) }),
  adopt: (bytes, chain, wallet) => unsigned(chain, wallet, bytes),
  signingHash: (payload) => Uint8Array.from(Buffer.from(sha256Hex(payload), 'hex')),
  assemble(tx, signature) {
    const key = Uint8Array.from(Buffer.from(accountKey(tx.wallet), 'hex'));
    let valid = false;
    try {
      valid = signature.length === 64 && ed25519.verify(signature, codec.signingHash(tx.payload), key);
    } catch {
      valid = false;
    }
    if (!valid) throw no('SIGNATURE_INVALID', 'The signature is not the wallet’s.');
    const raw = Uint8Array.from([...tx.payload, ...utf8(' '), ...utf8(hex(signature))]);
    return { chain: tx.chain, wallet: tx.wallet, slot: tx.slot, raw, hash: sha256Hex(tx.payload) };
  },
  walletOf: (publicKey, chain) => parseAccount(hex(publicKey), chain),
  nativeAsset: () => COIN,
};

function unsigned(chain: ChainId, wallet: AccountId, bytes: Uint8Array): UnsignedTransaction {
  if (chain !== CHAIN) throw no('CHAIN_INVALID', 'This adapter serves abacus:main alone.');
  const payload = bytes.slice();
  const { from, nonce, fee } = read(payload);
  if (from !== accountKey(wallet)) throw no('PAYLOAD_UNDECODABLE', 'The bytes are another wallet’s.');
  return {
    chain,
    wallet,
    payload,
    payloadDigest: payloadDigest(payload),
    slot: nonce,
    fee: { asset: COIN.asset, ceiling: fee, params: {} },
    validUntilMs: null,
  };
}
