import { describe, expect, it } from 'vitest';
import { SipHash } from '../../../src/risk/screening/sip-hash.ts';

const KEY = Uint8Array.from({ length: 16 }, (_, index) => index);

describe('SipHash-2-4', () => {
  // vectors_sip64 of https://github.com/veorq/SipHash: key 00…0f, message 00, 01, 02, … of so many bytes.
  it.each([
    [0, '726fdb47dd0e0e31'],
    [4, 'cf2794e0277187b7'],
    [8, '93f5f5799a932462'],
    [12, '751e8fbc860ee5fb'],
    [16, '3f2acc7f57c29bdb'],
  ])('of %i bytes', (length, expected) => {
    const sip = new SipHash(KEY);
    sip.digest(new Int32Array(Uint8Array.from({ length }, (_, index) => index).buffer), length / 4);
    expect(sip.hi.toString(16).padStart(8, '0') + sip.lo.toString(16).padStart(8, '0')).toBe(expected);
  });

  it('depends on the key, and on the length', () => {
    const digest = (key: Uint8Array, count: number) => {
      const sip = new SipHash(key);
      sip.digest(new Int32Array(8), count);
      return [sip.hi, sip.lo];
    };
    expect(digest(KEY, 4)).not.toEqual(digest(KEY, 6));
    expect(digest(KEY, 4)).not.toEqual(digest(KEY.toReversed(), 4));
  });

  it.each([0, 15, 17])('refuses a key of %i bytes', (length) => {
    expect(() => new SipHash(new Uint8Array(length))).toThrow('CONFIG_INVALID');
  });
});
