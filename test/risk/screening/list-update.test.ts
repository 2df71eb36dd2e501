import { describe, expect, it } from 'vitest';
import { createAttestationKey, type Digest } from '../../../src/core/index.ts';
import {
  digestBody,
  type ListState,
  type ListUpdate,
  type ListUpdateHeader,
  signListUpdate,
  verifyListUpdate,
} from '../../../src/risk/index.ts';
import { address, bytesOf, fresh, source } from './lists.ts';

const NOW = 1_700_000_000_000;
const [a, b, c] = [address(1), address(2), address(3)];
const key = createAttestationKey('desk', new Uint8Array(32).fill(7));
const stranger = createAttestationKey('desk', new Uint8Array(32).fill(8));
const signers = { desk: key.publicKey };
const signed = source({ name: 'desk list', signers });

async function update(rows: string, change: Partial<ListUpdateHeader> = {}, by = key, sent = rows): Promise<ListUpdate> {
  const header: ListUpdateHeader = {
    list: 'desk list',
    key: 'desk',
    sequence: 1,
    operation: 'full',
    previous: null,
    issuedMs: NOW - 1_000,
    expiresMs: NOW + 1_000,
    ...(await digestBody(bytesOf(rows))),
    ...change,
  };
  return { ...signListUpdate(header, by), body: bytesOf(sent) };
}

const listed = (screening: ReturnType<typeof fresh>) => [a, b, c].filter((one) => screening.screen(one).verdict === 'listed');
const reason = async (run: Promise<unknown>): Promise<unknown> => {
  const error = await run.catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'SIGNATURE_INVALID' });
  return (error as { details: { reason: string } }).details.reason;
};

/** Screening that stands on update 1 with `a`, its state, and the update after it. */
async function standing() {
  const screening = fresh();
  const { state } = await screening.update(signed, [await update(a)], null);
  const next = (operation: 'add' | 'remove', rows: string, change: Partial<ListUpdateHeader> = {}) =>
    update(rows, { operation, sequence: 2, previous: state.digest, ...change });
  return { screening, state, next };
}

describe('signed updates', () => {
  it('bring a list, add to it and take from it', async () => {
    const { screening, state, next } = await standing();
    expect(listed(screening)).toEqual([a]);
    const second = await screening.update(signed, [await next('add', `${b}\n${c}`)], state);
    expect(listed(screening)).toEqual([a, b, c]);
    expect(second.report.accounts).toBe(3);
    const third = await next('remove', a.toUpperCase().replace('0X', '0x'), { sequence: 3, previous: second.state.digest });
    const { state: last } = await screening.update(signed, [third], second.state);
    expect(listed(screening)).toEqual([b, c]);
    expect(last.sequence).toBe(3);
    await screening.update(signed, [await update(a, { sequence: 9 })], last);
    expect(listed(screening)).toEqual([a]);
  });

  it.each([
    ['nothing', async () => [], 'unsigned'],
    ['a stranger’s', async () => [await update(b, { sequence: 2 }, stranger)], 'signature'],
    ['one under an unknown key', async () => [await update(b, { sequence: 2, key: 'other' })], 'unknown_key'],
    ['one under a key of the language', async () => [await update(b, { sequence: 2, key: '__proto__' })], 'unknown_key'],
    ['one of another list', async () => [await update(b, { sequence: 2, list: 'other' })], 'other_list'],
    ['one that is over', async () => [await update(b, { sequence: 2, expiresMs: NOW })], 'expired'],
    ['one from the future', async () => [await update(b, { sequence: 2, issuedMs: NOW + 300_001 })], 'not_yet_issued'],
    ['the same again', async () => [await update(a)], 'rolled_back'],
    ['an older one', async () => [await update(b, { sequence: 0 })], 'rolled_back'],
    ['one with another body', async () => [await update(b, { sequence: 2 }, key, c)], 'body'],
    ['one with more behind its body', async () => [await update(b, { sequence: 2 }, key, `${b}\n${c}`)], 'body'],
    ['one with another length', async () => [await update(b, { sequence: 2, bytes: 1 })], 'body'],
    ['a good one and a bad one', async () => [await update(b, { sequence: 2 }), await update(c, { sequence: 3 }, stranger)], 'signature'],
    [
      'a whole list that builds on another',
      async () => [await update(b, { sequence: 2, previous: 'ab'.repeat(32) as Digest })],
      'out_of_order',
    ],
    [
      'an addition to another list',
      async () => [await update(b, { operation: 'add', sequence: 2, previous: 'ab'.repeat(32) as Digest })],
      'out_of_order',
    ],
    ['an addition to nothing', async () => [await update(b, { operation: 'add', sequence: 2 })], 'out_of_order'],
  ] as [string, () => Promise<ListUpdate[]>, string][])('refuses %s, and the list stays', async (_, updates, expected) => {
    const { screening, state } = await standing();
    expect(await reason(screening.update(signed, await updates(), state))).toBe(expected);
    expect(listed(screening)).toEqual([a]);
  });

  it('refuses a gap between two', async () => {
    const { screening, state, next } = await standing();
    expect(await reason(screening.update(signed, [await next('add', b, { sequence: 3 })], state))).toBe('out_of_order');
    expect(listed(screening)).toEqual([a]);
  });

  it.each([
    ['header', (text: string) => text.replace('"sequence":2', '"sequence":3')],
    ['spaces', (text: string) => text.replace(',', ', ')],
    ['another order', (text: string) => `{"sequence":2,${text.slice(1).replace(',"sequence":2', '')}`],
    ['a field twice', (text: string) => text.replace('{', '{"sequence":9,')],
    ['one field more', (text: string) => text.replace('}', ',"x":1}')],
    ['no JSON', () => 'castellan'],
    ['null', () => 'null'],
    ['nothing', () => undefined as unknown as string],
  ])('refuses a changed header: %s', async (_, change) => {
    const { screening, state } = await standing();
    const good = await update(b, { sequence: 2 });
    expect(['malformed', 'signature']).toContain(await reason(screening.update(signed, [{ ...good, header: change(good.header) }], state)));
    expect(listed(screening)).toEqual([a]);
  });

  it.each(['', '00', 'zz'.repeat(64), '00'.repeat(64), undefined as unknown as string])('refuses the signature %j', async (signature) => {
    const { screening, state } = await standing();
    const good = await update(b, { sequence: 2 });
    expect(['malformed', 'signature']).toContain(await reason(screening.update(signed, [{ ...good, signature }], state)));
  });

  it('refuses a signature of the same key over other words', async () => {
    const { header } = await update(b, { sequence: 2 });
    const other = Buffer.from(key.sign(Buffer.from(header.replace('{', 'castellan.other.v1\n{')))).toString('hex');
    const about = { list: 'desk list', signers, after: null, nowMs: NOW };
    expect(verifyListUpdate({ header, signature: other }, about)).toEqual({ ok: false, reason: 'signature' });
  });

  it('takes nothing unsigned where a list is signed', async () => {
    const { screening } = await standing();
    expect(await reason(screening.load(signed, bytesOf(b)))).toBe('unsigned');
    expect(await reason(screening.load(source({ name: 'desk list' }), bytesOf(b)))).toBe('unsigned');
    expect(await reason(fresh().load(signed, bytesOf(b)))).toBe('unsigned');
    expect(listed(screening)).toEqual([a]);
  });

  it('refuses a malformed body whole, signed or not', async () => {
    const { screening, state } = await standing();
    await expect(screening.update(signed, [await update(`${b}\nnonsense`, { sequence: 2 })], state)).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
    });
    expect(listed(screening)).toEqual([a]);
  });
});

