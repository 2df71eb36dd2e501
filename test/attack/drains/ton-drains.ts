import { beginCell } from '@ton/core';
import { payment } from '../../fixtures/ton-deploy.ts';
import { changeAdminBody, textPayload } from '../../fixtures/ton-messages.ts';
import type { Drain } from './drain.ts';
import { currency, givesItem, IGNORE, paysShop, sendsTokens, TON, type TonOrder, type TonVictim } from './ton-order.ts';

const HAZARD = { reason: 'hazard_not_allowed', rule: 'effects.hazard' } as const;
const UNKNOWN = { reason: 'effect_unknown', rule: 'effects.unknown' } as const;
const STRANGER = { reason: 'destination_not_allowed', rule: 'destinations' } as const;
const CONTROL = { reason: 'control_not_allowed', rule: 'effects.control' } as const;
const HAZARDS = 'src/adapters/ton/decode/hazards.ts';
const MESSAGES = 'src/adapters/ton/decode/messages.ts';
const TOKENS = 'src/adapters/ton/decode/token-orders.ts';
const WALK = 'src/adapters/ton/decode/walk.ts';
const CHANGES = 'src/adapters/ton/decode/own-changes.ts';
const CHANGE = "found.effects.push({ kind: 'control', account: wallet, aspect, to, ...at });";

