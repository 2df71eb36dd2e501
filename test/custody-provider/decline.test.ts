import { describe, expect, it } from 'vitest';
import { applyStep, CastellanError, type Command } from '../../src/core/index.ts';
import { answerOnce, decline, isDecline, isDeclined, wasAsked } from '../../src/manager/pipeline/decline.ts';
import { createBench, type Held } from '../custody/bench.ts';

const PAYLOAD = new Uint8Array([2, 9, 9]);

async function open() {
  const bench = await createBench({ seed: 'decline' });
  const journal = { apply: (commands: readonly Command[]) => applyStep(bench.store, { commands }) };
  const parts = { store: bench.store, journal: journal as never };
  const redeemed = async (): Promise<Held> => {
    const held = await bench.hold(PAYLOAD);
    await bench.custody.custodian.sign(held.permit, PAYLOAD);
    return held;
  };
  return { bench, parts, redeemed };
}

describe('a no of the user', () => {
  it('before the permit is spent: denied for good, nothing held', async () => {
    const { bench, parts } = await open();
    const held = await bench.hold(PAYLOAD);
    await decline(parts, await bench.row(held));
    expect(await bench.row(held)).toMatchObject({ state: 'denied', permit: null, lines: [] });
  });

  it('after it: released for good, its place free', async () => {
    const { bench, parts, redeemed } = await open();
    const held = await redeemed();
    const before = await bench.row(held);
    expect(isDeclined(before)).toBe(false);
    await decline(parts, before);
    const row = await bench.row(held);
    expect([row.state, isDeclined(row)]).toEqual(['released', true]);
    await decline(parts, before);
    expect((await bench.row(held)).updatedMs, 'once').toBe(row.updatedMs);
  });

  it('comes too late where the signature is stored already, whichever process asked', async () => {
    const { bench, parts, redeemed } = await open();
    const held = await redeemed();
    const seen = await bench.row(held);
    const { agent, requestId } = seen;
    const signed: Command = { kind: 'ledger.settle', agent, requestId, to: 'signed', sealed: 'x', txHash: 'aa' };
    expect((await bench.apply(signed, answerOnce(seen, 'signed'))).ok).toBe(true);
    await decline(parts, seen);
    expect((await bench.row(held)).state).toBe('signed');
    // The race itself: the row was looked at before, and the step comes after.
    const late = await bench.apply(
      { kind: 'ledger.settle', agent, requestId, to: 'released', freesSlot: true },
      answerOnce(seen, 'declined'),
    );
    expect([late.ok, (await bench.row(held)).state]).toEqual([false, 'signed']);
  });

  it('and a signature too late where the no is', async () => {
    const { bench, parts, redeemed } = await open();
    const held = await redeemed();
    const seen = await bench.row(held);
    await decline(parts, seen);
    const { agent, requestId } = seen;
    const late = await bench.apply(
      { kind: 'ledger.settle', agent, requestId, to: 'signed', sealed: 'x', txHash: 'aa' },
      answerOnce(seen, 'signed'),
    );
    expect([late.ok, (await bench.row(held)).state]).toEqual([false, 'released']);
  });

  it('is told from other refusals', () => {
    const error = (code: 'PERMIT_REFUSED' | 'SIGNATURE_INVALID', reason: string) =>
      new CastellanError(code, { message: 'x', details: { reason } });
    expect([
      isDecline(error('PERMIT_REFUSED', 'approval_rejected')),
      isDecline(error('PERMIT_REFUSED', 'halted')),
      isDecline(new Error('x')),
    ]).toEqual([true, false, false]);
    expect(wasAsked(error('SIGNATURE_INVALID', 'signature_invalid'))).toBe(true);
    expect(wasAsked(error('PERMIT_REFUSED', 'permit_used'))).toBe(false);
  });
});
