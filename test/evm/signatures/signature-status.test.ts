import { toHex as toViemHex } from 'viem';
import { mnemonicToAccount, privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ChainNode, SignatureMark, SignatureOrder, SignatureReading } from '../../../src/core/index.ts';
import { isCastellanError, toHex } from '../../../src/core/index.ts';
import { type Anvil, startAnvil } from '../../../src/testing/anvil.ts';
import { compileContract, type Deployed, deploy } from '../../fixtures/evm-contracts.ts';
import { CHAIN, connect, on, signer } from '../chain-fixture.ts';
import { type TypedParts, typed } from './order-fixture.ts';

const PERMIT2 = '0x000000000022d473030f116ddee9f6b43ac78ba3';
const LATE = 4_000_000_000;
const WORD = (byte: string): `0x${string}` => `0x${byte.repeat(32)}`;

let anvil: Anvil;
let token: Deployed;
let desk: Deployed;
let book: Deployed;
let node: ChainNode;
let chain: ReturnType<typeof connect>;
const me = signer(0);
const bob = signer(1);

beforeAll(async () => {
  anvil = await startAnvil();
  token = await deploy(anvil, 'SignedToken', [me.address, 1_000n]);
  book = await deploy(anvil, 'OrderBook');
  const made = await deploy(anvil, 'SignedDesk');
  await anvil.rpc('anvil_setCode', [PERMIT2, await anvil.rpc('eth_getCode', [made.address, 'latest'])]);
  desk = { ...made, address: PERMIT2 };
  chain = connect(anvil, { delegates: [bob.address] });
  node = chain.node;
});
afterAll(async () => {
  await node.close();
  await anvil.stop();
});

/** Reads and signs an order the way the gate does: the codec’s payload, hash and form. */
async function sign(order: SignatureOrder): Promise<{ readonly reading: SignatureReading; readonly signature: `0x${string}` }> {
  const { codec } = chain.adapter;
  const reading = codec.readSignature?.(order, CHAIN, me.wallet) as SignatureReading;
  const signature = await me.sign(codec.signingHash(reading.payload));
  return { reading, signature: `0x${toHex(codec.assembleSignature?.(reading.payload, signature, me.wallet) as Uint8Array)}` };
}
const signTyped = (parts: TypedParts) => sign({ kind: 'typed_data', json: typed({ chainId: 31_337, ...parts }) });
const status = (mark: SignatureMark | null): Promise<string> => node.signatureStatus?.(mark as SignatureMark, me.wallet) as Promise<string>;
const signed = { name: 'Signed', version: '1', chainId: 31_337 };
/** Sends and waits: a busy machine mines late. */
const send = async (transaction: Readonly<Record<string, unknown>>): Promise<void> => {
  const hash = await anvil.rpc('eth_sendTransaction', [transaction]);
  await expect
    .poll(() => anvil.rpc('eth_getTransactionReceipt', [hash]), { timeout: 10_000, interval: 10 })
    .toMatchObject({ status: '0x1' });
};
const toDesk = (name: string, args: readonly unknown[]): Promise<void> =>
  send({ from: me.address, to: PERMIT2, data: desk.data(name, args), gas: '0x100000' });

it('a permit that the token itself takes is open before and used after', async () => {
  const order: TypedParts = {
    types: {
      Permit: [
        ['owner', 'address'],
        ['spender', 'address'],
        ['value', 'uint256'],
        ['nonce', 'uint256'],
        ['deadline', 'uint256'],
      ],
    },
    primaryType: 'Permit',
    message: { owner: me.address, spender: bob.address, value: 7, nonce: 0, deadline: LATE },
    domain: { ...signed, verifyingContract: token.address },
  };
  const { reading, signature } = await signTyped(order);
  expect(await status(reading.mark)).toBe('open');
  await token.send('permit', [me.address, bob.address, 7n, BigInt(LATE), signature]);
  expect(await status(reading.mark)).toBe('used');
  const next = await signTyped({ ...order, message: { ...(order.message as object), nonce: 1 } });
  expect(await status(next.reading.mark)).toBe('open');
});

it('a payment (EIP-3009) that the token takes is used, and so is one that was taken back', async () => {
  const FIELDS = [
    ['from', 'address'],
    ['to', 'address'],
    ['value', 'uint256'],
    ['validAfter', 'uint256'],
    ['validBefore', 'uint256'],
    ['nonce', 'bytes32'],
  ] as const;
  const pay = (nonce: string): TypedParts => ({
    types: { TransferWithAuthorization: FIELDS },
    primaryType: 'TransferWithAuthorization',
    message: { from: me.address, to: bob.address, value: 9, validAfter: 0, validBefore: LATE, nonce },
    domain: { ...signed, verifyingContract: token.address },
  });
  const { reading, signature } = await signTyped(pay(WORD('a1')));
  const other = await signTyped(pay(WORD('a2')));
  expect([await status(reading.mark), await status(other.reading.mark)]).toEqual(['open', 'open']);
  await token.send('transferWithAuthorization', [me.address, bob.address, 9n, 0n, BigInt(LATE), WORD('a1'), signature]);
  const back = await signTyped({
    types: {
      CancelAuthorization: [
        ['authorizer', 'address'],
        ['nonce', 'bytes32'],
      ],
    },
    primaryType: 'CancelAuthorization',
    message: { authorizer: me.address, nonce: WORD('a2') },
    domain: { ...signed, verifyingContract: token.address },
  });
  await token.send('cancelAuthorization', [me.address, WORD('a2'), back.signature]);
  expect([await status(reading.mark), await status(other.reading.mark)]).toEqual(['used', 'used']);
});

