import { describe, expect, it } from 'vitest';
import { keccak256, toHex } from '../../../src/core/index.ts';
import { ETH, EVE, erc20, hazards, ME, on, only, readTyped, SHOP, STRANGE, type TypedParts, USD } from './order-fixture.ts';

const SOON = 1_800_000_000;
const NOBODY = `0x${'0'.repeat(40)}`;
const WORD = `0x${'0'.repeat(64)}`;
const SEAPORT = '0x0000000000000068f116a894984e2db1123eb395';

describe('Seaport', () => {
  const TYPES = {
    OrderComponents: [
      ['offerer', 'address'],
      ['zone', 'address'],
      ['offer', 'OfferItem[]'],
      ['consideration', 'ConsiderationItem[]'],
      ['orderType', 'uint8'],
      ['startTime', 'uint256'],
      ['endTime', 'uint256'],
      ['zoneHash', 'bytes32'],
      ['salt', 'uint256'],
      ['conduitKey', 'bytes32'],
      ['counter', 'uint256'],
    ],
    OfferItem: [
      ['itemType', 'uint8'],
      ['token', 'address'],
      ['identifierOrCriteria', 'uint256'],
      ['startAmount', 'uint256'],
      ['endAmount', 'uint256'],
    ],
    ConsiderationItem: [
      ['itemType', 'uint8'],
      ['token', 'address'],
      ['identifierOrCriteria', 'uint256'],
      ['startAmount', 'uint256'],
      ['endAmount', 'uint256'],
      ['recipient', 'address'],
    ],
  } as const;
  const item = (itemType: number, token: string, id: bigint, amount: bigint, end = amount) => ({
    itemType,
    token,
    identifierOrCriteria: id,
    startAmount: amount,
    endAmount: end,
  });
  const components = (offer: readonly object[], consideration: readonly object[], rest: object = {}) => ({
    ...{
      offerer: ME,
      zone: NOBODY,
      offer,
      consideration,
      orderType: 0,
      startTime: 0,
      endTime: SOON,
      zoneHash: WORD,
      salt: 1,
      conduitKey: WORD,
      counter: 0,
    },
    ...rest,
  });
  const order = (...given: Parameters<typeof components>): TypedParts => ({
    types: TYPES,
    primaryType: 'OrderComponents',
    message: components(...given),
    contract: SEAPORT,
  });

  it('what is offered leaves at its most, what is asked for comes in at its least', () => {
    const reading = readTyped(
      order(
        [item(2, STRANGE, 7n, 1n)],
        [
          { ...item(0, NOBODY, 0n, 10n, 8n), recipient: ME },
          { ...item(0, NOBODY, 0n, 1n), recipient: SHOP },
        ],
      ),
    );
    expect(only(reading, 'outflow')).toEqual([
      {
        kind: 'outflow',
        account: on(ME),
        counterparty: on(SEAPORT),
        asset: `eip155:1/erc721:${STRANGE}/7`,
        amount: 1n,
        leaf: '0',
        source: 'bytes',
      },
    ]);
    expect(only(reading, 'inflow').map(({ account, asset, amount }) => [account, asset, amount])).toEqual([
      [on(ME), ETH, 8n],
      [on(SHOP), ETH, 1n],
    ]);
    expect(reading).toMatchObject({
      standard: 'seaport',
      complete: true,
      expiresAtMs: SOON * 1_000,
      mark: { place: 'seaport', args: { counter: '0', hash: expect.stringMatching(/^0x[0-9a-f]{64}$/) } },
    });
    expect(only(reading, 'call')[0]).toMatchObject({ contract: on(SEAPORT), protocol: 'seaport', capability: 'nft' });
  });

  it('asked nothing for, it goes to whoever comes first', () => {
    for (const asked of [[], [{ ...item(0, NOBODY, 0n, 10n), recipient: EVE }], [{ ...item(0, NOBODY, 0n, 0n), recipient: ME }]]) {
      expect(only(readTyped(order([item(2, STRANGE, 7n, 1n)], asked)), 'outflow')[0]?.counterparty).toBeNull();
    }
  });

  it('a bid pays tokens, criteria stand for the whole collection, a decay counts its larger end', () => {
    const reading = readTyped(order([item(1, USD, 0n, 5n, 9n)], [{ ...item(4, STRANGE, 0n, 1n), recipient: ME }]));
    expect(only(reading, 'outflow')[0]).toMatchObject({ asset: erc20(USD), amount: 9n });
    expect(only(reading, 'inflow')[0]?.asset).toBe(`eip155:1/erc721:${STRANGE}`);
    expect(only(readTyped(order([item(3, STRANGE, 2n, 5n)], [])), 'outflow')[0]?.asset).toBe(`eip155:1/erc1155:${STRANGE}/2`);
  });

  it('is unknown at another contract, of another offerer, and with an item of no known kind', () => {
    const nft = [item(2, STRANGE, 7n, 1n)];
    expect(readTyped({ ...order(nft, []), contract: STRANGE })).toMatchObject({ standard: 'unknown', complete: false });
    expect(readTyped(order(nft, [], { offerer: EVE })).complete).toBe(false);
    expect(readTyped(order([item(6, STRANGE, 7n, 1n)], [])).complete).toBe(false);
  });

  it('bulk: every order of the tree can be taken', () => {
    const blank = components([], [], { offerer: NOBODY, endTime: 0 });
    const tree = [
      [components([item(2, STRANGE, 1n, 1n)], []), components([item(2, STRANGE, 2n, 1n)], [])],
      [components([item(2, STRANGE, 3n, 1n)], [], { endTime: SOON + 9 }), blank],
    ];
    const reading = readTyped({
      types: { BulkOrder: [['tree', 'OrderComponents[2][2]']], ...TYPES },
      primaryType: 'BulkOrder',
      message: { tree },
      contract: SEAPORT,
    });
    expect(only(reading, 'outflow').map(({ asset }) => asset.split('/')[2])).toEqual(['1', '2', '3']);
    expect(reading).toMatchObject({ standard: 'seaport_bulk', complete: true, expiresAtMs: (SOON + 9) * 1_000 });
  });
});

