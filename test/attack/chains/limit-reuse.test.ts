import { expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/host/index.ts';
import type { SignatureStatus } from '../../../src/core/index.ts';
import { type RequestRow, storeKey } from '../../../src/core/store.ts';
import { hookedStore } from '../../e2e/bench.ts';
import { newScript, openBench, outcome, permit, SHOP, usd } from '../../manager/signing/fixture.ts';

const KEYS = { encryptionKey: '9a'.repeat(32) };
const HOUR = 3_600_000;

/** Signs an order for 100 USD, lets it come to `status` and its end pass, and says what another process then makes of it. */
async function afterItsEnd(status: SignatureStatus): Promise<readonly [state: string, next: string]> {
  const real = systemClock();
  let offsetMs = 0;
  const clock = { ...real, nowMs: () => real.nowMs() + offsetMs, monotonicMs: () => real.monotonicMs() + offsetMs };
  const { store, factory } = hookedStore({}, { clock });
  const script = newScript();
  script.finalMs = () => clock.nowMs();
  const parts = { store: factory, keys: KEYS, clock };
  await using bench = await openBench(parts, script);
  await bench.sign(permit(bench.wallet, SHOP, usd(100), { nonce: '0', expiresAtMs: clock.nowMs() + HOUR }), 'one');
  await bench.sign(permit(bench.wallet, SHOP, usd(100), { nonce: '1' }), 'two');
  script.status = { 0: status };
  offsetMs = HOUR + 61_000;
  await using other = await openBench(parts, script);
  await other.security.start();
  const [row] = await store.get([storeKey.request('a1', 'one')]);
  return [(row as unknown as RequestRow).state, await outcome(bench.sign(permit(bench.wallet, SHOP, usd(100), { nonce: '2' })))];
}

it('an order that was filled in part before it ended gives no room back: the same limit is not spent twice', async () => {
  expect(await afterItsEnd('partly_used')).toEqual(['final', 'REQUEST_DENIED window_limit']);
});

it('one that nobody used does', async () => {
  expect(await afterItsEnd('open')).toEqual(['released', 'signed']);
});