it('Permit2: a batch is used with its first nonce, a transfer with its bit', async () => {
  const details = [
    { token: token.address, amount: 5n, expiration: BigInt(LATE), nonce: 0n },
    { token: book.address, amount: 6n, expiration: BigInt(LATE), nonce: 0n },
  ];
  const domain = { name: 'Permit2', chainId: 31_337, verifyingContract: PERMIT2 };
  const batch = await signTyped({
    types: {
      PermitBatch: [
        ['details', 'PermitDetails[]'],
        ['spender', 'address'],
        ['sigDeadline', 'uint256'],
      ],
      PermitDetails: [
        ['token', 'address'],
        ['amount', 'uint160'],
        ['expiration', 'uint48'],
        ['nonce', 'uint48'],
      ],
    },
    primaryType: 'PermitBatch',
    message: { details, spender: bob.address, sigDeadline: LATE },
    domain,
  });
  const transfer = await signTyped({
    types: {
      PermitTransferFrom: [
        ['permitted', 'TokenPermissions'],
        ['spender', 'address'],
        ['nonce', 'uint256'],
        ['deadline', 'uint256'],
      ],
      TokenPermissions: [
        ['token', 'address'],
        ['amount', 'uint256'],
      ],
    },
    primaryType: 'PermitTransferFrom',
    message: { permitted: { token: token.address, amount: 4 }, spender: me.address, nonce: 515, deadline: LATE },
    domain,
  });
  expect([await status(batch.reading.mark), await status(transfer.reading.mark)]).toEqual(['open', 'open']);
  await toDesk('permitBatch', [me.address, details, bob.address, BigInt(LATE), batch.signature]);
  expect([await status(batch.reading.mark), await status(transfer.reading.mark)]).toEqual(['used', 'open']);
  await toDesk('permitTransferFrom', [me.address, token.address, 4n, 515n, BigInt(LATE), transfer.signature]);
  expect(await status(transfer.reading.mark)).toBe('used');
});

const mark = (place: string, args: Readonly<Record<string, string>>): SignatureMark => ({ contract: on(book.address), place, args });
const MAX = 2n ** 256n - 1n;

it.each([
  ['safe_nonce', { nonce: '4' }, () => book.send('setNonce', [5n]), 'used'],
  ['delegation', { hash: WORD('d1') }, () => book.send('disable', [WORD('d1')]), 'revoked'],
  [
    'seaport',
    { counter: '0', hash: WORD('51') },
    () => book.send('setStatus', [WORD('51'), { isValidated: true, isCancelled: false, filled: 2n, size: 2n }]),
    'used',
  ],
  [
    'seaport',
    { counter: '0', hash: WORD('52') },
    () => book.send('setStatus', [WORD('52'), { isValidated: false, isCancelled: true, filled: 0n, size: 0n }]),
    'revoked',
  ],
  [
    'seaport',
    { counter: '0', hash: WORD('53') },
    () => book.send('setStatus', [WORD('53'), { isValidated: true, isCancelled: false, filled: 1n, size: 2n }]),
    'partly_used',
  ],
  [
    'seaport',
    { counter: '0', hash: WORD('54') },
    () => book.send('setStatus', [WORD('54'), { isValidated: true, isCancelled: true, filled: 1n, size: 2n }]),
    'used',
  ],
  ['seaport', { counter: '0', hash: WORD('55') }, () => book.send('setCounter', [9n]), 'revoked'],
  ['cow', { uid: `0x${'c1'.repeat(56)}`, amount: '10' }, () => book.send('setFilled', [`0x${'c1'.repeat(56)}`, 10n]), 'used'],
  ['cow', { uid: `0x${'c2'.repeat(56)}`, amount: '10' }, () => book.send('setFilled', [`0x${'c2'.repeat(56)}`, MAX]), 'used'],
  ['cow', { uid: `0x${'c3'.repeat(56)}`, amount: '10' }, () => book.send('setFilled', [`0x${'c3'.repeat(56)}`, 9n]), 'partly_used'],
  ['one_inch_bit', { nonce: '300' }, () => book.send('setBit', [300n]), 'used'],
  ['one_inch_remaining', { hash: WORD('11') }, () => book.send('setRemaining', [WORD('11'), MAX]), 'used'],
  ['one_inch_remaining', { hash: WORD('12') }, () => book.send('setRemaining', [WORD('12'), MAX - 5n]), 'partly_used'],
  ['vote', { proposal: '3' }, () => book.send('castVote', [3n]), 'used'],
  ['user_operation', { sender: me.address, nonce: ((7n << 64n) + 2n).toString() }, () => book.send('setSequence', [7n, 3n]), 'used'],
  ['meta_nonce', { nonce: '1' }, () => book.send('setNonces', [2n]), 'used'],
] as const)('%s %j', async (place, args, change, expected) => {
  expect(await status(mark(place, args))).toBe('open');
  await change();
  expect(await status(mark(place, args))).toBe(expected);
});

