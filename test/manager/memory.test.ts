import { describe, expect, it } from 'vitest';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { createClaims } from '../../src/authz/index.ts';
import { createEventBus } from '../../src/core/event-bus.ts';
import { createAgent } from '../../src/manager/agent.ts';
import { agentWork } from '../../src/manager/agent-work.ts';
import { bootHouse } from '../../src/manager/boot.ts';
import { closeHouse } from '../../src/manager/close.ts';
import { parseConfig } from '../../src/manager/config.ts';
import { expandTemplate } from '../../src/manager/permissions.ts';
import { wirePipeline } from '../../src/manager/wiring.ts';
import { BOB, FREE, offline } from './fixture.ts';

describe('5,000 requests', () => {
  it('leave nothing in the maps of the manager: no lane, no drive, no deadline, no subscriber', async () => {
    const host = { clock: systemClock(), random: systemRandom() };
    const bus = createEventBus({ clock: host.clock });
    const house = await bootHouse(parseConfig(offline()), host, bus, ({ clock }) => createMemoryStore({ clock }));
    const parts = wirePipeline(house);
    await house.wallets.putAgent('a1', 'owner', expandTemplate(FREE), null);
    await house.wallets.createWallet('owner', 'a1');
    const agent = createAgent(
      'a1',
      (work) => work({ parts, work: { agent: agentWork, claims: createClaims({ store: house.store, clock: host.clock }) } }),
      bus.events$,
    );
    const requests = [
      (id: string) => ({ id, to: BOB, amount: 'x', asset: 'ETH' }),
      (id: string) => ({ id, to: BOB, amount: '1', asset: 'NONE' }),
      (id: string) => ({ id, nonsense: id }) as never,
      (id: string) => ({ id: `again-${id.length}`, to: BOB, amount: '0.5', asset: 'ETH', wallet: BOB }),
    ];
    for (let from = 0; from < 5_000; from += 250) {
      const results = await Promise.all(
        Array.from({ length: 250 }, (_, index) => agent.execute((requests[index % 4] as (id: string) => object)(`r-${from + index}`))),
      );
      expect(results.every(({ decision }) => decision.verdict === 'denied')).toBe(true);
    }
    const unreachable = await Promise.all(
      Array.from({ length: 20 }, (_, index) => agent.execute({ id: `c-${index}`, to: BOB, amount: '0.5', asset: 'ETH' })),
    );
    expect(new Set(unreachable.map(({ reasons }) => reasons[0]?.code))).toEqual(new Set(['chain_unavailable']));
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect([parts.lanes.size(), parts.driving.size, house.deadlines.pending(), bus.size()]).toEqual([0, 0, 0, 0]);
    await closeHouse(house);
  });
});
