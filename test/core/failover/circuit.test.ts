import { describe, expect, it } from 'vitest';
import { createCircuit, FAILURES_TO_REST, FIRST_REST_MS, LONGEST_REST_MS } from '../../../src/core/failover/circuit.ts';
import { createManualClock } from '../../../src/testing/index.ts';

const OUTAGE = new Error('outage');
const fail = () => Promise.reject(OUTAGE);

async function rested() {
  const clock = createManualClock();
  const circuit = createCircuit(3, clock, (error) => error === OUTAGE);
  for (let count = 0; count < FAILURES_TO_REST; count += 1) await expect(circuit.run(fail)).rejects.toBe(OUTAGE);
  return { clock, circuit };
}

describe('a circuit', () => {
  it('rests after failures in a row, by our clock alone, and says so', async () => {
    const { clock, circuit } = await rested();
    expect(circuit.isResting()).toBe(true);
    let asked = false;
    const ask = async () => {
      asked = true;
    };
    clock.advance(FIRST_REST_MS - 1);
    await expect(circuit.run(ask)).rejects.toMatchObject({
      code: 'CHAIN_UNAVAILABLE',
      details: { reason: 'endpoint_resting', endpoint: 3 },
    });
    expect(asked).toBe(false);
    clock.advance(1);
    await circuit.run(ask);
    expect([asked, circuit.isResting()]).toEqual([true, false]);
  });

  it('lets one call try, and whoever comes meanwhile waits for its end', async () => {
    const { clock, circuit } = await rested();
    clock.advance(FIRST_REST_MS);
    let end = (): void => undefined;
    const trial = circuit.run(() => new Promise<string>((resolve) => (end = () => resolve('trial'))));
    let others = 0;
    const other = Promise.all([1, 2, 3].map(() => circuit.run(async () => (others += 1))));
    await Promise.resolve();
    expect(others).toBe(0);
    end();
    expect(await trial).toBe('trial');
    await other;
    expect(others).toBe(3);
  });

  it('rests twice as long after each trial that fails, half a minute at most', async () => {
    const { clock, circuit } = await rested();
    for (let restMs = FIRST_REST_MS; ; restMs = Math.min(restMs * 2, LONGEST_REST_MS)) {
      clock.advance(restMs - 1);
      expect(circuit.isResting()).toBe(true);
      clock.advance(1);
      expect(circuit.isResting()).toBe(false);
      const waiting = [circuit.run(fail), circuit.run(fail)].map((run) => run.catch((error: unknown) => error));
      const [first, second] = await Promise.all(waiting);
      expect(first).toBe(OUTAGE);
      expect(second).toMatchObject({ details: { reason: 'endpoint_resting' } });
      if (restMs === LONGEST_REST_MS) return;
    }
  });

  it('counts failures in a row only, and answers that are errors not at all', async () => {
    const circuit = createCircuit(0, createManualClock(), (error) => error === OUTAGE);
    for (let count = 0; count < 20; count += 1) {
      await expect(circuit.run(fail)).rejects.toBe(OUTAGE);
      if (count % (FAILURES_TO_REST - 1) === 0) await circuit.run(async () => 1);
      await expect(circuit.run(() => Promise.reject(new Error('answer')))).rejects.toThrow('answer');
    }
    expect(circuit.isResting()).toBe(false);
  });
});
