import { BrowserProvider, parseEther as etherOf, verifyMessage as ethersVerify, Signature } from 'ethers';
import { createPublicClient, createWalletClient, custom, http, parseEther, parseTransaction } from 'viem';
import { foundry } from 'viem/chains';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGuardedProvider, type GuardedProvider, ProviderRpcError } from '../../src/integrations/wallets/index.ts';
import { type DoorScene, ETHER, openDoorScene, refusal, SHOP, STRANGER } from './scene.ts';

let scene: DoorScene;
let provider: GuardedProvider;
const call = (method: string, params: readonly unknown[] = []) => provider.request({ method, params });
const hex = (value: bigint) => `0x${value.toString(16)}`;

beforeAll(async () => {
  scene = await openDoorScene();
  provider = createGuardedProvider({ agent: scene.security.agent('a1'), wallets: [scene.wallet], upstream: scene.anvil.rpcUrl });
});
afterAll(() => scene[Symbol.asyncDispose]());

describe('a guarded EIP-1193 provider', () => {
  it('passes what reads, and answers for accounts and chain itself', async () => {
    expect(await call('eth_accounts')).toEqual([scene.wallet.address]);
    expect(await call('eth_requestAccounts')).toEqual([scene.wallet.address]);
    expect([await call('eth_chainId'), await call('net_version')]).toEqual(['0x7a69', '31337']);
    expect(BigInt((await call('eth_getBalance', [scene.wallet.address, 'latest'])) as string)).toBe(100n * ETHER);
    expect(await call('wallet_switchEthereumChain', [{ chainId: '0x7a69' }])).toBeNull();
    expect(await refusal(call('wallet_switchEthereumChain', [{ chainId: '0x1' }]))).toMatchObject({ code: 4902 });
    expect(provider.on('accountsChanged', () => undefined).removeListener('accountsChanged', () => undefined)).toBe(provider);
  });

  it('sends a payment that the policy allows, with nonce, gas and fees of its own', async () => {
    const before = await scene.balance(SHOP);
    const hash = await call('eth_sendTransaction', [{ from: scene.wallet.address, to: SHOP, value: hex(ETHER / 2n) }]);
    expect(await scene.receipt(hash)).toMatchObject({ status: '0x1', from: scene.wallet.address.toLowerCase() });
    expect((await scene.balance(SHOP)) - before).toBe(ETHER / 2n);
  });

  it('sends several at once, each in a place of its own', async () => {
    const before = await scene.nonce();
    const sent = await Promise.all(
      [1n, 2n, 3n].map((value) => call('eth_sendTransaction', [{ from: scene.wallet.address, to: SHOP, value: hex(value) }])),
    );
    expect(new Set(sent).size).toBe(3);
    for (const hash of sent) await scene.receipt(hash);
    expect(await scene.nonce()).toBe(before + 3);
  });

  it('says no in numbers and reasons, and nothing is sent', async () => {
    const before = await scene.nonce();
    const send = (fields: object) => call('eth_sendTransaction', [{ from: scene.wallet.address, to: SHOP, ...fields }]);
    expect(await refusal(send({ value: hex(2n * ETHER) }))).toEqual({ code: 4001, reason: 'per_transaction_limit' });
    expect(await refusal(send({ to: STRANGER, value: '0x1' }))).toEqual({ code: 4001, reason: 'destination_not_allowed' });
    expect(await refusal(send({ from: STRANGER, value: '0x1' }))).toMatchObject({ code: 4100 });
    expect(await refusal(send({ nonce: '0x63', value: '0x1', gas: '0x5208' }))).toEqual({ code: 4001, reason: 'slot_taken' });
    expect(await refusal(send({ chainId: '0x1', value: '0x1' }))).toMatchObject({ code: 4902 });
    expect(await scene.nonce()).toBe(before);
    await expect(send({ value: hex(2n * ETHER) })).rejects.toBeInstanceOf(ProviderRpcError);
  });

  it.each([
    ['no object', ['0x']],
    ['a field that it does not know', [{ from: SHOP, to: SHOP, privateFor: [] }]],
    ['two names that differ', [{ from: SHOP, to: SHOP, data: '0x01', input: '0x02' }]],
    ['a number that is none', [{ from: SHOP, to: SHOP, value: '1' }]],
    ['a negative number', [{ from: SHOP, to: SHOP, value: '-0x1' }]],
    ['half a byte', [{ from: SHOP, to: SHOP, data: '0x1' }]],
    ['a wrong checksum', [{ from: SHOP, to: `${SHOP.slice(0, -1)}0` }]],
    ['both kinds of fees', [{ from: SHOP, to: SHOP, gasPrice: '0x1', maxFeePerGas: '0x1' }]],
    ['another type', [{ from: SHOP, to: SHOP, type: '0x4' }]],
    ['nothing', []],
  ])('refuses %s as parameters', async (_, params) => {
    expect(await refusal(call('eth_sendTransaction', params))).toMatchObject({ code: -32602 });
  });

  it.each([
    ...[
      'eth_sign',
      'eth_signTypedData_v1',
      'eth_signTypedData_v3',
      'eth_sendUserOperation',
      'wallet_sendCalls',
      'eth_sendUnsignedTransaction',
    ],
    ...[
      'anvil_setBalance',
      'anvil_impersonateAccount',
      'evm_setNonce',
      'hardhat_setCode',
      'personal_sendTransaction',
      'personal_unlockAccount',
    ],
    ...[
      'debug_traceCall',
      'admin_addPeer',
      'txpool_content',
      'eth_sendRawTransactionConditional',
      'eth_getEncryptionPublicKey',
      'eth_decrypt',
    ],
    ...['ETH_SENDTRANSACTION', 'eth_sendTransaction ', '__proto__', 'constructor', ''],
  ])('refuses the method %j', async (method) => {
    expect(await refusal(call(method, [{ from: scene.wallet.address, to: STRANGER, value: '0x1' }]))).toMatchObject({ code: 4200 });
  });

  it('hands on raw transactions that it signed itself, and no others', async () => {
    const raw = await call('eth_signTransaction', [{ from: scene.wallet.address, to: SHOP, value: '0x5' }]);
    expect(parseTransaction(raw as `0x02${string}`)).toMatchObject({ value: 5n });
    const hash = await call('eth_sendRawTransaction', [raw]);
    expect(await scene.receipt(hash)).toMatchObject({ status: '0x1' });
    const foreign = `${String(raw).slice(0, -2)}${String(raw).endsWith('00') ? '01' : '00'}`;
    expect(await refusal(call('eth_sendRawTransaction', [foreign]))).toMatchObject({ code: 4100 });
    expect(await refusal(call('eth_sendRawTransaction', ['0x']))).toMatchObject({ code: -32602 });
  });

  it('is a wallet for viem', async () => {
    const client = createWalletClient({ account: scene.wallet.address as `0x${string}`, chain: foundry, transport: custom(provider) });
    const reader = createPublicClient({ chain: foundry, transport: http(scene.anvil.rpcUrl) });
    const hash = await client.sendTransaction({ to: SHOP, value: parseEther('0.1') });
    expect(await reader.waitForTransactionReceipt({ hash })).toMatchObject({ status: 'success' });
    await expect(client.sendTransaction({ to: STRANGER, value: 1n })).rejects.toMatchObject({ name: 'TransactionExecutionError' });
  });

  it('is a wallet for ethers', async () => {
    const signer = await new BrowserProvider(provider).getSigner();
    expect(await signer.getAddress()).toBe(scene.wallet.address);
    const sent = await signer.sendTransaction({ to: SHOP, value: etherOf('0.1') });
    expect(await sent.wait()).toMatchObject({ status: 1 });
    await expect(signer.sendTransaction({ to: STRANGER, value: 1n, gasLimit: 21_000n })).rejects.toMatchObject({ code: 'ACTION_REJECTED' });
  });

  it('goes through the gate with signatures, too', async () => {
    const signer = await new BrowserProvider(provider).getSigner();
    await expect(signer.signMessage('I owe you everything')).rejects.toMatchObject({ code: 'ACTION_REJECTED' });
    const permit = {
      types: {
        EIP712Domain: [{ name: 'chainId', type: 'uint256' }],
        Permit: [{ name: 'spender', type: 'address' }],
      },
      primaryType: 'Permit',
      domain: { chainId: 31337 },
      message: { spender: STRANGER },
    };
    expect(await refusal(call('eth_signTypedData_v4', [scene.wallet.address, JSON.stringify(permit)]))).toMatchObject({ code: 4001 });
    expect(await refusal(call('eth_signTypedData_v4', [STRANGER, JSON.stringify(permit)]))).toMatchObject({ code: 4100 });
    expect(await refusal(call('personal_sign', ['0x00']))).toMatchObject({ code: -32602 });
  });

  it('signs the messages that a policy allows', async () => {
    const open = await openDoorScene({ signatures: { messages: 'allow' } } as never);
    try {
      const own = createGuardedProvider({ agent: open.security.agent('a1'), wallets: [open.wallet], upstream: open.anvil.rpcUrl });
      const signer = await new BrowserProvider(own).getSigner();
      const signature = await signer.signMessage('hello');
      expect(ethersVerify('hello', Signature.from(signature))).toBe(open.wallet.address);
    } finally {
      await open[Symbol.asyncDispose]();
    }
  });
});
