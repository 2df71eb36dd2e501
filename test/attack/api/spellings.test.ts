import { encodeFunctionData, erc20Abi, serializeTransaction } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Anvil, startAnvil } from '../../../src/testing/anvil.ts';
import { BOB, CAROL, FREE, stranger } from '../../e2e/bench.ts';
import { type Deployed, deploy } from '../../fixtures/evm-contracts.ts';
import { type Asking, LISTED, openAsking } from './asking.ts';
import { pay } from './bench.ts';

let anvil: Anvil;
let asking: Asking;
let batcher: Deployed;
beforeAll(async () => {
  anvil = await startAnvil();
  batcher = await deploy(anvil, 'Batcher');
  asking = await openAsking(anvil, batcher);
});
afterAll(async () => {
  await asking?.bench.security.shutdown(500);
  await anvil?.stop();
});

describe('an address in another spelling', () => {
  const listed = '0xAbCdEf0123456789aBcDeF0123456789ABcdEf01';
  const spellings: readonly [string, string][] = [
    ['lower case', listed.toLowerCase()],
    ['upper case', `0x${listed.slice(2).toUpperCase()}`],
    ['CAIP-10', `eip155:31337:${listed.toLowerCase()}`],
  ];
  beforeAll(async () => {
    await asking.bench.security.risk.addToBlacklist(listed.toLowerCase(), { reason: 'drainer', source: 'test', severity: 'low' });
  });
  it.each(spellings)('does not get past the block list: %s', (_name, to) =>
    asking.refused(pay(asking.fresh('listed'), { to }), 'address_blacklisted'),
  );

  it('nor does what the decoder would have to find: calldata, an allowance, a batch, a nested batch, somebody else’s money', async () => {
    const to = listed.toLowerCase() as `0x${string}`;
    const transfer = encodeFunctionData({ abi: erc20Abi, functionName: 'transfer', args: [to, 1n] });
    await asking.refused({ id: 'calldata', to: LISTED, data: transfer }, 'address_blacklisted');
    await asking.refused({ id: 'allowance', spender: to, amount: '0.000001', asset: 'TON' }, 'address_blacklisted');
    await asking.refused(
      {
        id: 'batch',
        calls: [
          { to: BOB, value: '0.001' },
          { to, value: '0.001' },
        ],
      },
      'address_blacklisted',
      'request_malformed',
    );
    await asking.refused(
      {
        id: 'batched',
        calls: [
          { to: BOB, value: '0.001' },
          { to: LISTED, data: transfer },
        ],
      },
      'address_blacklisted',
      'request_malformed',
    );
    await asking.refused({ id: 'from', from: CAROL, to, amount: '0.000001', asset: 'TON' }, 'address_blacklisted');
    const nested = (inner: readonly object[]) => batcher.data('aggregate3Value', [inner]);
    const drop = { target: LISTED, allowFailure: true, value: 0n, callData: transfer };
    await asking.refused({ id: 'nested', to: batcher.address, data: nested([drop]) }, 'address_blacklisted');
    const twice = { target: batcher.address, allowFailure: true, value: 0n, callData: nested([drop]) };
    await asking.refused({ id: 'nested-twice', to: batcher.address, data: nested([twice]) }, 'address_blacklisted');
    await asking.refused(
      { id: 'contract', to, data: '0x12345678', value: '0' },
      'address_blacklisted',
      'contract_not_allowed',
      'effect_unknown',
    );
  });

  it.each([
    ['a wrong checksum', `0xabCdEf0123456789aBcDeF0123456789ABcdEf01`],
    ['a space', `${BOB} `],
    ['a zero-width mark', `${BOB}\u200b`],
    ['full-width letters', BOB.replace('0x', '０x')],
    ['no prefix', BOB.slice(2)],
    ['a capital prefix', BOB.toLowerCase().replace('0x', '0X')],
    ['one digit short', BOB.slice(0, -1)],
    ['one digit long', `${BOB}0`],
    ['thirty-two bytes', `0x${'00'.repeat(12)}${BOB.slice(2).toLowerCase()}`],
    ['another chain', `eip155:1:${BOB.toLowerCase()}`],
    ['TON’s spelling', 'EQCxE6mUtQJKFnGfaROTKOt1lZbDiiX1kCixRv7Nw2Id_sDs'],
    ['a URL', `ethereum:${BOB}`],
  ])('is never guessed: %s', (_name, to) => asking.malformed(pay(asking.fresh('spelling'), { to })));

  it('is never guessed: a name where the chain has none', async () => {
    const refused = await asking.a1.execute(pay(asking.fresh('spelling'), { to: 'vitalik.eth' }));
    expect([refused.status, refused.reasons[0]?.code]).toEqual(['policy_rejected', 'name_unresolved']);
  });

  it('two of them that differ are never resolved to either', async () => {
    await asking.malformed(pay('both', { destination: CAROL }));
    expect((await asking.a1.execute(pay('same', { destination: BOB.toLowerCase() }))).status).toBe('success');
  });

  it('of TON is one account on the block list, whichever of its spellings is listed or asked about', async () => {
    const { createRiskEngine } = await import('../../../src/index.ts');
    const { accountAddress, walletAddress, parseAccount } = await import('../../../src/core/account.ts');
    const raw = `0:${'ab'.repeat(32)}`;
    const account = parseAccount(raw, 'ton:-239' as never);
    const friendly = accountAddress(account);
    const all = [
      raw,
      raw.toUpperCase(),
      friendly,
      walletAddress(account),
      friendly.replaceAll('-', '+').replaceAll('_', '/'),
      account,
      `tvm:-239:${raw}`,
    ];
    for (const spelling of all) {
      const engine = createRiskEngine();
      await engine.addToBlacklist(spelling, { reason: 'drainer', source: 'test', severity: 'high' });
      for (const other of all) expect([spelling, other, await engine.isBlacklisted(other)]).toEqual([spelling, other, true]);
      expect(await engine.isBlacklisted(`0:${'ac'.repeat(32)}`)).toBe(false);
    }
  });
});

