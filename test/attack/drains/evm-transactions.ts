import { concat, encodePacked, type Hex, pad, size } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import type { Drain } from './drain.ts';
import { call, type EvmOrder, encode } from './evm-order.ts';
import { HUB, LOOKALIKE, MULTI_SEND, SAFE, SHOP, SWEEPER, THIEF, USD, type Victim } from './evm-world.ts';

type EvmDrain = Drain<Victim, EvmOrder>;
const MAX = 2n ** 256n - 1n;
const NOBODY: Hex = `0x${'0'.repeat(40)}`;
const ETHER = 10n ** 18n;
const APPROVE = 'approve(address spender,uint256 amount)';
const TRANSFER = 'transfer(address to,uint256 amount)';
const OPERATOR = 'setApprovalForAll(address operator,bool approved)';
const SWAP = 'swapExactTokensForTokens(uint256 amountIn,uint256 amountOutMin,address[] path,address to,uint256 deadline)';
const EXEC =
  'execTransaction(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,uint256 gasPrice,address gasToken,address refundReceiver,bytes signatures)';

const swap = ({ router, usd, me }: Victim, least: bigint, to: Hex = me): EvmOrder =>
  call(router.address, SWAP, [10n * USD, least, [usd.address, usd.address], to, 2n ** 40n]);
const asSafe = (to: Hex, data: Hex, operation: number): EvmOrder =>
  call(SAFE, EXEC, [to, 0n, data, operation, 0n, 0n, 0n, NOBODY, NOBODY, '0x12']);
const multiSend = (to: Hex, data: Hex): Hex =>
  encode('multiSend(bytes)', [encodePacked(['uint8', 'address', 'uint256', 'uint256', 'bytes'], [0, to, 0n, BigInt(size(data)), data])]);
const twice = (data: Hex): EvmOrder =>
  call(HUB, 'multicall(bytes[])', [[encode('getChainId()', []), encode('multicall(bytes[])', [[data]])]]);
const pays: EvmOrder = { kind: 'call', to: SHOP, value: ETHER / 10n };
/** Somebody’s key: the account whose code it is need not be the sender’s. */
const other = privateKeyToAccount(pad('0x7', { size: 32 }));
const authorization = await other.signAuthorization({ chainId: 31_337, address: SWEEPER, nonce: 0 });
const sweeping: EvmOrder = { kind: 'transaction', fields: { type: 'eip7702', to: SHOP, value: 1n, authorizationList: [authorization] } };

