import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOB, type Desk, ENCRYPTION_KEY, EVE, openDesk, PERMISSIONS } from './scene.ts';

let desk: Desk;
beforeAll(() => {
  desk = openDesk();
  desk.config('a.yaml');
  desk.config('same.json', { ...PERMISSIONS, limits: { ...PERMISSIONS.limits, daily: '5' } });
  desk.config('lower.yaml', { ...PERMISSIONS, limits: { ...PERMISSIONS.limits, perTransaction: '0.9' } });
  desk.config('wider.json', { ...PERMISSIONS, allowedDestinations: [BOB, EVE] });
  desk.config('asks.yaml', { ...PERMISSIONS, humanApprovalTimeoutMs: 600_000 });
});
afterAll(() => desk.remove());
const json = async (...args: string[]) => {
  const { code, out } = await desk.cli(...args, '--json');
  return { code, data: JSON.parse(out) };
};

describe('castellan diff', () => {
  it('ends with 0 where two files say the same in other words', async () => {
    const { code, data } = await json('diff', '--config-a', 'a.yaml', '--config-b', 'same.json', '--generate-actions');
    expect([code, data.agents[0].difference.same]).toEqual([0, true]);
  });

  it('ends with 2 where the words differ, and with 1 once an action shows it', async () => {
    const words = await json('diff', '--config-a', 'a.yaml', '--config-b', 'lower.yaml');
    expect([words.code, words.data.agents[0].difference.limits[0].path]).toEqual([2, 'unitCap.windows.perTransaction.limit']);
    const shown = await json('diff', '--config-a', 'a.yaml', '--config-b', 'lower.yaml', '--generate-actions');
    expect(shown.code).toBe(1);
    expect(shown.data.agents[0].actions.newlyAllowed).toEqual([]);
    expect(
      shown.data.agents[0].actions.newlyDenied.some(({ action }: { action: string }) => action.includes('1000000000000000000 base units')),
    ).toBe(true);
    const quiet = await json('diff', '--config-a', 'a.yaml', '--config-b', 'asks.yaml', '--generate-actions');
    expect([quiet.code, quiet.data.agents[0].actions.newlyDenied]).toEqual([2, []]);
    const wider = await json('diff', '--config-a', 'a.yaml', '--config-b', 'wider.json', '--generate-actions');
    expect(wider.code).toBe(1);
    expect(wider.data.agents[0].actions.newlyAllowed[0].action).toContain(EVE);
  });

  it('says it in words for people', async () => {
    const { code, out } = await desk.cli('diff', '--config-a', 'a.yaml', '--config-b', 'lower.yaml', '--generate-actions');
    expect(code).toBe(1);
    expect(out).toContain('unitCap.windows.perTransaction.limit: 1000000000000000000 -> 900000000000000000');
    expect(out).toContain('newly denied: eip155:31337 pays 1000000000000000000 base units of ETH');
  });
});

describe('castellan policy-snapshot and validate', () => {
  it('show what permissions compile to', async () => {
    const { code, data } = await json('policy-snapshot', '--config', 'a.yaml');
    expect(code).toBe(0);
    expect(data.agents[0]).toMatchObject({ agent: 'a1', unit: 'eip155:31337/slip44:60' });
    expect(data.agents[0].digest).toMatch(/^[0-9a-f]{64}$/);
    expect((await desk.cli('policy-snapshot', '--config', 'a.yaml', '--agent', 'nobody')).code).toBe(3);
  });

  it('tell errors from warnings by the exit code', async () => {
    desk.config('wrong.yaml', { colour: 'red' });
    desk.config('unsimulated.yaml', { ...PERMISSIONS, requireSimulation: false });
    const wrong = await json('validate', '--config', 'wrong.yaml');
    expect([wrong.code, wrong.data.agents[0].errors[0].path]).toEqual([1, 'colour']);
    const warned = await json('validate', '--config', 'unsimulated.yaml');
    expect(warned.code).toBe(2);
    expect(warned.data.agents[0].warnings.map(({ code }: { code: string }) => code)).toContain('no_simulation');
  });
});

describe('castellan stress-test', () => {
  it('reports each adversary, in memory and on SQLite, and leaves no file', async () => {
    for (const where of [[], ['--sqlite', 'stress.sqlite']]) {
      const { code, data } = await json('stress-test', '--config', 'a.yaml', '--agents', '3', '--transactions', '40', ...where);
      expect([code, data.held]).toEqual([0, true]);
      expect(data.results.map(({ schedule }: { schedule: string }) => schedule)).toEqual([
        'splitting',
        'racing',
        'replaying',
        'window-edge',
        'clock-jump',
        'decimals',
      ]);
      expect(data.results.every(({ tried }: { tried: number }) => tried > 0)).toBe(true);
    }
    expect((await desk.cli('stress-test', '--config', 'a.yaml', '--sqlite', 'a.yaml', '--agents', '0')).code).toBe(3);
  });
});

describe('a configuration that is data', () => {
  it('reads a secret from the environment, and refuses one that is not there', async () => {
    desk.config('env.yaml', PERMISSIONS, { keys: { encryptionKey: { env: 'CASTELLAN_TEST_SECRET_KEY' } } });
    const { code, err } = await desk.cli('validate', '--config', 'env.yaml');
    expect(code).toBe(1);
    expect(err).toContain('CASTELLAN_TEST_SECRET_KEY is not set');
    process.env['CASTELLAN_TEST_SECRET_KEY'] = ENCRYPTION_KEY;
    try {
      expect((await desk.cli('policy-snapshot', '--config', 'env.yaml')).code).toBe(0);
    } finally {
      delete process.env['CASTELLAN_TEST_SECRET_KEY'];
    }
  });

  it.each([
    ['a number that loses digits', 'agents: { a1: { limits: { daily: 9007199254740993 } } }\n'],
    ['a name that stands twice', 'tenant: a\ntenant: b\n'],
    ['a tag', 'tenant: !!js/function "x"\n'],
    ['an alias', 'a: &x { b: 1 }\nc: *x\n'],
    ['an unknown chain', 'chains: [{ sol: {} }]\n'],
    ['a store that only code makes', 'store: { redis: { url: x } }\n'],
    ['an unknown field', 'colour: red\n'],
  ])('refuses %s', async (_what, text) => {
    desk.write('bad.yaml', text);
    const { code, out, err } = await desk.cli('policy-snapshot', '--config', 'bad.yaml');
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^CONFIG_INVALID: /);
  });

  it('is found by its name in the directory', async () => {
    desk.config('castellan.config.yaml');
    expect((await desk.cli('policy-snapshot')).code).toBe(0);
  });
});
