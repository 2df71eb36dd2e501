import { describe, expect, it } from 'vitest';
import { exposureOf } from '../../../src/authz/exposure.ts';
import { type RuleItem, ruleItems } from '../../../src/authz/policy/index.ts';
import { callCapability, effectCapabilities, lookUpCall } from '../../../src/authz/policy/items/items.ts';
import { messageItems } from '../../../src/authz/policy/items/message-item.ts';
import type { ActionRequest, AssetId, Effect } from '../../../src/core/index.ts';
import {
  account,
  allow,
  BASE,
  BOB,
  CHAIN,
  call,
  ETH,
  EVE,
  fee,
  NOW,
  policyOf,
  ROUTER,
  send,
  tx,
  USDC,
  unknown,
  WALLET,
} from '../fixture.ts';

const ALL = { enabled: true } as const;
const NFT = `eip155:1/erc721:0x${'bc'.repeat(20)}/7` as AssetId;
const CODE = 'ab'.repeat(32);
const of = (permissions: object) => policyOf({ capabilities: { contracts: ALL }, ...permissions } as never, BASE);
const LISTING = of({
  allowedContracts: [
    { address: ROUTER, selectors: ['0x12345678'], expiresAt: NOW, capability: 'nft' },
    { address: ROUTER, selectors: ['0xAABBCCDD'], capability: 'trading' },
    { address: EVE, expiresAt: NOW },
  ],
  allowedProtocols: ['aave'],
  allowedDeployments: [CODE],
  allowedDelegates: [BOB],
  capabilities: { contracts: ALL, approvals: { enabled: true, spenders: [BOB] } },
});
const opaque = (over: object = {}) => ({
  contract: ROUTER,
  selector: '0x12345678',
  decoded: true,
  leaf: '0',
  protocol: null,
  capability: null,
  operation: null,
  method: null,
  args: null,
  ...over,
});
const base = { leaf: '0', source: 'bytes' } as const;
const items = (effects: readonly Effect[], policy = LISTING, nowMs = NOW): readonly RuleItem[] =>
  ruleItems(exposureOf(effects, tx()), policy, nowMs, CHAIN);
const capabilities = (effects: readonly Effect[], policy = LISTING) => effectCapabilities(exposureOf(effects, tx()), policy, NOW);

describe('a call and the list of contracts', () => {
  const listing = (over: object, nowMs = NOW) => lookUpCall(LISTING, opaque(over), nowMs).listing;

  it('is listed by its selector until the entry expires', () => {
    expect([listing({}, NOW - 1), listing({}), listing({ selector: '0xaabbccdd' }), listing({ selector: 'AABBCCDD' })]).toEqual([
      'listed',
      'expired',
      'listed',
      'listed',
    ]);
    expect([listing({ selector: '0x99999999' }), listing({ selector: null }), listing({ contract: null })]).toEqual([
      'absent',
      'absent',
      'absent',
    ]);
    expect(lookUpCall(LISTING, opaque(), NOW - 1).entry?.capability).toBe('nft');
    expect(lookUpCall(LISTING, opaque(), NOW).entry).toBeNull();
  });

  it('of any method is listed where the method is understood', () => {
    expect([listing({ contract: EVE }, NOW - 1), listing({ contract: EVE, decoded: false }, NOW - 1), listing({ contract: EVE })]).toEqual([
      'listed',
      'absent',
      'expired',
    ]);
  });

  it('of a protocol is listed by its name, unless the contract has entries of its own', () => {
    expect(listing({ contract: BOB, protocol: 'aave' })).toBe('listed');
    expect(listing({ contract: BOB, protocol: 'aave', decoded: false })).toBe('absent');
    expect(listing({ contract: BOB, protocol: 'compound' })).toBe('absent');
    expect(listing({ contract: BOB })).toBe('absent');
    expect(listing({ protocol: 'aave', selector: '0x99999999' })).toBe('absent');
  });

  it('counts as what the owner says, else the decoder, else a call', () => {
    expect(callCapability(LISTING, opaque({ selector: '0xaabbccdd', capability: 'staking' }), NOW)).toBe('trading');
    expect(callCapability(LISTING, opaque({ contract: BOB, capability: 'staking' }), NOW)).toBe('staking');
    expect(callCapability(LISTING, opaque({ contract: BOB }), NOW)).toBe('contracts');
  });
});