/** What a transaction can do to its sender. */
export const TRANSACTION_DRAINS: readonly EvmDrain[] = [
  {
    name: 'approve for a stranger',
    seen: 'the injected front end of BadgerDAO, 2021',
    reason: 'allowance_not_allowed',
    rule: 'allowance.spender',
    check: {
      file: 'src/adapters/evm/decode/standards/erc20.ts',
      find: "methodEntry('approve(address spender,uint256 amount)', (call) => amountOrItem(call, approve(call)), PLAIN)",
      replace: "methodEntry('approve(address spender,uint256 amount)', () => ({}), PLAIN)",
    },
    order: ({ usd }) => call(usd.address, APPROVE, [THIEF, 50n * USD]),
    twin: ({ usd }) => call(usd.address, APPROVE, [SHOP, 50n * USD]),
  },
  {
    name: 'approve without a bound, for a spender that is listed',
    seen: 'routers robbed long after: Multichain 2022, SushiSwap RouteProcessor2 2023',
    reason: 'allowance_not_allowed',
    rule: 'allowance.unlimited',
    check: {
      file: 'src/authz/policy/rules/base-rules.ts',
      find: 'if (capabilities?.approvals?.unlimited !== true) {',
      replace: 'if (capabilities?.approvals?.unlimited === undefined) {',
    },
    order: ({ usd }) => call(usd.address, APPROVE, [SHOP, MAX]),
    twin: ({ usd }) => call(usd.address, APPROVE, [SHOP, 50n * USD]),
  },
  {
    name: 'increaseAllowance, which warnings about approve overlook',
    seen: 'wallet drainers as a service, 2023',
    reason: 'allowance_not_allowed',
    rule: 'allowance.spender',
    check: {
      file: 'src/adapters/evm/decode/standards/erc20.ts',
      find: "(call) => ({ effects: approve(call) })),\n  methodEntry('decreaseAllowance",
      replace: "() => ({})),\n  methodEntry('decreaseAllowance",
    },
    order: ({ usd }) => call(usd.address, 'increaseAllowance(address,uint256)', [THIEF, 50n * USD]),
    twin: ({ usd }) => call(usd.address, 'increaseAllowance(address,uint256)', [SHOP, 50n * USD]),
    // The token of this chain has no such method.
    meets: { balanced: ['simulation_reverted'], aggressive: ['simulation_reverted'] },
  },
  {
    name: 'setApprovalForAll',
    seen: 'fake mints, and the phishing of OpenSea’s users, 2022',
    reason: 'operator_not_allowed',
    rule: 'effects.operator',
    check: {
      file: 'src/adapters/evm/decode/standards/collectibles.ts',
      find: 'approved: asFlag(call.values[1]),',
      replace: 'approved: false,',
    },
    order: ({ art }) => call(art, OPERATOR, [THIEF, true]),
    twin: ({ art }) => call(art, OPERATOR, [THIEF, false]),
  },
  {
    name: 'an operator two multicalls deep, behind a question',
    seen: 'bait batches that hide the one call that counts',
    reason: 'operator_not_allowed',
    rule: 'effects.operator',
    check: {
      file: 'src/adapters/evm/decode/walk.ts',
      find: 'else walkNested(calls, frame, contract, known, found);',
      replace: '',
    },
    order: () => twice(encode(OPERATOR, [THIEF, true])),
    twin: () => twice(encode(OPERATOR, [THIEF, false])),
  },
  {
    name: 'a delegated call of a Safe into foreign code',
    seen: 'Bybit, 2025',
    reason: 'hazard_not_allowed',
    rule: 'effects.hazard',
    hazard: 'delegatecall',
    check: {
      file: 'src/adapters/evm/decode/wrappers/safe.ts',
      find: 'if (asInteger(kind) !== 1n || !MULTI_SENDS.has(target)) return { effects, unknown',
      replace: 'if (asInteger(kind) !== 1n || !MULTI_SENDS.has(target)) return { unknown',
    },
    order: () => asSafe(SWEEPER, encode(TRANSFER, [SHOP, 0n]), 1),
    twin: () => asSafe(HUB, encode('getChainId()', []), 0),
  },
  {
    name: 'a payment of the Safe’s inside MultiSend',
    seen: 'Radiant Capital, 2024: the batch that the screen does not show',
    reason: 'destination_not_allowed',
    rule: 'destinations',
    check: {
      file: 'src/adapters/evm/decode/wrappers/multi-send.ts',
      find: 'if (operation === 0) calls.push({ to, value: uintOf(bytes, at + 21, at + 53), data: bytes.subarray(at + HEAD, end) });\n    else {',
      replace: 'if (operation !== 0) {',
    },
    order: ({ usd }) => asSafe(MULTI_SEND, multiSend(usd.address, encode(TRANSFER, [THIEF, 50n * USD])), 1),
    twin: ({ usd }) => asSafe(MULTI_SEND, multiSend(usd.address, encode(TRANSFER, [SHOP, 50n * USD])), 1),
    // A delegated call, be it to MultiSend, is a hazard of its own.
    meets: { balanced: ['hazard_not_allowed'], aggressive: ['hazard_not_allowed'] },
  },
  {
    name: 'a collectible for a stranger',
    seen: 'the plainest of all',
    reason: 'destination_not_allowed',
    rule: 'destinations',
    check: {
      file: 'src/adapters/evm/decode/standards/collectibles.ts',
      find: "methodEntry('safeTransferFrom(address from,address to,uint256 id)', erc721),",
      replace: "methodEntry('safeTransferFrom(address from,address to,uint256 id)', () => ({})),",
    },
    order: ({ art, me, item }) => call(art, 'safeTransferFrom(address,address,uint256)', [me, THIEF, item]),
    twin: ({ art, me, item }) => call(art, 'safeTransferFrom(address,address,uint256)', [me, SHOP, item]),
    meets: { balanced: ['limit_missing'], aggressive: ['limit_missing'] },
  },
  {
    name: 'a payment to an address that begins and ends like the shop’s',
    seen: 'address poisoning: 68 million dollars of WBTC, May 2024',
    reason: 'address_lookalike',
    check: {
      file: 'src/risk/lookalike.ts',
      find: 'if (known.length === 0) return undefined;\n  const { buckets',
      replace: 'if (known.length >= 0) return undefined;\n  const { buckets',
    },
    order: ({ usd }) => call(usd.address, TRANSFER, [LOOKALIKE, 50n * USD]),
    twin: ({ usd }) => call(usd.address, TRANSFER, [SHOP, 50n * USD]),
  },
  {
    name: 'money along with a call that nobody knows',
    seen: 'the claim() and SecurityUpdate() of drainers, 2022 to 2024',
    reason: 'effect_unknown',
    rule: 'effects.unknown',
    check: {
      file: 'src/authz/policy/rules/base-rules.ts',
      find: "when: [is('effect', 'unknown'), is('listed', false)],",
      replace: "when: [is('effect', 'unknown'), is('listed', true)],",
    },
    order: () => call(SWEEPER, 'SecurityUpdate()', [], ETHER / 10n),
    twin: () => pays,
  },
  {
    name: 'the owner of a contract',
    seen: 'ownership handed over by a phished deployer',
    reason: 'control_not_allowed',
    rule: 'effects.control',
    check: {
      file: 'src/adapters/evm/decode/standards/control.ts',
      find: "methodEntry('transferOwnership(address newOwner)', ruled('owner', 0)),",
      replace: "methodEntry('transferOwnership(address newOwner)', () => ({})),",
    },
    order: () => call(HUB, 'transferOwnership(address)', [THIEF]),
    twin: () => call(HUB, 'getEthBalance(address)', [THIEF]),
  },
  {
    name: 'new code behind a proxy',
    seen: 'upgrades by stolen admin keys: PAID Network, 2021',
    reason: 'control_not_allowed',
    rule: 'effects.control',
    check: {
      file: 'src/adapters/evm/decode/standards/control.ts',
      find: "methodEntry('upgradeTo(address implementation)', ruled('upgrade', 0)),",
      replace: "methodEntry('upgradeTo(address implementation)', () => ({})),",
    },
    order: () => call(HUB, 'upgradeTo(address)', [SWEEPER]),
    twin: () => call(HUB, 'getEthBalance(address)', [SWEEPER]),
  },
  {
    name: 'a swap whose proceeds go to somebody else',
    seen: 'front ends that change one argument',
    reason: 'destination_not_allowed',
    rule: 'destinations',
    check: {
      file: 'src/adapters/evm/protocols/flows.ts',
      find: '  return to === call.contract ? [] : moved(call.contract, to, asset, amount);',
      replace: '  return [];',
    },
    order: (victim) => swap(victim, 5n * USD, THIEF),
    twin: (victim) => swap(victim, 5n * USD),
    // The template bounds slippage, and nobody tells what the victim's tokens are worth.
    meets: { balanced: ['price_unavailable'] },
  },
  {
    name: 'a swap that promises nothing back',
    seen: 'sandwiches: 215,000 dollars of one swap, March 2025',
    reason: 'slippage_not_declared',
    rule: 'trading.return',
    check: {
      file: 'src/authz/policy/bounds/returns.ts',
      find: 'if (promised) continue;',
      replace: 'if (promised || amount > 0n) continue;',
    },
    order: (victim) => swap(victim, 0n),
    twin: (victim) => swap(victim, 5n * USD),
    // The template bounds slippage, and nobody tells what the victim's tokens are worth.
    meets: { balanced: ['price_unavailable'] },
  },
  {
    name: 'calldata that two readers read differently',
    seen: 'dirty and overlapping words that decoders skip',
    reason: 'effect_unknown',
    rule: 'effects.unknown',
    check: {
      file: 'src/adapters/evm/decode/abi-reader.ts',
      find: "return cursor.next === data.length ? values : 'trailing_bytes';",
      replace: 'return values;',
    },
    order: ({ usd }) => ({ kind: 'call', to: usd.address, data: concat([encode(TRANSFER, [SHOP, 50n * USD]), pad(THIEF)]) }),
    twin: ({ usd }) => call(usd.address, TRANSFER, [SHOP, 50n * USD]),
  },
  // These three insist on a place of their own: without their check it is taken, so that they stand last.
  {
    name: 'a contract created with money of the wallet’s',
    seen: 'creations that wallets show as an empty transaction',
    reason: 'deploy_not_allowed',
    rule: 'effects.deploy',
    check: {
      file: 'src/adapters/evm/decode/decode-transaction.ts',
      find: "  found.effects.push({ kind: 'deploy', account: created, codeDigest: sha256Hex(envelope.data), ...at });\n",
      replace: '',
    },
    order: () => ({ kind: 'transaction', fields: { data: concat(['0x33ff', '0x00']), value: ETHER / 10n } }),
    twin: () => pays,
  },
  {
    name: 'the money as fee, for whoever makes the block',
    seen: 'fees of 24 million dollars for one payment, 2021',
    reason: 'per_transaction_limit',
    check: { file: 'src/authz/limits/charges.ts', find: 'if (exposure.fee.amount > 0n) book(exposure.fee, true);', replace: '' },
    order: () => ({ kind: 'call', to: SHOP, value: 1n, price: ETHER / 10_000n }),
    twin: () => ({ kind: 'call', to: SHOP, value: 1n }),
  },
  {
    name: 'a transaction that lets foreign code rule an account',
    seen: 'EIP-7702 sweepers, since May 2025',
    reason: 'risk_critical',
    check: {
      file: 'src/adapters/evm/decode/decode-transaction.ts',
      find: '  for (const given of envelope.authorizations) addAuthorization(tx, given, known, found);\n',
      replace: '',
    },
    order: () => sweeping,
    twin: () => pays,
  },
];
