import { inspect } from 'node:util';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evm } from '../../../src/adapters/evm/index.ts';
import { storeKey } from '../../../src/core/store.ts';
import type { UserSigner } from '../../../src/core/user-signer.ts';
import { type CustodyProvider, createCustodyProvider, createSecurityManager } from '../../../src/index.ts';
import { toUserSigner } from '../../../src/integrations/wallets/index.ts';
import { type Anvil, startAnvil } from '../../../src/testing/anvil.ts';
import { BOB, configOf, FREE, fund, hookedStore, stranger } from '../../e2e/bench.ts';
import { failure } from '../../e2e/custody-bench.ts';
import { movableClock } from '../api/bench.ts';

const SECRET = 'c7'.repeat(32);
let anvil: Anvil;
let custody: CustodyProvider;
beforeAll(async () => {
  anvil = await startAnvil();
  custody = createCustodyProvider('software', configOf(anvil, { keys: { encryptionKey: SECRET }, agents: { a1: FREE, a2: FREE } }));
});
afterAll(async () => {
  await custody?.close();
  await anvil?.stop();
});
/** Runs what may throw at once or later. */
const refused = (run: () => unknown) => failure((async () => run())());

describe('what callers get is theirs to spoil', () => {
  it('and changing it changes nothing', async () => {
    const { store, factory } = hookedStore({}, movableClock());
    const manager = createSecurityManager(configOf(anvil, { store: factory, keys: { encryptionKey: SECRET }, agents: { a1: FREE } }));
    const wallet = await manager.custody.createWallet('owner', 'a1');
    await fund(anvil, wallet.address);
    const { address } = wallet;
    const before = JSON.stringify(await store.scan(storeKey.doc(''), { limit: 1_000 }));
    const spoil = (value: unknown, depth = 0): void => {
      if (typeof value !== 'object' || value === null || depth > 6) return;
      for (const key of Object.keys(value)) {
        spoil((value as Record<string, unknown>)[key], depth + 1);
        try {
          (value as Record<string, unknown>)[key] = '999999';
        } catch {
          // Frozen: all the better.
        }
      }
    };
    const prepared = await manager.custody.prepareTransaction(wallet.address, { to: stranger(), value: '0.001' });
    const approval = await manager.custody.requestApproval(wallet.address, prepared);
    const signed = await manager.custody.signTransaction(wallet.address, prepared, approval);
    const { raw } = signed;
    const first = Uint8Array.from(raw);
    const after = JSON.stringify(await store.scan(storeKey.doc(''), { limit: 1_000 }));
    for (const one of [wallet, await manager.custody.getWallet(address), ...(await manager.custody.listWallets('owner')), approval, signed])
      spoil(one);
    raw.fill(0);
    expect(JSON.stringify(await store.scan(storeKey.doc(''), { limit: 1_000 }))).toBe(after);
    expect(before).not.toBe(after);
    expect((await manager.custody.signTransaction(address, prepared)).raw).toEqual(first);
    const refusedAmount = await manager.agent('a1').execute({ id: 'big', to: BOB, amount: '2', asset: 'ETH' });
    expect(refusedAmount.reasons[0]?.code).toBe('per_transaction_limit');
    await manager.shutdown(500);
  });

  it('and tells no secret, however it is printed', async () => {
    const userSecret = generatePrivateKey();
    const signer = toUserSigner(privateKeyToAccount(userSecret));
    const software = await custody.createWallet('owner', 'a1');
    const users = await custody.createWallet('owner', 'a1', { mode: 'non-custodial', signer });
    await fund(anvil, users.address);
    const prepared = await custody.prepareTransaction(users.address, { to: stranger(), value: '0.001' });
    const approval = await custody.requestApproval(users.address, prepared);
    const signed = await custody.signTransaction(users.address, prepared, approval);
    const errors = await Promise.all(
      [
        () => custody.connectSigner(software.address, signer),
        () => custody.createWallet('owner', 'a2', { mode: 'non-custodial', signer }),
        () => custody.createWallet('owner', 'a1', { mode: 'mpc', signer } as never),
        () => custody.signTransaction(software.address, prepared, approval),
      ].map((run) =>
        run().then(
          () => null,
          (error: unknown) => error,
        ),
      ),
    );
    const things = [
      custody,
      custody.manager,
      software,
      users,
      prepared,
      approval,
      signed,
      signer,
      errors,
      await custody.manager.getHealth(),
    ];
    const deep = { depth: 12, showHidden: true, getters: true, maxArrayLength: null, maxStringLength: null } as const;
    const text = things.map((thing) => `${inspect(thing, deep)} ${JSON.stringify(thing)} ${String(thing)}`).join('\n');
    expect(errors.every((error) => error !== null)).toBe(true);
    for (const secret of [userSecret, userSecret.slice(2), SECRET]) expect(text.toLowerCase()).not.toContain(secret);
  });
});