describe('the items of a transaction', () => {
  const nothing = { asset: null, amount: null, destination: null, contract: null, selector: null, listed: false, hazard: null };

  it('are what leaves', () => {
    expect(items([send(5n)])).toEqual([
      { ...nothing, effect: 'outflow', capability: 'transfers', chain: CHAIN, asset: ETH, amount: 5n, destination: BOB },
    ]);
    expect(items([send(1n, BOB, NFT)])[0]).toMatchObject({ capability: 'nft', asset: NFT });
    expect(items([{ ...send(1n), counterparty: null } as Effect])[0]).toMatchObject({ destination: undefined, listed: false });
    const paid = items([call(ROUTER, '0xaabbccdd'), send(5n, ROUTER)]);
    expect(paid[0]).toMatchObject({ effect: 'outflow', capability: 'trading', listed: true, destination: ROUTER });
    expect(items([call(ROUTER, '0x99999999'), send(5n, ROUTER)])[0]).toMatchObject({ capability: 'contracts', listed: false });
  });

  it('are a payment where a vote takes one along', () => {
    const vote = { ...call(BOB), protocol: 'aave', capability: 'governance' } as Effect;
    expect(items([vote, send(5n)]).map(({ effect, capability }) => [effect, capability])).toEqual([
      ['outflow', 'transfers'],
      ['call', 'governance'],
    ]);
  });

  it('are what others may take, listed where they are spenders or contracts that have not expired', () => {
    expect(items([allow(5n, WALLET)])).toEqual([
      {
        ...nothing,
        effect: 'allowance',
        capability: 'approvals',
        chain: CHAIN,
        asset: USDC,
        amount: 5n,
        destination: WALLET,
      },
    ]);
    const listed = (spender: typeof BOB, nowMs = NOW, amount: bigint | 'unlimited' = 5n) =>
      items([allow(amount, spender)], LISTING, nowMs)[0]?.listed;
    expect([listed(BOB), listed(ROUTER), listed(WALLET), listed(WALLET, NOW, 0n), listed(WALLET, NOW, 'unlimited')]).toEqual([
      true,
      true,
      false,
      true,
      false,
    ]);
    expect([listed(EVE, NOW - 1), listed(EVE), listed(EVE, NOW + 1)]).toEqual([true, false, false]);
  });

  it('are calls, with what nobody knows about them left open', () => {
    const known = {
      ...call(ROUTER, '0xAABBCCDD', 'swap'),
      protocol: 'aave',
      capability: 'trading',
      operation: 'swap',
      args: { to: 'x' },
    } as Effect;
    expect(items([known])).toEqual([
      {
        ...nothing,
        effect: 'call',
        capability: 'trading',
        chain: CHAIN,
        contract: ROUTER,
        selector: 'aabbccdd',
        call: { method: 'swap', protocol: 'aave', operation: 'swap', args: { to: 'x' } },
        listed: true,
      },
    ]);
    expect(items([unknown(null, null)])).toEqual([
      {
        ...nothing,
        effect: 'unknown',
        capability: 'contracts',
        chain: CHAIN,
        contract: undefined,
        selector: undefined,
        call: { method: undefined, protocol: undefined, operation: undefined, args: undefined },
      },
    ]);
    expect(items([unknown(ROUTER, '0xaabbccdd')])[0]).toMatchObject({ effect: 'unknown', selector: 'aabbccdd', listed: true });
  });

  it('are powers, about whom they are given to', () => {
    const power = (effect: object) => items([{ ...base, ...effect } as Effect])[0];
    const operator = { kind: 'operator', owner: WALLET, operator: EVE, collection: ROUTER, approved: true };
    expect(power(operator)).toEqual({ ...nothing, effect: 'operator', capability: 'approvals', chain: CHAIN, destination: EVE });
    expect(power({ kind: 'delegation', account: WALLET, delegate: EVE, scope: 'all' })).toEqual({
      ...nothing,
      effect: 'delegation',
      capability: 'approvals',
      chain: CHAIN,
      destination: EVE,
    });
    const control = (aspect: string, to: string | null) => power({ kind: 'control', account: WALLET, aspect, to });
    expect(control('owner', EVE)).toEqual({ ...nothing, effect: 'control', capability: 'contracts', chain: CHAIN, destination: EVE });
    expect([control('code', EVE), control('code', BOB), control('code', null)].map((item) => item?.listed)).toEqual([false, true, true]);
    expect([control('owner', BOB), control('signer', null), control('module', BOB)].map((item) => item?.listed)).toEqual([
      false,
      false,
      false,
    ]);
    const deploy = (codeDigest: string) => power({ kind: 'deploy', account: account('d6'), codeDigest });
    expect(deploy(CODE)).toEqual({ ...nothing, effect: 'deploy', capability: 'contracts', chain: CHAIN, listed: true });
    expect(deploy('cd'.repeat(32))?.listed).toBe(false);
    expect(power({ kind: 'hazard', account: WALLET, hazard: 'ton_unbounced', detail: '' })).toEqual({
      ...nothing,
      effect: 'hazard',
      capability: 'contracts',
      chain: CHAIN,
      hazard: 'ton_unbounced',
    });
  });

  it('need each capability once', () => {
    const operator = { ...base, kind: 'operator', owner: WALLET, operator: EVE, collection: ROUTER, approved: true } as Effect;
    const deploy = { ...base, kind: 'deploy', account: ROUTER, codeDigest: CODE } as Effect;
    expect(capabilities([fee()])).toEqual([]);
    expect(capabilities([send(1n), send(2n, EVE), send(1n, BOB, NFT)])).toEqual(['transfers', 'nft']);
    expect(capabilities([allow(1n), operator, deploy])).toEqual(['approvals', 'contracts']);
    expect(capabilities([operator])).toEqual(['approvals']);
    expect(capabilities([call(ROUTER, '0xaabbccdd'), call(BOB, '0x12345678', 'm', '1')])).toEqual(['trading', 'contracts']);
  });
});

