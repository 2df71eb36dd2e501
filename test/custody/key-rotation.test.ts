import { beforeEach, describe, expect, it } from 'vitest';
import { type AssetId, type ChainId, type Json, readDoc, type Store } from '../../src/core/index.ts';
import { createKeyManager, type KeyInfo, type MigrationStep } from '../../src/custody/index.ts';
import { type Bench, createBench, PAYLOAD, toLogCommand } from './bench.ts';
import { accountOf, CHAIN, openWalletBook, type WalletBook } from './wallet-book.ts';

const SIGNING = { algorithm: 'secp256k1', purpose: 'signing' } as const;
const ETHER = 'eip155:31337/slip44:60' as AssetId;

let bench: Bench;
let book: WalletBook;
beforeEach(async () => {
  bench = await createBench({
    usage: (store) => {
      book = openWalletBook(store);
      return book.usage;
    },
  });
});

const toAccount = (key: KeyInfo) => accountOf(Buffer.from(key.publicKey, 'hex'), CHAIN);
const stepOf = (steps: readonly MigrationStep[], name: MigrationStep['do']) => steps.find((step) => step.do === name);
const actions = async (): Promise<readonly string[]> =>
  (await bench.store.log(0)).map(({ entry }) => JSON.parse(entry).details.action).filter((action) => !/seed|created/.test(action));
/** The same keys as another process would see them. */
const otherManager = (store: Store = bench.store) =>
  createKeyManager({ store, vault: bench.vault, clock: bench.clock, random: bench.random, command: toLogCommand, usage: book.usage });