describe('keys and wallets that meet', () => {
  it('one user’s key is no other user’s, in whatever spelling', async () => {
    const account = privateKeyToAccount(generatePrivateKey());
    const signer = toUserSigner(account);
    const wallet = await custody.createWallet('owner', 'a1', { mode: 'non-custodial', signer });
    const upper = (signer.publicKey as string).slice(2).toUpperCase();
    for (const other of [
      signer,
      { ...signer, publicKey: `0x${upper}` },
      { ...signer, publicKey: upper },
      { algorithm: signer.algorithm, address: account.address, sign: signer.sign },
      { algorithm: signer.algorithm, address: account.address.toLowerCase(), sign: signer.sign },
      { algorithm: signer.algorithm, publicKey: wallet.publicKey as string, sign: signer.sign },
    ])
      for (const [user, agent] of [
        ['owner', 'a2'],
        ['mallory', 'm1'],
      ] as const)
        expect((await refused(() => custody.createWallet(user, agent, { mode: 'non-custodial', signer: other }))).code).toMatch(
          /^(WALLET_EXISTS|KEY_INVALID)$/,
        );
    expect(await custody.listWallets('mallory')).toEqual([]);
    const long = privateKeyToAccount(generatePrivateKey());
    const { address } = await custody.createWallet('owner', 'a1', {
      mode: 'non-custodial',
      signer: { algorithm: 'secp256k1', publicKey: long.publicKey, sign: async () => null },
    });
    expect(address, 'a key that is told in full is the same key').toBe(long.address);
    expect((await custody.getWallet(wallet.address)).agentId).toBe('a1');
  });

  it('a key that is told by its address here and by its public key there is one key, of one agent, revoked at once', async () => {
    const chain = (id: number) => ({ chain: `eip155:${id}`, rpcUrl: anvil.rpcUrl, confirmations: 1 });
    const chains = [evm({ chains: [chain(31337), chain(1)] })];
    const PLAIN = { limits: { unit: 'eip155:31337/slip44:60', perTransaction: 1, daily: 5 } };
    const manager = createSecurityManager(configOf(anvil, { chains, agents: { a1: PLAIN, a2: PLAIN } }));
    const make = (agent: string, on: number, signer: UserSigner) =>
      manager.custody.createWallet('owner', agent, { chain: `eip155:${on}`, mode: 'non-custodial', signer });
    for (const isBareFirst of [true, false]) {
      const full = toUserSigner(privateKeyToAccount(generatePrivateKey()));
      const bare: UserSigner = { algorithm: full.algorithm, address: full.address as string, sign: full.sign };
      const [first, second] = isBareFirst ? [bare, full] : [full, bare];
      const made = await make('a1', 1, first);
      expect(await refused(() => make('a2', 31337, second)), 'another agent').toMatchObject({ code: 'KEY_INVALID' });
      expect((await make('a1', 31337, second)).keyId, 'the same agent').toBe(made.keyId);
      await manager.keys.revokeKey(made.keyId, 'stolen');
    }
    await manager.shutdown(500);
  });

  it('an index of the tenant’s seed is taken once, and a seed that is gone is not replaced by another', async () => {
    const { store, factory } = hookedStore({}, movableClock());
    const config = configOf(anvil, { store: factory, keys: { encryptionKey: SECRET }, agents: { a1: FREE }, keyDerivation: {} });
    const [one, two] = [createSecurityManager(config), createSecurityManager(config)];
    const made = await Promise.all([one, two, one, two, one, two].map(({ custody: each }) => each.createWallet('owner', 'a1')));
    expect(new Set(made.map(({ address }) => address)).size).toBe(6);
    const paths = (await one.keys.listKeys()).map(({ path }) => path).sort();
    expect(paths).toEqual([0, 1, 2, 3, 4, 5].map((index) => `m/44'/60'/0'/0/${index}`));
    await store.apply([{ commands: [{ kind: 'doc.put', key: 'seed/default', value: null }] }]);
    const after = await failure(two.custody.createWallet('owner', 'a1'));
    expect(after.code, 'the words that were kept would not bring it back').toMatch(/^(KEY_UNKNOWN|KEY_INVALID|STORE_CORRUPT)$/);
    await Promise.all([one.shutdown(500), two.shutdown(500)]);
  });
});
