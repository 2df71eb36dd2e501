import { describe, expect, it } from 'vitest';
import { createAnnouncer } from '../../src/approvals/announce.ts';
import type { ApprovalAnswer, ApprovalErrand, ApprovalProvider, ApprovalRecord, ApprovalRequest } from '../../src/core/index.ts';
import { createBench } from './bench.ts';

const request = (await createBench()).request();
const recordOf = (state: ApprovalRecord['state']): ApprovalRecord => ({ request, state, answer: null, answers: [], answeredAtMs: null });
const MINUTE_MS = 60_000;

/** Providers that write down what they are told. */
function rig(record: ApprovalRecord | undefined = recordOf('pending')) {
  const told: string[] = [];
  const errands: ApprovalErrand[] = [];
  const provider = (name: string, more: Partial<ApprovalProvider> = {}): ApprovalProvider => ({
    name,
    notify(_, __, errand) {
      told.push(name);
      errands.push(errand);
    },
    ...more,
  });
  const providers = [
    provider('plain'),
    provider('fails', {
      notify: () => {
        told.push('fails');
        throw new Error('down');
      },
    }),
    provider('keeps', { resumes: true }),
    provider('truthy', { resumes: 1 as unknown as true }),
  ];
  const asked: string[] = [];
  const announcer = createAnnouncer(
    providers,
    async (_: ApprovalAnswer) => recordOf('approved'),
    async (id) => {
      asked.push(id);
      return record;
    },
  );
  return { announcer, told, errands, asked };
}

describe('announcing', () => {
  it('tells every provider, whatever the others do, with what it may ask', async () => {
    const { announcer, told, errands, asked } = rig();
    announcer.announce(request);
    expect(told).toEqual(['plain', 'fails', 'keeps', 'truthy']);
    expect(await errands[0]?.isOpen()).toBe(true);
    expect(await errands[0]?.state()).toBe('pending');
    expect(asked).toEqual([request.id, request.id]);
    for (const record of [recordOf('approved'), recordOf('used')]) {
      const other = rig(record);
      other.announcer.announce(request);
      expect(await other.errands[0]?.isOpen()).toBe(false);
      expect(await other.errands[0]?.state()).toBe(record.state);
    }
  });

  it('knows of a request that is gone', async () => {
    const errands: ApprovalErrand[] = [];
    const notify = (_: ApprovalRequest, __: unknown, errand: ApprovalErrand) => void errands.push(errand);
    createAnnouncer(
      [{ name: 'one', notify }],
      async () => recordOf('used'),
      async () => undefined,
    ).announce(request);
    expect([await errands[0]?.isOpen(), await errands[0]?.state()]).toEqual([false, undefined]);
  });

  it('reminds those that keep account, once it has waited for a minute', () => {
    const { announcer, told } = rig();
    announcer.remind(recordOf('pending'), request.createdAtMs + MINUTE_MS - 1);
    announcer.remind(recordOf('approved'), request.createdAtMs + MINUTE_MS);
    expect(told).toEqual([]);
    announcer.remind(recordOf('pending'), request.createdAtMs + MINUTE_MS);
    expect(told).toEqual(['keeps']);
  });

  it('tells of the end, and why', () => {
    const { announcer, errands } = rig();
    announcer.announce(request);
    expect(errands[0]?.ended.aborted).toBe(false);
    announcer.stop();
    expect(errands[0]?.ended.aborted).toBe(true);
    expect(errands[0]?.ended.reason).toBeInstanceOf(Error);
  });
});
