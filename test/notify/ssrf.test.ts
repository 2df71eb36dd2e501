import { describe, expect, it } from 'vitest';
import { pinnedLookup } from '../../src/adapters/notify/post.ts';
import { parseWebEndpoint, resolveWebEndpoint } from '../../src/adapters/notify/ssrf.ts';
import { isCastellanError } from '../../src/core/index.ts';
import { describeVectors, vectorText } from '../vectors.ts';

const PUBLIC = '93.184.216.34';

/** Why a URL is refused, by parsing or, where the name's answer is known, by its address; `accepted` where it is not. */
async function refusalOf(url: string, answers: readonly string[] = [PUBLIC], allowLoopback = false): Promise<string> {
  try {
    await resolveWebEndpoint(parseWebEndpoint(url, { allowLoopback }), async () => answers);
    return 'accepted';
  } catch (error) {
    if (!isCastellanError(error)) throw error;
    if (url !== '') expect(JSON.stringify(error)).not.toContain(url);
    return String(error.details['reason']);
  }
}

describe('URLs', () => {
  it.each([
    'https://alerts.example.com',
    'https://alerts.example.com/',
    'https://alerts.example.com:8443/a/b?c=d%2e&e=f',
    'https://alerts.example.com:443/x',
    'https://xn--bcher-kva.example.com/',
    `https://${PUBLIC}/hook`,
    'https://[2606:4700:4700::1111]/hook',
    'https://hooks.example.com/services/T0/B0/token',
    'https://example.com?x=1',
  ])('%s is an endpoint', async (url) => expect(await refusalOf(url)).toBe('accepted'));

  it.each([
    ['http://alerts.example.com/', 'scheme'],
    ['ftp://alerts.example.com/', 'scheme'],
    ['javascript:alert(1)', 'scheme'],
    ['//alerts.example.com/', 'scheme'],
    ['', 'scheme'],
    ['HTTPS://alerts.example.com/', 'scheme'],
    ['https:/alerts.example.com/', 'scheme'],
    ['https://user:pass@alerts.example.com/', 'credentials'],
    ['https://user@alerts.example.com/', 'credentials'],
    ['https://@alerts.example.com/', 'credentials'],
    ['https://alerts.example.com@127.0.0.1/', 'credentials'],
    ['https://alerts.example.com\\@127.0.0.1/', 'malformed'],
    ['https://alerts.example.com#@127.0.0.1/', 'malformed'],
    ['https://alerts.example.com/#x', 'malformed'],
    ['https://alerts.example.com/a b', 'malformed'],
    ['https://alerts.example.com/\r\nHost: x', 'malformed'],
    ['https://alerts.exam\tple.com/', 'malformed'],
    ['https://ⓔⓧⓐⓜⓟⓛⓔ.com/', 'malformed'],
    ['https://１２７.0.0.1/', 'malformed'],
    ['https://alerts.example.com./', 'host'],
    ['https://127.0.0.1./', 'spelling'],
    ['https://Alerts.example.com/', 'spelling'],
    ['https://%61lerts.example.com/', 'spelling'],
    ['https://alerts.example.com:0443/', 'spelling'],
    ['https://alerts.example.com:/', 'spelling'],
    ['https://alerts.example.com:0/', 'host'],
    ['https://alerts.example.com:99999/', 'malformed'],
    ['https://0x5db8d822/', 'spelling'],
    ['https://1572395042/', 'spelling'],
    ['https://0135.0270.0330.042/', 'spelling'],
    ['https://93.184.55330/', 'spelling'],
    ['https://2130706433/', 'spelling'],
    ['https://0177.0.0.1/', 'spelling'],
    ['https://127.1/', 'spelling'],
    ['https://0/', 'spelling'],
    ['https://[::ffff:127.0.0.1]/', 'spelling'],
    ['https://[::ffff:7f00:1]/', 'host'],
    ['https://[2606:4700:4700:0::1111]/', 'spelling'],
    ['https://[fe80::1%25eth0]/', 'malformed'],
    ['https://[::1]/', 'host'],
    ['https://127.0.0.1/', 'host'],
    ['https://169.254.169.254/latest/meta-data/', 'host'],
    ['https://localhost/', 'host'],
    ['https://foo.localhost/', 'host'],
    ['https://metadata/', 'host'],
    ['https://metadata.google.internal/', 'host'],
    ['https://printer.local/', 'host'],
    ['https://router.lan/', 'host'],
    ['https://a_b.example.com/', 'host'],
    ['https://-a.example.com/', 'host'],
    [`https://${'a'.repeat(64)}.example.com/`, 'host'],
    [`https://example.com/${'a'.repeat(2_048)}`, 'malformed'],
  ])('%j is refused: %s', async (url, reason) => expect(await refusalOf(url)).toBe(reason));

  it('are endpoints on this machine only where that is allowed, and then nowhere else', async () => {
    for (const url of ['http://127.0.0.1:1/', 'http://localhost:8080/', 'https://[::1]:1/', 'http://127.8.8.8/']) {
      expect(await refusalOf(url, ['127.0.0.1'])).not.toBe('accepted');
      expect(await refusalOf(url, ['127.0.0.1'], true)).toBe('accepted');
    }
    expect(await refusalOf('http://localhost/', ['127.0.0.1', PUBLIC], true)).toBe('address_refused');
    expect(await refusalOf('http://alerts.example.com/', ['127.0.0.1'], true)).toBe('scheme');
    expect(await refusalOf('https://alerts.example.com/', ['127.0.0.1'], true)).toBe('address_refused');
    expect(await refusalOf('http://10.0.0.1/', [], true)).toBe('scheme');
  });

  it('are refused for one bad address among good ones, for none, and for nonsense', async () => {
    const url = 'https://alerts.example.com/';
    for (const bad of ['127.0.0.1', '::1', '169.254.169.254', 'fe80::1', '::ffff:10.0.0.1', 'example.com', '', '0x7f.1'])
      expect(await refusalOf(url, [PUBLIC, bad])).toBe('address_refused');
    expect(await refusalOf(url, [])).toBe('unresolved');
    expect(await refusalOf(url, new Array<string>(33).fill(PUBLIC))).toBe('unresolved');
    await expect(resolveWebEndpoint(parseWebEndpoint(url), () => Promise.reject(new Error('ENOTFOUND')))).rejects.toMatchObject({
      retryable: true,
    });
  });
});

