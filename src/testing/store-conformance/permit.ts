import { sha256Hex } from '../../core/digest.ts';
import { permitId } from '../../core/permit.ts';
import type { Command } from '../../core/store.ts';
import type { StoreCheck } from './check.ts';
import { AGENT, applyOne, codeOf, HOLD_MS, issueCommand, redeemCommand, reserveCommand, rowOf, settleCommand, WALLET } from './scene.ts';

const KILL: Command = { kind: 'halt.set', change: { kind: 'kill', reason: 'test', by: 'guardian' } };
const LIFT: Command = { kind: 'halt.set', change: { kind: 'lift', reason: 'test', by: 'operator' } };
const pause = (agent: string, untilMs: number | null): Command => ({
  kind: 'halt.set',
  change: { kind: 'pause', agent, reason: 'test', by: 'guardian', untilMs },
});
const doc = (key: string, value: { readonly [name: string]: string }): Command => ({ kind: 'doc.put', key, value });

/** Issue and redeem: the linearization point of every signature. */
export const permitChecks: readonly StoreCheck[] = [
  {
    name: 'a permit is redeemed once; the same redeemer may ask again, nobody else',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      expect(await codeOf(store, reserveCommand(now, { id: 'r1' }), issueCommand(now, 'r1'))).toBe('ok');
      expect(await codeOf(store, redeemCommand('r1'))).toBe('ok');
      expect(await codeOf(store, redeemCommand('r1'))).toBe('ok');
      expect(await codeOf(store, redeemCommand('r1', { redeemer: 'r2' }))).toBe('permit_used');
      expect(await codeOf(store, redeemCommand('r1', { payloadDigest: sha256Hex('x') }))).toBe('permit_payload_mismatch');
      expect((await store.scan('open/')).length).toBe(1);
      await applyOne(store, settleCommand('r1', 'signed'));
      expect(await codeOf(store, redeemCommand('r1'))).toBe('permit_used');
    },
  },
  {
    name: 'each thing that a permit is bound to has its own refusal',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      await applyOne(store, reserveCommand(now, { id: 'r1' }), issueCommand(now, 'r1'));
      for (const bad of [
        '',
        'r1',
        'r1/a1/x',
        permitId(AGENT, 'r1', '0'.repeat(32)),
        permitId(AGENT, 'nobody', '0'.repeat(32)),
        undefined as never,
        {} as never,
      ]) {
        expect(await codeOf(store, redeemCommand('r1', { permitId: bad }))).toBe('permit_unknown');
      }
      expect(await codeOf(store, redeemCommand('r1', { payloadDigest: sha256Hex('other') }))).toBe('permit_payload_mismatch');
      expect(await codeOf(store, redeemCommand('r1', { keyId: 'k2' }))).toBe('permit_key_mismatch');
      await applyOne(store, doc('key/k1', { state: 'revoked' }));
      expect(await codeOf(store, redeemCommand('r1'))).toBe('key_revoked');
      await applyOne(store, doc('key/k1', { state: 'active' }), doc('policy/a1', { digest: 'p2' }));
      expect(await codeOf(store, redeemCommand('r1'))).toBe('policy_changed');
      await applyOne(store, doc('policy/a1', { digest: 'none' }), doc('registry', { digest: 'g2' }));
      expect(await codeOf(store, redeemCommand('r1'))).toBe('registry_changed');
      await applyOne(store, { kind: 'doc.put', key: 'registry', value: null });
      expect(await codeOf(store, redeemCommand('r1'))).toBe('ok');
    },
  },
  {
    name: 'a document without a digest fits no permit',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      await applyOne(store, doc('registry', { other: 'none' }));
      expect(await codeOf(store, reserveCommand(now, { id: 'r1' }), issueCommand(now, 'r1'))).toBe('registry_changed');
    },
  },
  {
    name: 'a kill that was committed first wins, and what it voided stays void after the lift',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      await applyOne(store, reserveCommand(now, { id: 'r1' }), issueCommand(now, 'r1'));
      const results = await store.apply([{ commands: [KILL] }, { commands: [redeemCommand('r1')] }]);
      expect(results[0]?.ok).toBe(true);
      expect(results[1]).toMatchObject({ ok: false, reason: { code: 'halted' } });
      expect(await codeOf(store, reserveCommand(now, { id: 'r2' }), issueCommand(now, 'r2', { epoch: 1 }))).toBe('halted');
      expect(await codeOf(store, LIFT)).toBe('ok');
      expect(await codeOf(store, redeemCommand('r1'))).toBe('epoch_changed');
      expect(await codeOf(store, reserveCommand(now, { id: 'r2' }), issueCommand(now, 'r2', { epoch: 1 }))).toBe('epoch_changed');
      expect(await codeOf(store, reserveCommand(now, { id: 'r2' }), issueCommand(now, 'r2', { epoch: 2 }))).toBe('ok');
      expect(await codeOf(store, redeemCommand('r2'))).toBe('ok');
      await applyOne(store, KILL);
      expect(await codeOf(store, redeemCommand('r2'))).toBe('halted');
    },
  },
  {
    name: 'a paused agent is stopped until the pause is over, others are not paused',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      await applyOne(store, pause('a2', null));
      await applyOne(store, reserveCommand(now, { id: 'r1' }), issueCommand(now, 'r1', { epoch: 1 }));
      await applyOne(store, pause(AGENT, now + 1_000));
      expect(await codeOf(store, redeemCommand('r1'))).toBe('agent_paused');
      expect(await codeOf(store, reserveCommand(now, { id: 'r2' }), issueCommand(now, 'r2', { epoch: 2 }))).toBe('agent_paused');
      clock.advance(1_000);
      expect(await codeOf(store, reserveCommand(now, { id: 'r2' }), issueCommand(now, 'r2', { epoch: 2 }))).toBe('ok');
      expect(store.haltSnapshot()?.state.epoch).toBe(2);
    },
  },
  {
    name: 'a permit, an approval and a hold each expire on their own',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      await applyOne(store, reserveCommand(now, { id: 'p', dueMs: now + 9_000_000 }), issueCommand(now, 'p', { expiresAtMs: now + 1_000 }));
      await applyOne(
        store,
        reserveCommand(now, { id: 'q', dueMs: now + 9_000_000 }),
        issueCommand(now, 'q', { expiresAtMs: now + 9_000_000, approvals: ['x'], approvalsExpireAtMs: now + 1_000 }),
      );
      await applyOne(store, reserveCommand(now, { id: 'h' }), issueCommand(now, 'h', { expiresAtMs: now + 9_000_000 }));
      clock.advance(1_000);
      expect(await codeOf(store, redeemCommand('p'))).toBe('permit_expired');
      expect(await codeOf(store, redeemCommand('q'))).toBe('approval_expired');
      clock.advance(HOLD_MS);
      expect(await codeOf(store, redeemCommand('h'))).toBe('reservation_not_held');
    },
  },
  {
    name: 'expire voids the permit; expire after redeem is refused: exactly one of them wins',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      await applyOne(store, reserveCommand(now, { id: 'r1' }), issueCommand(now, 'r1'));
      const expire: Command = { kind: 'ledger.expire', agent: AGENT, requestId: 'r1' };
      const [first, second] = await Promise.all([codeOf(store, expire), codeOf(store, redeemCommand('r1'))]);
      expect([first, second]).toEqual(['ok', 'permit_unknown']);
    },
  },
  {
    name: 'a permit needs a hold of this request, its slot, and the decided bytes',
    async run({ store, clock, expect }) {
      const now = clock.nowMs();
      expect(await codeOf(store, issueCommand(now, 'r1'))).toBe('reservation_not_held');
      expect(await codeOf(store, reserveCommand(now, { id: 'r1' }), issueCommand(now, 'r1', { payloadDigest: sha256Hex('x') }))).toBe(
        'permit_payload_mismatch',
      );
      expect(await codeOf(store, reserveCommand(now, { id: 'r1' }), issueCommand(now, 'r1', { secret: 'short' }))).toBe(
        'request_malformed',
      );
      expect(await codeOf(store, reserveCommand(now, { id: 'r1', slot: 7 }), issueCommand(now, 'r1'))).toBe('reservation_not_held');
      const take: Command = { kind: 'slot.take', wallet: WALLET, slot: 7, base: 7, agent: AGENT, requestId: 'r1', dueMs: now + HOLD_MS };
      expect(await codeOf(store, reserveCommand(now, { id: 'r1', slot: 7 }), take, issueCommand(now, 'r1', { redeemedBy: 'me' }))).toBe(
        'ok',
      );
      expect((await rowOf(store, 'r1'))?.permit?.redeemedBy).toBe(null);
      expect(await codeOf(store, redeemCommand('r1'))).toBe('ok');
    },
  },
];