describe('the item of a message', () => {
  const signing = (order: object): ActionRequest['action'] => ({ kind: 'signature', order }) as ActionRequest['action'];
  const message = { ...base, kind: 'message', text: 'hello' } as Effect;
  const typed = signing({ kind: 'typed_data' });
  const read = (action: ActionRequest['action'], effects: readonly Effect[], site?: string) =>
    messageItems(action, { effects, ...(site === undefined ? {} : { site }) }, CHAIN);

  it('is there for words alone', () => {
    expect(messageItems(typed, null, CHAIN)).toEqual([]);
    expect(read({ kind: 'transaction', bytes: new Uint8Array() } as ActionRequest['action'], [message])).toEqual([]);
    expect(read(typed, [])).toEqual([]);
    expect(read(typed, [message, allow(1n)])).toEqual([]);
    expect(read(typed, [message])).toHaveLength(1);
    expect(read(signing({ kind: 'message' }), [])).toHaveLength(1);
    expect(read(signing({ kind: 'message' }), [message, allow(1n)])).toHaveLength(1);
  });

  it('needs no capability, and names the site of a login in lower case', () => {
    const item = {
      effect: 'message',
      capability: null,
      chain: CHAIN,
      asset: null,
      amount: null,
      destination: null,
      contract: null,
      selector: null,
      listed: false,
      hazard: null,
    };
    expect(read(signing({ kind: 'message' }), [], 'App.Example.com')).toEqual([{ ...item, site: 'app.example.com' }]);
    expect(read(signing({ kind: 'message' }), [])).toEqual([{ ...item, site: null }]);
  });
});
