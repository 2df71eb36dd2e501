import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { isCustodyApprover, isOwnKey } from '../../src/approvals/own-keys.ts';
import { applyStep, type ChainId, type Json, type RegisteredKey } from '../../src/core/index.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import { createBench, WALLET } from './bench.ts';

const KEY = 'ab'.repeat(32);
const ADDRESS = `0x${'cd'.repeat(20)}`;
const OTHER = `0x${'ef'.repeat(20)}`;
const CHAINS = ['eip155:1', 'ton:-3'] as ChainId[];
const request = (await createBench()).request();
const ann: RegisteredKey = { id: 'ann', scheme: 'ed25519', key: KEY, roles: ['approver'] };
const evm: RegisteredKey = { id: 'eva', scheme: 'eip712', key: ADDRESS, roles: ['approver'] };

async function storeOf(documents: Record<string, Json>) {
  const store = createMemoryStore({ clock: createManualClock() });
  for (const [key, value] of Object.entries(documents)) await applyStep(store, { commands: [{ kind: 'doc.put', key, value }] });
  return { store, chains: CHAINS };
}

describe('a key that custody holds', () => {
  it.each<[string, RegisteredKey, Record<string, Json>]>([
    ['under its public key', ann, { [`key-public/${KEY}`]: {} }],
    ['under its public key, written in capitals', { ...ann, key: KEY.toUpperCase() }, { [`key-public/${KEY}`]: {} }],
    ['as the one that attests decisions', ann, { 'attestation/gate': { publicKey: KEY } }],
    ['as the one that attests the log', ann, { 'attestation/log': { publicKey: KEY } }],
    [
      'as one that attested before',
      ann,
      { 'attestation/log': { publicKey: '00', former: [null, { publicKey: '11' }, { publicKey: KEY }] } },
    ],
    ['under its address', evm, { [`key-public/${ADDRESS}`]: {} }],
    ['as a wallet on a chain of ours', evm, { [`wallet/eip155:1:${ADDRESS}`]: {} }],
  ])('is known %s', async (_, key, documents) => {
    expect(await isCustodyApprover(await storeOf(documents), key)).toBe(true);
    expect(await isOwnKey(await storeOf(documents), request, key)).toBe(true);
  });

  it.each<[string, RegisteredKey, Record<string, Json>]>([
    ['nothing is held', ann, {}],
    ['nothing is held of that address', evm, {}],
    ['another key is held', ann, { [`key-public/${'00'.repeat(32)}`]: {}, 'attestation/gate': { publicKey: '00', former: KEY } }],
    ['the wallet is on no chain of ours', evm, { [`wallet/eip155:2:${ADDRESS}`]: {} }],
    ['the wallet is on a chain without such addresses', evm, { [`wallet/ton:-3:${ADDRESS}`]: {} }],
    ['an address stands where keys attest', evm, { 'attestation/gate': { publicKey: ADDRESS } }],
  ])('is a person’s where %s', async (_, key, documents) => {
    expect(await isCustodyApprover(await storeOf(documents), key)).toBe(false);
    expect(await isOwnKey(await storeOf(documents), request, key)).toBe(false);
  });

  it('is no wallet where no chain is named', async () => {
    const { store } = await storeOf({ [`wallet/eip155:1:${ADDRESS}`]: {} });
    expect(await isCustodyApprover({ store }, evm)).toBe(false);
  });
});

describe('the agent itself', () => {
  it.each<[string, RegisteredKey, Record<string, Json>]>([
    ['by its id', { ...ann, id: request.agent }, {}],
    ['by its id in capitals', { ...ann, id: request.agent.toUpperCase() }, {}],
    ['by the id of another agent', ann, { 'agent/ann': {} }],
    ['by the wallet of the request', { ...evm, key: WALLET.split(':')[2] as string }, {}],
    ['by another wallet of its own', evm, { 'agent/a1': { wallets: ['eip155:1:0x00', `eip155:5:${ADDRESS}`] } }],
    [
      'by its wallet in capitals',
      { ...evm, key: ADDRESS.toUpperCase() },
      { 'agent/a1': { wallets: [`eip155:5:${ADDRESS.toUpperCase()}`] } },
    ],
    ['by what sends for its smart account', evm, { [`wallet/${WALLET}`]: { smart: { sender: `eip155:1:${ADDRESS}` } } }],
    ['by the key of its wallet', ann, { [`wallet/${WALLET}`]: { keyId: 'k1' }, 'key/k1': { publicKey: KEY } }],
    [
      'by the key of its second wallet',
      ann,
      { 'agent/a1': { wallets: ['eip155:1:0x01'] }, 'wallet/eip155:1:0x01': { keyId: 'k2' }, 'key/k2': { publicKey: KEY } },
    ],
  ])('is known %s', async (_, key, documents) => {
    expect(await isOwnKey(await storeOf(documents), request, key)).toBe(true);
  });

  it.each<[string, Record<string, Json>]>([
    ['none', {}],
    ['wallets that are no list', { 'agent/a1': { wallets: `eip155:5:${ADDRESS}` } }],
    ['wallets that are no texts', { 'agent/a1': { wallets: [7, null] } }],
    ['records that say nothing', { 'agent/a1': null, [`wallet/${WALLET}`]: null }],
    ['a sender that is another', { [`wallet/${WALLET}`]: { smart: { sender: `eip155:1:${OTHER}` } } }],
    ['a sender that is no text', { [`wallet/${WALLET}`]: { smart: { sender: 7 } } }],
    ['a key of another', { [`wallet/${WALLET}`]: { keyId: 'k1' }, 'key/k1': { publicKey: OTHER }, 'key/k2': { publicKey: ADDRESS } }],
    ['a key id that is no text', { [`wallet/${WALLET}`]: { keyId: 7 }, 'key/7': { publicKey: ADDRESS } }],
    ['a key that is gone', { [`wallet/${WALLET}`]: { keyId: 'k1' } }],
  ])('is not a person, with %s on record', async (_, documents) => {
    expect(await isOwnKey(await storeOf(documents), request, evm)).toBe(false);
  });

  it('is looked for in 256 of its wallets, that of the request among them', async () => {
    const wallets = Array.from({ length: 255 }, (_, at) => `eip155:1:0x${String(at).padStart(40, '0')}`);
    const at = async (place: number) =>
      await isOwnKey(await storeOf({ 'agent/a1': { wallets: wallets.with(place - 1, `eip155:1:${ADDRESS}`) } }), request, evm);
    expect(await at(255)).toBe(true);
    const more = [...wallets, `eip155:7:${ADDRESS}`];
    expect(await isOwnKey(await storeOf({ 'agent/a1': { wallets: more } }), request, evm)).toBe(false);
  });
});
