import { expect, it } from 'vitest';
import { createMemoryStore } from '../../../src/adapters/store/memory/index.ts';
import type { CapInput } from '../../../src/authz/index.ts';
import type { Json } from '../../../src/core/index.ts';
import type { Permissions } from '../../../src/index.ts';
import { inspectLimits } from '../../../src/manager/limits/inspect-limits.ts';
import { createPolicyBook } from '../../../src/manager/policy-book.ts';
import { createManualClock } from '../../../src/testing/manual-clock.ts';
import { policyOf, send, WALLET } from '../../authz/fixture.ts';
import { openRig, WIDE } from '../../limits/rig.ts';

const DAY_MS = 86_400_000;
const capped = (window: 'hour' | 'day' | 'week'): Permissions => {
  const cap: CapInput = { capId: 'mine', scope: 'agent', window, max: '0.000000000000000100' };
  return { ...WIDE, limits: { ...WIDE.limits, caps: [cap] } };
};

it.each([
  ['hour', 5 * DAY_MS, 100n],
  ['week', 5 * DAY_MS, 40n],
  ['week', 20 * DAY_MS, 100n],
] as const)('a cap that is by the %s from now on shows the room that the store gives', async (window, laterMs, room) => {
  const clock = createManualClock();
  const store = createMemoryStore({ clock });
  const rig = openRig({ clock, store, isStored: true });
  const book = createPolicyBook((permissions) => policyOf(permissions as Permissions));
  const use = async (permissions: Permissions) => {
    const policy = policyOf(permissions);
    const row = { digest: policy.digest, permissions } as unknown as Json;
    const agent = { id: 'a1', user: 'u1', wallets: [WALLET], createdMs: 0 };
    await store.apply([
      {
        commands: [
          { kind: 'doc.put', key: 'agent/a1', value: agent },
          { kind: 'doc.put', key: 'policy/a1', value: row },
        ],
      },
    ]);
    return policy;
  };
  const before = await use(capped('day'));
  const id = rig.nextId();
  expect((await rig.spend(before, [send(60n)])).code).toBe('ok');
  await rig.redeem(id);
  await rig.settle(id, 'a1', 'signed', 'broadcast', 'final');
  clock.advance(laterMs);
  const after = await use(capped(window));
  const report = await inspectLimits({ store, policies: book, nowMs: clock.nowMs }, 'a1');
  const shown = report.caps.find(({ capId }) => capId === 'mine');
  expect(shown).toMatchObject({ window, remaining: room.toString(), committed: (100n - room).toString() });
  expect((await rig.spend(after, [send(room + 1n)])).code).toBe('window_limit');
  expect((await rig.spend(after, [send(room)])).code).toBe('ok');
  await store.close();
});
