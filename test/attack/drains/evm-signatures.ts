import { hexToBytes, keccak256, serializeTransaction, toHex } from 'viem';
import type { Drain } from './drain.ts';
import { type EvmOrder, text, typed } from './evm-order.ts';
import { batch, dai, meta, NEVER, payment, permit, safeTx, sale, takeOnce } from './evm-typed-data.ts';
import { DELEGATE, SHOP, SWEEPER, THIEF, type Victim } from './evm-world.ts';

type EvmDrain = Drain<Victim, EvmOrder>;
const signIn = ({ me }: Victim, uri: string): EvmOrder =>
  text(
    `shop.example wants you to sign in with your Ethereum account:\n${me}\n\nHello.\n\nURI: ${uri}\nVersion: 1\nChain ID: 31337\nNonce: 12345678\nIssued At: 2026-01-01T00:00:00Z`,
  );

const payAll = serializeTransaction({
  type: 'eip1559',
  chainId: 31_337,
  nonce: 0,
  to: THIEF,
  value: 10n ** 18n,
  gas: 21_000n,
  maxFeePerGas: 1n,
});

/** As it is shipped, the template signs logins of listed sites alone. */
const NO_MESSAGES = { balanced: ['message_not_allowed', 'policy_no_match'] } as const;
/** Code for a wallet is a person's to allow, however well it is known. */
const BY_A_PERSON = { balanced: ['risk_high'], aggressive: ['risk_high'] } as const;

