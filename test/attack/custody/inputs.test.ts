import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CustodyProvider,
  createCustodyProvider,
  createSecurityManager,
  type SecurityConfig,
  type TransactionRequest,
  type WalletOptions,
} from '../../../src/index.ts';
import { type Anvil, startAnvil } from '../../../src/testing/anvil.ts';
import { BOB, configOf, FREE, fund, sentBy, stranger } from '../../e2e/bench.ts';
import { failure, lasting } from '../../e2e/custody-bench.ts';
import { codeOf } from '../api/bench.ts';

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
    const approval = await strict.requestApproval(wallet.address, prepared);
    function* endless() {
      for (;;) yield approval;
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
