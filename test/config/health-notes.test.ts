import { describe, expect, it } from 'vitest';
import type { SecurityConfig } from '../../src/index.ts';
import { FULL } from '../reference/full-config.ts';
import { KEYS, offlineEvm, offlineTon, open } from './bench.ts';

const notesOf = async (config: SecurityConfig): Promise<readonly string[]> => {
  await using security = open({ keys: KEYS, chains: [offlineTon()], ...config });
  return (await security.getHealth()).notes;
};
/** What is said of a deployment in memory without owners, whatever its configuration. */
const USUAL = [expect.stringMatching(/^State is lost/), expect.stringMatching(/^ephemeral:/), expect.stringMatching(/^unowned:/)];

describe('health', () => {
  it('has nothing to say of a configuration that weakens nothing', async () => expect(await notesOf({})).toEqual(USUAL));

  it.each<[SecurityConfig, RegExp]>([
    [{ enabled: false }, /^enabled is false/],
    [{ audit: { enabled: false } }, /^audit\.enabled is false/],
    [{ chains: [] }, /^no chains/],
    [{ risk: { enabled: false }, allowUnenforced: true }, /^risk\.enabled is false/],
    [{ risk: { fraudDetectionEnabled: false }, allowUnenforced: true }, /^risk\.fraudDetectionEnabled is false/],
    [{ authorization: { enableSimulation: false }, allowUnenforced: true }, /^authorization\.enableSimulation is false/],
    [{ emergency: { killSwitchEnabled: false }, allowUnenforced: true }, /^emergency\.killSwitchEnabled is false/],
    [{ emergency: { autoResponseEnabled: false } }, /^nothing pauses or stops by itself/],
    [{ emergency: { autoResponseTriggers: [] } }, /^nothing pauses or stops by itself/],
    [
      { emergency: { notificationEndpoints: [{ type: 'webhook', url: 'https://example.com/s3cr3t' }] } },
      /^emergency\.notificationEndpoints\[0\] is unsigned/,
    ],
    [
      {
        emergency: {
          notificationEndpoints: [{ type: 'webhook', url: 'http://127.0.0.1:9/', secret: 'x'.repeat(16), allowLoopback: true }],
        },
      },
      /^emergency\.notificationEndpoints\[0\] may lead to this machine/,
    ],
    [{ emergency: { notificationEndpoints: [{ type: 'email', address: 'a@example.com' }] } }, /has no mail server/],
    [{ custody: { recoveryEnabled: false } }, /^custody\.recoveryEnabled is false/],
    [{ keys: { ...KEYS, hsm: { provider: 'aws-kms' } } }, /^keys\.hsm/],
  ])('says what %j costs, and that alone', async (config, note) => {
    expect(await notesOf(config)).toEqual([...USUAL, expect.stringMatching(note)]);
  });

  it('a field that fits one of two chains is said, and one that fits both is not', async () => {
    const chains = [offlineEvm(), offlineTon()];
    const authorization = { defaultLimits: { unit: 'TON' } };
    expect(await notesOf({ chains, authorization, mpc: { signatureScheme: 'secp256k1' } })).toEqual([
      ...USUAL,
      expect.stringMatching(/^mpc\.signatureScheme is secp256k1: keys of parties are refused on ton:-239/),
    ]);
    expect(await notesOf({ chains, authorization, keyDerivation: { coinType: 60 } })).toEqual([
      ...USUAL,
      expect.stringMatching(/^keyDerivation\.coinType is 60: new software wallets are refused on ton:-239/),
    ]);
    expect(await notesOf({ chains, authorization, keyDerivation: {} })).toEqual(USUAL);
  });

  it('of the whole configuration: which endpoints nobody can rely on, and where the parties really are', async () => {
    const notes = await notesOf(FULL);
    expect(notes).toEqual([
      ...USUAL,
      expect.stringMatching(/notificationEndpoints\[0\] is unsigned/),
      expect.stringMatching(/notificationEndpoints\[1\] has no mail server/),
      expect.stringMatching(/user \(user_device\), platform \(platform_hsm\), backup \(backup_service\) are in this process/),
    ]);
    expect(notes.join(' '), 'a URL may hold a token').not.toContain('alerts.example.com');
  });
});
