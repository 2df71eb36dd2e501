import { argon2id } from '@noble/hashes/argon2.js';
import { describe, expect, it } from 'vitest';
import { createMac, expandKey, fromHex, passwordHash, portablePasswordHash, toHex } from '../../src/core/index.ts';

const salt = fromHex('000102030405060708090a0b0c0d0e0f');
const small = { memoryKib: 8_192, lanes: 2, passes: 1 };

describe('password hash', () => {
  it('is argon2id: the library it falls back to has the vector of RFC 9106, section 5.3', () => {
    const tag = argon2id(new Uint8Array(32).fill(1), new Uint8Array(16).fill(2), {
      m: 32,
      t: 3,
      p: 4,
      dkLen: 32,
      key: new Uint8Array(8).fill(3),
      personalization: new Uint8Array(12).fill(4),
    });
    expect(toHex(tag)).toBe('0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659');
  });

  it('gives the same key with the runtime and in JavaScript alone', async () => {
    const native = await passwordHash('correct horse', salt, small);
    expect(toHex(native)).toBe(toHex(await portablePasswordHash('correct horse', salt, small)));
    // The same on every runtime: vaults move between them.
    expect(toHex(native)).toBe('bd22e2f9245f1f8a84aab1ff56316fde68c175a0b1898ba6f622fcef46a6f00c');
  });

  it('reads one phrase in two Unicode spellings as one', async () => {
    expect(toHex(await passwordHash('caf\u00e9 noir', salt, small))).toBe(toHex(await passwordHash('cafe\u0301 noir', salt, small)));
  });

  it.each([
    ['', salt, small],
    ['\ud800 lone', salt, small],
    ['ok', salt.subarray(1), small],
    ['ok', salt, { ...small, memoryKib: 8_191 }],
    ['ok', salt, { ...small, memoryKib: 1_048_577 }],
    ['ok', salt, { ...small, lanes: 0 }],
    ['ok', salt, { ...small, lanes: 17 }],
    ['ok', salt, { ...small, passes: 17 }],
    ['ok', salt, { ...small, passes: Number.NaN }],
  ])('refuses %s with a cost or salt out of bounds (%#)', async (password, given, cost) => {
    await expect(passwordHash(password, given, cost)).rejects.toMatchObject({ code: 'KEY_INVALID' });
    await expect(portablePasswordHash(password, given, cost)).rejects.toMatchObject({ code: 'KEY_INVALID' });
  });

  it('expands keys as RFC 5869 does (test case 3, first 32 of its 42 bytes)', () => {
    const expanded = expandKey(new Uint8Array(22).fill(0x0b), new Uint8Array(0), '');
    expect(toHex(expanded)).toBe('8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d');
    expect(toHex(expandKey(salt, salt, 'a'))).not.toBe(toHex(expandKey(salt, salt, 'b')));
  });

  it('makes MACs as RFC 4231 does (test case 2)', () => {
    expect(createMac(new Uint8Array(Buffer.from('Jefe')))('what do ya want for nothing?')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });
});
