import { evm } from '../../../src/adapters/evm/index.ts';
import { recoverPublicKey } from '../../../src/adapters/evm/secp256k1.ts';
import { payloadDigest, sha256 } from '../../../src/core/digest.ts';
import { CastellanError, isCastellanError } from '../../../src/core/errors.ts';
import type { AccountId, AssetId, ChainId } from '../../../src/core/ids.ts';
import type { ChainAdapter, Codec, Effect, SignatureOrder, SignatureStatus } from '../../../src/index.ts';
import { createSecurityManager, type SecurityConfig, type SecurityManager, type Wallet } from '../../../src/index.ts';

export const CHAIN = 'eip155:31337' as ChainId;
export const USD_TOKEN = `0x${'dd'.repeat(20)}`;
export const USD = `${CHAIN}/erc20:${USD_TOKEN}` as AssetId;
export const SHOP = `0x${'51'.repeat(20)}`;
export const THIEF = `0x${'66'.repeat(20)}`;

/** What the invented orders of these tests say of themselves. */
export interface Words {
  readonly standard?: string;
  readonly effects: readonly Effect[];
  readonly expiresAtMs?: number | null;
  readonly nonce?: string | null;
  readonly site?: string;
}

/** What the chain of these tests answers; tests change it. */
export interface Script {
  finalMs: () => number;
  status: Record<string, SignatureStatus | 'nonsense'>;
  asked: number;
}

const account = (address: string): AccountId => `${CHAIN}:${address}` as AccountId;
const at = { leaf: '0', source: 'bytes' } as const;

/** A permit in the invented form: `amount` of the token for `spender`. */
export function permit(wallet: Wallet, spender: string, amount: bigint, more: Partial<Words> = {}): SignatureOrder {
  const effect = {
    ...at,
    kind: 'allowance',
    owner: wallet.account,
    spender: account(spender),
    asset: USD,
    amount,
    expiresAtMs: null,
  } as const;
  return order({ standard: 'eip2612', effects: [effect], ...more });
}

/** An order of these words. */
export function order(words: Words): SignatureOrder {
  return {
    kind: 'typed_data',
    json: JSON.stringify(words, (_key, value) => (typeof value === 'bigint' ? `${value}n` : (value as unknown))),
  };
}

export function text(value: string): SignatureOrder {
  return { kind: 'message', bytes: new TextEncoder().encode(value) };
}

/** A login as EIP-4361 begins one; enough for the invented codec. */
export const login = (site: string): SignatureOrder => text(`${site} wants you to sign in with your Ethereum account:`);

const revive = (_key: string, value: unknown): unknown =>
  typeof value === 'string' && /^\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value;

function readWords(given: SignatureOrder): Words & { readonly standard: string } {
  if (given.kind === 'message') {
    if (given.bytes[0] === 2) return { standard: 'disguised', effects: [] };
    const words = new TextDecoder().decode(given.bytes);
    const site = /^(\S+) wants you to sign in/.exec(words)?.[1];
    return {
      standard: site === undefined ? 'text' : 'siwe',
      effects: [{ ...at, kind: 'message', text: words }],
      ...(site === undefined ? {} : { site }),
    };
  }
  if (given.kind !== 'typed_data')
    throw new CastellanError('PAYLOAD_UNDECODABLE', { message: 'No such order.', details: { reason: 'unknown' } });
  if (given.json === 'boom') throw new TypeError('a codec with a bug');
  const words = JSON.parse(given.json, revive) as Words;
  return { standard: 'eip2612', ...words };
}

type Signing = Pick<Codec, 'readSignature' | 'assembleSignature'>;

