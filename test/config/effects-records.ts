import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import type { HaltState } from '../../src/core/halt.ts';
import { storeKey } from '../../src/core/store.ts';
import { killLiftFacts, policyChangeFacts, type SecurityConfig, type SecurityManager, type VerificationMessage } from '../../src/index.ts';
import { expandTemplate } from '../../src/manager/permissions.ts';
import { allowed, person, registered } from '../manager/fixture.ts';
import { codeOf, each, KEYS, keptStore, MAY_PAY, offlineTon, open } from './bench.ts';
import type { Effect, Effects } from './effect.ts';

const olga = person('olga');
const otto = person('otto');
const log = (security: SecurityManager, name: string) =>
  security.audit.log({ eventType: name, actor: { id: 'ci', type: 'service' }, action: 'deploy', outcome: 'success' } as never);
/** Codes of creating an agent and of tightening what it may do, then loosening it, in a deployment with these keys. */
const changeCode = async (keys: NonNullable<SecurityConfig['registry']>['keys'], ...signers: readonly ReturnType<typeof person>[]) => {
  await using security = open({ registry: { keys: keys ?? [] }, agents: { a1: MAY_PAY } });
  const wider = { ...MAY_PAY, limits: { perTransaction: 2_000 } };
  const facts = policyChangeFacts('a1', expandTemplate(wider) as never);
  const authorization = signers.length === 0 ? {} : { authorization: allowed('policy.change', facts, ...signers) };
  return codeOf(() => security.policy.createAgent('a1', wider as never, authorization));
};
const checkpoints = async (audit: SecurityConfig['audit'], entries: number, waitMs: number): Promise<number> => {
  await using security = open({ audit: { checkpointMs: 60_000, ...audit } });
  await security.ready();
  await new Promise((resolve) => setTimeout(resolve, 20));
  let signed = 0;
  security.onEvent(({ type }) => void (signed += type === 'audit_checkpoint' ? 1 : 0));
  for (let index = 0; index < entries; index += 1) await log(security, `e${index}`);
  await new Promise((resolve) => setTimeout(resolve, waitMs));
  return signed;
};
const recovery = (given: object, codes: VerificationMessage[] = []): SecurityConfig => ({
  chains: [offlineTon()],
  recovery: {
    provider: { steps: ['email', 'phone'], send: (message) => void codes.push(message) },
    verificationRequired: ['email'],
    ...given,
  },
});
const recovering = async <T>(given: object, run: (security: SecurityManager, id: string, codes: VerificationMessage[]) => Promise<T>) => {
  const codes: VerificationMessage[] = [];
  await using security = open(recovery(given, codes));
  await security.custody.createWallet('u1', 'a1');
  const { id } = await security.recovery.initiateRecovery('u1', { method: 'email' });
  return await run(security, id, codes);
};
const quorumOf =
  (role: 'owner' | 'operator'): Effect =>
  async () => {
    const keys = [registered(olga, role), registered(otto, role), registered(person('own'), 'owner')];
    const found: string[] = [];
    for (const quorums of [{}, { [role]: 2 }]) {
      const store = keptStore();
      await using security = open({ store, keys: KEYS, registry: { keys, quorums }, agents: { a1: MAY_PAY } });
      if (role === 'operator') {
        await security.emergency.activateKillSwitch({ reason: 'x', triggeredBy: 'x' });
        const [row] = await store.store.get([storeKey.halt()]);
        const { kill } = row as unknown as HaltState;
        const authorization = allowed('kill.lift', killLiftFacts(kill), otto);
        found.push(await codeOf(() => security.emergency.deactivateKillSwitch({ approvedBy: 'x', notes: 'x', authorization })));
      } else {
        const wider = { ...MAY_PAY, limits: { perTransaction: 2_000 } };
        const authorization = allowed('policy.change', policyChangeFacts('a1', expandTemplate(wider) as never), otto);
        found.push(await codeOf(() => security.policy.createAgent('a1', wider as never, { authorization })));
      }
    }
    expect(found).toEqual(['nothing thrown', 'AUTHORITY_REQUIRED below_quorum']);
  };

