import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { toAppendCommand } from '../../src/audit/index.ts';
import { applyStep } from '../../src/core/doc.ts';
import type { HaltState } from '../../src/core/halt.ts';
import { NO_HALT } from '../../src/core/halt.ts';
import type { LedgerRow } from '../../src/core/ledger.ts';
import { type Command, type RequestRow, storeKey } from '../../src/core/store.ts';
import type { Receipt } from '../../src/core/transaction.ts';
import { type AdvanceParts, advance } from '../../src/manager/pipeline/advance.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import { ACCOUNT, applyOne, issueCommand, redeemCommand, reserveCommand } from '../../src/testing/store-conformance/scene.ts';

/** A request that is signed, on a store and a chain whose clock and word the test holds. */
async function signedRequest() {
  const clock = createManualClock();
  const store = createMemoryStore({ clock });
  const now = await store.now();
  const slot = { kind: 'slot.take', wallet: 'eip155:1:0x00000000000000000000000000000000000000aa', slot: 0, base: 0 } as const;
  const sent: string[] = [];
  const chain: { settle: 'final' | 'replaced' | 'pending'; status: 'final' | 'pending' } = { settle: 'final', status: 'final' };
  await applyOne(
    store,
    reserveCommand(now, { id: 'r1', amount: '10', slot: 0 }),
    { ...slot, agent: 'a1', requestId: 'r1', dueMs: now + 60_000 } as unknown as Command,
    issueCommand(now, 'r1'),
  );
  await applyOne(store, redeemCommand('r1'));
  await applyOne(store, { kind: 'ledger.settle', agent: 'a1', requestId: 'r1', to: 'signed', sealed: 'AA==', txHash: '0x01' });
  const receipt = { success: true, txHash: '0x01', confirmedAtBlock: 1, blockHash: '0x02', feePaid: 0n } as unknown as Receipt;
  const parts = {
    store,
    host: { clock },
    journal: { apply: (commands: readonly Command[]) => applyStep(store, { commands }), command: toAppendCommand },
    chains: {
      node: () => ({
        rebroadcastMs: null,
        broadcast: async ({ hash }: { readonly hash: string }) => {
          sent.push(hash);
          return { status: 'accepted' };
        },
        status: async () => ({ status: chain.status, receipt }),
        settle: async () => ({ status: chain.settle, receipt, by: null }),
      }),
    },
    sealer: { open: () => new Uint8Array(1), seal: () => 'AA==' },
    readHalt: async () => ((await store.get([storeKey.halt()]))[0] as unknown as HaltState | undefined) ?? NO_HALT,
    locallyHalted: () => false,
    nowMs: clock.nowMs,
    event: (agent: string, severity: string, type: string, details: object, id: string) => ({
      v: 1,
      id,
      tenant: 't',
      at: clock.nowMs(),
      agent,
      severity,
      type,
      details,
    }),
    onReplaced: async () => undefined,
    onFinal: async () => [],
  } as unknown as AdvanceParts;
  const row = async (): Promise<RequestRow> => (await store.get([storeKey.request('a1', 'r1')]))[0] as unknown as RequestRow;
  const ledger = async () => (await store.get([storeKey.ledger(ACCOUNT)]))[0] as unknown as LedgerRow;
  const go = async () => advance(parts, await row(), { timeoutMs: 0 });
  return { clock, store, sent, chain, row, ledger, go };
}

describe('a host clock that jumps', () => {
  it('does not end a pause for what is signed and held back', async () => {
    const { clock, store, sent, go, row } = await signedRequest();
    const untilMs = (await store.now()) + 3_600_000;
    await applyOne(store, { kind: 'halt.set', change: { kind: 'pause', agent: 'a1', reason: '', by: '', untilMs } });
    expect((await go()).status).toBe('stopped');
    clock.setNow(clock.nowMs() + 2 * 3_600_000);
    expect((await go()).status).toBe('stopped');
    expect([sent, (await row()).state]).toEqual([[], 'signed']);
    clock.setNow(clock.nowMs() - 2 * 3_600_000);
    clock.advance(3_600_001);
    expect((await go()).status).toBe('final');
    expect(sent).toEqual(['0x01']);
  });

  it('does not swallow what happens to one request within one moment', async () => {
    const { chain, ledger, go, row } = await signedRequest();
    // Store time stands still for up to two seconds after the host's clock was set back.
    expect((await go()).status).toBe('final');
    for (let round = 0; round < 3; round += 1) {
      chain.status = 'pending';
      chain.settle = 'pending';
      expect((await go()).status).toBe('pending');
      expect([(await row()).state, (await ledger()).inFlight, (await ledger()).total]).toEqual(['broadcast', '10', '0']);
      chain.settle = 'final';
      chain.status = 'final';
      expect((await go()).status).toBe('final');
      expect([(await row()).state, (await ledger()).inFlight, (await ledger()).total]).toEqual(['final', '0', '10']);
    }
    chain.status = 'pending';
    chain.settle = 'replaced';
    expect((await go()).status).toBe('stopped');
    expect([(await row()).state, (await ledger()).inFlight, (await ledger()).total]).toEqual(['released', '0', '0']);
  });
});
