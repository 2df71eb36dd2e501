import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createNotificationOutbox, createWebhookNotifier } from '../../src/adapters/notify/index.ts';
import { createSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { parseEntry, toAppendCommand } from '../../src/audit/index.ts';
import { eventOf, TENANT } from './notices.ts';

/** A process with an outbox on a file. Logs what it is told to, `<from> <count>`; with `start` it delivers, too. */
const [path = '', url = '', mode = 'start'] = process.argv.slice(2);
const clock = systemClock();
const random = systemRandom();
const store = await createSqliteStore({ path, clock, random });
const outbox = createNotificationOutbox({
  store,
  clock,
  random,
  notifiers: [createWebhookNotifier({ url, clock, random, allowLoopback: true, timeoutMs: 300, attempts: 1 })],
  tenant: TENANT,
  parse: parseEntry,
  command: toAppendCommand,
  mostPerMinute: 5_000,
  everyMs: 20,
  notifyTimeoutMs: 300,
  backoff: { firstMs: 10, mostMs: 20 },
  rest: { firstMs: 10, mostMs: 20 },
});
if (mode === 'start') await outbox.start();
process.on('message', async (message) => {
  const [from = 0, count = 0] = String(message).split(' ').map(Number);
  await store.apply(Array.from({ length: count }, (_, index) => ({ commands: [toAppendCommand(eventOf(from + index))] })));
  process.send?.('logged');
});
process.send?.('ready');
