import { serializeTransaction } from 'viem';
import { mnemonicToAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { bytes, CHAIN, connect, on, signer } from './chain-fixture.ts';

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil?.stop();
});

it('an authorization of the wallet’s own shows as other code of the wallet', async () => {
  const chain = connect(anvil);
  const [alice, bob] = [signer(1), signer(2)];
  const delegate = `0x${'d1'.repeat(20)}` as const;
  const account = mnemonicToAccount('test test test test test test test test test test test junk', { addressIndex: 1 });
  const authorization = await account.signAuthorization?.({ address: delegate, chainId: 31_337, nonce: 1 });
  if (authorization === undefined) throw new Error('the account signs no authorizations');
  const raw = serializeTransaction({
    chainId: 31_337,
    type: 'eip7702',
    nonce: 0,
    to: bob.address,
    value: 1n,
    gas: 100_000n,
    maxFeePerGas: 3_000_000_000n,
    maxPriorityFeePerGas: 1n,
    authorizationList: [authorization],
  });
  const tx = chain.adapter.codec.adopt(bytes(raw), CHAIN, alice.wallet);
  const report = await chain.node.simulate(tx, {});
  expect(report.errors).toEqual([]);
  expect(report.effects.filter(({ kind }) => kind === 'control')).toMatchObject([
    { kind: 'control', account: alice.wallet, aspect: 'code', to: on(delegate), source: 'simulation' },
  ]);
  await chain.node.close();
});
