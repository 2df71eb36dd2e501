import { beginCell, type Cell, Dictionary, external, storeMessage, storeStateInit } from '@ton/core';
import type { AgentRequest, SecurityManager, Wallet } from '../../../src/index.ts';
import { createGuardedToncenter, toGuardedSender, toGuardedSigner } from '../../../src/integrations/wallets/ton/index.ts';
import type { TonDevChain } from '../../../src/testing/ton-devchain/index.ts';
import { keysOf, signingBytes, type WalletAction, walletOf } from '../../fixtures/ton-deploy.ts';
import { type Door, refusedBy } from './drain.ts';
import type { TonOrder } from './ton-order.ts';

const canonical = (cell: Cell): Uint8Array => new Uint8Array(cell.toBoc({ idx: false, crc32: false }));
const base64 = (cell: Cell): string => Buffer.from(canonical(cell)).toString('base64');
type Send = Extract<WalletAction, { type: 'sendMsg' }>;

/** The sends of an order; undefined where it says more than that. */
function sendsOf(order: TonOrder): readonly Send[] | undefined {
  const sends = order.filter((action): action is Send => action.type === 'sendMsg');
  return sends.length === order.length ? sends : undefined;
}

function infoOf({ outMsg }: Send) {
  if (outMsg.info.type !== 'internal') throw new Error('a wallet sends internal messages alone');
  return outMsg.info;
}

/** A send in the words of a request. */
function callOf(send: Send): NonNullable<AgentRequest['calls']>[number] {
  const { dest, value, bounce } = infoOf(send);
  const { body, init } = send.outMsg;
  const other = value.other === null || value.other === undefined || value.other.size === 0 ? undefined : value.other;
  return {
    to: dest.toRawString(),
    value: `${value.coins / 1_000_000_000n}.${(value.coins % 1_000_000_000n).toString().padStart(9, '0')}`,
    ...(body.bits.length + body.refs.length === 0 ? {} : { data: canonical(body) }),
    terms: {
      mode: String(send.mode),
      bounce: String(bounce),
      ...(init === undefined || init === null ? {} : { init: base64(beginCell().store(storeStateInit(init)).endCell()) }),
      ...(other === undefined
        ? {}
        : { currencies: base64(beginCell().storeDictDirect(other, Dictionary.Keys.Uint(32), Dictionary.Values.BigVarUint(5)).endCell()) }),
    },
  };
}

/** All doors of one agent to one wallet, whose next message is the first. */
export function tonDoors(
  chain: TonDevChain,
  security: SecurityManager,
  id: string,
  wallet: Wallet,
  nowMs: () => number,
): { readonly doors: readonly Door<TonOrder>[]; request(order: TonOrder): Promise<AgentRequest>; close(): void } {
  const agent = security.agent(id);
  const sender = toGuardedSender(agent, wallet);
  const signer = toGuardedSigner(agent, wallet);
  const toncenter = createGuardedToncenter({ agent, wallets: [wallet], upstream: { url: chain.url } });
  const contract = walletOf(Buffer.from(wallet.publicKey ?? '', 'hex'), chain);
  /** A key of the agent's own, that is nobody's. */
  const { secretKey } = keysOf('nobody');
  const terms = (order: TonOrder) => ({
    seqno: 0,
    timeout: Math.floor(nowMs() / 1_000) + 60,
    actions: [...order],
    authType: 'external' as const,
  });
  const bytesOf = (order: TonOrder): Promise<Uint8Array> =>
    signingBytes(chain, order, { seqno: 0, validUntil: Math.floor(nowMs() / 1_000) + 60 });
  const executed = async (request: AgentRequest): Promise<string> => {
    const { status, decision } = await agent.execute(request);
    if (status !== 'policy_rejected') throw new Error(`not refused: ${status}`);
    return decision.id;
  };
  const request = async (order: TonOrder): Promise<AgentRequest> => ({ chain: wallet.chain, transaction: await bytesOf(order) });
  const isSends = (order: TonOrder): boolean => sendsOf(order) !== undefined;
  const isOnePlain = (order: TonOrder): boolean => {
    const [only, ...more] = sendsOf(order) ?? [];
    return only !== undefined && more.length === 0 && callOf(only).terms?.['currencies'] === undefined;
  };
  const always = (): boolean => true;
  const doors: readonly Door<TonOrder>[] = [
    {
      name: 'agent.execute({ calls })',
      carries: isSends,
      refused: (order) => executed({ chain: wallet.chain, calls: (sendsOf(order) ?? []).map(callOf) }),
    },
    // Changes of the wallet itself are no calls: such an order is not even read.
    { name: 'agent.execute({ transaction })', carries: isSends, refused: async (order) => executed(await request(order)) },
    {
      name: 'agent.signTransaction',
      carries: always,
      refused: async (order) =>
        refusedBy(agent.signTransaction({ chain: wallet.chain, wallet: wallet.account, bytes: await bytesOf(order) })),
    },
    {
      name: 'guarded sender',
      carries: isOnePlain,
      refused(order) {
        const [send] = sendsOf(order) as [Send];
        const { dest: to, value, bounce } = infoOf(send);
        const { body, init } = send.outMsg;
        return refusedBy(sender.send({ to, value: value.coins, bounce, sendMode: send.mode, body, init: init ?? null }));
      },
    },
    { name: 'guarded signer', carries: always, refused: (order) => refusedBy(contract.createRequest({ ...terms(order), signer })) },
    {
      name: 'toncenter sendBoc',
      carries: always,
      refused: async (order) => {
        const body = await contract.createRequest({ ...terms(order), secretKey });
        const message = beginCell()
          .store(storeMessage(external({ to: contract.address, body })))
          .endCell();
        return refusedBy(toncenter.request('sendBoc', { boc: message.toBoc().toString('base64') }));
      },
    },
  ];
  return { doors, request, close: () => toncenter.close() };
}