/** A codec whose orders say what they do: the gate is what is tested here, not the reading. */
function signingOf(codec: Codec): Required<Signing> {
  return {
    readSignature(given) {
      const { standard, effects, expiresAtMs = null, nonce = null, site } = readWords(given);
      const body = given.kind === 'message' ? given.bytes : new TextEncoder().encode(given.kind === 'typed_data' ? given.json : '');
      // An order may ask for bytes that are a transaction.
      const payload = standard === 'disguised' ? body.slice(0) : new Uint8Array([0x19, 0x01, ...sha256(body)]);
      return {
        payload,
        payloadDigest: payloadDigest(standard === 'wrong_digest' ? body : payload),
        standard,
        effects,
        complete: !effects.some(({ kind }) => kind === 'unknown'),
        expiresAtMs,
        mark: nonce === null ? null : { contract: account(USD_TOKEN), place: 'permit_nonce', args: { nonce } },
        summary: `a ${standard}`,
        ...(site === undefined ? {} : { site }),
      };
    },
    assembleSignature(payload, signature, wallet) {
      const word = (from: number): bigint => BigInt(`0x${Buffer.from(signature.slice(from, from + 32)).toString('hex')}`);
      const key = recoverPublicKey(codec.signingHash(payload), word(0), word(32), signature[64] === 1);
      if (key === null || codec.walletOf(new Uint8Array([4, ...key]), CHAIN) !== wallet)
        throw new CastellanError('SIGNATURE_INVALID', { message: 'Not the wallet’s.' });
      return new Uint8Array([...signature.slice(0, 64), 27 + (signature[64] ?? 0)]);
    },
  };
}

/** An EVM chain that signs the invented orders and answers from the script. */
export function scripted(script: Script): { create(host: never): ChainAdapter } {
  const inner = evm({
    chains: [
      {
        chain: CHAIN,
        rpcUrl: 'http://127.0.0.1:9',
        confirmations: 1,
        timeoutMs: 200,
        tokens: [{ symbol: 'USD', address: USD_TOKEN, decimals: 6 }],
      },
    ],
  });
  return {
    create(host) {
      const adapter = inner.create(host);
      const node = adapter.node(CHAIN);
      return {
        ...adapter,
        codec: { ...adapter.codec, ...signingOf(adapter.codec) },
        node: () => ({
          ...node,
          finalHead: async () => ({ number: '1', timestampMs: script.finalMs() }),
          signatureStatus: async ({ args }) => {
            script.asked += 1;
            return (script.status[args['nonce'] ?? ''] ?? 'open') as SignatureStatus;
          },
        }),
      };
    },
  };
}

/** Permits of up to 100 USD for the shop, 250 a day. */
export const AGENT = {
  template: 'aggressive',
  capabilities: { approvals: { enabled: true, spenders: [SHOP] } },
  limits: { unit: 'ETH', perTransaction: 1, daily: 5, assets: { USD: { perTransaction: 100, daily: 250 } } },
  rateLimiting: { cooldownSeconds: 0, maxPerHour: 10_000 },
} as const;

export interface Bench extends AsyncDisposable {
  readonly security: SecurityManager;
  readonly wallet: Wallet;
  readonly script: Script;
  sign(
    order: SignatureOrder,
    id?: string,
  ): Promise<{ readonly signature: Uint8Array; readonly requestId: string; readonly decisionId: string }>;
}

export const usd = (whole: number): bigint => BigInt(whole) * 1_000_000n;
export const newScript = (): Script => ({ finalMs: () => Date.now(), status: {}, asked: 0 });

/** A manager over the scripted chain with a wallet of `a1`. */
export async function openBench(given: Partial<SecurityConfig> = {}, script: Script = newScript()): Promise<Bench> {
  const security = createSecurityManager({
    chains: [scripted(script) as never],
    agents: { a1: AGENT },
    emergency: { autoResponseTriggers: [] },
    risk: { anomalyThreshold: 100 },
    execution: { reconcileMs: 3_600_000 },
    ...given,
  });
  const known = await security.custody.listWallets('owner');
  const wallet = known[0] ?? (await security.custody.createWallet('owner', 'a1'));
  return {
    security,
    wallet,
    script,
    sign: (asked, id) =>
      security.agent('a1').signOrder({ chain: CHAIN, wallet: wallet.account, order: asked, ...(id === undefined ? {} : { id }) }),
    [Symbol.asyncDispose]: async () => void (await security.shutdown(2_000)),
  };
}

/** Code and reason of what a call was refused with; `signed` where it was not. */
export async function outcome(run: Promise<unknown>): Promise<string> {
  try {
    await run;
    return 'signed';
  } catch (error) {
    if (!isCastellanError(error)) return `UNTYPED ${String(error)}`;
    const { reason } = error.details;
    return typeof reason === 'string' ? `${error.code} ${reason}` : error.code;
  }
}
