import { inspect } from 'node:util';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeKey } from '../../../src/core/store.ts';
import {
  type CustodyProvider,
  createCustodyProvider,
  createSecurityManager,
  type SecurityConfig,
  type TransactionRequest,
  type WalletOptions,
} from '../../../src/index.ts';
import { toUserSigner } from '../../../src/integrations/wallets/index.ts';
import { type Anvil, startAnvil } from '../../../src/testing/anvil.ts';
import { BOB, configOf, FREE, fund, hookedStore, sentBy, stranger } from '../../e2e/bench.ts';
import { failure, lasting } from '../../e2e/custody-bench.ts';
import { codeOf, movableClock } from '../api/bench.ts';

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
const own = (fields: string): never => JSON.parse(fields) as never;

describe('odd words', () => {
  it('as options of a wallet make none', async () => {
    const before = (await custody.listWallets('owner')).length;
    const thrower = {
      get mode(): never {
        throw new Error('no');
      },
    };
    const odd: readonly unknown[] = [
      null,
      5,
      'software',
      [],
      () => ({}),
      thrower,
      own('{"__proto__":{"mode":"mpc"}}'),
      { mode: '__proto__' },
      { mode: 'x'.repeat(1_000_000) },
      { chain: 'eip155:1e9' },
      { chain: 'x'.repeat(1_000_000) },
      { keyId: '../vault' },
      { keyId: '__proto__' },
      ...[0, 1, -1, 1.5, 1e9, Number.NaN, Infinity, '2', null].map((threshold) => ({ mode: 'mpc', threshold })),
      ...[
        ['a'],
        ['a', 'a'],
        ['a', 'A '],
        ['а', 'a'],
        ['a', ''],
        ['user', 'User'],
        ['a', '\u200b'],
        'ab',
        { length: 2 },
        new Array(2),
        Array.from({ length: 1e5 }, (_, i) => `p${i}`),
      ].map((parties) => ({ mode: 'mpc', parties, threshold: 2 })),
    ];
    for (const options of odd) {
      const { code } = await refused(() => custody.createWallet('owner', 'a1', options as WalletOptions));
      expect(['REQUEST_INVALID', 'CHAIN_INVALID', 'KEY_UNKNOWN', 'KEY_INVALID'], inspect(options).slice(0, 80)).toContain(code);
    }
    for (const [user, agent] of [
      ['', 'a1'],
      ['owner', ''],
      ['__proto__/x', 'a1'],
      ['owner', 'a1/../a2'],
      ['x'.repeat(1e6), 'a1'],
      [null, 'a1'],
      [{}, {}],
    ])
      expect((await refused(() => custody.createWallet(user as string, agent as string))).code).toBe('REQUEST_INVALID');
    expect(await custody.listWallets('owner')).toHaveLength(before);
    expect(({} as { mode?: unknown }).mode, 'nothing leaked into every object').toBeUndefined();
  });

  it('as a transaction are refused, and pay nobody', async () => {
    const wallet = await custody.createWallet('owner', 'a1');
    await fund(anvil, wallet.address);
    const good = { to: BOB, value: '0.001' };
    const odd: readonly unknown[] = [
      null,
      'x',
      {},
      own(`{"to":"${BOB}","value":"1","__proto__":{"data":"0xdead"}}`),
      { ...good, to: 'x'.repeat(1e6) },
      { ...good, value: '1e3' },
      { ...good, value: '-1' },
      { ...good, value: '９' },
      { ...good, value: ' 1' },
      { ...good, value: 1 },
      { ...good, value: `0.${'0'.repeat(98)}` },
      { ...good, value: `0.${'1'.repeat(19)}` },
      { ...good, data: '0xabc' },
      { ...good, data: `0x${'00'.repeat(200_000)}` },
      { ...good, comment: '\ud800' },
      { ...good, comment: 'x'.repeat(2_000) },
      { ...good, maxFee: '-1' },
      { ...good, from: BOB },
      { ...good, agentId: 'a2' },
      { ...good, wallet: BOB },
      { ...good, id: 'mine' },
      { ...good, context: { confidence: 2 } },
      { ...good, context: own('{"__proto__":{"x":1}}') },
      new (class Sneaky {
        to = BOB;
        value = '1';
      })(),
    ];
    for (const tx of odd) {
      const { code } = await refused(() => custody.prepareTransaction(wallet.address, tx as TransactionRequest));
      expect(['REQUEST_INVALID', 'CANONICAL_INVALID'], inspect(tx).slice(0, 100)).toContain(code);
    }
    expect(await sentBy(anvil, wallet)).toBe(0);
  });

  it('as approvals are refused, however many and whatever they do when they are looked at', async () => {
    await using strict = createCustodyProvider('software', lasting(anvil, { custody: { platformManaged: false } }));
    const wallet = await strict.createWallet('owner', 'a1');
    await fund(anvil, wallet.address);
    const prepared = await strict.prepareTransaction(wallet.address, { to: stranger(), value: '0.001' });
    function* endless() {
      for (;;) yield { id: 'x' };
    }
    const bottomless = new Proxy([] as unknown[], {
      get: (target, key, self) => (key === Symbol.iterator ? endless : key === 'length' ? 2 : Reflect.get(target, key, self)),
    });
    const angry = {
      get id(): string {
        throw new Error('no');
      },
    };
    for (const odd of [
      angry,
      [angry],
      bottomless,
      { length: 1, 0: 'x' },
      new Set(['x']),
      [['x']],
      'x'.repeat(1e6),
      [Symbol('x')],
      -0,
      true,
    ])
      expect((await refused(() => strict.signTransaction(wallet.address, prepared, odd as never))).code).toBe('APPROVAL_INVALID');
    for (const party of ['USER', 'user ', 'uſer', 'ｕser', 'user\u0000', ['user'], { toString: () => 'user' }, 'toString', '__proto__'])
      expect(await refused(() => strict.requestApproval(wallet.address, prepared, party as never))).toMatchObject({
        reason: 'party_unknown',
      });
    expect(await sentBy(anvil, wallet)).toBe(0);
  });

  it('as options of a provider are refused by name', async () => {
    for (const odd of [
      null,
      5,
      { manager: {} },
      { manager: null },
      { manager: 5 },
      { custody: null },
      { custody: { mode: 5 } },
      { bogus: 1 },
    ])
      expect(await codeOf(() => createCustodyProvider('software', odd as never)), inspect(odd)).toBe('CONFIG_INVALID');
    const parties = (ids: readonly string[]): SecurityConfig => configOf(anvil, { mpc: { parties: ids.map((id) => ({ id })) } });
    for (const ids of [['a', 'a', 'b'], ['a'], ['a ', 'b'], ['__proto__', '']])
      expect(await codeOf(() => createSecurityManager(parties(ids))), ids.join()).toBe('CONFIG_INVALID');
    for (const [threshold, totalParties] of [
      [1, 3],
      [0, 3],
      [2, 4],
      [4, 3],
      [1e9, 1e9],
    ])
      expect(await codeOf(() => createSecurityManager(configOf(anvil, { mpc: { threshold, totalParties } as never })))).toBe(
        'CONFIG_INVALID',
      );
  });
});

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
    expect((await custody.getWallet(wallet.address)).agentId).toBe('a1');
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
