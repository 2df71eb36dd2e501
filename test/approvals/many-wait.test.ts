import { expect, it } from 'vitest';
import { signApproval } from '../../src/approvals/index.ts';
import { createBench, person } from './bench.ts';

it('an inbox lets 4096 callers wait, and no more', async () => {
  const bench = await createBench();
  const request = bench.request();
  await bench.approvals.open(request);
  const waits = Array.from({ length: 4_096 }, () => bench.approvals.wait(request.id, 30_000));
  while (bench.approvals.waiting() < 4_096) await new Promise((resolve) => setImmediate(resolve));
  await expect(bench.approvals.wait(request.id, 30_000)).rejects.toMatchObject({ code: 'TIMEOUT', retryable: true });
  await bench.approvals.answer(signApproval(person('ann'), request, 'approve'));
  expect(new Set((await Promise.all(waits)).map(({ state }) => state))).toEqual(new Set(['approved']));
  expect(bench.approvals.waiting()).toBe(0);
});
