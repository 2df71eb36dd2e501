import {
  BaseError,
  createPublicClient,
  createWalletClient,
  getAddress,
  http,
  parseAbi,
  parseTransaction,
  recoverTransactionAddress,
  verifyMessage,
  verifyTypedData,
} from 'viem';
import { foundry } from 'viem/chains';
import { recoverAuthorizationAddress } from 'viem/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentSigningPort, SignatureOrder } from '../../src/core/index.ts';
import { CastellanError, isCastellanError } from '../../src/core/index.ts';
import { GuardedTransactionError, toGuardedAccount } from '../../src/integrations/wallets/index.ts';
import type { Anvil } from '../../src/testing/anvil.ts';
import { startAnvil } from '../../src/testing/anvil.ts';
import { connect, NATIVE, signer } from './chain-fixture.ts';

const alice = signer(1);
const bob = signer(2);
let anvil: Anvil;
let chain: ReturnType<typeof connect>;

beforeAll(async () => {
  anvil = await startAnvil();
  chain = connect(anvil);
});
afterAll(async () => {
  await chain.node.close();
  await anvil.stop();
});

/** A gate that decides on the decoded effects alone: at most `limit` of the coin, and any order that can be read. */
function gate(limit: bigint): AgentSigningPort & { readonly seen: Uint8Array[]; readonly orders: SignatureOrder[] } {
  const seen: Uint8Array[] = [];
  const orders: SignatureOrder[] = [];
  return {
    agentId: 'a1',
    seen,
    orders,
    async signTransaction({ chain: on, wallet, bytes }) {
      seen.push(bytes);
      const tx = chain.adapter.codec.adopt(bytes, on, wallet);
      const { effects } = chain.adapter.codec.decode(tx);
      const spent = effects.reduce(
        (sum, effect) => (effect.kind === 'outflow' && effect.account === wallet && effect.asset === NATIVE ? sum + effect.amount : sum),
        0n,
      );
      if (spent > limit) {
        throw new CastellanError('REQUEST_DENIED', {
          message: 'The gate says no.',
          details: { verdict: 'denied', reason: 'per_transaction_limit', decisionId: 'd1' },
        });
      }
      return chain.sign(alice, tx);
    },
    async signOrder({ chain: on, wallet, order }) {
      orders.push(order);
      const { codec } = chain.adapter;
      const payload = codec.readSignature?.(order, on, wallet).payload ?? new Uint8Array();
      const signature = codec.assembleSignature?.(payload, await alice.sign(codec.signingHash(payload)), wallet) ?? new Uint8Array();
      return { signature, requestId: 'r1', decisionId: 'd1' };
    },
  };
}
const client = (port: AgentSigningPort) =>
  createWalletClient({ account: toGuardedAccount(port, { address: alice.address }), chain: foundry, transport: http(anvil.rpcUrl) });

