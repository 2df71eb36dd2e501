import { hexToBytes, serializeTransaction, type TransactionSerializable } from 'viem';
import type { AgentRequest, SignatureOrder } from '../../../src/index.ts';
import { openGateway } from '../../../src/integrations/gateway/index.ts';
import { writeTypedData } from '../../../src/integrations/wallets/eip1193/signature-order.ts';
import { createGuardedProvider, toGuardedAccount } from '../../../src/integrations/wallets/index.ts';
import { CHAIN } from '../../e2e/bench.ts';
import { type Door, refusedBy } from './drain.ts';
import type { EvmOrder } from './evm-order.ts';
import type { EvmWorld } from './evm-world.ts';

const TERMS = { chainId: 31_337, gas: 500_000n, maxFeePerGas: 3_000_000_000n, maxPriorityFeePerGas: 1n } as const;
const ETHER = 10n ** 18n;
const hex = (value: bigint): string => `0x${value.toString(16)}`;

/** The transaction that an order stands for, unsigned. @throws Error where it is none */
function transactionOf(order: EvmOrder, nonce: number): TransactionSerializable {
  if (order.kind === 'transaction') return { ...TERMS, nonce, type: 'eip1559', ...order.fields } as TransactionSerializable;
  if (order.kind !== 'call') throw new Error('no transaction');
  const { kind: _kind, price, ...fields } = order;
  const fees = price === undefined ? {} : { maxFeePerGas: price, maxPriorityFeePerGas: price };
  return { ...TERMS, nonce, type: 'eip1559', ...fields, ...fees };
}
const bytesOf = (order: EvmOrder, nonce: number): Uint8Array => hexToBytes(serializeTransaction(transactionOf(order, nonce)));

/** An order in the words of the agent’s own port; undefined for a transaction. */
export function signatureOrder(order: EvmOrder): SignatureOrder | undefined {
  if (order.kind === 'message') return { kind: 'message', bytes: hexToBytes(order.bytes) };
  if (order.kind === 'typed_data') return { kind: 'typed_data', json: writeTypedData(order.data as never) };
  if (order.kind === 'authorization') return { kind: 'authorization', chainId: String(order.chainId), address: order.address, nonce: '0' };
  return undefined;
}

/** A request for a transaction: its bytes. The place in them is not the gate’s. */
export const requestOf = (order: EvmOrder): AgentRequest => ({ chain: CHAIN, transaction: bytesOf(order, 0) });

