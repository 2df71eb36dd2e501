import { encodeFunctionData, type Hex, parseAbi, toFunctionSelector } from 'viem';
import { describe, expect, it } from 'vitest';
import { readDescriptor } from '../../../src/adapters/evm/descriptors/index.ts';
import { isCastellanError } from '../../../src/core/index.ts';
import { codecOf, DAI, decodeCall, ETH, EVE, flows, on, outOf, token, USDC, WALLET } from '../protocols/protocol-fixture.ts';

const SHOP = '0x00000000000000000000000000000000000000a7';
const ABI = parseAbi([
  'function buy((address token,uint256 price,address receiver) order,uint256 quantity)',
  'function pay(uint256 amount,address[] receivers)',
  'function forward(address target,bytes data,uint256 value)',
  'function approve(address spender,uint256 amount)',
  'function castVote(uint256 proposalId,uint8 support)',
]);
const call = (functionName: string, args: readonly unknown[]): Hex => encodeFunctionData({ abi: ABI, functionName, args } as never);
const file = (formats: object, context: object = {}, rest: object = {}) => ({
  $schema: 'https://eips.ethereum.org/assets/eip-7730/erc7730-v1.schema.json',
  context: { $id: 'shop', contract: { deployments: [{ chainId: 1, address: SHOP }], ...context } },
  metadata: { owner: 'Shop', constants: { usdc: USDC, coin: '0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE' } },
  display: { definitions: { price: { label: 'Price', format: 'tokenAmount', params: { tokenPath: 'order.token' } } }, formats },
  ...rest,
});
const BUY = 'buy((address token,uint256 price,address receiver) order,uint256 quantity)';
const buyFields = [
  { path: '#.order.price', $ref: '$.display.definitions.price' },
  { path: 'order.receiver', label: 'For', format: 'addressName', params: { types: ['eoa'] } },
  { path: 'quantity', label: 'Pieces', format: 'raw' },
];
const described = (formats: object, context: object = {}) =>
  codecOf(['eip155:1'], { descriptors: [JSON.stringify(file(formats, context))] });
const fails = (json: unknown): string => {
  try {
    readDescriptor(json);
  } catch (error) {
    if (isCastellanError(error) && error.code === 'CONFIG_INVALID') return error.shortMessage;
    throw error;
  }
  return '';
};

describe('a call that a descriptor describes', () => {
  const codec = described({ [BUY]: { intent: 'Buy', fields: buyFields } });
  const buy = (receiver: string, price = 5n) => decodeCall(codec, SHOP, call('buy', [{ token: USDC, price, receiver }, 2n]));

  it('is a call with its arguments by name, of no protocol and of no capability', () => {
    const { effects, complete } = buy(WALLET);
    expect(complete).toBe(true);
    const [found] = effects.filter(({ kind }) => kind === 'call');
    expect(found).toMatchObject({
      contract: on(SHOP),
      method: 'buy',
      args: { 'order.token': USDC, 'order.price': '5', 'order.receiver': WALLET, quantity: '2' },
    });
    expect(found).not.toHaveProperty('protocol');
    expect(found).not.toHaveProperty('capability');
  });

  it('takes the amounts that it names, and shows whoever else gets something', () => {
    expect(outOf(buy(WALLET).effects, WALLET)).toEqual([{ to: on(SHOP), asset: token(USDC), amount: 5n }]);
    expect(outOf(buy(WALLET).effects, SHOP)).toEqual([]);
    expect(outOf(buy(EVE).effects, SHOP)).toEqual([{ to: on(EVE), asset: ETH, amount: 0n }]);
  });

  it('is unknown in any other form, at any other address, and on any other chain', () => {
    const data = call('buy', [{ token: USDC, price: 5n, receiver: WALLET }, 2n]);
    expect(decodeCall(codec, SHOP, `${data}00`).complete).toBe(false);
    expect(decodeCall(codec, EVE, data).complete).toBe(false);
    const both = codecOf(['eip155:1', 'eip155:10'], { descriptors: [file({ [BUY]: { fields: buyFields } })] });
    expect(decodeCall(both, SHOP, data, 0n, 'eip155:10' as never).complete).toBe(false);
  });

  it('never says otherwise than a standard or a protocol says', () => {
    const harmless = { fields: [{ path: 'amount', label: 'Nothing at all', format: 'raw' }] };
    const approving = described({ 'approve(address spender,uint256 amount)': harmless });
    expect(decodeCall(approving, SHOP, call('approve', [EVE, 5n])).effects).toContainEqual(
      expect.objectContaining({ kind: 'allowance', spender: on(EVE) }),
    );
    const governor = '0x408ed6354d4973f66138c91495f2f2fcbd8724c3';
    const voting = described(
      { 'castVote(uint256 proposalId,uint8 support)': harmless },
      { deployments: [{ chainId: 1, address: governor }] },
    );
    expect(decodeCall(voting, governor, call('castVote', [1n, 1])).effects).toContainEqual(
      expect.objectContaining({ kind: 'call', protocol: 'governor' }),
    );
  });

  it('names the coin by its place holder, constants of the file, lists, and what comes', () => {
    const PAY = 'pay(uint256 amount,address[] receivers)';
    const pay = (params: object, label = 'Price') =>
      decodeCall(
        described({
          [PAY]: {
            fields: [
              { path: 'amount', label, format: 'tokenAmount', params },
              { path: 'receivers.[]', label: 'To', format: 'addressName' },
            ],
          },
        }),
        SHOP,
        call('pay', [5n, [WALLET, EVE, DAI]]),
        9n,
      );
    expect(outOf(pay({ token: '$.metadata.constants.usdc' }).effects, WALLET)).toContainEqual({
      to: on(SHOP),
      asset: token(USDC),
      amount: 5n,
    });
    expect(
      outOf(pay({ token: '$.metadata.constants.coin', nativeCurrencyAddress: '$.metadata.constants.coin' }).effects, WALLET),
    ).toHaveLength(1);
    expect(outOf(pay({ token: USDC }, 'Minimum to receive').effects, WALLET)).toHaveLength(1);
    expect(outOf(pay({ token: USDC }).effects, SHOP).map(({ to }) => to)).toEqual([on(EVE), on(DAI)]);
    expect(pay({ tokenPath: 'nowhere' }).complete).toBe(false);
    expect(pay({}).complete).toBe(false);
  });

  it('is followed into the calls that it carries', () => {
    const FORWARD = 'forward(address target,bytes data,uint256 value)';
    const codecOfForward = described({
      [FORWARD]: { fields: [{ path: 'data', label: 'Does', format: 'calldata', params: { calleePath: 'target', amountPath: 'value' } }] },
    });
    const forward = (data: Hex) => decodeCall(codecOfForward, SHOP, call('forward', [EVE, data, 3n]));
    const inside = forward(call('castVote', [1n, 1]));
    expect(inside.complete).toBe(false);
    expect(outOf(inside.effects, SHOP)).toEqual([{ to: on(EVE), asset: ETH, amount: 3n }]);
    expect(flows(forward('0x').effects)).toContain('outflow 00a7 → e0e0 slip44:60 3');
  });

  it('is unknown where a field that means money is not among the arguments', () => {
    for (const path of ['order.cost', 'order.[0].price', 'quantity.[]', '@.gas'])
      expect(
        decodeCall(
          described({ [BUY]: { fields: [{ path, label: 'Price', format: 'tokenAmount', params: { token: USDC } }] } }),
          SHOP,
          call('buy', [{ token: USDC, price: 5n, receiver: WALLET }, 2n]),
        ).complete,
        path,
      ).toBe(false);
  });
});

