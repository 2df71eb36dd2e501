import { describe, expect, it } from 'vitest';
import type { Effect, Operation } from '../../../src/core/index.ts';
import { BASE, call, fee, foreign, judgeOnce, policyOf, ROUTER } from '../fixture.ts';
import { policyReasons } from './judged-policy.ts';

const ALL = { enabled: true } as const;
const does = (operation: Operation | undefined, capability: string, leaf = '0'): Effect =>
  ({ ...call(ROUTER, '0x12345678', 'm', leaf), protocol: 'p', capability, ...(operation && { operation }) }) as Effect;

async function told(effects: readonly Effect[], capabilities: object, more: object = {}) {
  const policy = policyOf(
    {
      capabilities: { trading: ALL, staking: ALL, governance: ALL, nft: ALL, contracts: ALL, ...capabilities },
      allowedProtocols: ['p'],
      ...more,
    } as never,
    BASE,
  );
  return policyReasons(await judgeOnce({ effects: [fee(), ...effects], policy, request: foreign({ type: 'contract_call' }) }));
}
const disabled = (rule: string, capability: string, operation: string | null) => ({
  code: 'capability_disabled',
  retryable: false,
  rule,
  facts: { capability, operation, contract: ROUTER },
});

describe('a part of a capability', () => {
  it('is told with the permission that allows another', async () => {
    expect(await told([does('unstake', 'staking')], { staking: { ...ALL, unstake: false } })).toEqual([
      disabled('staking.unstake', 'staking', 'unstake'),
    ]);
    expect(await told([does('create', 'nft')], { nft: { ...ALL, create: false } })).toEqual([disabled('nft.create', 'nft', 'create')]);
    expect(await told([does('delegate', 'governance')], { governance: { ...ALL, voteOnly: true } })).toEqual([
      disabled('governance.voteOnly', 'governance', 'delegate'),
    ]);
    expect(await told([does(undefined, 'staking')], { staking: { ...ALL, unstake: false } })).toEqual([
      disabled('staking.unstake', 'staking', null),
    ]);
  });

  it('bounds calls of its own capability alone', async () => {
    const bounded = { staking: { ...ALL, unstake: false } };
    expect(await told([does('vote', 'governance')], bounded)).toEqual([]);
    expect(await told([does('stake', 'staking'), does('vote', 'governance', '1')], bounded)).toEqual([]);
  });

  it('is none where the owner says that the call is of another capability than its decoder does', async () => {
    const listed = { allowedContracts: [{ address: ROUTER, capability: 'staking' }] };
    expect(await told([does('vote', 'governance')], { staking: { ...ALL, unstake: false } }, listed)).toEqual([
      disabled('staking.unstake', 'staking', null),
    ]);
    expect(await told([does('stake', 'staking')], { staking: { ...ALL, unstake: false } }, listed)).toEqual([]);
  });

  it('bounds nothing unless the owner says so', () => {
    const boundsOf = (capabilities: object) => policyOf({ capabilities } as never, BASE).operationBounds;
    expect(boundsOf({})).toEqual([]);
    expect(boundsOf({ staking: ALL, nft: ALL, governance: ALL })).toEqual([]);
    expect(
      boundsOf({ staking: { ...ALL, unstake: true }, nft: { ...ALL, create: true }, governance: { ...ALL, voteOnly: false } }),
    ).toEqual([]);
    expect(boundsOf({ governance: { ...ALL, voteOnly: true } })).toEqual([
      { capability: 'governance', rule: 'governance.voteOnly', operations: ['vote'] },
    ]);
  });
});