/** Fields of the log, of the registry and of recovery. */
export const RECORD_EFFECTS: Effects = {
  'audit.checkpointEvery': async () => {
    expect(await checkpoints({ checkpointEvery: 2 }, 6, 50)).toBeGreaterThanOrEqual(2);
    expect(await checkpoints({ checkpointEvery: 1_000 }, 6, 50)).toBe(0);
  },
  'audit.checkpointMs': async () => {
    expect(await checkpoints({ checkpointMs: 30, checkpointEvery: 1_000 }, 1, 300)).toBeGreaterThanOrEqual(1);
    expect(await checkpoints({ checkpointMs: 60_000, checkpointEvery: 1_000 }, 1, 300)).toBe(0);
  },
  'audit.signEvents': async () => {
    expect(await checkpoints({ signEvents: 'each' }, 3, 50)).toBe(3);
    expect(await checkpoints({ signEvents: true }, 3, 50)).toBe(0);
  },
  'audit.retentionDays': async () => {
    const plans = await each([{}, { audit: { retentionDays: 30 } }], async (security) => (await security.audit.retention()).retentionDays);
    expect(plans).toEqual([null, 30]);
  },
  'audit.compressionEnabled': async () => {
    const found = await each([{}, { audit: { compressionEnabled: true } }], async (security) => {
      const { stream, encoding } = await security.audit.export({ format: 'json', stream: true } as never as {
        format: 'json';
        stream: true;
      });
      const pieces: Uint8Array[] = [];
      for await (const piece of stream as AsyncIterable<Uint8Array>) pieces.push(piece);
      const bytes = Buffer.concat(pieces);
      return [encoding, (encoding === 'gzip' ? gunzipSync(bytes) : bytes).length > 0];
    });
    expect(found).toEqual([
      ['identity', true],
      ['gzip', true],
    ]);
  },
  'audit.exportFormats': async () => {
    const found = await each([{}, { audit: { exportFormats: ['csv'] } }], (security) =>
      codeOf(() => security.audit.export({ format: 'json' } as never)),
    );
    expect(found).toEqual(['nothing thrown', 'REQUEST_INVALID']);
  },
  'audit.maxEventsPerMinute': async () => {
    const found = await each([{}, { audit: { maxEventsPerMinute: 1 } }], async (security) => {
      await log(security, 'first');
      return codeOf(() => log(security, 'second'));
    });
    expect(found[0]).toBe('nothing thrown');
    expect(found[1]).toMatch(/^REQUEST_DENIED/);
  },
  'registry.keys[].id': async () => {
    // The signature is the owner's own, under a name that the registry does not have.
    expect(await changeCode([registered(olga, 'owner')], olga)).toBe('nothing thrown');
    expect(await changeCode([{ ...registered(olga, 'owner'), id: 'somebody' }], olga)).not.toBe('nothing thrown');
  },
  'registry.keys[].scheme': async () =>
    expect(await changeCode([{ ...registered(olga, 'owner'), scheme: 'eip712', key: `0x${'11'.repeat(20)}` }], olga)).not.toBe(
      'nothing thrown',
    ),
  'registry.keys[].key': async () =>
    expect(await changeCode([{ ...registered(otto, 'owner'), id: 'olga' }], olga)).toBe('SIGNATURE_INVALID'),
  'registry.keys[].roles': async () => {
    expect(await changeCode([registered(olga, 'owner'), registered(otto, 'owner')], otto)).toBe('nothing thrown');
    expect(await changeCode([registered(olga, 'owner'), registered(otto, 'operator')], otto)).toBe('SIGNATURE_INVALID');
  },
  'registry.quorums.owner': quorumOf('owner'),
  'registry.quorums.operator': quorumOf('operator'),
  'registry.quorums.guardian': async () => {
    const guardians = ['gina', 'gus', 'greta'].map((id) => registered(person(id), 'guardian'));
    const found = await each(
      [undefined, { guardian: 2 }].map((quorums) => ({
        ...recovery({}),
        registry: { keys: [registered(olga, 'owner'), ...guardians], ...(quorums === undefined ? {} : { quorums }) },
      })),
      async (security) => {
        const facts = policyChangeFacts('a1', expandTemplate({ template: 'conservative' }) as never);
        await security.policy
          .createAgent('a1', { template: 'conservative', user: 'u1' } as never, { authorization: allowed('policy.change', facts, olga) })
          .catch(() => undefined);
        await security.custody.createWallet('u1', 'w1');
        return (await security.recovery.initiateRecovery('u1', { method: 'social', contacts: ['gina', 'gus', 'greta'] })).guardians
          .required;
      },
    );
    expect(found).toEqual([1, 2]);
  },
  'recovery.provider': async () => {
    const found = await each([{}, recovery({})], (security) =>
      codeOf(() => security.recovery.initiateRecovery('nobody', { method: 'email' })),
    );
    expect(found).toEqual(['MODE_UNAVAILABLE', 'RECOVERY_REFUSED user_unknown']);
  },
  'recovery.verificationRequired': async () => {
    const steps = (given: object) => recovering(given, async (_s, _id, codes) => codes.map(({ step }) => step).sort());
    expect([await steps({}), await steps({ verificationRequired: ['email', 'phone'] })]).toEqual([['email'], ['email', 'phone']]);
  },
  'recovery.cooldownPeriod': async () => {
    const completed = (given: object) =>
      recovering(given, async (security, id, codes) => {
        await security.recovery.submitVerification(id, { step: 'email', code: codes[0]?.code ?? '' });
        return (await security.recovery.completeRecovery(id, { newCredentials: { password: 'x' } })).success;
      });
    expect([await completed({ cooldownPeriod: 0 }), await completed({ cooldownPeriod: 3_600 })]).toEqual([true, false]);
  },
  'recovery.maxAttempts': async () => {
    const after = (given: object) =>
      recovering(given, async (security, id, codes) => {
        const wrong = codes[0]?.code === '000000' ? '000001' : '000000';
        await security.recovery.submitVerification(id, { step: 'email', code: wrong });
        return security.recovery.submitVerification(id, { step: 'email', code: codes[0]?.code ?? '' });
      });
    expect([(await after({})).verified, (await after({ maxAttempts: 1 })).verified]).toEqual([true, false]);
  },
};
