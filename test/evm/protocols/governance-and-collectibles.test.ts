import { encodeFunctionData, type Hex, parseAbi } from 'viem';
import { describe, expect, it } from 'vitest';
import { collectibleAsset } from '../../../src/core/index.ts';
import { codecOf, decodeCall, ETH, ETHEREUM, EVE, into, on, outOf, token, USDC, WALLET } from './protocol-fixture.ts';

const GOVERNOR = '0x408ed6354d4973f66138c91495f2f2fcbd8724c3';
const UNI = '0x1f9840a85d5af5bf1d1762f925bdaddc4201f984';
const SEAPORT = '0x0000000000000068f116a894984e2db1123eb395';
const SEADROP = '0x00005ea00ac477b1030ce78506496e8c2de24bf5';
const NFT = '0x00000000000000000000000000000000000000f7';
const SELLER = '0x00000000000000000000000000000000000000f8';
const ZERO = '0x0000000000000000000000000000000000000000';
const ROW: Hex = `0x${'00'.repeat(32)}`;
const codec = codecOf(['eip155:1'], { protocols: [{ protocol: 'nft-mint', address: NFT }] });
const item = (id: bigint) => collectibleAsset(ETHEREUM, 'erc721', on(NFT), id);

const ABI = parseAbi([
  'function castVote(uint256 proposalId,uint8 support)',
  'function propose(address[] targets,uint256[] values,bytes[] calldatas,string description)',
  'function execute(address[] targets,uint256[] values,bytes[] calldatas,bytes32 descriptionHash)',
  'function delegate(address delegatee)',
  'function mint(uint256 quantity)',
  'function safeMint(address to,uint256 tokenId)',
  'function mintPublic(address nftContract,address feeRecipient,address minterIfNotPayer,uint256 quantity)',
  'function incrementCounter()',
]);
const OFFER = '(uint8,address,uint256,uint256,uint256)[]';
const ASKED = '(uint8,address,uint256,uint256,uint256,address)[]';
const PARAMETERS = `(address,address,${OFFER},${ASKED},uint8,uint256,uint256,bytes32,uint256,bytes32,uint256)`;
const SEAPORT_ABI = parseAbi<readonly string[]>([
  `function fulfillOrder((${PARAMETERS},bytes) order,bytes32 conduitKey)`,
  `function fulfillAdvancedOrder((${PARAMETERS},uint120,uint120,bytes,bytes) order,(uint256,uint8,uint256,uint256,bytes32[])[] resolvers,bytes32 conduitKey,address recipient)`,
  'function fulfillBasicOrder((address,uint256,uint256,address,address,address,uint256,uint256,uint8,uint256,uint256,bytes32,uint256,bytes32,bytes32,uint256,(uint256,address)[],bytes) parameters)',
]);
const read = (to: string, functionName: string, args: readonly unknown[], value = 0n) =>
  decodeCall(codec, to, encodeFunctionData({ abi: ABI, functionName, args } as never), value);
const seaport = (functionName: string, args: readonly unknown[], value = 0n) =>
  decodeCall(codec, SEAPORT, encodeFunctionData({ abi: SEAPORT_ABI, functionName, args } as never), value);
const kinds = ({ effects }: ReturnType<typeof decodeCall>) =>
  effects.flatMap((effect) => (effect.kind === 'call' ? [`${effect.protocol} ${effect.capability}`] : []));

describe('governance', () => {
  it('moves nothing of the caller’s, and says what it is', () => {
    for (const decoded of [
      read(GOVERNOR, 'castVote', [1n, 1]),
      read(GOVERNOR, 'propose', [[EVE], [0n], ['0x1234'], 'why']),
      read(GOVERNOR, 'execute', [[EVE], [0n], ['0x1234'], ROW]),
    ]) {
      expect([decoded.complete, outOf(decoded.effects, WALLET), kinds(decoded)]).toEqual([true, [], ['governor governance']]);
    }
  });

  it('shows money that goes along', () => {
    expect(outOf(read(GOVERNOR, 'castVote', [1n, 1], 5n).effects, WALLET)).toEqual([{ to: on(GOVERNOR), asset: ETH, amount: 5n }]);
  });

  it('names the delegate, and is of no token that nobody registered', () => {
    const { effects } = read(UNI, 'delegate', [EVE]);
    expect(effects).toContainEqual(expect.objectContaining({ kind: 'call', protocol: 'erc20-votes', args: { delegatee: EVE } }));
    expect(read(NFT, 'delegate', [EVE]).complete).toBe(false);
  });
});

describe('mints', () => {
  it('bring pieces to whom the bytes name', () => {
    const collection = collectibleAsset(ETHEREUM, 'erc721', on(NFT));
    const own = read(NFT, 'mint', [2n], 9n);
    expect([outOf(own.effects, WALLET), into(own.effects, WALLET)]).toEqual([
      [{ to: on(NFT), asset: ETH, amount: 9n }],
      [{ asset: collection, amount: 2n }],
    ]);
    expect(outOf(read(NFT, 'safeMint', [EVE, 7n]).effects, NFT)).toEqual([{ to: on(EVE), asset: item(7n), amount: 1n }]);
    expect(into(read(SEADROP, 'mintPublic', [NFT, EVE, ZERO, 3n]).effects, WALLET)).toEqual([{ asset: collection, amount: 3n }]);
    expect(outOf(read(SEADROP, 'mintPublic', [NFT, EVE, EVE, 3n]).effects, SEADROP)).toEqual([
      { to: on(EVE), asset: collection, amount: 3n },
    ]);
    expect(read(SELLER, 'mint', [2n]).complete).toBe(false);
  });
});

