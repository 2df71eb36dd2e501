import { describe, expect, it } from 'vitest';
import { CastellanError } from '../../../src/core/errors.ts';
import { FAILURES_TO_REST, FIRST_REST_MS } from '../../../src/core/failover/circuit.ts';
import { createPool } from '../../../src/core/failover/pool.ts';
import { createManualClock } from '../../../src/testing/index.ts';

const down = (reason?: string) =>
  new CastellanError('CHAIN_UNAVAILABLE', { message: 'down', details: reason === undefined ? {} : { reason }, retryable: true });
const late = (aborted: boolean) => new CastellanError('TIMEOUT', { message: 'late', details: aborted ? { aborted } : {} });
const refusal = new CastellanError('CHAIN_REJECTED', { message: 'no' });

/** A pool whose endpoints answer with what `answers` gives at that moment; what was asked of whom is written down. */
function scene(answers: readonly (() => unknown)[]) {
  const clock = createManualClock();
  const log: string[] = [];
  const pool = createPool<string>({
    size: answers.length,
    clock,
    async ask(endpoint, question) {
      log.push(`${endpoint} ${question}`);
      const answer = (answers[endpoint] as () => unknown)();
      if (answer instanceof Error) throw answer;
      return answer;
    },
    async check(endpoint) {
      log.push(`${endpoint} chain`);
    },
    isIll: ({ details }) => details['ill'] === true,
  });
  return { pool, log, clock };
}

describe('one after the other', () => {
  it('the chain is checked at first, after a failure, and when another endpoint takes over', async () => {
    let first: unknown = 1;
    const { pool, log } = scene([() => first, () => 2]);
    expect([await pool.first('a'), await pool.first('b')]).toEqual([1, 1]);
    expect(log.splice(0)).toEqual(['0 chain', '0 a', '0 b']);
    first = down();
    expect(await pool.first('c')).toBe(2);
    expect(log.splice(0)).toEqual(['0 c', '1 chain', '1 c']);
    expect(await pool.first('d')).toBe(2);
    expect(log.splice(0)).toEqual(['1 d']);
  });

  it('after a failure the same endpoint names its chain again: another node may stand there now', async () => {
    const answers: unknown[] = [1, down(), 2, 3];
    const { pool, log } = scene([() => answers.shift()]);
    expect([await pool.first('a'), await pool.first('b'), await pool.first('c')]).toEqual([1, 2, 3]);
    expect(log).toEqual(['0 chain', '0 a', '0 b', '0 chain', '0 b', '0 c']);
  });

  it('two tries each, one where it was silent; a refusal and giving up end it', async () => {
    const both = scene([() => down(), () => late(false)]);
    await expect(both.pool.first('a')).rejects.toMatchObject({ code: 'CHAIN_UNAVAILABLE' });
    expect(both.log.filter((line) => line.endsWith('a'))).toEqual(['0 a', '1 a', '0 a']);
    for (const error of [refusal, late(true)]) {
      const { pool, log } = scene([() => error, () => 2]);
      await expect(pool.first('a')).rejects.toBe(error);
      expect(log).toEqual(['0 chain', '0 a']);
    }
  });

  it('one that failed again and again rests, and is found again', async () => {
    let first: unknown = down();
    const { pool, log, clock } = scene([() => first, () => down()]);
    for (let call = 0; call < FAILURES_TO_REST; call += 1) await pool.first('a').catch(() => undefined);
    expect(pool.resting()).toEqual([0, 1]);
    log.splice(0);
    await expect(pool.first('b')).rejects.toMatchObject({ details: { reason: 'endpoint_resting' } });
    expect(log).toEqual([]);
    // What is handed to each of them is, whether it rests or not.
    await expect(pool.at(1, 'send')).rejects.toMatchObject({ code: 'CHAIN_UNAVAILABLE' });
    expect(log.splice(0)).toEqual(['1 chain', '1 send']);
    first = 1;
    clock.advance(FIRST_REST_MS);
    expect(await pool.first('c')).toBe(1);
    expect(pool.resting()).not.toContain(0);
  });

  it('what is too large sends nobody to rest: a stranger’s contract decides how large it is', async () => {
    const { pool } = scene([() => new CastellanError('CHAIN_RESPONSE_INVALID', { message: 'large', details: { reason: 'too_large' } })]);
    for (let call = 0; call < 20; call += 1) await expect(pool.first('a')).rejects.toMatchObject({ details: { reason: 'too_large' } });
    expect(pool.resting()).toEqual([]);
  });
});

describe('all at once', () => {
  it('each has its vote, whatever the others do', async () => {
    const { pool } = scene([() => 1, () => down(), () => refusal, () => late(false)]);
    expect((await pool.poll('a')).map(({ kind }) => kind)).toEqual(['answer', 'missing', 'refusal', 'missing']);
  });

  it('ends where the caller gave up', async () => {
    const { pool } = scene([() => 1, () => late(true)]);
    await expect(pool.poll('a')).rejects.toMatchObject({ code: 'TIMEOUT', details: { aborted: true } });
  });

  it('the check needs as many as a read', async () => {
    const wrong = new CastellanError('CHAIN_RESPONSE_INVALID', { message: 'x', details: { reason: 'chain_id_mismatch' } });
    const pool = createPool<string>({
      size: 3,
      clock: createManualClock(),
      ask: async () => 1,
      check: async (endpoint) => {
        if (endpoint === 2) throw wrong;
      },
      isIll: () => false,
    });
    await pool.verify(2);
    await expect(pool.verify(3)).rejects.toBe(wrong);
  });
});
