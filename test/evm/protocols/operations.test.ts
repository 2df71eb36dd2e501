import { describe, expect, it } from 'vitest';
import { PROTOCOLS } from '../../../src/adapters/evm/protocols/index.ts';
import { type ChainId, OPERATIONS } from '../../../src/core/index.ts';
import { EVE, USDC } from './protocol-fixture.ts';

const METHODS = [...PROTOCOLS].flatMap(([protocol, { methods }]) =>
  methods({ protocol, chain: 'eip155:1' as ChainId, address: EVE as never, asset: USDC as never }).map((entry) => ({
    name: `${protocol}.${entry.signature.name}`,
    capability: entry.capability,
    operation: entry.operation,
  })),
);
const named = (operation: string) => [...new Set(METHODS.filter((entry) => entry.operation === operation).map(({ name }) => name))];

describe('what a known method is for', () => {
  it('is of the capability that it needs', () => {
    for (const { name, capability, operation } of METHODS)
      if (operation !== undefined) expect(OPERATIONS[operation], name).toBe(capability);
  });

  it('is said of all but those of which it depends on what they are told, or that change no holding', () => {
    const open = METHODS.filter(({ operation }) => operation === undefined).map(({ name }) => name);
    expect([...new Set(open)].sort()).toEqual([
      'aave.setUserEMode',
      'aave.setUserUseReserveAsCollateral',
      'compound.withdraw',
      'compound.withdrawTo',
      'morpho.setAuthorization',
    ]);
  });

  it('tells putting in from taking out, a vote from what is more than one, and minting from buying', () => {
    expect(named('unstake').sort()).toEqual([
      'aave.withdraw',
      'benqi.redeem',
      'benqi.redeemOverdueShares',
      'benqi.requestUnlock',
      'erc4626.redeem',
      'erc4626.withdraw',
      'lido-queue.claimWithdrawal',
      'lido-queue.claimWithdrawals',
      'lido-queue.claimWithdrawalsTo',
      'lido-queue.requestWithdrawals',
      'lido-queue.requestWithdrawalsWithPermit',
      'lido-wrapped.unwrap',
      'morpho.withdraw',
      'morpho.withdrawCollateral',
      'rocket-pool.burn',
    ]);
    expect(named('vote').every((name) => name.startsWith('governor.castVote'))).toBe(true);
    expect(named('borrow')).toEqual(['aave.borrow', 'morpho.borrow']);
    expect(named('create').every((name) => /^(nft-mint|seadrop)\./.test(name))).toBe(true);
    expect(named('fill').every((name) => name.startsWith('seaport.fulfill'))).toBe(true);
  });
});
