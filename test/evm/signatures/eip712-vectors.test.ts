import { hashTypedData } from 'viem';
import { expect, it } from 'vitest';
import { readJson } from '../../../src/adapters/evm/signatures/typed-data/json-reader.ts';
import { encodeType, readSchema } from '../../../src/adapters/evm/signatures/typed-data/schema.ts';
import { StructEncoder } from '../../../src/adapters/evm/signatures/typed-data/struct.ts';
import { readTypedData } from '../../../src/adapters/evm/signatures/typed-data/typed-data.ts';
import { keccak256, toHex } from '../../../src/core/index.ts';
import { describeVectors, vectorText } from '../../vectors.ts';
import { refusal } from './order-fixture.ts';

const hashOf = (json: string): string => toHex(keccak256(readTypedData(json).payload));

/** The example of the specification. */
const MAIL = {
  types: {
    EIP712Domain: [
      { name: 'name', type: 'string' },
      { name: 'version', type: 'string' },
      { name: 'chainId', type: 'uint256' },
      { name: 'verifyingContract', type: 'address' },
    ],
    Person: [
      { name: 'name', type: 'string' },
      { name: 'wallet', type: 'address' },
    ],
    Mail: [
      { name: 'from', type: 'Person' },
      { name: 'to', type: 'Person' },
      { name: 'contents', type: 'string' },
    ],
  },
  primaryType: 'Mail',
  domain: { name: 'Ether Mail', version: '1', chainId: 1, verifyingContract: '0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC' },
  message: {
    from: { name: 'Cow', wallet: '0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826' },
    to: { name: 'Bob', wallet: '0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB' },
    contents: 'Hello, Bob!',
  },
};

it('hashes the specification’s own example, with the domain’s type or without', () => {
  const expected = 'be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2';
  const { EIP712Domain: _left, ...types } = MAIL.types;
  expect(hashOf(JSON.stringify(MAIL))).toBe(expected);
  expect(hashOf(JSON.stringify({ ...MAIL, types }))).toBe(expected);
  expect(readTypedData(JSON.stringify(MAIL)).type).toBe('Mail(Person from,Person to,string contents)Person(string name,address wallet)');
  expect(toHex(readTypedData(JSON.stringify(MAIL)).messageHash)).toBe('c52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e');
});

describeVectors('eip712', 'typed data of two wallets', (folder) => {
  const wallet = (name: string): string => vectorText(folder, `trustwallet-eip712_${name}.json`);

  it.each(['case_1', 'case_2', 'long_bytes', 'with_chain_id_string', 'with_custom_array'])(
    'hashes %s as a second implementation does',
    (name) => {
      const json = wallet(name);
      expect(hashOf(json)).toBe(hashTypedData(JSON.parse(json)).slice(2));
    },
  );

  it.each([
    ['case_3', 'address_invalid'],
    ['different_bytes', 'bytes_length'],
    ['fixed_bytes', 'bytes_invalid'],
    ['greenfield', 'domain_type_invalid'],
    ['unequal_array_lengths', 'list_length'],
  ])('refuses %s, which readers pad or stretch each in their own way: %s', (name, reason) => {
    expect(refusal(() => readTypedData(wallet(name)))).toBe(reason);
  });

  const snapshot = vectorText(folder, 'metamask-eth-sig-util-sign-typed-data.test.ts.snap');
  const taken = (name: string): string | undefined =>
    new RegExp(`exports\\[\`${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')} 1\`\\] = \`"([0-9a-f]+)"\``).exec(snapshot)?.[1];

  it('encodes each value of the snapshot like it or refuses it, and takes every one that has a single reading', () => {
    const row =
      /exports\[`TypedDataUtils\.encodeData V4 example data type "(\w+)" should encode "(.*)" \(type "(\w+)"\) 1`\] = `"([0-9a-f]+)"`/g;
    const accepted: string[] = [];
    let refused = 0;
    for (const [, type, value, kind, expected] of snapshot.matchAll(row)) {
      const json = kind === 'string' ? JSON.stringify(value) : kind === 'Buffer' ? '[1]' : (value as string);
      try {
        const encoder = new StructEncoder(readSchema(readJson(JSON.stringify({ Message: [{ name: 'data', type }] }))));
        const { data } = encoder.encodeData('Message', readJson(`{"data":${json}}`), '');
        expect([type, value, toHex(data)]).toEqual([type, value, expected]);
        accepted.push(`${type} ${value}`);
      } catch (error) {
        expect(
          refusal(() => {
            throw error;
          }),
        ).toMatch(/^(address|bool|bytes|string|integer|type)_/);
        refused += 1;
      }
    }
    expect(accepted.length + refused).toBe(81);
    expect(accepted).toEqual(
      expect.arrayContaining([
        'bool true',
        'bool false',
        'bytes 0x',
        'bytes 0x10',
        'bytes1 0x10',
        'int8 0',
        'int256 -9007199254740991',
        'int256 0x0',
        'string 😁',
        'uint8 255',
        'uint256 9007199254740991',
      ]),
    );
    expect(accepted).not.toEqual(expect.arrayContaining(['int8 255']));
  });

  it('hashes whole messages of the snapshot', () => {
    const domain = {
      types: { EIP712Domain: [...MAIL.types.EIP712Domain, { name: 'salt', type: 'bytes32' }] },
      primaryType: 'EIP712Domain',
      domain: {
        name: 'example.metamask.io',
        version: '1',
        chainId: 1,
        verifyingContract: `0x${'0'.repeat(40)}`,
        salt: `0x010203${'0'.repeat(58)}`,
      },
      message: {},
    };
    const minimal = { types: { EIP712Domain: [] }, primaryType: 'EIP712Domain', domain: {}, message: {} };
    expect(hashOf(JSON.stringify(minimal))).toBe(taken('TypedDataUtils.eip712Hash V4 should hash a minimal valid typed message'));
    expect(hashOf(JSON.stringify(domain))).toBe(
      taken('TypedDataUtils.eip712Hash V4 should hash a typed message with a domain separator that uses all fields.'),
    );
    const mail = new StructEncoder(readSchema(readJson(JSON.stringify(MAIL.types))));
    const encoded = mail.encodeData('Mail', readJson(JSON.stringify(MAIL.message)), '');
    expect(toHex(encoded.data)).toBe(taken('TypedDataUtils.encodeData V4 should encode data with custom type'));
    expect(toHex(keccak256(encoded.data))).toBe(taken('TypedDataUtils.hashStruct V4 should hash data with custom type'));
    const extra = readSchema(
      readJson(JSON.stringify({ Message: [{ name: 'data', type: 'string' }], Extra: [{ name: 'data', type: 'string' }] })),
    );
    expect(toHex(new StructEncoder(extra).encodeData('Message', readJson('{"data":"Hello!"}'), '').data)).toBe(
      taken('TypedDataUtils.encodeData V4 should encode data when given extraneous types'),
    );
    expect(encodeType(extra, 'Message')).toBe('Message(string data)');
  });

  it('refuses domains with fields of their own, and members that are null, as the snapshot’s library does not', () => {
    const custom = {
      types: { EIP712Domain: [{ name: 'customName', type: 'string' }] },
      primaryType: 'EIP712Domain',
      domain: { customName: 'x' },
      message: {},
    };
    expect(refusal(() => readTypedData(JSON.stringify(custom)))).toBe('domain_type_invalid');
    const nothing = { ...MAIL, message: { ...MAIL.message, to: null } };
    expect(refusal(() => readTypedData(JSON.stringify(nothing)))).toBe('struct_invalid');
  });
});
