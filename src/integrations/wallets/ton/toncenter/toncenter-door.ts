import { Cell } from '@ton/core';
import { systemClock } from '../../../../adapters/host/index.ts';
import { openToncenter, type Toncenter } from '../../../../adapters/ton/index.ts';
import {
  type AccountId,
  type AgentSigned,
  type AgentSigningPort,
  accountChain,
  accountKey,
  CastellanError,
  isCastellanError,
} from '../../../../core/index.ts';
import { toncenterMethodKind } from './methods.ts';
import { readExternal } from './signing-message.ts';

/** Asks the node; rejects with its refusal. */
export type ToncenterUpstream = (method: string, params: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** How a guarded toncenter is made. */
export interface GuardedToncenterOptions {
  /** Of `security.agent(id)`. */
  readonly agent: AgentSigningPort;
  /** The agent's wallets on this chain, as `createWallet` gives them. */
  readonly wallets: readonly { readonly account: AccountId }[];
  /** The node: where reads go, and what was signed. */
  readonly upstream: ToncenterUpstream | { readonly url: string; readonly apiKey?: string; readonly timeoutMs?: number };
}

/** Answers calls as a toncenter v2 endpoint does. */
export interface GuardedToncenter {
  /**
   * Passes on what reads, and takes what sends through the gate.
   * @throws CastellanError: REQUEST_DENIED by the gate, REQUEST_INVALID for what cannot be read, SIGNING_CLOSED for a method that is refused
   */
  request(method: string, params: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Ends what is being asked of the node, where this made the connection. */
  close(): void;
}

/** The hash of the message as it was sent, base64: what `sendBocReturnHash` gives back. */
const hashOf = (raw: Uint8Array): string => (Cell.fromBoc(Buffer.from(raw))[0] ?? Cell.EMPTY).hash().toString('base64');

/**
 * A toncenter v2 endpoint in front of another: what reads passes through, and `sendBoc` passes the gate. The external message that
 * an agent hands in needs no valid signature: its order is judged by its effects, signed by the wallet's key if the gate says
 * yes, and sent. So any TON library in any language is guarded that can be given the wallet's public key and some key to sign with.
 *
 * Fails closed for a message to a wallet that is not the agent's, for an order that cannot be read, and where the gate says no.
 *
 * @throws REQUEST_INVALID without a wallet, or for wallets of several chains
 * @example
 * ```ts
 * import { createSecurityManager } from 'castellan';
 * import { startTonDevChain } from 'castellan/testing';
 * import { ton } from 'castellan/ton';
 * import { createGuardedToncenter } from 'castellan/wallets/ton';
 *
 * const chain = await startTonDevChain();
 * const security = createSecurityManager({
 *   chains: [ton({ chain: 'ton:-3', endpoint: chain.url })],
 *   agents: { a1: { template: 'balanced', limits: { unit: 'TON', perTransaction: 1, daily: 5 } } },
 * });
 * const wallet = await security.custody.createWallet('owner', 'a1');
 * const door = createGuardedToncenter({ agent: security.agent('a1'), wallets: [wallet], upstream: { url: chain.url } });
 * console.log(await door.request('getAddressBalance', { address: wallet.address })); // 0
 * await door.request('sendBoc', { boc: 'te6ccgEBAQEAAgAAAA==' }).catch(({ code }) => console.log(code)); // REQUEST_INVALID
 * door.close();
 * await security.shutdown();
 * await chain.close();
 * ```
 */
export function createGuardedToncenter({ agent, wallets, upstream: node }: GuardedToncenterOptions): GuardedToncenter {
  const [first] = wallets;
  if (first === undefined) throw new CastellanError('REQUEST_INVALID', { message: 'A guarded endpoint needs a wallet.' });
  const chain = accountChain(first.account);
  if (wallets.some(({ account }) => accountChain(account) !== chain))
    throw new CastellanError('REQUEST_INVALID', { message: 'The wallets of an endpoint are on one chain.' });
  const opened = typeof node === 'function' ? null : openToncenter({ timeoutMs: 10_000, clock: systemClock(), ...node });
  const upstream: ToncenterUpstream = typeof node === 'function' ? node : (method, params) => (opened as Toncenter).ask(method, params);
  const accounts = new Map(wallets.map(({ account }) => [accountKey(account), account] as const));

  async function signed(boc: unknown): Promise<AgentSigned> {
    const { wallet: raw, candidates } = readExternal(boc);
    const wallet = accounts.get(raw);
    if (wallet === undefined)
      throw new CastellanError('REQUEST_DENIED', {
        message: 'The message is for a wallet that is not this agent’s.',
        details: { reason: 'agent_not_wallet_owner' },
      });
    let unread: unknown;
    for (const cell of candidates) {
      const bytes = new Uint8Array(cell.toBoc({ idx: false, crc32: false }));
      try {
        return await agent.signTransaction({ chain, wallet, bytes });
      } catch (error) {
        // Where the signature stands depends on the wallet's version: only one of the two can be read as its order.
        if (!isCastellanError(error) || error.details['reason'] !== 'payload_undecodable') throw error;
        unread = error;
      }
    }
    throw unread;
  }

  return Object.freeze({
    close: () => opened?.close(),
    async request(method: string, params: Readonly<Record<string, unknown>>) {
      const kind = toncenterMethodKind(method);
      if (kind === 'read') return upstream(method, params);
      if (kind === undefined)
        throw new CastellanError('SIGNING_CLOSED', {
          message: 'The method is not supported here.',
          details: { method: method.slice(0, 60) },
        });
      const { raw } = await signed(params['boc']);
      // Signed is as good as sent: where the node fails now, the manager sends the same bytes again.
      await upstream('sendBoc', { boc: Buffer.from(raw).toString('base64') }).catch(() => undefined);
      return method === 'sendBoc' ? { '@type': 'ok' } : { '@type': 'raw.extMessageInfo', hash: hashOf(raw) };
    },
  });
}
