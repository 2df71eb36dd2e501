import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOutput } from '../../src/integrations/cli/output.ts';
import { type Desk, openDesk, PERMISSIONS } from './scene.ts';

/** Each is told to a configuration as a secret, and must come out nowhere. */
const CANARIES = {
  key: 'c0ffee11'.repeat(8),
  pass: 'geheim "quoted" \\ back  two spaces \u00fc\u2028end',
  rpc: 'RPCKEYCANARY0123456789',
  query: 'QUERYCANARY0123456789',
  database: 'DBPASSCANARY',
  webhook: 'WEBHOOKCANARY'.repeat(3),
  smtp: 'SMTPCANARY!',
} as const;
const COMMANDS = [
  ['validate'],
  ['policy-snapshot'],
  ['diff', '--config-a', 'FILE', '--config-b', 'FILE', '--generate-actions'],
  ['doctor'],
  ['status'],
  ['limits', 'a1'],
  ['explain', 'x'],
  ['receipt', 'x'],
  ['replay', '--unchanged'],
  ['approve'],
  ['kill'],
  ['audit', 'verify'],
  ['stress-test', '--transactions', '20'],
  ['check', 'pay.json'],
] as const;

let desk: Desk;
const leaks = (text: string): readonly string[] => {
  const spelled = (canary: string): readonly string[] => [canary, canary.slice(0, 12), JSON.stringify(canary).slice(1, -1)];
  return Object.entries(CANARIES).flatMap(([name, canary]) => (spelled(canary).some((one) => text.includes(one)) ? [name] : []));
};
beforeAll(() => {
  desk = openDesk();
  desk.write('pay.json', JSON.stringify({ agentId: 'a1', to: '0x1', amount: '1', asset: 'ETH' }));
  const chain = {
    chain: 'eip155:31337',
    rpcUrl: `http://127.0.0.1:9/v2/${CANARIES.rpc}?token=${CANARIES.query}`,
    confirmations: 1,
    timeoutMs: 200,
  };
  const more = {
    keys: { encryptionKey: CANARIES.key },
    chains: [{ evm: { chains: [chain] } }],
    emergency: {
      notificationEndpoints: [
        { type: 'webhook', url: `https://alerts.example/hooks/${CANARIES.rpc}`, secret: CANARIES.webhook },
        {
          type: 'email',
          address: 'ann@example.org',
          smtp: { host: '127.0.0.1', port: 9, from: 'gate@example.org', user: 'gate', password: CANARIES.smtp },
        },
      ],
    },
  };
  desk.config('sound.yaml', PERMISSIONS, more);
  desk.config('pass.json', PERMISSIONS, { ...more, keys: { passphrase: CANARIES.pass } });
  desk.config(
    'wrong.json',
    { ...PERMISSIONS, limits: { ...PERMISSIONS.limits, daily: CANARIES.rpc } },
    { ...more, keys: { encryptionKey: `${CANARIES.key}00`, passphrase: 7 }, tenant: 7 },
  );
  desk.config('database.yaml', PERMISSIONS, {
    ...more,
    store: { postgres: { url: `postgres://user:${CANARIES.database}@127.0.0.1:9/db` } },
  });
  desk.config('both.yaml', PERMISSIONS, { ...more, keys: { encryptionKey: CANARIES.key, passphrase: CANARIES.pass } });
});
afterAll(() => desk.remove());

describe.each(['sound.yaml', 'pass.json', 'wrong.json', 'database.yaml', 'both.yaml'])('with %s', (file) => {
  it.each(COMMANDS.map((words) => [words.join(' '), words] as const))('%s tells no secret', async (_name, words) => {
    const own = words[0] === 'diff' ? [] : ['--config', file];
    // At once: where nothing answers, each waits its time out.
    const ran = [[], ['--json'], ['--debug']].map(async (more) => ({
      more,
      ...(await desk.cli(...words.map((word) => (word === 'FILE' ? file : word)), ...own, ...more)),
    }));
    for (const { more, out, err, code } of await Promise.all(ran)) {
      expect(leaks(out + err)).toEqual([]);
      expect([0, 1, 2, 3]).toContain(code);
      if (more[0] === '--json') JSON.parse(out);
      // Nothing that moves a cursor, and nothing that reorders.
      expect(out + err).toMatch(/^[\x20-\x7e\n]*$/);
    }
  });
});