describe('a guarded account', () => {
  it('sends what the gate approves, through viem’s own flow, byte for byte', async () => {
    const port = gate(10n);
    const hash = await client(port).sendTransaction({ to: bob.address, value: 10n });
    const reader = createPublicClient({ chain: foundry, transport: http(anvil.rpcUrl) });
    expect(await reader.waitForTransactionReceipt({ hash })).toMatchObject({ status: 'success', from: alice.address });
    expect(await reader.getTransaction({ hash })).toMatchObject({ to: bob.address, value: 10n });
    expect(port.seen).toHaveLength(1);
  });

  it('passes the denial on through viem, and nothing was sent', async () => {
    const before = await anvil.rpc('eth_getTransactionCount', [alice.address, 'pending']);
    const wallet = client(gate(10n));
    const abi = parseAbi(['function deposit() payable']);
    for (const sending of [
      () => wallet.sendTransaction({ to: bob.address, value: 11n }),
      () => wallet.writeContract({ address: bob.address, abi, functionName: 'deposit', value: 11n }),
    ]) {
      const error = (await sending().catch((thrown: unknown) => thrown)) as BaseError;
      expect(error).toBeInstanceOf(BaseError);
      expect(error.walk((cause) => cause instanceof GuardedTransactionError)).toMatchObject({
        details: 'REQUEST_DENIED: The gate says no.',
      });
      expect(error.walk(isCastellanError)).toMatchObject({
        code: 'REQUEST_DENIED',
        details: { decisionId: 'd1', reason: 'per_transaction_limit' },
      });
    }
    expect(await anvil.rpc('eth_getTransactionCount', [alice.address, 'pending'])).toBe(before);
  });

  it('takes messages, typed data and authorizations to the gate, and viem verifies what comes back', async () => {
    const port = gate(10n);
    const account = toGuardedAccount(port, { address: alice.address, account: alice.wallet });
    const { address } = account;
    for (const message of ['hello', { raw: '0x6869' }, { raw: new Uint8Array([104, 105]) }] as const)
      expect(await verifyMessage({ address, message, signature: await account.signMessage({ message }) })).toBe(true);
    const types = { A: [{ name: 'x', type: 'uint256' }] } as const;
    for (const domain of [
      { name: 'Order book', version: '1', chainId: 31_337, verifyingContract: bob.address },
      { chainId: 31_337n, salt: `0x${'ab'.repeat(32)}` },
      { verifyingContract: bob.address },
      {},
    ] as const) {
      const typed = { domain, types, primaryType: 'A', message: { x: 2n ** 200n } } as const;
      const signature = await account.signTypedData(typed);
      expect(await verifyTypedData({ address, ...typed, signature }), JSON.stringify(port.orders.at(-1))).toBe(true);
    }
    const authorization = await account.signAuthorization?.({ address: bob.address, chainId: 31_337, nonce: 7 });
    expect(authorization).toMatchObject({ chainId: 31_337, nonce: 7, address: bob.address });
    expect(await recoverAuthorizationAddress({ authorization } as never)).toBe(getAddress(alice.address));
    expect(port.orders.map(({ kind }) => kind)).toEqual([...Array(3).fill('message'), ...Array(4).fill('typed_data'), 'authorization']);
    expect(port.seen).toEqual([]);
  });

  it('leaves nothing of a domain out unsaid, signs for no other chain, and never a bare hash', async () => {
    const port = gate(10n);
    const account = toGuardedAccount(port, { address: alice.address, account: alice.wallet });
    const typed = { types: { A: [{ name: 'x', type: 'uint256' }] }, primaryType: 'A', message: { x: 1n } } as const;
    const signing = (domain: object) => account.signTypedData({ ...typed, domain } as never);
    await expect(signing({ chainId: '31337' })).rejects.toMatchObject({ cause: { code: 'REQUEST_INVALID' } });
    expect(port.orders).toEqual([]);
    for (const domain of [{ version: '' }, { name: 'A', verifyingContract: '' }, { chainId: 1 }, { chainId: 31_337, other: 1 }])
      await expect(signing(domain)).rejects.toMatchObject({ cause: { code: 'PAYLOAD_UNDECODABLE' } });
    await expect(account.sign?.({ hash: `0x${'11'.repeat(32)}` })).rejects.toMatchObject({ code: 'SIGNING_CLOSED' });
    // Without a wallet that says it, a message has no chain that it could be judged on.
    const nameless = toGuardedAccount(port, { address: alice.address });
    await expect(nameless.signMessage({ message: 'hello' })).rejects.toMatchObject({ cause: { code: 'REQUEST_INVALID' } });
    await expect(nameless.signAuthorization?.({ address: bob.address, chainId: 0, nonce: 0 })).rejects.toMatchObject({
      cause: { code: 'REQUEST_INVALID' },
    });
    expect(port.seen).toEqual([]);
  });

  it('signs every type that the gate can read, no nameless chain, and takes no other bytes', async () => {
    const port = gate(10n);
    const account = toGuardedAccount(port, { address: alice.address });
    const base = { chainId: 31337, nonce: 0, gas: 21_000n, to: bob.address, value: 1n } as const;
    const authorizationList = [{ address: bob.address, chainId: 31337, nonce: 0, r: '0x1', s: '0x1', yParity: 0 }] as const;
    const fees = { maxFeePerGas: 2n, maxPriorityFeePerGas: 1n };
    for (const transaction of [
      { ...base, type: 'legacy', gasPrice: 1n },
      { ...base, type: 'eip2930', gasPrice: 1n, accessList: [] },
      { ...base, ...fees, type: 'eip1559' },
      { ...base, ...fees, type: 'eip7702', authorizationList: [...authorizationList] },
    ] as const) {
      const raw = await account.signTransaction(transaction);
      expect(parseTransaction(raw)).toMatchObject({ type: transaction.type, to: bob.address, value: 1n });
      expect(await recoverTransactionAddress({ serializedTransaction: raw as never })).toBe(getAddress(alice.address));
    }
    port.seen.length = 0;
    const { chainId: _chainId, ...nameless } = base;
    await expect(account.signTransaction({ ...nameless, type: 'eip1559' } as never)).rejects.toMatchObject({
      cause: { code: 'REQUEST_INVALID' },
    });
    expect(port.seen).toEqual([]);
    const other = await chain.buildAndSign(alice, { kind: 'transfer', asset: NATIVE, amount: 2n, to: bob.wallet });
    const swapped = toGuardedAccount(
      { agentId: 'a1', signTransaction: async () => other, signOrder: port.signOrder },
      { address: alice.address },
    );
    await expect(swapped.signTransaction({ ...base, type: 'eip1559', maxFeePerGas: 1n })).rejects.toMatchObject({
      cause: { code: 'SIGNATURE_INVALID' },
    });
  });

  it('a serializer of the caller’s has no say in the bytes', async () => {
    const port = gate(10n);
    const account = toGuardedAccount(port, { address: alice.address });
    const { next: nonce } = await chain.node.sequence(alice.wallet);
    const transaction = {
      type: 'eip1559',
      chainId: 31337,
      nonce,
      gas: 21_000n,
      to: bob.address,
      value: 1n,
      maxFeePerGas: 10n ** 10n,
    } as const;
    const raw = await account.signTransaction(transaction as never, { serializer: (() => '0x1234') as never });
    expect(raw.startsWith('0x02')).toBe(true);
  });
});