describe('rotating a key', () => {
  it('makes the next key and says what goes where; the old one signs on', async () => {
    const { keys } = bench.custody;
    const wallet = await book.add(bench.key.id, bench.key.publicKey);
    book.balances.set(wallet.account, [
      { asset: ETHER, amount: 5n },
      { asset: 'eip155:31337/erc20:0x01' as AssetId, amount: 0n },
    ]);
    await book.allow('a2', wallet.account);
    const { newKeyId, oldKeyId, newKey, migration } = await keys.rotateKey(bench.key.id);
    expect(oldKeyId).toBe(bench.key.id);
    expect(newKey).toMatchObject({ id: newKeyId, path: "m/44'/60'/1'/0/0", seedId: 'default', replaces: oldKeyId, state: 'active' });
    const to = toAccount(newKey);
    expect(migration).toEqual({
      state: 'open',
      cause: 'requested',
      startedAtMs: bench.clock.nowMs(),
      completedAtMs: null,
      moves: [
        {
          agentId: 'a1',
          userId: 'u1',
          chain: CHAIN,
          from: wallet.account,
          to,
          steps: [
            { do: 'create_wallet', keyId: newKeyId, done: false },
            { do: 'allow_destination', agentId: 'a1', account: to, done: false },
            { do: 'sweep', from: wallet.account, to, balances: [{ asset: ETHER, amount: '5' }], done: false },
            { do: 'replace_in_list', agentId: 'a2', list: 'allowedDestinations', remove: wallet.account, add: to, done: false },
          ],
        },
      ],
    });
    expect(await keys.getKey(oldKeyId)).toMatchObject({ state: 'active', replacedBy: newKeyId });
    expect(await book.usage.ownerOf(newKeyId)).toBe('a1');
    const held = await bench.hold(PAYLOAD);
    expect((await bench.custody.custodian.sign(held.permit, PAYLOAD)).keyId).toBe(oldKeyId);
    expect(await actions()).toEqual(['key_rotated']);
    const [event] = (await bench.store.log(0))
      .map(({ entry }) => JSON.parse(entry))
      .filter(({ details }) => details.action === 'key_rotated');
    expect(event).toMatchObject({ type: 'key_event', severity: 'warning', details: { wallets: [wallet.account], walletCount: 1 } });
  });

  it('shows in its plan what was done meanwhile', async () => {
    const { keys } = bench.custody;
    const wallet = await book.add(bench.key.id, bench.key.publicKey);
    await book.allow('a2', wallet.account);
    const { newKeyId, newKey } = await keys.rotateKey(bench.key.id);
    const next = await book.add(newKeyId, newKey.publicKey);
    await book.allow('a1', next.account);
    await book.allow('a2', next.account, wallet.account);
    const steps = (await keys.getRotation(bench.key.id))?.migration.moves[0]?.steps ?? [];
    expect(steps.map(({ do: name, done }) => [name, done])).toEqual([
      ['create_wallet', true],
      ['allow_destination', true],
      ['sweep', true],
      ['replace_in_list', true],
    ]);
    book.balances.set(wallet.account, () => {
      throw new Error('down');
    });
    const again = (await keys.getRotation(bench.key.id))?.migration.moves[0]?.steps ?? [];
    expect(stepOf(again, 'sweep')).toMatchObject({ balances: null, done: false });
    expect(await keys.getRotation(newKeyId)).toBeUndefined();
  });

  it('is one rotation however often and from wherever it is called', async () => {
    await book.add(bench.key.id, bench.key.publicKey);
    const both = [bench.custody.keys, otherManager()];
    const results = await Promise.all(Array.from({ length: 8 }, (_, index) => both[index % 2]?.rotateKey(bench.key.id)));
    expect(new Set(results.map((result) => result?.newKeyId)).size).toBe(1);
    expect(await actions()).toEqual(['key_rotated']);
    expect(await bench.custody.keys.listKeys()).toHaveLength(2);
  });

  it('leaves nothing half done where the store fails before or after the step', async () => {
    await book.add(bench.key.id, bench.key.publicKey);
    for (const when of ['before', 'after'] as const) {
      let armed = true;
      const failing: Store = {
        ...bench.store,
        async apply(steps) {
          const isRotation =
            armed &&
            steps.some(({ commands }) => commands.some((command) => command.kind === 'doc.put' && command.key.startsWith('key-rotation/')));
          if (!isRotation) return bench.store.apply(steps);
          armed = false;
          if (when === 'after') await bench.store.apply(steps);
          throw new Error('crash');
        },
      };
      await expect(otherManager(failing).rotateKey(bench.key.id)).rejects.toThrow('crash');
      const isThere = (await readDoc(bench.store, `key-rotation/${bench.key.id}`)) !== undefined;
      expect(isThere).toBe(when === 'after');
      expect(await bench.custody.keys.listKeys()).toHaveLength(when === 'after' ? 2 : 1);
    }
    const { newKeyId } = await bench.custody.keys.rotateKey(bench.key.id);
    expect((await bench.custody.keys.getKey(bench.key.id)).replacedBy).toBe(newKeyId);
    expect(await bench.custody.keys.listKeys()).toHaveLength(2);
  });

  it('makes a key of the same kind: shared, random, of another seed, with tags and interval', async () => {
    const { keys, mpc } = bench.custody;
    const shared = await keys.generateKey({ algorithm: 'ed25519', purpose: 'signing', mode: 'mpc', threshold: 3, parties: 4, tags: ['m'] });
    const { newKey } = await keys.rotateKey(shared.id);
    expect(newKey).toMatchObject({ mode: 'mpc', tags: ['m'], algorithm: 'ed25519' });
    expect(newKey.publicKey).not.toBe(shared.publicKey);
    expect(await mpc.getSharesStatus(newKey.id)).toMatchObject({ threshold: 3, total: 4, available: 4, canSign: true });
    await expect(keys.rotateKey(newKey.id, { seedId: 'default' })).rejects.toMatchObject({ code: 'KEY_INVALID' });
    const random = await keys.generateKey({ ...SIGNING, source: 'random', autoRotate: true, rotationIntervalDays: 7 });
    expect((await keys.rotateKey(random.id)).newKey).toMatchObject({ path: null, seedId: null, autoRotate: true, rotationIntervalDays: 7 });
    await keys.createSeed({ id: 'fresh' });
    expect((await keys.rotateKey(bench.key.id, { seedId: 'fresh' })).newKey).toMatchObject({ seedId: 'fresh', path: "m/44'/60'/0'/0/0" });
    const other = await keys.generateKey(SIGNING);
    expect((await keys.rotateKey(other.id, { source: 'random' })).newKey).toMatchObject({ seedId: null, path: null });
    for (const wrong of [{ seedId: 'fresh', source: 'random' }, { source: 'given' }, { seed: 'x' }, null])
      await expect(keys.rotateKey(other.id, wrong as never)).rejects.toMatchObject({ code: 'KEY_INVALID' });
    const last = await keys.generateKey(SIGNING);
    await expect(keys.rotateKey(last.id, { seedId: 'missing' })).rejects.toMatchObject({ code: 'KEY_UNKNOWN' });
    expect((await keys.getKey(last.id)).replacedBy).toBeNull();
  });

  it('refuses a key that is revoked, unknown, or no name of one', async () => {
    const { keys } = bench.custody;
    await keys.revokeKey(bench.key.id, 'stolen');
    await expect(keys.rotateKey(bench.key.id)).rejects.toMatchObject({ code: 'KEY_REVOKED' });
    for (const id of ['nobody', '../x', 'test/log', undefined])
      await expect(keys.rotateKey(id as never)).rejects.toMatchObject({ code: 'KEY_UNKNOWN' });
    expect(await keys.listKeys()).toHaveLength(1);
    expect(await actions()).toEqual(['key_revoked']);
  });

  it('refuses a key of several agents or users, and an account that does not follow from the key', async () => {
    const { keys } = bench.custody;
    await book.add(bench.key.id, bench.key.publicKey, 'a1');
    const stray = { account: `${CHAIN}:0x${'7'.repeat(40)}`, chain: CHAIN, agent: 'a2', user: 'u1', keyId: bench.key.id };
    const put = (value: object | null) => bench.apply({ kind: 'doc.put', key: `wallet/${stray.account}`, value: value as Json });
    await put(stray);
    await expect(keys.rotateKey(bench.key.id)).rejects.toMatchObject({ code: 'KEY_INVALID', details: { agents: ['a1', 'a2'] } });
    await put(null);
    const elsewhere = accountOf(Buffer.from(bench.key.publicKey, 'hex'), 'eip155:1' as ChainId);
    const twin = { ...stray, account: elsewhere, chain: 'eip155:1', agent: 'a1', user: 'u2' };
    await bench.apply({ kind: 'doc.put', key: `wallet/${elsewhere}`, value: twin });
    await expect(keys.rotateKey(bench.key.id)).rejects.toMatchObject({ code: 'KEY_INVALID', details: { agents: ['a1'] } });
    await bench.apply({ kind: 'doc.put', key: `wallet/${elsewhere}`, value: null });
    await put({ ...stray, agent: 'a1' });
    await expect(keys.rotateKey(bench.key.id)).rejects.toMatchObject({ code: 'KEY_INVALID', details: { account: stray.account } });
    expect(await keys.listKeys()).toHaveLength(1);
  });
});