describe('CoW Protocol', () => {
  const COW = '0x9008d19f58aabd9ed0d60971565aa8510560ab41';
  const order = (message: object, contract = COW): TypedParts => ({
    types: {
      Order: [
        ['sellToken', 'address'],
        ['buyToken', 'address'],
        ['receiver', 'address'],
        ['sellAmount', 'uint256'],
        ['buyAmount', 'uint256'],
        ['validTo', 'uint32'],
        ['appData', 'bytes32'],
        ['feeAmount', 'uint256'],
        ['kind', 'string'],
        ['partiallyFillable', 'bool'],
        ['sellTokenBalance', 'string'],
        ['buyTokenBalance', 'string'],
      ],
    },
    primaryType: 'Order',
    message: {
      ...{
        sellToken: USD,
        buyToken: STRANGE,
        receiver: NOBODY,
        sellAmount: 100n,
        buyAmount: 7n,
        validTo: SOON,
        appData: WORD,
        feeAmount: 3n,
      },
      ...{ kind: 'sell', partiallyFillable: false, sellTokenBalance: 'erc20', buyTokenBalance: 'erc20', ...message },
    },
    contract,
  });

  it('sells at most the amount and the fee, for at least what it asks', () => {
    const reading = readTyped(order({}));
    expect(only(reading, 'outflow')[0]).toMatchObject({ asset: erc20(USD), amount: 103n, counterparty: on(COW) });
    expect(only(reading, 'inflow')[0]).toMatchObject({ account: on(ME), asset: erc20(STRANGE), amount: 7n });
    const uid = `0x${toHex(keccak256(reading.payload))}${ME.slice(2)}${SOON.toString(16)}`;
    expect(reading.mark).toEqual({ contract: on(COW), place: 'cow', args: { uid, amount: '100' } });
    expect(only(readTyped(order({ buyToken: `0x${'ee'.repeat(20)}` })), 'inflow')[0]?.asset).toBe(ETH);
    expect(readTyped(order({ kind: 'buy' })).mark?.args['amount']).toBe('7');
  });

  it('with another receiver is a payment to that receiver', () => {
    expect(only(readTyped(order({ receiver: EVE })), 'outflow')[0]?.counterparty).toBe(on(EVE));
    expect(readTyped(order({}, STRANGE)).standard).toBe('unknown');
    expect(readTyped(order({ kind: 'gift' })).complete).toBe(false);
  });
});

