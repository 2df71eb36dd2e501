import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../src/index.ts';

const bad = async (text: string, format: 'json' | 'yaml', message: RegExp | string): Promise<void> => {
  await expect(parsePolicy(text, format), text.slice(0, 60)).rejects.toThrow(message);
};

describe('parsePolicy', () => {
  it('reads the same from JSON and from YAML', async () => {
    const yaml = `
# what the agent may do
template: balanced
limits:
  unit: ETH
  daily: "2.5"
  perTransaction: 1
allowedChains: [eip155:1]
capabilities: { trading: { enabled: true, maxSlippage: 0.01 } }
rules:
  - id: big
    conditions: [{ field: amount, operator: gt, value: '1000000000000000000000.000000000000000001' }]
    action: deny
`;
    const read = await parsePolicy(yaml, 'yaml');
    expect(read).toEqual({
      template: 'balanced',
      limits: { unit: 'ETH', daily: '2.5', perTransaction: 1 },
      allowedChains: ['eip155:1'],
      capabilities: { trading: { enabled: true, maxSlippage: 0.01 } },
      rules: [
        {
          id: 'big',
          conditions: [{ field: 'amount', operator: 'gt', value: '1000000000000000000000.000000000000000001' }],
          action: 'deny',
        },
      ],
    });
    expect(await parsePolicy(JSON.stringify(read), 'json')).toEqual(read);
  });

  it.each(['9007199254740993', '0.1000000000000000055', '1e21', '1e400', '-1.00000000000000001', '0x10', '0o17', '.inf', '.nan', '1.'])(
    'refuses %s, which a number does not hold as it is written',
    async (number) => bad(`limits: { daily: ${number} }`, 'yaml', /digits/),
  );

  it.each(['0', '-0', '1.50', '9007199254740991', '0.01'])('takes %s, which it does', async (number) => {
    expect(await parsePolicy(`limits: { daily: ${number} }`, 'yaml')).toEqual({ limits: { daily: Number(number) } });
  });

  it('repeats, expands and executes nothing', async () => {
    const bomb = `a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n`;
    await bad(bomb, 'yaml', /aliases/);
    await bad('base: &b { enabled: true }\nown:\n  <<: *b\n', 'yaml', /aliases/);
    await bad('rules: !!js/function "function(){}"', 'yaml', /cannot be read/);
    await bad('rules: !!binary aGk=', 'yaml', /cannot be read/);
    await bad('__proto__: { polluted: true }', 'yaml', /no name of a field/);
    await bad('{ "__proto__": { "polluted": true } }', 'json', /no name of a field/);
    await bad('? [a]\n: b', 'yaml', /no name of a field/);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('refuses names that stand twice, several documents, and what is no set of fields', async () => {
    await bad('{ "requireApproval": true, "requireApproval": false }', 'json', /twice/);
    await bad('requireApproval: true\nrequireApproval: false\n', 'yaml', /twice/);
    await bad('a: 1\n---\nb: 2\n', 'yaml', /cannot be read/);
    for (const text of ['', '[]', 'text', 'null', '1']) await bad(text, 'yaml', /fields and their values/);
    await bad('a: 1', 'json', /no JSON/);
    await bad('{"a":1,}', 'json', /no JSON/);
  });

  it('ends on text that is too long or nested too deep', async () => {
    await bad(' '.repeat(1_048_577), 'yaml', /at most/);
    await bad('['.repeat(200_000), 'yaml', /cannot be read/);
    await bad(`${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`, 'json', /cannot be read|no JSON/);
    await bad('a: 1', 'toml' as 'yaml', /json or yaml/);
  });
});