it('a tree of orders may have been used, for all that one place tells', async () => {
  await book.send('setCounter', [20n]);
  const states = await Promise.all(['20', '19'].map((counter) => status(mark('seaport', { counter }))));
  expect(states).toEqual(['partly_used', 'used']);
});

it('an authorization is used where the account has its code, revoked where its nonce went another way', async () => {
  const account = mnemonicToAccount('test test test test test test test test test test test junk', { addressIndex: 0 });
  const nonce = await node.sequence(me.wallet);
  const { reading } = await sign({ kind: 'authorization', chainId: '31337', address: bob.address, nonce: String(nonce.next) });
  const second = await sign({ kind: 'authorization', chainId: '31337', address: token.address, nonce: String(nonce.next) });
  expect([await status(reading.mark), await status(second.reading.mark)]).toEqual(['open', 'open']);
  const { r, s, yParity } = await privateKeyToAccount(toViemHex(account.getHdKey().privateKey as Uint8Array)).signAuthorization({
    chainId: 31_337,
    address: bob.address,
    nonce: Number(nonce.next),
  });
  const authorization = {
    chainId: '0x7a69',
    address: bob.address,
    nonce: `0x${nonce.next.toString(16)}`,
    r,
    s,
    yParity: `0x${yParity?.toString(16)}`,
  };
  await send({ from: bob.address, to: bob.address, type: '0x4', authorizationList: [authorization], gas: '0x30000' });
  expect([await status(reading.mark), await status(second.reading.mark)]).toEqual(['used', 'revoked']);
});

it('believes nothing that is not final yet', async () => {
  const careful = connect(anvil, { confirmations: 3 });
  const order = mark('vote', { proposal: '77' });
  await book.send('castVote', [77n]);
  expect(await careful.node.signatureStatus?.(order, me.wallet)).toBe('open');
  await anvil.rpc('anvil_mine', ['0x2']);
  expect(await careful.node.signatureStatus?.(order, me.wallet)).toBe('used');
  await careful.node.close();
});

it('says so where the contract does not tell, and where the mark names no place', async () => {
  const failure = async (given: SignatureMark): Promise<unknown> =>
    status(given).catch((error: unknown) =>
      isCastellanError(error) ? [error.code, error.details['reason'] ?? error.details['place']] : error,
    );
  expect(await failure({ ...mark('nonce', { nonce: '0' }), contract: bob.wallet })).toEqual(['CHAIN_REJECTED', 'mark_unreadable']);
  expect(await failure({ ...mark('eip3009', { nonce: WORD('01') }) })).toEqual(['CHAIN_REJECTED', 'mark_unreadable']);
  expect(await failure(mark('somewhere', {}))).toEqual(['REQUEST_INVALID', 'somewhere']);
});

it('hands out signatures of this wallet over this payload alone', async () => {
  const { codec } = chain.adapter;
  const order: SignatureOrder = { kind: 'message', bytes: new TextEncoder().encode('Hello') };
  const payload = codec.readSignature?.(order, CHAIN, me.wallet).payload as Uint8Array;
  const signature = await me.sign(codec.signingHash(payload));
  const assembled = (given: Uint8Array, over = payload): Uint8Array | undefined => codec.assembleSignature?.(over, given, me.wallet);
  expect([27, 28]).toContain(assembled(signature)?.[64]);
  const raw = signature.slice();
  raw[64] = (raw[64] as number) - 27;
  expect(assembled(raw)).toEqual(signature);
  for (const wrong of [await bob.sign(codec.signingHash(payload)), signature.slice(0, 64), new Uint8Array(65)])
    expect(() => assembled(wrong)).toThrow('SIGNATURE_INVALID');
  expect(() => assembled(signature, Uint8Array.of(1))).toThrow('SIGNATURE_INVALID');
  expect(() => codec.readSignature?.(order, 'eip155:5' as typeof CHAIN, me.wallet)).toThrow('CHAIN_INVALID');
});

it('knows the implementations that the configuration lists', () => {
  const read = (address: string) =>
    chain.adapter.codec.readSignature?.({ kind: 'authorization', chainId: '31337', address, nonce: '0' }, CHAIN, me.wallet).complete;
  expect([read(bob.address), read(me.address)]).toEqual([true, false]);
  expect(compileContract('OrderBook').abi.length).toBeGreaterThan(10);
});
