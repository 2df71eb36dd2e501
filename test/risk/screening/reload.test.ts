import { describe, expect, it } from 'vitest';
import { registerChainFamily } from '../../../src/core/adapter-kit.ts';
import { CastellanError } from '../../../src/core/index.ts';
import { createManualClock } from '../../../src/testing/index.ts';
import { address, bytesOf, fresh, MAINNET, source } from './lists.ts';

const [a, b, c] = [address(1), address(2), address(3)];

/** A text that comes only when it is let through. */
function gated(text: string): { readonly bytes: AsyncIterable<Uint8Array>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  async function* bytes() {
    yield Buffer.from(text.slice(0, 10));
    await opened;
    yield Buffer.from(text.slice(10));
  }
  return { bytes: bytes(), open };
}

describe('loading a list again', () => {
  it('leaves no moment without it', async () => {
    const screening = fresh();
    await screening.load(source(), bytesOf(`${a}\n${b}\n`));
    const next = gated(`${b}\n${c}\n`);
    const loading = screening.load(source(), next.bytes);
    const words = () => [a, b, c].map((one) => screening.screen(one).verdict);
    expect(words()).toEqual(['listed', 'listed', 'clear']);
    next.open();
    let isDone = false;
    void loading.then(() => {
      isDone = true;
    });
    for (let turn = 0; turn < 10_000 && !isDone; turn += 1) {
      const seen = words();
      // The old list or the new one, never a mixture and never none.
      expect([['listed', 'listed', 'clear'].join(), ['clear', 'listed', 'listed'].join()]).toContain(seen.join());
      await Promise.resolve();
    }
    await loading;
    expect(words()).toEqual(['clear', 'listed', 'listed']);
    expect(screening.lists().map(({ name, accounts }) => [name, accounts])).toEqual([['reports', 2]]);
  });

  it.each(['nonsense', '', `${a}\nnonsense`])('keeps the old one when the new one is refused: %j', async (text) => {
    const screening = fresh();
    await screening.load(source(), bytesOf(a));
    await expect(screening.load(source(), bytesOf(text))).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    expect(screening.screen(a).verdict).toBe('listed');
  });

  it('of two at a time keeps the one that began last, whichever is done first', async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ] as const) {
      const screening = fresh();
      const gates = [gated(`${a}\n`), gated(`${b}\n`)] as const;
      const loads = gates.map(({ bytes }) => screening.load(source(), bytes).catch((error: unknown) => error));
      for (const index of order) {
        gates[index].open();
        await loads[index];
      }
      expect([a, b].map((one) => screening.screen(one).verdict)).toEqual(['clear', 'listed']);
      if (order[0] === 1) expect(await loads[0]).toBeInstanceOf(CastellanError);
    }
  });

  it('does not bring back a list that was let go meanwhile', async () => {
    const screening = fresh();
    await screening.load(source(), bytesOf(a));
    const next = gated(`${a}\n`);
    const loading = screening.load(source(), next.bytes);
    expect(screening.drop('reports')).toBe(true);
    expect(screening.drop('reports')).toBe(false);
    next.open();
    await expect(loading).rejects.toMatchObject({ details: { reason: 'overtaken' } });
    expect(screening.screen(a).verdict).toBe('clear');
    await screening.load(source(), bytesOf(a));
    expect(screening.screen(a).verdict).toBe('listed');
  });

  it('lets other work go on, and holds the process while it does', async () => {
    let nowMs = 0;
    let turns = 0;
    let holds = 0;
    const clock = {
      ...createManualClock(),
      monotonicMs: () => (nowMs += 1),
      schedule(_: number, task: () => void) {
        turns += 1;
        queueMicrotask(task);
        return { cancel: () => {} };
      },
      hold() {
        holds += 1;
        return () => {
          holds -= 1;
        };
      },
    };
    const screening = fresh({ clock });
    const rows = Array.from({ length: 5_000 }, (_, index) => address(index)).join('\n');
    const loading = screening.load(source(), bytesOf(rows, 1_000_000));
    expect(holds).toBe(1);
    await loading;
    expect(turns).toBeGreaterThan(10);
    await screening.load(source(), bytesOf('nonsense')).catch(() => {});
    expect(holds).toBe(0);
  });

  it('takes as many lists as it looks into for each account', async () => {
    const screening = fresh();
    for (let index = 0; index < 64; index += 1) await screening.load(source({ name: `list ${index}` }), bytesOf(a));
    await expect(screening.load(source({ name: 'one more' }), bytesOf(a))).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await screening.load(source({ name: 'list 3' }), bytesOf(b));
    expect(screening.screen(a).hits).toHaveLength(63);
  });

  it('replaces exemptions whole, or not at all', async () => {
    const screening = fresh();
    await screening.load(source(), bytesOf(a));
    const own = { account: `eip155:1:${a}` as never, reason: 'ours' };
    screening.exempt([own]);
    expect(screening.screen(a).verdict).toBe('exempt');
    expect(() => screening.exempt([{ ...own, reason: '' }])).toThrow('CONFIG_INVALID');
    expect(screening.screen(a).verdict).toBe('exempt');
    screening.exempt([]);
    expect(screening.screen(a).verdict).toBe('listed');
  });

  it('lists accounts of registered families of chains', async () => {
    registerChainFamily({
      namespace: 'sundial',
      chainReference: (text) => (text === 'main' || text === 'test' ? text : undefined),
      addressKey(text) {
        if (/^[a-zñ]{3,12}$/.test(text)) return text;
        throw new CastellanError('ADDRESS_INVALID', { message: 'An address of this chain is 3 to 12 letters.' });
      },
      addressText: (key) => key,
      displayForms: (key) => [key],
      coinType: '99998',
      tokens: 'ray',
      collectibles: {},
    });
    const screening = fresh({ chains: [MAINNET, 'sundial:main' as never] });
    await screening.load(source({ chains: ['sundial:main' as never] }), bytesOf('señora\nalice\n'));
    expect(['señora', 'sundial:main:alice', 'sundial:test:alice'].map((one) => screening.screen(one).verdict)).toEqual([
      'listed',
      'listed',
      'listed',
    ]);
    expect(screening.screen('alic').verdict).toBe('clear');
  });
});
