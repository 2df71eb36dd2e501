import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { applyStep, type Json, readDoc, type Store } from '../../src/core/index.ts';
import { openVault, type Vault } from '../../src/custody/index.ts';
import { createCipher } from '../../src/custody/keys/cipher.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';
import { ENCRYPTION_KEY } from './bench.ts';

const random = createSeededRandom('vault');
const newStore = (): Store => createMemoryStore({ clock: createManualClock() });
const open = (store: Store, encryptionKey: string = ENCRYPTION_KEY, tenant = 'test'): Promise<Vault> =>
  openVault({ store, random, tenant, encryptionKey });
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe('vault', () => {
  it('opens what it sealed, in this and in the next process', async () => {
    const store = newStore();
    const first = await open(store);
    const sealed = first.seal(Buffer.from('signed bytes'), 'signed/a1/r1');
    expect(text(first.open(sealed, 'signed/a1/r1'))).toBe('signed bytes');
    first.close();
    expect(text((await open(store)).open(sealed, 'signed/a1/r1'))).toBe('signed bytes');
  });

  it('takes the same 32 bytes as hex in either case or as base64', async () => {
    const store = newStore();
    const sealed = (await open(store)).seal(Buffer.from('x'), 'c');
    for (const spelled of [ENCRYPTION_KEY.toUpperCase(), Buffer.from(ENCRYPTION_KEY, 'hex').toString('base64')]) {
      expect(text((await open(store, spelled)).open(sealed, 'c'))).toBe('x');
    }
  });

  it('stretches a passphrase with argon2id at 64 MiB, 4 lanes, 3 passes, and knows a wrong one', async () => {
    const store = newStore();
    const vault = await openVault({ store, random, tenant: 'test', passphrase: 'correct horse battery' });
    expect(vault.kdf).toBe('argon2id');
    expect((await readDoc(store, 'vault'))?.value).toMatchObject({ kdf: 'argon2id', cost: { memoryKib: 65_536, lanes: 4, passes: 3 } });
    await expect(openVault({ store, random, tenant: 'test', passphrase: 'correct horse batterz' })).rejects.toMatchObject({
      code: 'KEY_DECRYPT_FAILED',
    });
    await expect(open(store)).rejects.toMatchObject({ code: 'KEY_DECRYPT_FAILED' });
    const again = await openVault({ store, random, tenant: 'test', passphrase: 'correct horse battery' });
    expect(text(again.open(vault.seal(Buffer.from('x'), 'c'), 'c'))).toBe('x');
  });

  it('refuses another key, a passphrase where a key is due, and another tenant', async () => {
    const store = newStore();
    await open(store);
    await expect(open(store, ENCRYPTION_KEY.replace('8', '9'))).rejects.toMatchObject({ code: 'KEY_DECRYPT_FAILED' });
    await expect(openVault({ store, random, tenant: 'test', passphrase: ENCRYPTION_KEY })).rejects.toMatchObject({
      code: 'KEY_DECRYPT_FAILED',
    });
    await expect(open(store, ENCRYPTION_KEY, 'other')).rejects.toMatchObject({ code: 'KEY_DECRYPT_FAILED' });
  });

  it.each([
    [{}],
    [{ passphrase: 'long enough', encryptionKey: ENCRYPTION_KEY }],
    [{ passphrase: '' }],
    [{ passphrase: 'short' }],
    [{ encryptionKey: '' }],
    [{ encryptionKey: ENCRYPTION_KEY.slice(1) }],
    [{ encryptionKey: `0x${ENCRYPTION_KEY}` }],
    [{ encryptionKey: `${'A'.repeat(42)}=` }],
  ])('does not open with %j', async (secret) => {
    await expect(openVault({ store: newStore(), random, tenant: 'test', ...secret })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('lets two processes that start at once agree on one header', async () => {
    const store = newStore();
    const vaults = await Promise.all(Array.from({ length: 8 }, () => open(store)));
    const sealed = (vaults[0] as Vault).seal(Buffer.from('x'), 'c');
    for (const vault of vaults) expect(text(vault.open(sealed, 'c'))).toBe('x');
  });

  it('refuses a store whose header was lost, rather than making a second one', async () => {
    const store = newStore();
    await applyStep(store, { commands: [{ kind: 'doc.put', key: 'key/k1', value: { v: 1 } }] });
    await expect(open(store)).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });

  it('refuses a header that was tampered with', async () => {
    const store = newStore();
    await open(store);
    const header = (await readDoc(store, 'vault'))?.value as Readonly<Record<string, Json>>;
    for (const change of [
      { salt: '00'.repeat(16) },
      { check: header['salt'] as Json },
      { kdf: 'argon2id', cost: { memoryKib: 4_000_000, lanes: 1, passes: 1 } },
      { kdf: 'none' },
      { v: 2 },
      { cost: { memoryKib: 8192, lanes: 1, passes: 1 } },
    ]) {
      await applyStep(store, { commands: [{ kind: 'doc.put', key: 'vault', value: { ...header, ...change } as Json }] });
      await expect(open(store), JSON.stringify(change)).rejects.toMatchObject({
        code: expect.stringMatching(/KEY_DECRYPT_FAILED|STORE_CORRUPT/),
      });
    }
  });

  it('is shut for good once it is closed', async () => {
    const vault = await open(newStore());
    const sealed = vault.seal(Buffer.from('x'), 'c');
    vault.close();
    expect(() => vault.open(sealed, 'c')).toThrow(expect.objectContaining({ code: 'SHUTTING_DOWN' }));
    expect(() => vault.seal(Buffer.from('x'), 'c')).toThrow(expect.objectContaining({ code: 'SHUTTING_DOWN' }));
  });
});

describe('cipher', () => {
  it('wipes its key at close', () => {
    const key = random.bytes(32);
    const cipher = createCipher(key, random);
    cipher.close();
    expect([...key]).toEqual(Array.from({ length: 32 }, () => 0));
  });

  it('opens anything with the same context, and nothing with a bit flipped in text or context', () => {
    const cipher = createCipher(random.bytes(32), random);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), fc.nat(), (plain, context, at) => {
        const sealed = cipher.seal(plain, context);
        expect([...cipher.open(sealed, context)]).toEqual([...plain]);
        const raw = Buffer.from(sealed, 'base64');
        const bit = at % (raw.length * 8);
        raw[bit >> 3] = (raw[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(() => cipher.open(raw.toString('base64'), context)).toThrow(/KEY_DECRYPT_FAILED/);
        expect(() => cipher.open(sealed, `${context}.`)).toThrow(/KEY_DECRYPT_FAILED/);
      }),
      { numRuns: 200 },
    );
  });

  it('refuses a second spelling, and what is no text', () => {
    const cipher = createCipher(random.bytes(32), random);
    const sealed = cipher.seal(new Uint8Array(3), 'c');
    for (const bad of [`${sealed} `, sealed.replace('=', ''), '', 'AAAA', undefined, 5, {}]) {
      if (bad === sealed) continue;
      expect(() => cipher.open(bad as string, 'c')).toThrow(/KEY_DECRYPT_FAILED/);
    }
  });

  it('never seals with a nonce that is not random', () => {
    for (const length of [0, 8, 24]) {
      expect(() => createCipher(random.bytes(32), { bytes: () => new Uint8Array(length) }).seal(new Uint8Array(1), 'c')).toThrow(
        /INTERNAL/,
      );
    }
  });
});
