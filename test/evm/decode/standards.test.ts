import { pad } from 'viem';
import { describe, expect, it } from 'vitest';
import { collectibleAsset } from '../../../src/core/index.ts';
import {
  assetOf,
  CHAIN,
  decodeCall,
  encode,
  flow,
  NATIVE,
  on,
  only,
  outflows,
  PAYEE,
  reasons,
  STRANGE,
  THIEF,
  TOKEN,
  WALLET,
} from './scene.ts';

const word = pad('0x12');

describe('tokens', () => {
  const authorization = [WALLET, THIEF, 5n, 0n, 9n, word] as const;
  it.each([
    [
      'transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)',
      [...authorization, 27, word, word],
    ],
    ['transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)', [...authorization, '0x12']],
    ['receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)', [...authorization, 27, word, word]],
    ['receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)', [...authorization, '0x12']],
    ['transferAndCall(address,uint256)', [THIEF, 5n]],
    ['transferAndCall(address,uint256,bytes)', [THIEF, 5n, '0x12']],
    ['transferFromAndCall(address,address,uint256)', [WALLET, THIEF, 5n]],
    ['transferFromAndCall(address,address,uint256,bytes)', [WALLET, THIEF, 5n, '0x12']],
  ] as const)('%s moves, and is a call to be allowed by name', (signature, args) => {
    const decoded = decodeCall(TOKEN, encode(signature, args));
    expect(reasons(decoded)).toEqual([]);
    expect(outflows(decoded)).toEqual([flow(WALLET, THIEF, 5n)]);
    expect(only(decoded, 'call')).toMatchObject([{ contract: on(TOKEN), method: signature.slice(0, signature.indexOf('(')) }]);
  });

  it('approveAndCall and a permit with one signature are allowances', () => {
    for (const [signature, args] of [
      ['approveAndCall(address,uint256)', [THIEF, 5n]],
      ['approveAndCall(address,uint256,bytes)', [THIEF, 5n, '0x12']],
      ['permit(address,address,uint256,uint256,bytes)', [WALLET, THIEF, 5n, 9n, '0x12']],
    ] as const)
      expect(only(decodeCall(TOKEN, encode(signature, args)), 'allowance')).toMatchObject([
        { owner: on(WALLET), spender: on(THIEF), amount: 5n },
      ]);
  });

  it('burning is an outflow to nobody', () => {
    expect(only(decodeCall(TOKEN, encode('burn(uint256)', [5n])), 'outflow')).toMatchObject([
      { account: on(WALLET), counterparty: null, amount: 5n },
    ]);
    expect(only(decodeCall(TOKEN, encode('burnFrom(address,uint256)', [PAYEE, 5n])), 'outflow')).toMatchObject([{ account: on(PAYEE) }]);
  });

  it.each([
    ['transfer(address,uint256)', [THIEF, 0n]],
    ['approve(address,uint256)', [THIEF, 0n]],
    ['transferFrom(address,address,uint256)', [WALLET, THIEF, 0n]],
    ['burn(uint256)', [0n]],
  ] as const)('%s of "nothing" at a contract that nobody listed may be the first item of a collection', (signature, args) => {
    expect(decodeCall(TOKEN, encode(signature, args)).complete).toBe(true);
    const strange = decodeCall(STRANGE, encode(signature, args));
    expect(reasons(strange)).toEqual([expect.stringMatching(/^amount_or_item/)]);
    expect(only(strange, 'call')).toHaveLength(1);
  });
});

describe('collectibles', () => {
  const item = (standard: 'erc721' | 'erc1155', id: bigint, pieces: bigint) => ({
    kind: 'outflow',
    account: on(WALLET),
    counterparty: on(THIEF),
    asset: collectibleAsset(CHAIN, standard, on(STRANGE), id),
    amount: pieces,
    leaf: '0',
    source: 'bytes',
  });

  it.each([
    ['safeTransferFrom(address,address,uint256)', [WALLET, THIEF, 42n], [item('erc721', 42n, 1n)]],
    ['safeTransferFrom(address,address,uint256,bytes)', [WALLET, THIEF, 42n, '0x12'], [item('erc721', 42n, 1n)]],
    ['safeTransferFrom(address,address,uint256,uint256,bytes)', [WALLET, THIEF, 42n, 7n, '0x'], [item('erc1155', 42n, 7n)]],
    [
      'safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)',
      [WALLET, THIEF, [1n, 2n], [3n, 4n], '0x'],
      [item('erc1155', 1n, 3n), item('erc1155', 2n, 4n)],
    ],
  ] as const)('%s', (signature, args, expected) => {
    const decoded = decodeCall(STRANGE, encode(signature, args));
    expect(decoded.complete).toBe(true);
    expect(only(decoded, 'outflow')).toEqual(expected);
    expect(only(decoded, 'call')).toHaveLength(1);
    expect(decodeCall(TOKEN, encode(signature, args)).complete).toBe(false);
  });

  it('lists that do not match are of no transfer', () => {
    const data = encode('safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)', [WALLET, THIEF, [1n, 2n], [3n], '0x']);
    expect(reasons(decodeCall(STRANGE, data))).toEqual(['lists of unequal length']);
  });
});

