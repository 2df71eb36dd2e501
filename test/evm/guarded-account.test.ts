import { BaseError, createPublicClient, createWalletClient, http, parseAbi } from 'viem';
import { foundry } from 'viem/chains';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentSigningPort } from '../../src/core/index.ts';
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

/** A gate that decides on the decoded effects alone: at most `limit` of the coin. */
function gate(limit: bigint): AgentSigningPort & { readonly seen: Uint8Array[] } {
  const seen: Uint8Array[] = [];
  return {
    agentId: 'a1',
    seen,
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

  it('keeps every other door closed', async () => {
    const port = gate(10n);
    const account = toGuardedAccount(port, { address: alice.address });
    const closed = { code: 'SIGNING_CLOSED' };
    const typed = { domain: {}, types: { A: [{ name: 'x', type: 'uint256' }] }, primaryType: 'A', message: { x: 1n } } as const;
    await expect(account.signMessage({ message: 'hello' })).rejects.toMatchObject(closed);
    await expect(account.signTypedData(typed)).rejects.toMatchObject(closed);
    await expect(account.sign?.({ hash: `0x${'11'.repeat(32)}` })).rejects.toMatchObject(closed);
    await expect(account.signAuthorization?.({ address: bob.address, chainId: 1, nonce: 0 })).rejects.toMatchObject(closed);
    expect(port.seen).toEqual([]);
  });

  it('signs no other type, no nameless chain, and takes no other bytes', async () => {
    const port = gate(10n);
    const account = toGuardedAccount(port, { address: alice.address });
    const base = { chainId: 31337, nonce: 0, gas: 21_000n, to: bob.address, value: 1n } as const;
    await expect(account.signTransaction({ ...base, type: 'legacy', gasPrice: 1n })).rejects.toMatchObject({
      cause: { code: 'REQUEST_INVALID' },
    });
    const authorizationList = [{ address: bob.address, chainId: 31337, nonce: 0, r: '0x1', s: '0x1', yParity: 0 }] as const;
    await expect(account.signTransaction({ ...base, type: 'eip7702', authorizationList: [...authorizationList] })).rejects.toMatchObject({
      cause: { code: 'REQUEST_INVALID' },
    });
    const { chainId: _chainId, ...nameless } = base;
    await expect(account.signTransaction({ ...nameless, type: 'eip1559' } as never)).rejects.toMatchObject({
      cause: { code: 'REQUEST_INVALID' },
    });
    expect(port.seen).toEqual([]);
    const other = await chain.buildAndSign(alice, { kind: 'transfer', asset: NATIVE, amount: 2n, to: bob.wallet });
    const swapped = toGuardedAccount({ agentId: 'a1', signTransaction: async () => other }, { address: alice.address });
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
