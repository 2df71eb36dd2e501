import { renderEffects } from '../../approvals/index.ts';
import { accountChain, parseAccount } from '../../core/account.ts';
import type { Deadlines } from '../../core/deadline.ts';
import { fromHex } from '../../core/digest.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import { newId } from '../../core/id.ts';
import type { AccountId } from '../../core/ids.ts';
import type { Store } from '../../core/store.ts';
import type { SigningOrder, UserSigner } from '../../core/user-signer.ts';
import type { UserAsk, UserChannel, UserConsent, UserDesk } from '../../custody/index.ts';
import type { Host } from '../config.ts';
import { type Chains, docKey, readDoc, type WalletRecord, walletFacts } from '../directory.ts';
import type { Journal } from '../journal.ts';

/** How long a user is waited for where the configuration does not say, ms. */
export const SIGNER_TIMEOUT_MS = 120_000;

/** What reaching users needs. */
export interface UserDeskParts {
  readonly store: Store;
  readonly chains: Chains;
  readonly deadlines: Deadlines;
  readonly host: Host;
  readonly tenant: string;
  readonly journal: Journal;
  readonly timeoutMs: number;
  /** Of wallets to which none is attached, where it is their user's. */
  readonly signer?: UserSigner | undefined;
}

/** Signers of users, as long as this process lives: none of them is ever stored. */
export interface Users extends UserDesk {
  /** Attaches the signer of a wallet; a later one takes its place. @throws KEY_INVALID where it is not this wallet's user's */
  attach(wallet: WalletRecord, signer: UserSigner): void;
  /** Asks the wallet's user about bytes; `yes` where their signature is their consent. */
  ask(wallet: WalletRecord, order: SigningOrder): Promise<UserConsent>;
  /** What bytes of a wallet do, as the user reads it. */
  orderOf(wallet: AccountId, requestId: string, payload: Uint8Array, hash: Uint8Array): Promise<SigningOrder>;
  /** Runs work in which this request's user is not asked a second time before the signature. */
  consented<T>(agent: string, requestId: string, work: () => Promise<T>): Promise<T>;
}