describe('vaults', () => {
  it('a listed WETH takes the coin and gives itself, and back', () => {
    const deposit = decodeCall(TOKEN, encode('deposit()', []), 9n);
    expect(deposit.complete).toBe(true);
    expect(outflows(deposit)).toEqual([flow(WALLET, TOKEN, 9n, 'slip44:60')]);
    expect(only(deposit, 'inflow').at(-1)).toMatchObject({ account: on(WALLET), asset: assetOf(TOKEN), amount: 9n });
    const withdraw = decodeCall(TOKEN, encode('withdraw(uint256)', [9n]));
    expect(only(withdraw, 'outflow')[0]).toMatchObject({ account: on(WALLET), asset: assetOf(TOKEN), amount: 9n });
    expect(only(withdraw, 'inflow').at(-1)).toMatchObject({ account: on(WALLET), asset: NATIVE, amount: 9n });
  });

  it('nothing that comes back is believed of a contract that nobody listed', () => {
    for (const [signature, args] of [
      ['deposit()', []],
      ['withdraw(uint256)', [9n]],
    ] as const) {
      const decoded = decodeCall(STRANGE, encode(signature, args), signature === 'deposit()' ? 9n : 0n);
      expect(reasons(decoded)).toEqual(['the contract is no listed token']);
      expect(only(decoded, 'inflow').filter(({ account }) => account === on(WALLET))).toEqual([]);
    }
  });

  it('a vault’s price is not in the bytes, its shares are', () => {
    for (const signature of ['deposit(uint256,address)', 'mint(uint256,address)'] as const)
      expect(decodeCall(STRANGE, encode(signature, [5n, WALLET])).complete).toBe(false);
    expect(decodeCall(STRANGE, encode('withdraw(uint256,address,address)', [5n, WALLET, WALLET])).complete).toBe(false);
    const redeem = decodeCall(STRANGE, encode('redeem(uint256,address,address)', [5n, THIEF, WALLET]));
    const shares = `erc20:${STRANGE}`;
    expect(outflows(redeem)).toEqual([flow(WALLET, STRANGE, 5n, shares), flow(STRANGE, THIEF, 5n, shares)]);
    const own = decodeCall(STRANGE, encode('redeem(uint256,address,address)', [5n, WALLET, WALLET]));
    expect(outflows(own)).toEqual([flow(WALLET, STRANGE, 5n, shares)]);
  });
});

describe('power over contracts', () => {
  it.each([
    ['renounceOwnership()', [], 'owner', null],
    ['acceptOwnership()', [], 'owner', WALLET],
    ['grantRole(bytes32,address)', [word, THIEF], 'owner', THIEF],
    ['revokeRole(bytes32,address)', [word, PAYEE], 'owner', null],
    ['renounceRole(bytes32,address)', [word, WALLET], 'owner', null],
    ['changeAdmin(address)', [THIEF], 'owner', THIEF],
    ['upgradeTo(address)', [THIEF], 'upgrade', THIEF],
    ['upgradeToAndCall(address,bytes)', [THIEF, '0x'], 'upgrade', THIEF],
  ] as const)('%s', (signature, args, aspect, to) => {
    const decoded = decodeCall(STRANGE, encode(signature, args));
    expect(decoded.complete).toBe(true);
    expect(only(decoded, 'control')).toMatchObject([{ account: on(STRANGE), aspect, to: to === null ? null : on(to) }]);
  });

  it('an admin contract changes the proxy that it names; new code that runs at once may do anything', () => {
    for (const [signature, args, aspect] of [
      ['upgrade(address,address)', [STRANGE, THIEF], 'upgrade'],
      ['upgradeAndCall(address,address,bytes)', [STRANGE, THIEF, '0x'], 'upgrade'],
      ['changeProxyAdmin(address,address)', [STRANGE, THIEF], 'owner'],
    ] as const)
      expect(only(decodeCall(PAYEE, encode(signature, args)), 'control')).toMatchObject([{ account: on(STRANGE), aspect, to: on(THIEF) }]);
    expect(decodeCall(STRANGE, encode('upgradeToAndCall(address,bytes)', [THIEF, '0x12'])).complete).toBe(false);
    expect(decodeCall(PAYEE, encode('upgradeAndCall(address,address,bytes)', [STRANGE, THIEF, '0x12'])).complete).toBe(false);
  });
});