/** What a message of a wallet on TON can do to it. */
export const TON_DRAINS: readonly Drain<TonVictim, TonOrder>[] = [
  {
    name: 'send mode 128, which takes the whole balance along',
    seen: 'drainers of whole wallets on TON',
    ...HAZARD,
    hazard: 'carries_whole_balance',
    check: { file: HAZARDS, find: 'if ((mode & WHOLE_BALANCE) !== 0)', replace: 'if (mode > 255)' },
    order: (victim) => paysShop(victim, { mode: 128 + IGNORE }),
    twin: paysShop,
  },
  {
    name: 'send mode 32 beside 128, which takes the wallet, too',
    seen: 'the same, with nothing left to come back to',
    ...HAZARD,
    hazard: 'destroys_account',
    check: { file: HAZARDS, find: 'if ((mode & DESTROY) !== 0)', replace: 'if (mode > 255)' },
    order: (victim) => paysShop(victim, { mode: 128 + 32 + IGNORE }),
    twin: paysShop,
  },
  {
    name: 'send mode 64, which names one sum and pays another',
    seen: 'orders copied out of contracts',
    ...HAZARD,
    hazard: 'carries_inbound_value',
    check: { file: HAZARDS, find: 'if ((mode & INBOUND_VALUE) !== 0)', replace: 'if (mode > 255)' },
    order: (victim) => paysShop(victim, { mode: 64 + IGNORE }),
    twin: paysShop,
  },
  {
    name: 'coins for a contract that refuses them, and cannot send them back',
    seen: 'orders without the bounce flag',
    ...HAZARD,
    hazard: 'no_bounce_from_contract',
    check: {
      file: HAZARDS,
      find: "if ((state === 'contract' || state === 'frozen') && !message.bounce)",
      replace: "if (state === 'frozen' && !message.bounce)",
    },
    order: ({ wall }) => [payment({ to: wall.address, value: TON, bounce: false })],
    twin: ({ till }) => [payment({ to: till.address, value: TON / 10n, bounce: true })],
  },
  {
    name: 'the state of a contract of the thief’s, deployed with the wallet’s money',
    seen: 'fake games and vaults',
    reason: 'deploy_not_allowed',
    rule: 'effects.deploy',
    check: {
      file: WALK,
      find: "  found.effects.push({ kind: 'deploy', account: to, codeDigest, leaf: frame.leaf, source: 'bytes' });\n",
      replace: '',
    },
    order: ({ trap }) => [payment({ to: trap.address, value: TON / 10n, init: trap.init, bounce: false })],
    twin: paysShop,
  },
  {
    name: 'an extension, which may send whatever it likes',
    seen: 'the setApprovalForAll of W5 wallets',
    ...CONTROL,
    check: { file: CHANGES, find: CHANGE, replace: `if (aspect !== 'module') ${CHANGE}` },
    order: ({ extension }) => [{ type: 'addExtension', address: extension.address }],
    twin: paysShop,
  },
  {
    name: 'an order to obey signatures no more, behind a payment',
    seen: 'the key is locked out, an extension is not',
    ...CONTROL,
    check: { file: CHANGES, find: CHANGE, replace: `if (aspect !== 'signer') ${CHANGE}` },
    order: (victim) => [...paysShop(victim), { type: 'setIsPublicKeyEnabled', isEnabled: false }],
    twin: paysShop,
  },
  {
    name: 'a fake token account, which keeps the coins',
    seen: 'counterfeit USDT',
    ...HAZARD,
    hazard: 'counterfeit_token',
    check: { file: WALK, find: "if (fact?.state !== 'contract' || fact.holds !== null) return;", replace: 'if (fact !== null) return;' },
    order: (victim) => sendsTokens(victim, { at: victim.fake }),
    twin: sendsTokens,
  },
  {
    name: 'another admin for a token',
    seen: 'minters handed over by a phished issuer',
    ...CONTROL,
    check: {
      file: WALK,
      find: "      found.effects.push({ kind: 'control', account: to, aspect: body.aspect, to: body.to, leaf, source: 'bytes' });\n",
      replace: '',
    },
    order: ({ own, robber }) => [payment({ to: own.address, value: TON / 20n, body: changeAdminBody(robber) })],
    twin: (victim) => paysShop(victim, { body: textPayload('order 7') }),
  },
  {
    name: 'another currency beside a small payment',
    seen: 'what an order’s amount does not show',
    ...HAZARD,
    hazard: 'extra_currency',
    check: { file: HAZARDS, find: 'if (message.currencies !== null) {', replace: 'if (message.currencies === undefined) {' },
    order: (victim) => paysShop(victim, { extra: currency(100, 5n) }),
    twin: paysShop,
  },
  {
    name: 'tokens for a stranger',
    seen: 'the plainest of all',
    ...STRANGER,
    check: {
      file: TOKENS,
      find: '  for (const to of takers) addMove(found, frame.leaf, { from: frame.wallet, to, asset, amount });\n',
      replace: '',
    },
    order: (victim) => sendsTokens(victim, { to: victim.robber }),
    twin: sendsTokens,
  },
  {
    name: 'a custom payload for the token account',
    seen: 'mintless claims: the account does what the payload says, the amount is decoration',
    ...UNKNOWN,
    check: { file: TOKENS, find: 'if (body.customPayload === null) return;', replace: 'if (body.amount > 0n) return;' },
    order: (victim) => sendsTokens(victim, { customPayload: textPayload('all of it') }),
    twin: sendsTokens,
  },
  {
    name: 'an order to the recipient that nobody here can read',
    seen: 'swaps for the benefit of somebody else, in the forward payload',
    ...UNKNOWN,
    check: {
      file: TOKENS,
      find: '    addUnknown(found, frame.leaf, { contract: destination, selector, detail });\n    return [destination];',
      replace: '    return [destination];',
    },
    order: (victim) => sendsTokens(victim, { forwardPayload: beginCell().storeUint(0x25938561, 32).storeAddress(victim.robber).endCell() }),
    twin: (victim) => sendsTokens(victim, { forwardPayload: textPayload('order 7') }),
  },
  {
    name: 'the rest of the coins for a stranger',
    seen: 'the response destination: a token order of no value that costs a fortune',
    ...STRANGER,
    check: {
      file: TOKENS,
      find: '  if (amount > 0n) addMove(found, frame.leaf, { from: frame.wallet, to: body.response ?? to, asset: frame.native, amount });\n',
      replace: '',
    },
    order: (victim) => sendsTokens(victim, { value: TON / 2n, responseTo: victim.robber }),
    twin: (victim) => sendsTokens(victim, { value: TON / 2n }),
  },
  {
    name: 'a comment with letters that nobody sees',
    seen: 'comment phishing: "received +1,000 USDT"',
    ...HAZARD,
    hazard: 'misleading_text',
    check: { file: MESSAGES, find: '  if (traits.length === 0) return;\n', replace: '  if (traits.length >= 0) return;\n' },
    order: (victim) => paysShop(victim, { body: textPayload('Confirm\u200b at \u202emoc.live') }),
    twin: (victim) => paysShop(victim, { body: textPayload('order 7') }),
  },
  {
    name: 'a comment that only its receiver can read',
    seen: 'what is agreed to in it, nobody else learns',
    ...HAZARD,
    hazard: 'unreadable_text',
    check: {
      file: MESSAGES,
      find: "  found.effects.push({ kind: 'hazard', account: to, hazard: 'unreadable_text', detail, leaf, source: 'bytes' });\n",
      replace: '',
    },
    order: (victim) => paysShop(victim, { body: beginCell().storeUint(0x2167da4b, 32).storeBuffer(Buffer.alloc(80, 7)).endCell() }),
    twin: (victim) => paysShop(victim, { body: textPayload('order 7') }),
  },
  {
    name: 'the last of four messages',
    seen: 'batches of which the screen shows the first',
    ...STRANGER,
    check: {
      file: 'src/adapters/ton/decode/decode-transaction.ts',
      find: '    walk({ ...top, send, leaf: String(position) }, found);\n',
      replace: '    if (position < 3) walk({ ...top, send, leaf: String(position) }, found);\n',
    },
    order: (victim) => [1, 2, 3].flatMap(() => paysShop(victim)).concat(paysShop(victim, { to: victim.robber, bounce: false })),
    twin: (victim) => [1, 2, 3, 4].flatMap(() => paysShop(victim)),
  },
  {
    name: 'an item for a stranger',
    seen: 'fake offers for names and numbers',
    ...STRANGER,
    check: {
      file: 'src/adapters/ton/decode/item-orders.ts',
      find: "  addMove(found, leaf, { from: sender, to: newOwner, asset: collectibleAsset(chain, 'nft', to), amount: 1n });\n",
      replace: '',
    },
    order: ({ till, robber, wallet }) => givesItem(till.address, robber, wallet),
    twin: ({ till, shop, wallet }) => givesItem(till.address, shop, wallet),
    meets: { balanced: ['limit_missing'], aggressive: ['limit_missing'] },
  },
];