describe('what is connected to', () => {
  it('is what was checked, whatever the name is by then', () => {
    const lookup = pinnedLookup([PUBLIC, '2606:4700::1']);
    const seen: unknown[] = [];
    lookup('rebound.example.com', { all: true }, (...answer) => seen.push(answer));
    lookup('rebound.example.com', {}, (...answer) => seen.push(answer));
    expect(seen).toEqual([
      [
        null,
        [
          { address: PUBLIC, family: 4 },
          { address: '2606:4700::1', family: 6 },
        ],
      ],
      [null, PUBLIC, 4],
    ]);
  });
});

describeVectors('ssrf', 'the published bypass forms', (folder) => {
  const text = vectorText(folder, 'README.md');
  const [attacks = '', references = ''] = text.split('## Labs');
  const methodology = attacks.slice(attacks.indexOf('## Bypassing Filters'));
  const blocks = [...methodology.matchAll(/```[a-z0-9]*\n([\s\S]*?)```/g)].map((match) => match[1] ?? '').join('\n');
  // Every URL of the examples, by any scheme, and each http one as https, too: the scheme must not be what saves us.
  const forms = [...new Set(blocks.match(/[a-z0-9]+:(?:\/\/)?[^\s"'()]+/gi) ?? [])];

  it('are read from the page', () => expect(forms.length).toBeGreaterThan(40));

  it('never lead anywhere: not as they stand, not as https, and not on this machine', async () => {
    const inside: string[] = [];
    const named = new Set<string>();
    for (const form of forms) {
      for (const url of [form, form.replace(/^http:(?:\/\/)?/i, 'https://')]) {
        if ((await refusalOf(url, ['127.0.0.1'])) === 'accepted') inside.push(url);
        if ((await refusalOf(url)) === 'accepted') named.add(new URL(url).hostname);
      }
    }
    expect(inside).toEqual([]);
    // Were its name's address public, only an example and services that redirect would be endpoints; redirects are not followed.
    expect([...named].every((name) => name === 'example.com' || name.endsWith('.r3dir.me'))).toBe(true);
  });

  it('by names that lead to this machine, as the page says they do', async () => {
    const rows = [...methodology.matchAll(/^\|\s*([a-z0-9.-]+\.[a-z.]+)\s*\|\s*`([0-9a-f.:]+)`/gim)];
    expect(rows.length).toBeGreaterThanOrEqual(3);
    for (const [, name = '', address = ''] of rows) expect(await refusalOf(`https://${name}/`, [address])).toBe('address_refused');
  });

  it('by a name that is one address when it is checked and another afterwards', async () => {
    const [name = ''] = methodology.match(/make-\S+\.1u\.ms/) ?? [];
    const answers = ['1.2.3.4', '169.254.169.254'];
    let asked = 0;
    const lookup = async () => [answers[asked++] as string];
    const endpoint = parseWebEndpoint(`https://${name}/`);
    const checked = await resolveWebEndpoint(endpoint, lookup);
    expect(asked).toBe(1);
    pinnedLookup(checked)(name, { all: true }, (_, address) => expect(address).toEqual([{ address: '1.2.3.4', family: 4 }]));
    expect(asked).toBe(1);
    await expect(resolveWebEndpoint(endpoint, lookup)).rejects.toMatchObject({ details: { reason: 'address_refused' } });
  });

  it('while the ordinary links of the same page are endpoints', async () => {
    const links = [...references.matchAll(/\((https:\/\/[^\s()#]+)\)/g)].map((match) => match[1] ?? '');
    expect(links.length).toBeGreaterThan(15);
    for (const link of links) expect([link, await refusalOf(link)]).toEqual([link, 'accepted']);
  });
});