describe('1inch', () => {
  const ROUTER = '0x111111125421ca6dc452d289314280a0f8842a65';
  const order = (message: object, contract = ROUTER): TypedParts => ({
    types: {
      Order: [
        ['salt', 'uint256'],
        ['maker', 'address'],
        ['receiver', 'address'],
        ['makerAsset', 'address'],
        ['takerAsset', 'address'],
        ['makingAmount', 'uint256'],
        ['takingAmount', 'uint256'],
        ['makerTraits', 'uint256'],
      ],
    },
    primaryType: 'Order',
    message: {
      salt: 1,
      maker: ME,
      receiver: NOBODY,
      makerAsset: USD,
      takerAsset: STRANGE,
      makingAmount: 50n,
      takingAmount: 4n,
      makerTraits: BigInt(SOON) << 80n,
      ...message,
    },
    contract,
  });

  it('reads the flows, the end and the place of the mark from its traits', () => {
    const reading = readTyped(order({ makerTraits: (BigInt(SOON) << 80n) | (77n << 120n) }));
    expect(only(reading, 'outflow')[0]).toMatchObject({ asset: erc20(USD), amount: 50n, counterparty: on(ROUTER) });
    expect(reading).toMatchObject({ complete: true, expiresAtMs: SOON * 1_000, mark: { place: 'one_inch_bit', args: { nonce: '77' } } });
    expect(readTyped(order({ makerTraits: (BigInt(SOON) << 80n) | (1n << 254n) })).mark?.place).toBe('one_inch_remaining');
    expect(hazards(readTyped(order({ makerTraits: 0n })))).toEqual(['never_expires']);
  });

  it('is unknown behind an extension, of another maker, at another contract; another receiver is paid', () => {
    const extended = readTyped(order({ makerTraits: (BigInt(SOON) << 80n) | (1n << 249n) }));
    expect([extended.complete, only(extended, 'inflow'), only(extended, 'outflow').length]).toEqual([false, [], 1]);
    expect(readTyped(order({ maker: EVE })).complete).toBe(false);
    expect(readTyped(order({}, STRANGE)).standard).toBe('unknown');
    expect(only(readTyped(order({ receiver: EVE })), 'outflow')[0]?.counterparty).toBe(on(EVE));
  });
});

describe('votes', () => {
  it('a delegation of votes and a ballot are governance, at their contract', () => {
    const delegation = readTyped({
      types: {
        Delegation: [
          ['delegatee', 'address'],
          ['nonce', 'uint256'],
          ['expiry', 'uint256'],
        ],
      },
      primaryType: 'Delegation',
      message: { delegatee: SHOP, nonce: 1, expiry: SOON },
      contract: STRANGE,
    });
    expect(delegation).toMatchObject({ standard: 'votes_delegation', complete: true, mark: { place: 'nonce', args: { nonce: '1' } } });
    expect(only(delegation, 'call')[0]).toMatchObject({ contract: on(STRANGE), capability: 'governance', args: { delegatee: SHOP } });
    const ballot = readTyped({
      types: {
        Ballot: [
          ['proposalId', 'uint256'],
          ['support', 'uint8'],
        ],
      },
      primaryType: 'Ballot',
      message: { proposalId: 9, support: 1 },
      contract: STRANGE,
    });
    expect(ballot).toMatchObject({ standard: 'ballot', complete: true, mark: { place: 'vote', args: { proposal: '9' } } });
    expect(only(ballot, 'call')[0]?.capability).toBe('governance');
  });

  it('a Snapshot vote moves nothing, and holds on every chain', () => {
    const vote = (from: string): TypedParts => ({
      types: {
        Vote: [
          ['from', 'address'],
          ['space', 'string'],
          ['timestamp', 'uint64'],
          ['proposal', 'bytes32'],
          ['choice', 'uint32'],
          ['reason', 'string'],
          ['app', 'string'],
          ['metadata', 'string'],
        ],
      },
      primaryType: 'Vote',
      message: { from, space: 'acme.eth', timestamp: SOON, proposal: WORD, choice: 1, reason: '', app: '', metadata: '{}' },
      domain: { name: 'snapshot', version: '0.1.4' },
    });
    const reading = readTyped(vote(ME));
    expect([reading.standard, reading.complete, hazards(reading)]).toEqual(['snapshot_vote', true, ['valid_on_every_chain']]);
    expect(only(reading, 'message')[0]?.text).toContain('acme.eth');
    expect(readTyped(vote(EVE)).complete).toBe(false);
  });
});