describe('one payment that is split', () => {
  it('into a batch is counted whole', async () => {
    const parts = Array.from({ length: 6 }, () => ({ target: BOB, allowFailure: false, value: 2n * 10n ** 17n, callData: '0x' }));
    const batch = (count: number, id: string) => ({
      id,
      to: batcher.address,
      value: `${(count * 2) / 10}`,
      data: batcher.data('aggregate3Value', [parts.slice(0, count)]),
    });
    await asking.refused(batch(6, 'six'), 'per_transaction_limit');
    // A batch that sends more than it is given, from what lies in the batcher or nowhere.
    await asking.refused({ ...batch(6, 'unpaid'), value: '0.0001' }, 'per_transaction_limit', 'simulation_reverted');
  });
});

describe('a unit that only looks like the right one', () => {
  it.each([
    ['a Cyrillic O', 'TОN'],
    ['a Greek E', 'ΕTH'],
    ['a zero-width mark', 'ETH\u200b'],
    ['full-width letters', 'ＥＴＨ'],
    ['lower case', 'eth'],
    ['a space', 'ETH '],
    ['a name objects inherit', 'constructor'],
    ['the prototype', '__proto__'],
  ])('is no asset: %s', (_name, asset) => asking.refused(pay(asking.fresh('unit'), { asset }), 'asset_unknown'));

  it('of another chain, of an unlisted contract, or of two names that differ', async () => {
    await asking.refused(pay('chain', { asset: 'eip155:1/slip44:60' }), 'chain_not_allowed');
    await asking.refused(pay('token', { asset: `eip155:31337/erc20:${stranger()}` }), 'asset_unknown');
    await asking.malformed(pay('two', { currency: 'TON' }));
  });

  it('cannot be put on the token list in look-alike letters', async () => {
    const { evm } = await import('../../../src/adapters/evm/index.ts');
    const { createSecurityManager } = await import('../../../src/index.ts');
    for (const symbol of ['TОN', 'ETH\u200b', 'E TH', '', 'ＥＴＨ']) {
      const tokens = [{ symbol, address: LISTED, decimals: 6 }];
      const chains = [evm({ chains: [{ chain: 'eip155:31337', rpcUrl: anvil.rpcUrl, confirmations: 1, tokens }] })];
      const open = async () => {
        const security = createSecurityManager({ chains });
        try {
          await security.ready();
        } finally {
          await security.shutdown(100);
        }
      };
      await expect(open(), JSON.stringify(symbol)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    }
  });
});

describe('an amount that is none', () => {
  it.each([
    ['words', 'abc'],
    ['negative', '-5'],
    ['an exponent', '1e3'],
    ['hexadecimal', '0x10'],
    ['ninety digits', '9'.repeat(90)],
    ['NaN', 'NaN'],
    ['Infinity', 'Infinity'],
    ['thousands with a comma', '1,000'],
    ['full-width digits', '１０'],
    ['arabic digits', '٣'],
    ['a leading space', ' 0.001'],
    ['a trailing space', '0.001 '],
    ['a no-break space', '0.001\u00a0'],
    ['a line break', '0.001\n'],
    ['a zero-width mark inside', '0.0\u200b01'],
    ['a zero byte', '0.001\u0000'],
    ['a plus', '+0.001'],
    ['two points', '0.0.1'],
    ['a bare point', '.001'],
    ['leading zeros', '00.001'],
    ['underscores', '0_001'],
    ['a fraction finer than the coin', `0.${'0'.repeat(18)}1`],
    ['nothing', ''],
    ['zero', '0'],
    ['a percentage', '10%'],
    ['all', 'max'],
    ['a minus that looks like one', '\u22120.001'],
  ])('as text: %s', (_name, amount) => asking.malformed(pay(asking.fresh('amount'), { amount })));

  it.each<[string, unknown]>([
    ['a number', 0.001],
    ['a number that is none', Number.NaN],
    ['a bigint', 1n],
    ['true', true],
    ['null', null],
    ['a list', ['0.001']],
    ['an object with toString', { toString: () => '0.001' }],
    ['an object with valueOf', { valueOf: () => 0.001 }],
    ['an object with Symbol.toPrimitive', { [Symbol.toPrimitive]: () => '0.001' }],
    ['a String object', new String('0.001')],
    ['a symbol', Symbol('0.001')],
    ['a function', () => '0.001'],
  ])('as something else: %s', (_name, amount) => asking.malformed(pay(asking.fresh('amount'), { amount })));

  it('beyond what a chain can hold, or unlimited where that means nothing', async () => {
    await asking.malformed(pay('huge', { amount: (2n ** 256n).toString() }));
    await asking.malformed(pay('unlimited', { amount: 'unlimited' }));
    await asking.malformed(pay('value', { to: LISTED, data: '0x', amount: undefined, value: '-1' }));
    await asking.malformed({ id: 'calls', calls: [{ to: BOB, value: '1e1' }] });
    await asking.malformed(pay('fee', { maxFee: '1e1' }));
    await asking.malformed(pay('narrow', { narrow: { maxAmount: '0x1' } }));
  });
});

describe('an amount that somebody only asks about', () => {
  // One that nobody refused anything just before: many refusals would ask a person, whatever the amount.
  beforeAll(async () => {
    await asking.bench.security.policy.createAgent('a2', FREE);
  });
  const may = (amount: unknown) =>
    asking.bench.security.policy.checkCapability('a2', 'transfer', { amount: amount as string, token: 'ETH', destination: BOB });

  it('gets no yes where it is none', async () => {
    expect((await may('0.001')).allowed).toBe(true);
    for (const amount of [
      'abc',
      '1e3',
      '-1',
      1e21,
      1e-7,
      -1,
      Number.NaN,
      '0x1',
      '１',
      ' 1',
      '9'.repeat(90),
      1n,
      null,
      ['1'],
      { valueOf: () => 1 },
    ])
      expect((await may(amount)).allowed, String(amount)).toBe(false);
  });

  it('gets no yes for nothing, which is never paid', async () => {
    expect((await may('0')).allowed).toBe(false);
  });
});

describe('a contract call without a destination', () => {
  it('by data alone', () => asking.malformed({ id: 'data', type: 'contract_call', data: '0x12345678' }));
  it('by an empty, null or zero-length one', async () => {
    await asking.malformed({ id: 'empty', to: '', data: '0x12345678' });
    await asking.malformed({ id: 'null', to: null, data: '0x12345678' });
    await asking.malformed({ id: 'calls', calls: [{ data: '0x12345678' }] });
    await asking.malformed({ id: 'short', to: '0x', data: '0x12345678' });
  });
  it('by bytes that create a contract, which nobody allowed', async () => {
    const fees = { type: 'eip1559', chainId: 31337, nonce: 0, gas: 900_000n, maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 1n } as const;
    const creation = serializeTransaction({ ...fees, data: '0x6080604052600080fd' });
    await asking.refused({ id: 'create', transaction: creation }, 'payload_undecodable');
  });
});
