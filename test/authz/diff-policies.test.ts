import { describe, expect, it } from 'vitest';
import { comparePolicies, diffPolicies, type Permissions } from '../../src/authz/index.ts';
import { BOB, EVE, OPEN, policyOf, ROUTER } from './fixture.ts';

const bob = BOB.slice(BOB.lastIndexOf(':') + 1);
const eve = EVE.slice(EVE.lastIndexOf(':') + 1);
const withLists = (more: Permissions): Permissions => ({ ...OPEN, allowedDestinations: [bob], ...more });
const compare = (before: Permissions, after: Permissions) => comparePolicies(policyOf(before), policyOf(after));

describe('diffPolicies', () => {
  it('finds nothing where only order and spelling differ', () => {
    const before = policyOf(withLists({ allowedDestinations: [bob, eve], limits: { perTransaction: 10, daily: 20 } }));
    const after = policyOf(
      withLists({ allowedDestinations: [eve.toUpperCase().replace('0X', '0x'), bob], limits: { perTransaction: '10', daily: '20.0' } }),
    );
    expect(diffPolicies(before, after)).toMatchObject({ limits: [], lists: [], settings: [] });
  });

  it('names each limit, list, rule and setting that changed', () => {
    const before = policyOf(withLists({ rules: [{ id: 'r1', conditions: [], action: 'escalate' }] }));
    const after = policyOf(
      withLists({
        allowedDestinations: [bob, eve],
        limits: { perTransaction: 11, daily: 20, weekly: 100, monthly: 200 },
        requireSimulation: false,
        rules: [{ id: 'r1', conditions: [], action: 'deny' }],
      }),
    );
    const found = diffPolicies(before, after);
    expect(found.same).toBe(false);
    expect(found.limits).toEqual([
      { path: 'unitCap.windows.perTransaction.limit', before: '10000000000000000000', after: '11000000000000000000' },
    ]);
    expect(found.lists).toEqual([{ path: `destinations.${EVE}`, after: 'listed' }]);
    expect(found.settings).toEqual([{ path: 'requireSimulation', before: 'true', after: 'false' }]);
    expect(found.rules.changed.map(({ id, before: old, after: now }) => [id, old.then, now.then])).toContainEqual([
      'r1',
      'escalate',
      'deny',
    ]);
  });
});

describe('comparePolicies', () => {
  it('agrees with itself', async () => {
    expect(await compare(OPEN, OPEN)).toMatchObject({ leftOut: 0, newlyDenied: [], newlyAllowed: [], newlyEscalated: [] });
  });

  it('finds the one base unit by which a cap was lowered, and none that both deny', async () => {
    const lower = withLists({ limits: { perTransaction: '9.999999999999999999', daily: 20, weekly: 100, monthly: 200 } });
    const found = await compare(withLists({}), lower);
    expect(found.newlyAllowed).toEqual([]);
    expect(found.newlyDenied.map(({ action }) => action)).toContainEqual(
      expect.stringContaining('pays 10000000000000000000 base units of ETH'),
    );
    expect(found.newlyDenied.every(({ reasons }) => reasons.includes('per_transaction_limit'))).toBe(true);
    expect(found.newlyDenied.some(({ action }) => action.includes(' 10000000000000000001 '))).toBe(false);
  });

  it('finds a destination, a contract method, a capability and an hour', async () => {
    expect((await compare(withLists({}), withLists({ allowedDestinations: [bob, eve] }))).newlyAllowed[0]?.action).toContain(EVE);
    const contract = ROUTER.slice(ROUTER.lastIndexOf(':') + 1);
    const listed = withLists({ allowedContracts: [{ address: contract, selectors: ['0x12345678'] }] });
    const calls = (await compare(withLists({}), listed)).newlyAllowed.filter(({ action }) => action.includes('calls'));
    expect(calls.map(({ action }) => action)).toEqual([`eip155:1 calls 12345678 of ${ROUTER}`]);
    const closed = await compare(OPEN, { ...OPEN, capabilities: { ...OPEN.capabilities, transfers: { enabled: false } } });
    expect(closed.newlyDenied.length).toBeGreaterThan(3);
    const hours = await compare(withLists({}), withLists({ timeRestrictions: [{ startHour: 8, endHour: 18 }] }));
    const denied = hours.newlyDenied.map(({ action }) => action.slice(-13, -5));
    expect(denied).toContain('07:59:59');
    expect(denied).toContain('18:00:00');
    expect(denied).not.toContain('08:00:00');
    expect(denied).not.toContain('17:59:59');
  });

  it('tells what only asks a person from what is denied', async () => {
    const found = await compare(withLists({}), withLists({ requireApproval: true }));
    expect(found.newlyDenied).toEqual([]);
    expect(found.newlyEscalated.length).toBeGreaterThan(3);
    expect(found.newlyEscalated[0]?.reasons).toEqual(['approval_required']);
  });
});
