import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { agentName, openPayer, PAYEE, signedIn } from './crash-scene.ts';

// Pays until it is killed, by its parent at a random moment or by itself at a door, and says what it was promised.
const [path = '', rpcUrl = '', round = '0', point = 'timer', nth = '0'] = process.argv.slice(2);
const say = (...words: readonly (string | number)[]): void => void writeSync(1, `${words.join(' ')}\n`);
let passed = 0;
const crashAt = (door: string): void => {
  if (door !== point) return;
  passed += 1;
  if (passed === Number(nth)) process.kill(process.pid, 'SIGKILL');
};

say('loaded');
await once(process.stdin, 'data');
const manager = openPayer(path, rpcUrl, {
  beforeApply: (steps) => {
    for (const [id, hash] of signedIn(steps)) say('signed', id, hash);
    crashAt('before-apply');
  },
  afterApply: () => crashAt('after-apply'),
  onCommitted: (rows) => {
    for (const row of rows) say('logged', row.index, row.leaf);
  },
  fetch: async (input, init) => {
    const sends = String(init?.body).includes('eth_sendRawTransaction');
    if (sends) crashAt('before-send');
    const response = await fetch(input, init);
    if (sends) crashAt('after-send');
    return response;
  },
});
await manager.start();
say('paying');
const pay = async (lane: number): Promise<void> => {
  const agent = manager.agent(agentName(Number(round) * 2 + lane));
  for (let turn = 0; turn < 40; turn += 1) {
    // No two payments of a whole run have the same amount: the chain itself tells whose payment a transaction is.
    const wei = 1_000_000_000_000n + BigInt(round) * 1_000n + BigInt(lane) * 500n + BigInt(turn);
    const id = `r${round}-${lane}-${turn}`;
    const amount = `0.${String(wei).padStart(18, '0')}`;
    say('asked', id, agent.agentId, amount);
    const result = await agent.execute({ id, to: PAYEE, amount, asset: 'ETH' });
    say('told', id, result.status, result.txHash ?? '-', result.reasons[0]?.code ?? '-');
  }
};
await Promise.all([pay(0), pay(1)]);
say('done');