/** All doors of one agent to one wallet. The gateway listens until it is closed. */
export async function evmDoors(
  { anvil, security }: Pick<EvmWorld, 'anvil' | 'security'>,
  id: string,
  wallet: EvmWorld['wallets']['balanced'],
): Promise<{ readonly doors: readonly Door<EvmOrder>[]; close(): Promise<void> }> {
  const agent = security.agent(id);
  const account = toGuardedAccount(agent, wallet);
  const provider = createGuardedProvider({ agent, wallets: [wallet], upstream: anvil.rpcUrl });
  const nonce = async (): Promise<number> => Number(await anvil.rpc('eth_getTransactionCount', [wallet.address, 'latest']));
  const token = `${'d'.repeat(24)}-${id}`;
  const gateway = await openGateway({ agents: { [id]: { provider, token } } });
  const over = (method: string, params: readonly unknown[]): Promise<string> => refusedBy(provider.request({ method, params }));
  const overHttp = async (method: string, params: readonly unknown[]): Promise<string> => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const answer = await fetch(gateway.url(id), { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const { error } = (await answer.json()) as { readonly error?: unknown };
    return refusedBy(error === undefined ? Promise.resolve() : Promise.reject(error));
  };
  const executed = async (request: AgentRequest): Promise<string> => {
    const { status, decision } = await agent.execute(request);
    if (status !== 'policy_rejected') throw new Error(`not refused: ${status}`);
    return decision.id;
  };
  const of =
    (...kinds: readonly EvmOrder['kind'][]) =>
    ({ kind }: EvmOrder): boolean =>
      kinds.includes(kind);
  const door = <K extends EvmOrder['kind']>(
    name: string,
    kinds: readonly K[],
    refused: (order: Extract<EvmOrder, { kind: K }>) => Promise<string>,
  ): Door<EvmOrder> => ({ name, carries: of(...kinds), refused: refused as Door<EvmOrder>['refused'] });
  /** The gate chooses price and place by itself: what insists on them is not carried. */
  const ofCalls = (name: string, refused: (order: Extract<EvmOrder, { kind: 'call' }>) => Promise<string>): Door<EvmOrder> => ({
    ...door(name, ['call'], refused),
    carries: (order) => order.kind === 'call' && order.price === undefined,
  });
  const sent = ({ to, value = 0n, data = '0x', price }: Extract<EvmOrder, { kind: 'call' }>) => {
    const fees = price === undefined ? {} : { maxFeePerGas: hex(price), maxPriorityFeePerGas: hex(price) };
    return [{ from: wallet.address, to, value: hex(value), data, gas: hex(TERMS.gas), ...fees }];
  };
  const json = (order: EvmOrder): readonly unknown[] => [wallet.address, (signatureOrder(order) as { readonly json: string }).json];
  const asCall = ({ to, value = 0n, data }: Extract<EvmOrder, { kind: 'call' }>): AgentRequest => {
    const coins = `${value / ETHER}.${(value % ETHER).toString().padStart(18, '0')}`;
    return { chain: CHAIN, calls: [{ to, value: coins, ...(data === undefined ? {} : { data }) }] };
  };
  const doors: readonly Door<EvmOrder>[] = [
    ofCalls('agent.execute({ calls })', (order) => executed(asCall(order))),
    ofCalls('agent.execute({ transaction })', (order) => executed(requestOf(order))),
    door('agent.signTransaction', ['call', 'transaction'], async (order) =>
      refusedBy(agent.signTransaction({ chain: wallet.chain, wallet: wallet.account, bytes: bytesOf(order, await nonce()) })),
    ),
    door('account.signTransaction', ['call', 'transaction'], async (order) =>
      refusedBy(account.signTransaction(transactionOf(order, await nonce()))),
    ),
    door('eth_sendTransaction', ['call'], (order) => over('eth_sendTransaction', sent(order))),
    door('eth_signTransaction', ['call'], (order) => over('eth_signTransaction', sent(order))),
    door('gateway eth_sendTransaction', ['call'], (order) => overHttp('eth_sendTransaction', sent(order))),
    door('agent.signOrder', ['message', 'typed_data', 'authorization'], (order) =>
      refusedBy(agent.signOrder({ chain: wallet.chain, wallet: wallet.account, order: signatureOrder(order) as SignatureOrder })),
    ),
    door('account.signMessage', ['message'], ({ bytes }) => refusedBy(account.signMessage({ message: { raw: bytes } }))),
    door('personal_sign', ['message'], ({ bytes }) => over('personal_sign', [bytes, wallet.address])),
    door('gateway personal_sign', ['message'], ({ bytes }) => overHttp('personal_sign', [bytes, wallet.address])),
    door('account.signTypedData', ['typed_data'], ({ data }) => refusedBy(account.signTypedData(data))),
    door('eth_signTypedData_v4', ['typed_data'], (order) => over('eth_signTypedData_v4', json(order))),
    door('gateway eth_signTypedData_v4', ['typed_data'], (order) => overHttp('eth_signTypedData_v4', json(order))),
    door('account.signAuthorization', ['authorization'], ({ chainId, address }) =>
      refusedBy(account.signAuthorization?.({ chainId, address, nonce: 0 }) ?? Promise.resolve()),
    ),
  ];
  return { doors, close: () => gateway.close() };
}