describe('a plan', () => {
  it('points nowhere where the new key became another agent’s', async () => {
    const { keys } = bench.custody;
    const { newKeyId, newKey } = await keys.rotateKey(bench.key.id);
    await book.add(bench.key.id, bench.key.publicKey, 'victim');
    await book.add(newKeyId, newKey.publicKey, 'thief');
    for (const look of [() => keys.rotateKey(bench.key.id), () => keys.getRotation(bench.key.id)])
      await expect(look()).rejects.toMatchObject({ code: 'KEY_INVALID', details: { agentId: 'victim', newKeyId } });
    await keys.revokeKey(newKeyId, 'another agent has it');
    const again = await keys.rotateKey(bench.key.id);
    expect(again.newKeyId).not.toBe(newKeyId);
    expect(again.migration.moves[0]?.to).toBe(toAccount(again.newKey));
    expect(await book.usage.ownerOf(again.newKeyId)).toBe('victim');
  });

  it('points nowhere where the new account is a wallet of another key, or the new key serves another agent on another chain', async () => {
    const { keys } = bench.custody;
    await book.add(bench.key.id, bench.key.publicKey, 'victim');
    const { newKeyId, newKey } = await keys.rotateKey(bench.key.id);
    const to = toAccount(newKey);
    const refused = { code: 'KEY_INVALID', details: { agentId: 'victim', newKeyId } };
    const wallet = { account: to, chain: CHAIN, agent: 'victim', user: 'u1', keyId: newKeyId };
    for (const foreign of [{ keyId: 'other' }, { agent: 'thief' }, { user: 'u2' }]) {
      await bench.apply({ kind: 'doc.put', key: `wallet/${to}`, value: { ...wallet, ...foreign } });
      await expect(keys.getRotation(bench.key.id)).rejects.toMatchObject(refused);
    }
    await bench.apply({ kind: 'doc.put', key: `wallet/${to}`, value: wallet });
    expect((await keys.getRotation(bench.key.id))?.migration.moves).toHaveLength(1);
    const elsewhere = accountOf(Buffer.from(newKey.publicKey, 'hex'), 'eip155:1' as ChainId);
    const stray = { ...wallet, account: elsewhere, chain: 'eip155:1', agent: 'thief' };
    await bench.apply({ kind: 'doc.put', key: `wallet/${elsewhere}`, value: stray });
    await expect(keys.getRotation(bench.key.id)).rejects.toMatchObject(refused);
  });

  it('covers several wallets of one agent, and those that came later', async () => {
    const { keys } = bench.custody;
    const first = await book.add(bench.key.id, bench.key.publicKey);
    const { newKeyId } = await keys.rotateKey(bench.key.id);
    const later = { ...first, account: `eip155:1:${first.account.split(':')[2]}`, chain: 'eip155:1' };
    await bench.apply({ kind: 'doc.put', key: `wallet/${later.account}`, value: later as unknown as Json });
    const plan = await keys.getRotation(bench.key.id);
    expect(plan?.migration.moves.map(({ from, to }) => [from.split(':')[1], to.split(':')[1]])).toEqual([
      ['1', '1'],
      ['31337', '31337'],
    ]);
    book.balances.set(later.account as never, [{ asset: ETHER, amount: 1n }]);
    expect(await keys.completeRotation(bench.key.id)).toMatchObject({
      completed: false,
      newKeyId,
      remaining: [{ account: later.account }],
    });
  });

  it('stays with the new key where the one that was to replace that was revoked', async () => {
    const { keys } = bench.custody;
    await book.add(bench.key.id, bench.key.publicKey);
    const second = await keys.rotateKey(bench.key.id);
    const third = await keys.rotateKey(second.newKeyId);
    await keys.revokeKey(third.newKeyId, 'stolen');
    const again = await keys.rotateKey(bench.key.id);
    expect([again.newKeyId, again.migration.moves[0]?.to]).toEqual([second.newKeyId, toAccount(second.newKey)]);
  });

  it('goes on to the key that replaced the new one', async () => {
    const { keys } = bench.custody;
    await book.add(bench.key.id, bench.key.publicKey);
    const second = await keys.rotateKey(bench.key.id);
    const third = await keys.rotateKey(second.newKeyId);
    expect(await book.usage.ownerOf(third.newKeyId)).toBe('a1');
    expect((await keys.getRotation(bench.key.id))?.migration.moves[0]?.to).toBe(toAccount(third.newKey));
    await keys.revokeKey(second.newKeyId, 'stolen');
    expect((await keys.rotateKey(bench.key.id)).migration.moves[0]?.to).toBe(toAccount(third.newKey));
    await keys.revokeKey(third.newKeyId, 'stolen as well');
    await expect(keys.completeRotation(bench.key.id)).rejects.toMatchObject({ code: 'KEY_REVOKED' });
    const fourth = await keys.rotateKey(bench.key.id);
    expect(fourth.migration.moves[0]?.to).toBe(toAccount(fourth.newKey));
    expect([second.newKeyId, third.newKeyId]).not.toContain(fourth.newKeyId);
  });
});