/** Creates the desk of one house. */
export function createUserDesk(parts: UserDeskParts): Users {
  const attached = new Map<AccountId, UserSigner>();
  const agreed = new Set<string>();

  /** The account that a signer is for; undefined where it tells too little. @throws what a wrong key or address throws */
  function accountOf(signer: UserSigner, { chain }: Pick<WalletRecord, 'chain'>): AccountId | undefined {
    const { codec } = parts.chains.adapter(chain);
    if (signer.algorithm !== codec.algorithm) return undefined;
    if (signer.publicKey !== undefined) return codec.walletOf(fromHex(plainHex(signer.publicKey)), chain);
    return signer.address === undefined ? undefined : parseAccount(signer.address, chain);
  }

  function fits(signer: UserSigner, wallet: WalletRecord): boolean {
    try {
      const canBeAsked = typeof signer.sign === 'function' && (signer.approve === undefined || typeof signer.approve === 'function');
      return canBeAsked && accountOf(signer, wallet) === wallet.account;
    } catch {
      return false;
    }
  }

  function signerOf(wallet: WalletRecord): UserSigner | undefined {
    const own = attached.get(wallet.account);
    if (own !== undefined) return own;
    return parts.signer !== undefined && fits(parts.signer, wallet) ? parts.signer : undefined;
  }

  async function tell({ agent, user, account }: WalletRecord, requestId: string, verdict: 'approve' | 'reject'): Promise<void> {
    const at = parts.host.clock.nowMs();
    const told = await parts.journal.apply([
      parts.journal.command({
        v: 1,
        id: newId(parts.host.random, at),
        tenant: parts.tenant,
        at,
        agent,
        severity: verdict === 'approve' ? 'info' : 'warning',
        type: 'approval_decision',
        details: { requestId, account, approver: user, verdict, state: verdict === 'approve' ? 'approved' : 'rejected' },
      }),
    ]);
    if (!told.ok)
      throw new CastellanError('STORE_UNAVAILABLE', { message: 'The user’s answer could not be written down.', retryable: true });
  }

  /** Waits for the user so long, and no longer; what their wallet throws is no answer. */
  async function within<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<{ readonly answer: T } | 'late' | 'failed'> {
    if (ms <= 0) return 'late';
    try {
      return { answer: await parts.deadlines.within(ms, async (signal) => work(signal)) };
    } catch (error) {
      return isCastellanError(error) && error.code === 'TIMEOUT' ? 'late' : 'failed';
    }
  }

  async function consent(wallet: WalletRecord, signer: UserSigner, order: SigningOrder, mostMs: number): Promise<UserConsent> {
    if (signer.approve === undefined) return 'yes';
    const told = await within(Math.min(parts.timeoutMs, mostMs), async (signal) => signer.approve?.(order, { signal }));
    if (typeof told === 'string') return told;
    if (typeof told.answer !== 'boolean') return 'failed';
    await tell(wallet, order.requestId, told.answer ? 'approve' : 'reject');
    return told.answer ? 'yes' : 'no';
  }

  async function orderOf(wallet: AccountId, requestId: string, payload: Uint8Array, hash: Uint8Array): Promise<SigningOrder> {
    const chain = accountChain(wallet);
    const { codec } = parts.chains.adapter(chain);
    const { publicKey, smart } = await walletFacts(parts.store, wallet);
    const tx = codec.adopt(payload, chain, wallet, publicKey, smart);
    const node = parts.chains.node(chain);
    const survey = node.survey?.bind(node);
    const facts =
      survey === undefined
        ? {}
        : await parts.deadlines.within(parts.timeoutMs, async (signal) => ({
            facts: await survey({ kind: 'calls', calls: codec.decode(tx).calls }, wallet, signal, smart),
          }));
    const { effects } = codec.decode({ ...tx, ...facts });
    const rendered = renderEffects(effects, parts.chains.allTokens, { feeCeiling: tx.fee.ceiling });
    return Object.freeze({ chain, wallet, requestId, payload: new Uint8Array(payload), hash: new Uint8Array(hash), rendered });
  }

  return Object.freeze<Users>({
    attach(wallet, signer) {
      if (wallet.mode !== 'non-custodial')
        throw new CastellanError('KEY_INVALID', { message: 'The key of this wallet is not the user’s.', details: { mode: wallet.mode } });
      if (!fits(signer, wallet))
        throw new CastellanError('KEY_INVALID', { message: 'The signer is not this wallet’s.', details: { account: wallet.account } });
      attached.set(wallet.account, signer);
    },
    async ask(wallet, order) {
      const signer = signerOf(wallet);
      return signer === undefined ? 'failed' : consent(wallet, signer, order, parts.timeoutMs);
    },
    orderOf,
    async consented(agent, requestId, work) {
      const key = `${requestId}/${agent}`;
      agreed.add(key);
      try {
        return await work();
      } finally {
        agreed.delete(key);
      }
    },
    async find({ keyId, agent, requestId, wallet: account, payload, hash, permitUntilMs }: UserAsk): Promise<UserChannel | undefined> {
      const { value: wallet } = await readDoc<WalletRecord>(parts.store, docKey.wallet(account));
      if (wallet === undefined || wallet.mode !== 'non-custodial' || wallet.keyId !== keyId) return undefined;
      const signer = signerOf(wallet);
      if (signer === undefined) return undefined;
      const { codec } = parts.chains.adapter(wallet.chain);
      const order = await orderOf(account, requestId, payload, hash);
      return {
        controls: (publicKey) => codec.walletOf(publicKey, wallet.chain) === account,
        async approve() {
          if (agreed.has(`${requestId}/${agent}`)) return 'yes';
          const nowMs = Math.max(parts.host.clock.nowMs(), await parts.store.now());
          return consent(wallet, signer, order, permitUntilMs - nowMs);
        },
        async sign() {
          const told = await within(parts.timeoutMs, async (signal) => {
            try {
              return await signer.sign(order, { signal });
            } catch (error) {
              // Something was signed, and not this: an answer, and a wrong one.
              if (isCastellanError(error) && error.code === 'SIGNATURE_INVALID') return undefined;
              throw error;
            }
          });
          if (typeof told !== 'string' && told.answer === null) await tell(wallet, requestId, 'reject');
          return told;
        },
      };
    },
  });
}

/** Hex without its prefix. */
export function plainHex(text: string): string {
  return text.startsWith('0x') ? text.slice(2) : text;
}