describe('a text that cannot be read', () => {
  it.each([
    ['an alias', 'keys: { passphrase: *SECRETCANARY77 }\n'],
    ['a number', 'keys: { passphrase: 771234567890123456789 }\n'],
    ['a tag', 'keys: { passphrase: !SECRETCANARY77 x }\n'],
    ['a quote without an end', 'keys: { passphrase: "SECRETCANARY77\n'],
    ['a name that stands twice', 'keys:\n  SECRETCANARY77: 1\n  SECRETCANARY77: 1\n'],
    ['no JSON', '{"keys":{"passphrase":"SECRETCANARY77}'],
  ])('with %s is refused without a word of it', async (what, text) => {
    const name = what === 'no JSON' ? 'bad.json' : 'bad.yaml';
    desk.write(name, text);
    const { code, out, err } = await desk.cli('validate', '--config', name, '--json', '--debug');
    expect(code).toBe(1);
    expect(JSON.parse(out).error.code).toBe('CONFIG_INVALID');
    if (what !== 'a name that stands twice') expect(out + err).not.toMatch(/SECRETCANARY77|771234567890/);
  });
});

describe('the output', () => {
  const written = (json: boolean) => {
    let text = '';
    const terminal = { out: (piece: string) => (text += piece), err: (piece: string) => (text += piece) };
    return { output: createOutput(terminal as never, () => json), text: () => text };
  };

  it.each([true, false])('conceals a secret in every spelling (json: %s), the longer first', (json) => {
    const { output, text } = written(json);
    output.conceal('hunter2');
    output.conceal(CANARIES.pass);
    output.conceal('hunter2-and-more');
    const data = { told: `x ${CANARIES.pass} y`, inner: [{ a: 'hunter2-and-more' }] };
    output.finish('c', { exitCode: 0, data, lines: [data.told, 'hunter2-and-more'] });
    output.fail(new Error(`no ${CANARIES.pass}`), true);
    expect(text()).not.toMatch(/geheim|quoted|hunter2|and-more/);
    expect(text()).toContain('[concealed]');
  });

  it('writes nothing that moves a cursor, in both forms, and JSON that reads back the same', () => {
    const nasty = '\u001b[2J\u009b31m\u202e\u0007\u007f \u2028 \ud83d\ude00';
    const { output, text } = written(true);
    output.finish('c', { exitCode: 0, data: { nasty }, lines: [] });
    expect(text()).toMatch(/^[\x20-\x7e\n]*$/);
    expect(JSON.parse(text()).nasty).toBe(nasty);
    const people = written(false);
    people.output.finish('c', { exitCode: 0, data: {}, lines: [nasty] });
    people.output.fail(Object.assign(new Error(nasty), { code: nasty }), true);
    expect(people.text()).toMatch(/^[\x20-\x7e\n]*$/);
  });
});

it('ids and paths with control characters come back as code points, in errors too', async () => {
  const nasty = 'x\u001b[31m\u202e\u0007';
  for (const args of [
    ['explain', nasty],
    ['receipt', nasty],
    ['limits', nasty],
    ['approve', nasty, '--key', nasty],
    ['replay', '--unchanged', '--audit-log', nasty],
    ['check', nasty],
    ['validate', '--config', nasty],
    ['policy-snapshot', '--agent', nasty],
    [nasty],
    ['explain', 'x', `--${nasty}`],
  ])
    for (const more of [[], ['--json']]) {
      const config = args.includes('--config') || args[0] === nasty ? [] : ['--config', 'sound.yaml'];
      const { code, out, err } = await desk.cli(...args, ...config, ...more);
      expect([1, 3]).toContain(code);
      expect(out + err).toMatch(/^[\x20-\x7e\n]*$/);
      if (more.length > 0) expect(JSON.parse(out).ok).toBe(false);
    }
});
