import type { Cell, Sender, SenderArguments } from '@ton/core';
import { Address, beginCell, storeStateInit } from '@ton/core';
import { type AccountId, accountChain, accountKey, CastellanError } from '../../../core/index.ts';
import type { Agent, AgentRequest, ExecutionResult } from '../../../manager/index.ts';

/** How a guarded sender behaves. */
export interface GuardedSenderOptions {
  /** `final` (default): `send` resolves once the whole trace has ended well. `broadcast`: as soon as the message is out. */
  readonly until?: 'final' | 'broadcast';
}

const BROADCAST_ONLY_MS = 1;
const canonical = (cell: Cell): Uint8Array => new Uint8Array(cell.toBoc({ idx: false, crc32: false }));

/** What the caller fixed beyond recipient, value and body; anything else is ours to choose. */
function termsOf({ sendMode, bounce, init }: SenderArguments): Readonly<Record<string, string>> {
  return {
    ...(sendMode === undefined || sendMode === null ? {} : { mode: String(sendMode) }),
    ...(bounce === undefined || bounce === null ? {} : { bounce: String(bounce) }),
    ...(init === undefined || init === null
      ? {}
      : { init: Buffer.from(canonical(beginCell().store(storeStateInit(init)).endCell())).toString('base64') }),
  };
}

function requestOf(wallet: AccountId, given: SenderArguments): AgentRequest {
  const { to, value, body, extracurrency } = given;
  if (extracurrency !== undefined && extracurrency !== null && Object.keys(extracurrency).length > 0)
    throw new CastellanError('REQUEST_INVALID', { message: 'Extra currencies are not sent.', details: { field: 'extracurrency' } });
  if (!Address.isAddress(to) || typeof value !== 'bigint' || value < 0n)
    throw new CastellanError('REQUEST_INVALID', { message: 'A message needs an address and a value in nanotons.' });
  const call = {
    to: to.toRawString(),
    // Whole coins: exact, nine digits.
    value: `${value / 1_000_000_000n}.${(value % 1_000_000_000n).toString().padStart(9, '0')}`,
    ...(body === undefined || body === null ? {} : { data: canonical(body) }),
    terms: termsOf(given),
  };
  return { chain: accountChain(wallet), wallet, calls: [call] };
}

function check(result: ExecutionResult, until: 'final' | 'broadcast'): void {
  if (result.status === 'success' || (until === 'broadcast' && result.txHash !== undefined && result.pending === true)) return;
  const [reason] = result.reasons;
  const code = result.pending === true ? 'TIMEOUT' : result.status === 'execution_failed' ? 'CHAIN_REJECTED' : 'REQUEST_DENIED';
  throw new CastellanError(code, {
    message: reason?.message ?? `The message was not sent: ${result.status}.`,
    details: {
      status: result.status,
      verdict: result.decision.verdict,
      reason: reason?.code ?? result.status,
      decisionId: result.decision.id,
      requestId: result.requestId,
    },
    retryable: reason?.retryable ?? false,
  });
}

/**
 * A `Sender` of `@ton/core` whose messages pass the gate: hand it to `contract.sendTransfer(sender, …)` and existing agent
 * code keeps working. The gate chooses seqno, validity and, where the caller leaves them open, send mode and bounce flag.
 *
 * Fails closed when the gate says no.
 *
 * @param agent - of `security.agent(id)`
 * @param wallet - of the agent, as `createWallet` gives it
 * @throws REQUEST_DENIED with `details` {status, verdict, reason, decisionId, requestId}; CHAIN_REJECTED where the message
 * was sent and its trace did not end well; TIMEOUT where that is not known yet; REQUEST_INVALID
 * @example
 * ```ts
 * import { Address, toNano } from '@ton/core';
 * import { createSecurityManager } from 'castellan';
 * import { startTonDevChain } from 'castellan/testing';
 * import { ton } from 'castellan/ton';
 * import { toGuardedSender } from 'castellan/wallets/ton';
 *
 * const chain = await startTonDevChain();
 * const shop = Address.parse(`0:${'71'.repeat(32)}`);
 * const security = createSecurityManager({
 *   chains: [ton({ chain: 'ton:-3', endpoint: chain.url })],
 *   agents: { a1: { template: 'balanced', limits: { unit: 'TON', perTransaction: 1, daily: 5 }, allowedDestinations: [shop.toString()] } },
 * });
 * const wallet = await security.custody.createWallet('owner', 'a1');
 * await chain.fund(wallet.address, toNano('10'));
 * await toGuardedSender(security.agent('a1'), wallet).send({ to: shop, value: toNano('0.5'), bounce: false });
 * console.log(await chain.balance(shop.toString())); // 500000000n
 * await security.shutdown();
 * await chain.close();
 * ```
 */
export function toGuardedSender(
  agent: Pick<Agent, 'execute'>,
  wallet: { readonly account: AccountId },
  { until = 'final' }: GuardedSenderOptions = {},
): Sender & { readonly address: Address } {
  const { account } = wallet;
  const address = Address.parseRaw(accountKey(account));
  return Object.freeze({
    address,
    async send(given: SenderArguments) {
      const options = until === 'broadcast' ? { settleTimeoutMs: BROADCAST_ONLY_MS } : {};
      check(await agent.execute(requestOf(account, given), options), until);
    },
  });
}
