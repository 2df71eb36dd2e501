import { describe, expect, it } from 'vitest';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import type { Store } from '../../src/core/index.ts';
import { readDataConfig } from '../../src/integrations/cli/data-config.ts';

interface Opens {
  open(host: { clock: ReturnType<typeof systemClock>; random: ReturnType<typeof systemRandom> }): Promise<Store>;
}
const host = { clock: systemClock(), random: systemRandom() };
const storeOf = async (store: unknown): Promise<Opens> =>
  ((await readDataConfig('/nowhere/castellan.json', JSON.stringify({ store }), 'json')) as unknown as { readonly store: Opens }).store;

describe('stores that a configuration names as data', () => {
  it('puts a counter on Redis before the store that is named in it', async () => {
    // Nobody listens there: a store may be opened while Redis is away.
    const opened = await (await storeOf({ redis: { url: 'redis://127.0.0.1:1', prefix: 'x', store: 'memory' } })).open(host);
    expect(opened.info.kind).toBe('memory behind redis');
    await opened.close();
  });

  it('refuses a counter without a store of record, and kinds that it does not know', async () => {
    await expect(storeOf({ redis: { url: 'redis://127.0.0.1:1' } })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(storeOf({ redis: { store: { mysql: {} } } })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(storeOf({ redis: { prefix: 'a b', store: 'memory' } }).then((store) => store.open(host))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      details: { field: 'prefix' },
    });
  });
});
