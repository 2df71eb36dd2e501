import { describe, expect, it } from 'vitest';
import {
  isOwned,
  NO_REGISTRY,
  type RegistryBody,
  registryDigest,
  registryStatement,
  saysTheSame,
  toRegistry,
} from '../../src/approvals/registry-document.ts';
import { canonicalize, type RegisteredKey, type Role, taggedDigest } from '../../src/core/index.ts';

const place = { tenant: 'test', sequence: 3, previous: NO_REGISTRY };
const keyOf = (id: string, ...roles: readonly Role[]): RegisteredKey => ({
  id,
  scheme: 'ed25519',
  key: Buffer.from(id.padEnd(32, '.')).toString('hex'),
  roles,
});
const evm = (id: string, ...roles: readonly Role[]): RegisteredKey => ({ id, scheme: 'eip712', key: `0x${'aB'.repeat(20)}`, roles });
const make = (body: RegistryBody) => toRegistry(body, place);
const one = { approver: 1, guardian: 1, operator: 1, owner: 1 };

describe('a registry in its one form', () => {
  it('has keys by id, hex in lower case, roles in their order, and a quorum of one where none is said', () => {
    const upper = { ...keyOf('Zoe', 'approver', 'owner', 'approver'), key: keyOf('Zoe').key.toUpperCase(), more: 1 };
    const made = make({ keys: [keyOf('ben', 'guardian'), upper, evm('ann', 'operator')] });
    expect(made).toEqual({
      v: 1,
      ...place,
      keys: [
        { ...keyOf('Zoe'), roles: ['owner', 'approver'] },
        { ...evm('ann', 'operator'), key: `0x${'ab'.repeat(20)}` },
        keyOf('ben', 'guardian'),
      ],
      quorums: one,
    });
    expect(make({ keys: [] })).toEqual({ v: 1, ...place, keys: [], quorums: one });
  });

  it('asks for as many as hold a role, for more only of a role that nobody holds', () => {
    const keys = [keyOf('a', 'owner'), keyOf('b', 'owner')];
    expect(make({ keys, quorums: { owner: 2, guardian: 5 } }).quorums).toEqual({ ...one, owner: 2, guardian: 5 });
    const long = keyOf(`${'x'.repeat(60)}_.@-`, 'owner');
    expect(make({ keys: [{ ...long, key: '00'.repeat(32) }] }).keys).toHaveLength(1);
    const many = Array.from({ length: 256 }, (_, at) => keyOf(`k${at}`, 'approver'));
    expect(make({ keys: many }).keys).toHaveLength(256);
  });

  it.each<[string, unknown]>([
    ['no list of keys', { keys: { length: 0 } }],
    ['257 keys', { keys: Array.from({ length: 257 }, (_, at) => keyOf(`k${at}`, 'approver')) }],
    ['one id twice', { keys: [keyOf('a', 'owner'), { ...keyOf('b', 'owner'), id: 'a' }] }],
    ['one key twice', { keys: [keyOf('a', 'owner'), { ...keyOf('a', 'owner'), id: 'b' }] }],
    ['a quorum above its holders', { keys: [keyOf('a', 'owner')], quorums: { owner: 2 } }],
    ['a quorum of nobody', { keys: [], quorums: { owner: 0 } }],
    ['a quorum that is no number', { keys: [], quorums: { owner: '1' } }],
    ['a key that is a text', { keys: ['a'] }],
    ['no key', { keys: [null] }],
    ['an id of 65', { keys: [keyOf('x'.repeat(65), 'owner')] }],
    ['an id that is a number', { keys: [{ ...keyOf('a', 'owner'), id: 7 }] }],
    ['an id with a space before', { keys: [{ ...keyOf('a', 'owner'), id: ' a' }] }],
    ['an id with a line after', { keys: [{ ...keyOf('a', 'owner'), id: 'a\n' }] }],
    ['a scheme that every object has', { keys: [{ ...keyOf('a', 'owner'), scheme: 'constructor' }] }],
    ['a key of another scheme', { keys: [{ ...evm('a', 'owner'), scheme: 'ed25519' }] }],
    ['a key that is too long', { keys: [{ ...keyOf('a', 'owner'), key: '00'.repeat(33) }] }],
    ['an address with more before', { keys: [{ ...evm('a', 'owner'), key: `00x${'ab'.repeat(20)}` }] }],
    ['an address with more after', { keys: [{ ...evm('a', 'owner'), key: `0x${'ab'.repeat(21)}` }] }],
    ['a key with more before', { keys: [{ ...keyOf('a', 'owner'), key: ` ${'00'.repeat(32)}` }] }],
    ['a key that is bytes', { keys: [{ ...keyOf('a', 'owner'), key: new Uint8Array(32) }] }],
    ['no roles', { keys: [keyOf('a')] }],
    ['roles that are a text', { keys: [{ ...keyOf('a'), roles: 'owner' }] }],
    ['one role that is none', { keys: [{ ...keyOf('a'), roles: ['owner', 'king'] }] }],
  ])('does not exist with %s', (_, body) => {
    expect(() => make(body as RegistryBody)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });

  it('is owned where any key is an owner', () => {
    expect(isOwned(make({ keys: [keyOf('a', 'approver'), keyOf('b', 'guardian', 'owner')] }))).toBe(true);
    expect(isOwned(make({ keys: [keyOf('a', 'approver')] }))).toBe(false);
  });

  it('says the same as another of any place, and not with another tenant, key or quorum', () => {
    const keys = [keyOf('a', 'owner'), keyOf('b', 'owner')];
    const base = make({ keys });
    expect(saysTheSame(base, toRegistry({ keys }, { tenant: 'test', sequence: 9, previous: 'ff'.repeat(32) }))).toBe(true);
    expect(saysTheSame(base, toRegistry({ keys }, { ...place, tenant: 'other' }))).toBe(false);
    expect(saysTheSame(base, make({ keys: keys.slice(1) }))).toBe(false);
    expect(saysTheSame(base, make({ keys, quorums: { owner: 2 } }))).toBe(false);
  });

  it('is digested as a whole, and its change is signed with where it stands', () => {
    const registry = make({ keys: [keyOf('a', 'owner')] });
    const digest = taggedDigest('castellan.registry.v1', canonicalize(registry));
    expect(registryDigest(registry)).toBe(digest);
    expect(registryStatement(registry)).toEqual({
      domain: 'castellan.registry-change.v1',
      text: canonicalize({ ...place, next: digest }),
    });
    expect(NO_REGISTRY).toBe('0'.repeat(64));
  });
});