describe('in a new process', () => {
  async function chain() {
    const { screening, state, next } = await standing();
    const second = await next('add', b);
    const { state: last } = await screening.update(signed, [second], state);
    return { state, last, all: async () => [await update(a), await next('add', b)] };
  }

  it('the same updates lead to where the list was', async () => {
    const { last, all } = await chain();
    const screening = fresh();
    expect((await screening.update(signed, await all(), last)).state).toEqual(last);
    expect(listed(screening)).toEqual([a, b]);
  });

  it('fewer of them are a list rolled back, and none is taken', async () => {
    const { last, all } = await chain();
    const screening = fresh();
    expect(await reason(screening.update(signed, (await all()).slice(0, 1), last))).toBe('rolled_back');
    expect(listed(screening)).toEqual([]);
  });

  it('so is another update of the same number', async () => {
    const { last } = await chain();
    const screening = fresh();
    expect(await reason(screening.update(signed, [await update(c, { sequence: 2 })], last))).toBe('rolled_back');
    expect((await screening.update(signed, [await update(c, { sequence: 3 })], last)).state.sequence).toBe(3);
  });

  it('of two calls at a time the newer update stays', async () => {
    const screening = fresh();
    const slow = await update(a, { sequence: 2 });
    let open = (): void => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    async function* held() {
      await opened;
      yield* slow.body;
    }
    const newer = screening.update(signed, [await update(b, { sequence: 3 })], null);
    const older = screening.update(signed, [{ ...slow, body: held() }], null);
    await newer;
    open();
    expect(await reason(older)).toBe('rolled_back');
    expect(listed(screening)).toEqual([b]);
  });
});

describe('the digest of a body', () => {
  it('depends on the bytes and not on the pieces they come in', async () => {
    const text = 'x'.repeat(65_535) + 'yz'.repeat(40_000);
    const digests = await Promise.all([1_000, 65_536, 65_537, 1_000_000].map((size) => digestBody(bytesOf(text, size))));
    for (const one of digests) expect(one).toEqual(digests[0]);
    expect(digests[0]?.bytes).toBe(text.length);
    expect((await digestBody(bytesOf(`${text}.`))).body).not.toBe(digests[0]?.body);
    expect((await digestBody(bytesOf('x'.repeat(65_536)))).body).not.toBe((await digestBody(bytesOf('x'.repeat(131_072)))).body);
  });

  it('is asked for before anything is held', async () => {
    const state: ListState = { list: 'desk list', sequence: 1, digest: 'ab'.repeat(32) as Digest };
    const good = await update(b, { sequence: 2 });
    const check = verifyListUpdate(good, { list: 'desk list', signers, after: state, nowMs: NOW });
    expect(check).toMatchObject({ ok: true, header: { sequence: 2, bytes: 42 }, state: { list: 'desk list', sequence: 2 } });
  });
});