/** What a signature that is no transaction lets others do. */
export const SIGNATURE_DRAINS: readonly EvmDrain[] = [
  {
    name: 'a permit for a stranger',
    seen: 'the commonest loss of 2023 and 2024: no gas, no trace until it is used',
    reason: 'allowance_not_allowed',
    rule: 'allowance.spender',
    check: {
      file: 'src/adapters/evm/signatures/kinds/eip2612.ts',
      find: "        { kind: 'allowance', owner, spender, asset, amount, expiresAtMs: null },\n        ...endless(order, expiresAtMs),\n      ],\n      ...anotherOwner(order, owner),\n      expiresAtMs,\n      mark: markAt(order.contract, 'nonce', { nonce: message.number('nonce') }),\n      summary: `lets ${spender} take ${amount} of",
      replace:
        "        ...endless(order, expiresAtMs),\n      ],\n      ...anotherOwner(order, owner),\n      expiresAtMs,\n      mark: markAt(order.contract, 'nonce', { nonce: message.number('nonce') }),\n      summary: `lets ${spender} take ${amount} of",
    },
    order: (victim) => permit(victim, THIEF),
    twin: (victim) => permit(victim, SHOP),
  },
  {
    name: 'a permit that never ends',
    seen: 'signatures kept until there is something to take',
    reason: 'hazard_not_allowed',
    rule: 'effects.hazard',
    hazard: 'never_expires',
    check: {
      file: 'src/adapters/evm/signatures/kinds/parts.ts',
      find: 'return seconds >= NEVER_FROM ? null : Number(seconds) * 1_000;',
      replace: 'return Number(seconds < NEVER_FROM ? seconds : NEVER_FROM) * 1_000;',
    },
    order: (victim) => permit(victim, SHOP, NEVER),
    twin: (victim) => permit(victim, SHOP),
  },
  {
    name: 'the permit of DAI, which knows no amounts',
    seen: 'phished DAI since 2020',
    reason: 'allowance_not_allowed',
    rule: 'allowance.unlimited',
    check: {
      file: 'src/adapters/evm/signatures/kinds/eip2612.ts',
      find: "message.flag('allowed') ? 'unlimited' : 0n",
      replace: "message.flag('allowed') ? 1n : 0n",
    },
    order: (victim) => dai(victim, true),
    twin: (victim) => dai(victim, false),
  },
  {
    name: 'a batch of permits of Permit2',
    seen: 'drainers of whole wallets with one signature, since 2023',
    reason: 'allowance_not_allowed',
    rule: 'allowance.spender',
    check: {
      file: 'src/adapters/evm/signatures/kinds/permit2.ts',
      find: 'found: [called(order), ...found, ...endless(order, expiresAtMs)],',
      replace: 'found: [called(order), ...endless(order, expiresAtMs)],',
    },
    order: (victim) => batch(victim, THIEF),
    twin: (victim) => batch(victim, SHOP),
  },
  {
    name: 'a transfer by signature of Permit2',
    seen: 'the same, without even an allowance to be seen',
    reason: 'allowance_not_allowed',
    rule: 'allowance.spender',
    check: {
      file: 'src/adapters/evm/signatures/kinds/permit2.ts',
      find: 'found: [called(order), ...found, ...(witness?.found ?? []), ...endless(order, expiresAtMs)],',
      replace: 'found: [called(order), ...(witness?.found ?? []), ...endless(order, expiresAtMs)],',
    },
    order: (victim) => takeOnce(victim, THIEF),
    twin: (victim) => takeOnce(victim, SHOP),
  },
  {
    name: 'a payment that anybody may hand in',
    seen: 'phished USDC by EIP-3009',
    reason: 'destination_not_allowed',
    rule: 'destinations',
    check: {
      file: 'src/adapters/evm/signatures/kinds/eip3009.ts',
      find: '...moved(from, to, asset, amount), ',
      replace: '',
    },
    order: (victim) => payment(victim, THIEF),
    twin: (victim) => payment(victim, SHOP),
  },
  {
    name: 'a sale for nothing',
    seen: 'listings of Wyvern and Seaport for no price, 2022',
    reason: 'destination_not_allowed',
    rule: 'destinations',
    check: {
      file: 'src/adapters/evm/signatures/kinds/seaport.ts',
      find: 'const counterparty = isPaid ? order.contract : null;',
      replace: 'const counterparty = order.contract;',
    },
    order: (victim) => sale(victim, 0n),
    twin: (victim) => sale(victim, 10n ** 18n),
    meets: { balanced: ['limit_missing'], aggressive: ['limit_missing'] },
  },
  {
    name: 'a call in the wallet’s name, wrapped in typed data',
    seen: 'meta transactions, where the inner call is opaque hex',
    reason: 'destination_not_allowed',
    rule: 'destinations',
    check: {
      file: 'src/adapters/evm/signatures/kinds/forwarded.ts',
      find: "      walked: walkCall(order, { sender: from, to: order.contract, value: 0n, data: message.bytes('functionSignature') }),\n",
      replace: '',
    },
    order: (victim) => meta(victim, THIEF),
    twin: (victim) => meta(victim, SHOP),
  },
  {
    name: 'an owner’s yes to foreign code as the Safe',
    seen: 'WazirX 2024, Bybit 2025: the signature alone was enough',
    reason: 'hazard_not_allowed',
    rule: 'effects.hazard',
    hazard: 'delegatecall',
    check: {
      file: 'src/adapters/evm/signatures/kinds/safe.ts',
      find: '...(delegated ? [hazard] : [])',
      replace: '',
    },
    order: () => safeTx(1),
    twin: () => safeTx(0),
  },
  {
    name: 'typed data that nobody here can read',
    seen: 'blind signing: "claim your reward"',
    reason: 'effect_unknown',
    rule: 'effects.unknown',
    check: { file: 'src/adapters/evm/signatures/read-typed-data.ts', find: '    unclear: why,\n', replace: '' },
    order: ({ usd, me }) => typed(usd.address, { Reward: 'address winner,uint256 amount' }, { winner: me, amount: 1n }),
    twin: (victim) => permit(victim, SHOP),
  },
  {
    name: 'a hash as a message',
    seen: 'blank cheques: eth_sign and its heirs',
    reason: 'hazard_not_allowed',
    rule: 'effects.hazard',
    hazard: 'signature_in_disguise',
    check: {
      file: 'src/adapters/evm/signatures/messages/disguise.ts',
      find: "  if (bytes.length === 32) return '32 bytes, as a hash has';\n",
      replace: '',
    },
    order: () => ({ kind: 'message', bytes: keccak256(payAll) }),
    twin: () => text('I have read the terms.'),
    meets: NO_MESSAGES,
  },
  {
    name: 'a transaction as a message',
    seen: 'signers that forget the prefix',
    reason: 'hazard_not_allowed',
    rule: 'effects.hazard',
    hazard: 'signature_in_disguise',
    check: {
      file: 'src/adapters/evm/signatures/messages/disguise.ts',
      find: "return first === 5 ? 'an authorization' : 'a transaction';",
      replace: 'return null;',
    },
    order: () => ({ kind: 'message', bytes: toHex(hexToBytes(payAll)) }),
    twin: () => text('I have read the terms.'),
    meets: NO_MESSAGES,
  },
  {
    name: 'a login for one site that is sent to another',
    seen: 'phishing of sign-in with Ethereum',
    reason: 'hazard_not_allowed',
    rule: 'effects.hazard',
    hazard: 'misleading_text',
    check: {
      file: 'src/adapters/evm/signatures/messages/read-message.ts',
      find: '  if (!isSameOrigin(message))\n',
      replace: '  if (message.uri === message.domain)\n',
    },
    order: (victim) => signIn(victim, 'https://evil.example/login'),
    twin: (victim) => signIn(victim, 'https://shop.example/login'),
    meets: NO_MESSAGES,
  },
  {
    name: 'a text that reads backwards',
    seen: 'letters that turn the order of others around',
    reason: 'hazard_not_allowed',
    rule: 'effects.hazard',
    hazard: 'misleading_text',
    check: {
      file: 'src/adapters/evm/signatures/messages/read-message.ts',
      find: 'return traits.length === 0 ? []',
      replace: 'return traits.length > 0 ? []',
    },
    order: () => text('I owe \u202ereh\u202c nothing.'),
    twin: () => text('I owe her nothing.'),
    meets: NO_MESSAGES,
  },
  {
    name: 'an authorization for a sweeper',
    seen: 'EIP-7702 phishing, since May 2025',
    reason: 'control_not_allowed',
    rule: 'effects.control',
    check: {
      file: 'src/adapters/evm/signatures/authorization.ts',
      find: "const found: Found[] = [{ kind: 'control', account: wallet, aspect: 'code', to: isRevocation ? null : to }];",
      replace: 'const found: Found[] = [];',
    },
    order: () => ({ kind: 'authorization', chainId: 31_337, address: SWEEPER }),
    twin: () => ({ kind: 'authorization', chainId: 31_337, address: DELEGATE }),
    meets: BY_A_PERSON,
  },
  {
    name: 'an authorization for every chain',
    seen: 'one signature replayed wherever the account has money',
    reason: 'hazard_not_allowed',
    rule: 'effects.hazard',
    hazard: 'valid_on_every_chain',
    check: {
      file: 'src/adapters/evm/signatures/authorization.ts',
      find: '  if (chainId === 0n) {\n',
      replace: '  if (chainId < 0n) {\n',
    },
    order: () => ({ kind: 'authorization', chainId: 0, address: DELEGATE }),
    twin: () => ({ kind: 'authorization', chainId: 31_337, address: DELEGATE }),
    meets: BY_A_PERSON,
  },
];
