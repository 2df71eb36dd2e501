import type { StoreCheck } from './check.ts';
import { ACCOUNT, AGENT, applyOne, capsOf, codeOf, DAY_MS, HOLD_MS, requestRow, reserveCommand, rowOf } from './scene.ts';

/** Taking room, and what never makes room. */
export const ledgerChecks: readonly StoreCheck[] = [
  {
    name: 'a total equal to the cap passes, one unit more is refused with every fact',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      expect(await codeOf(store, reserveCommand(now, { id: 'r1', amount: '60' }))).toBe('ok');
      expect(await codeOf(store, reserveCommand(now, { id: 'r2', amount: '40' }))).toBe('ok');
      const refused = await applyOne(store, reserveCommand(now, { id: 'r3', amount: '1' }));
      expect(refused).toMatchObject({
        ok: false,
        command: 0,
        reason: {
          code: 'window_limit',
          rule: `w${DAY_MS}`,
          limit: '100',
          remaining: '0',
          requested: '1',
          unit: 'eip155:1/slip44:60',
          retryable: true,
        },
      });
      expect(refused.ok ? 0 : (refused.reason.resetsAtMs ?? 0) > now + HOLD_MS).toBe(true);
      expect(await rowOf(store, 'r3')).toBe(undefined);
    },
  },
  {
    name: 'a cap per single reservation, a total for ever, and the sum of two lines on one account',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      const single = capsOf([
        [0, '10'],
        [null, '15'],
      ]);
      expect(await codeOf(store, reserveCommand(now, { id: 'r1', amount: '11' }, single))).toBe('per_transaction_limit');
      const split = [
        { account: ACCOUNT, amount: '6' },
        { account: ACCOUNT, amount: '6' },
      ];
      expect(await codeOf(store, reserveCommand(now, { id: 'r2', lines: split }, single))).toBe('per_transaction_limit');
      expect(await codeOf(store, reserveCommand(now, { id: 'r3', amount: '10' }, single))).toBe('ok');
      expect(await codeOf(store, reserveCommand(now, { id: 'r4', amount: '6' }, single))).toBe('spend_exceeds_cap');
      expect(await codeOf(store, reserveCommand(now, { id: 'r5', amount: '5' }, single))).toBe('ok');
    },
  },
  {
    name: 'an account without a cap, or with a cap of no windows, is refused; no lines and zero amounts pass',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      expect(await codeOf(store, reserveCommand(now, { id: 'r1' }, []))).toBe('limit_missing');
      expect(await codeOf(store, reserveCommand(now, { id: 'r2' }, capsOf([])))).toBe('limit_missing');
      expect(await codeOf(store, reserveCommand(now, { id: 'r3' }, capsOf([[DAY_MS, '5']], 'agent:other|USD')))).toBe('limit_missing');
      expect(await codeOf(store, reserveCommand(now, { id: 'r4', lines: [] }, []))).toBe('ok');
      expect(await codeOf(store, reserveCommand(now, { id: 'r5', amount: '0' }))).toBe('ok');
    },
  },
  {
    name: 'a malformed amount, limit, window or hold never makes room',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      for (const amount of [
        '-1',
        '1.5',
        '',
        ' 1',
        '+1',
        '1e3',
        '0x10',
        '01',
        'NaN',
        '9'.repeat(97),
        5 as unknown as string,
        null as unknown as string,
      ]) {
        expect(await codeOf(store, reserveCommand(now, { id: 'bad', amount: '1', lines: [{ account: ACCOUNT, amount }] }))).toBe(
          'request_malformed',
        );
      }
      for (const limit of ['-1', '', 'Infinity', undefined as unknown as string]) {
        expect(await codeOf(store, reserveCommand(now, { id: 'bad' }, capsOf([[DAY_MS, limit]])))).toBe('request_malformed');
      }
      for (const windowMs of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, undefined as unknown as number]) {
        expect(await codeOf(store, reserveCommand(now, { id: 'bad' }, capsOf([[windowMs, '100']])))).toBe('request_malformed');
      }
      expect(await codeOf(store, reserveCommand(now, { id: 'bad', dueMs: Number.NaN }))).toBe('request_malformed');
      expect(await codeOf(store, reserveCommand(now, { id: 'bad', dueMs: now - 1 }))).toBe('reservation_not_held');
      for (const id of ['a/b', '', 'a b', 'ä', '\u{1F512}', 'x'.repeat(300)])
        expect(await codeOf(store, reserveCommand(now, { id }))).toBe('request_malformed');
      expect(await codeOf(store, { kind: 'ledger.free' } as never)).toBe('request_malformed');
      expect(await codeOf(store, reserveCommand(now, { id: 'good', amount: '100' }))).toBe('ok');
    },
  },
  {
    name: 'all lines are taken or none',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      const caps = [...capsOf([[DAY_MS, '100']]), ...capsOf([[DAY_MS, '5']], 'cap:shared|USD')];
      const lines = [
        { account: ACCOUNT, amount: '100' },
        { account: 'cap:shared|USD', amount: '6' },
      ];
      expect(await codeOf(store, reserveCommand(now, { id: 'r1', lines }, caps))).toBe('window_limit');
      expect(await codeOf(store, reserveCommand(now, { id: 'r2', amount: '100' }))).toBe('ok');
    },
  },
  {
    name: 'an unredeemed hold frees its room by itself, never before it is due',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      expect(await codeOf(store, reserveCommand(now, { id: 'r1', amount: '100' }))).toBe('ok');
      clock.advance(HOLD_MS);
      expect(await codeOf(store, reserveCommand(clock.nowMs(), { id: 'r2', amount: '1' }))).toBe('window_limit');
      clock.advance(HOLD_MS / 32);
      expect(await codeOf(store, reserveCommand(clock.nowMs(), { id: 'r2', amount: '100' }))).toBe('ok');
    },
  },
  {
    name: 'expire gives the room back once; a later expire changes nothing',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      await applyOne(store, reserveCommand(now, { id: 'r1', amount: '60' }));
      await applyOne(store, reserveCommand(now, { id: 'r2', amount: '40' }));
      const expire = { kind: 'ledger.expire', agent: AGENT, requestId: 'r1' } as const;
      expect(await codeOf(store, expire)).toBe('ok');
      expect(await codeOf(store, expire)).toBe('ok');
      expect(await codeOf(store, reserveCommand(now, { id: 'r3', amount: '61' }))).toBe('window_limit');
      expect(await codeOf(store, reserveCommand(now, { id: 'r3', amount: '60' }))).toBe('ok');
      expect((await rowOf(store, 'r1'))?.state).toBe('released');
      // A hold that lapsed by itself gives nothing back twice.
      clock.advance(HOLD_MS * 2);
      await applyOne(store, reserveCommand(clock.nowMs(), { id: 'r4', amount: '100' }));
      expect(await codeOf(store, { ...expire, requestId: 'r2' })).toBe('ok');
      expect(await codeOf(store, reserveCommand(clock.nowMs(), { id: 'r5', amount: '1' }))).toBe('window_limit');
      expect(await codeOf(store, { ...expire, requestId: 'nobody' })).toBe('reservation_not_held');
    },
  },
  {
    name: 'a request id stands for one body for ever, and is decided once',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      const denied = { kind: 'ledger.note', request: { ...requestRow(now, { id: 'r1' }), state: 'denied' } } as const;
      expect(await codeOf(store, denied)).toBe('ok');
      expect(await codeOf(store, denied)).toBe('ok');
      expect(await codeOf(store, reserveCommand(now, { id: 'r1', body: 'other' }))).toBe('request_id_reused');
      // What somebody may have been told was denied is not paid after all.
      expect(await codeOf(store, reserveCommand(now, { id: 'r1' }))).toBe('version_conflict');
      const escalated = { kind: 'ledger.note', request: { ...requestRow(now, { id: 'r1' }), state: 'escalated' } } as const;
      expect(await codeOf(store, escalated)).toBe('ok');
      expect(await codeOf(store, reserveCommand(now, { id: 'r1' }))).toBe('ok');
      expect(await codeOf(store, reserveCommand(now, { id: 'r1' }))).toBe('version_conflict');
      expect(await codeOf(store, denied)).toBe('version_conflict');
      expect(await codeOf(store, { kind: 'ledger.note', request: { ...requestRow(now, { id: 'r1', body: 'x' }), state: 'denied' } })).toBe(
        'request_id_reused',
      );
      expect(await codeOf(store, { kind: 'ledger.note', request: requestRow(now, { id: 'r2' }) })).toBe('request_malformed');
      // Another agent's request of the same id is another request.
      expect(await codeOf(store, reserveCommand(now, { id: 'r1', agent: 'a2', body: 'other' }))).toBe('ok');
    },
  },
  {
    name: 'a reservation brings no permit, signature or booking along',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      const forged = {
        ...requestRow(now, { id: 'r1' }),
        state: 'final',
        sealed: 'x',
        txHash: '0x1',
        permit: { redeemedBy: 'me' },
        booked: { atMs: 0, lines: [] },
      } as never;
      expect(await codeOf(store, { kind: 'ledger.reserve', request: forged, caps: capsOf([[DAY_MS, '100']]) })).toBe('ok');
      expect(await rowOf(store, 'r1')).toMatchObject({ state: 'held', permit: null, sealed: null, txHash: null, booked: null });
    },
  },
];