describe('orders of Seaport', () => {
  const order = (offer: readonly unknown[], asked: readonly unknown[]) => [
    SELLER,
    ZERO,
    offer,
    asked,
    0,
    0n,
    1n,
    ROW,
    0n,
    ROW,
    BigInt(asked.length),
  ];
  const nft = (type = 2) => [type, NFT, 7n, 1n, 1n];
  const price = (start: bigint, end: bigint) => [1, USDC, 0n, start, end, SELLER];

  it('a purchase: the dearer end of the price, the piece by its number', () => {
    const { effects, complete } = seaport('fulfillOrder', [[order([nft()], [price(50n, 60n), [0, ZERO, 0n, 1n, 1n, EVE]]), '0x'], ROW], 1n);
    expect(complete).toBe(true);
    expect(outOf(effects, WALLET)).toEqual([
      { to: on(SEAPORT), asset: ETH, amount: 1n },
      { to: on(SEAPORT), asset: token(USDC), amount: 60n },
    ]);
    expect(into(effects, WALLET)).toEqual([{ asset: item(7n), amount: 1n }]);
  });

  it('a sale: the piece leaves, whatever little comes', () => {
    const { effects } = seaport('fulfillOrder', [[order([[1, USDC, 0n, 5n, 0n]], [[2, NFT, 7n, 1n, 1n, SELLER]]), '0x'], ROW]);
    expect(outOf(effects, WALLET)).toEqual([{ to: on(SEAPORT), asset: item(7n), amount: 1n }]);
    expect(into(effects, WALLET)).toEqual([{ asset: token(USDC), amount: 0n }]);
  });

  it('an advanced one: the part, and who gets it', () => {
    const advanced = (recipient: string, numerator = 1n, denominator = 2n) =>
      seaport('fulfillAdvancedOrder', [
        [order([[3, NFT, 7n, 10n, 10n]], [price(50n, 50n)]), numerator, denominator, '0x', '0x'],
        [],
        ROW,
        recipient,
      ]);
    const piece = collectibleAsset(ETHEREUM, 'erc1155', on(NFT), 7n);
    expect(into(advanced(ZERO).effects, WALLET)).toEqual([{ asset: piece, amount: 5n }]);
    expect(outOf(advanced(EVE).effects, SEAPORT)).toEqual([{ to: on(EVE), asset: piece, amount: 5n }]);
    expect(advanced(ZERO, 1n, 0n).complete).toBe(false);
    expect(advanced(ZERO, 3n, 2n).complete).toBe(false);
  });

  it('no piece that a criterion chooses', () => {
    expect(seaport('fulfillOrder', [[order([[1, USDC, 0n, 5n, 5n]], [[4, NFT, 0n, 1n, 1n, SELLER]]), '0x'], ROW]).complete).toBe(false);
    expect(seaport('fulfillOrder', [[order([nft(4)], [price(5n, 5n)]), '0x'], ROW]).complete).toBe(false);
  });

  it('a basic one: tips on top of a price, and out of a sale', () => {
    const basic = (type: number, paid: readonly unknown[], bought: readonly unknown[], tips: readonly unknown[]) =>
      seaport('fulfillBasicOrder', [[...paid, SELLER, ZERO, ...bought, type, 0n, 1n, ROW, 0n, ROW, ROW, 1n, tips, '0x']]);
    const buy = basic(8, [USDC, 0n, 50n], [NFT, 7n, 1n], [[3n, EVE]]);
    expect([outOf(buy.effects, WALLET), into(buy.effects, WALLET)]).toEqual([
      [{ to: on(SEAPORT), asset: token(USDC), amount: 53n }],
      [{ asset: item(7n), amount: 1n }],
    ]);
    const sell = basic(16, [NFT, 7n, 1n], [USDC, 0n, 50n], [[3n, EVE]]);
    expect([outOf(sell.effects, WALLET), into(sell.effects, WALLET)]).toEqual([
      [{ to: on(SEAPORT), asset: item(7n), amount: 1n }],
      [{ asset: token(USDC), amount: 47n }],
    ]);
    expect(basic(16, [NFT, 7n, 1n], [USDC, 0n, 2n], [[3n, EVE]]).complete).toBe(false);
    expect(basic(24, [USDC, 0n, 50n], [NFT, 7n, 1n], []).complete).toBe(false);
  });

  it('cancelling moves nothing', () => {
    const { effects, complete } = read(SEAPORT, 'incrementCounter', []);
    expect([complete, outOf(effects, WALLET)]).toEqual([true, []]);
  });
});
