/** A second process on the same store: redeems its permits as fast as it can, and one more whenever it is told to. */
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { appendCommand, codeOf, issueCommand, redeemCommand, reserveCommand } from '../../src/testing/store-conformance/scene.ts';

const [path = '', count = '0'] = process.argv.slice(2);
const clock = systemClock();
const store = await createSqliteStore({ path, clock, random: systemRandom() });
const say = (message: unknown): void => void process.send?.(message);

const ids = Array.from({ length: Number(count) }, (_, index) => `r${index}`);
for (const id of ids) {
  const given = await codeOf(store, reserveCommand(clock.nowMs(), { id, lines: [] }, []), issueCommand(clock.nowMs(), id));
  if (given !== 'ok') throw new Error(`no permit: ${given}`);
}
const redeem = (id: string): Promise<string> => codeOf(store, redeemCommand(id), appendCommand(`redeemed-${id}`));

process.on('message', (message) => {
  if (message === 'one') void redeem(ids.shift() as string).then((code) => say({ one: code }));
  if (message === 'all') void all().then((codes) => say({ all: codes }));
});
async function all(): Promise<readonly string[]> {
  const codes: string[] = [];
  for (const id of ids) codes.push(await redeem(id));
  return codes;
}
say('ready');