describe('reading a descriptor', () => {
  it('finds methods by selector in the file’s own ABI', () => {
    const abi = [
      {
        type: 'function',
        name: 'pay',
        inputs: [
          { name: 'amount', type: 'uint256' },
          { name: 'receivers', type: 'address[]' },
        ],
      },
    ];
    const pay = toFunctionSelector('function pay(uint256,address[])');
    const { formats } = readDescriptor(file({ [pay]: { fields: [] } }, { abi }));
    expect(formats[0]?.key).toBe('pay(uint256 amount,address[] receivers)');
    expect(fails(file({ '0x12345678': { fields: [] } }, { abi }))).toContain('not in its ABI');
  });

  it('keeps typed data for whoever reads signatures', () => {
    const given = {
      context: { eip712: { domain: { name: 'Shop', chainId: 1 }, deployments: [{ chainId: 1, address: SHOP }] } },
      display: { formats: { Order: { intent: 'Sign', fields: [{ path: 'price', label: 'Price', format: 'raw' }] } } },
    };
    expect(readDescriptor(given)).toMatchObject({
      kind: 'eip712',
      domain: { name: 'Shop', chainId: '1' },
      formats: [{ key: 'Order', intent: 'Sign', fields: [{ path: 'price', format: 'text' }] }],
    });
  });

  it.each<[string, unknown]>([
    ['no JSON', '{'],
    ['no object', 7],
    ['a text of another kind', JSON.stringify([])],
    ['too long', `"${'x'.repeat(1_100_000)}"`],
    ['no context', { display: { formats: {} } }],
    ['contract and typed data at once', { context: { contract: { deployments: [] }, eip712: {} }, display: { formats: {} } }],
    ['no deployment', file({}, { deployments: [] })],
    ['an address that is none', file({}, { deployments: [{ chainId: 1, address: '0x12' }] })],
    ['a file that includes another', file({}, {}, { includes: 'common.json' })],
    ['a signature that is none', file({ 'buy(address': { fields: [] } })],
    ['a definition that is not there', file({ [BUY]: { fields: [{ path: 'quantity', $ref: '$.display.definitions.nothing' }] } })],
    ['a definition out of nowhere', file({ [BUY]: { fields: [{ path: 'quantity', $ref: '$.display.definitions.__proto__' }] } })],
    [
      'a constant that is not there',
      file({ [BUY]: { fields: [{ path: 'quantity', format: 'tokenAmount', params: { token: '$.metadata.constants.toString' } }] } }),
    ],
    ['groups without end', file({ [BUY]: { fields: [Array.from({ length: 9 }).reduce<object>((inner) => ({ fields: [inner] }), {})] } })],
  ])('refuses %s', (_, json) => {
    expect(fails(json)).toContain('is not readable');
  });

  it('is told of a wrong one by its place in the configuration', () => {
    expect(() => codecOf(['eip155:1'], { descriptors: [file({}), {}] })).toThrow(/descriptors\[1\]/);
  });
});
