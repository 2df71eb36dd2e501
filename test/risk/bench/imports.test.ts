import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../../src/integrations/bench/import/csv.ts';
import { readExports } from '../../../src/integrations/bench/import/read-export.ts';
import { address } from '../habits/actions.ts';

const ME = address(100);
const TOKEN = address(200);
const TRANSACTIONS =
  '"Transaction Hash","Blockno","UnixTimestamp","DateTime (UTC)","From","To","ContractAddress","Value_IN(ETH)","Value_OUT(ETH)","CurrentValue @ $3000/Eth","TxnFee(ETH)","TxnFee(USD)","Historical $Price/Eth","Status","ErrCode","Method"';
const TRANSFERS =
  '"Transaction Hash","Blockno","UnixTimestamp","DateTime (UTC)","From","To","TokenValue","USDValueDayOfTx","ContractAddress","TokenName","TokenSymbol"';
const sent = (n: number, from: string, to: string, into: string, out: string, method = 'Transfer', status = '', error = ''): string =>
  `"0xh${n}","${n}","${1_700_000_000 + n * 3_600}","2023-11-14 22:13:20","${from}","${to}","","${into}","${out}","0","0.001","3","2000","${status}","${error}","${method}"`;
const moved = (n: number, from: string, to: string, value: string): string =>
  `"0xh${n}","${n}","${1_700_000_000 + n * 3_600}","2023-11-14 22:13:20","${from}","${to}","${value}","","${TOKEN.toUpperCase().replace('0X', '0x')}","A ""Coin"", LLC","AC"`;
const one = (...texts: readonly string[]) => readExports(texts.map((text, at) => ({ name: `${at}.csv`, text })))[0];

describe('the form of Etherscan', () => {
  const wallet = one(
    [
      TRANSACTIONS,
      sent(1, address(1), ME, '2.5', '0'),
      sent(2, ME, address(2), '0', '1,000.000000000000000001'),
      sent(3, ME, address(3), '0', '0.5', 'Swap Exact'),
      sent(4, ME, address(2), '0', '7', 'Transfer', 'Error(0)', 'out of gas'),
      sent(5, ME, TOKEN, '0', '0', 'Transfer'),
      sent(6, ME, TOKEN, '0', '0', 'Approve'),
    ].join('\r\n'),
    `\uFEFF${[TRANSFERS, moved(5, ME, address(4), '12.5'), moved(7, address(5), ME, '3'), moved(8, ME, address(66), '0')].join('\n')}\n`,
  );

  it('is read as what the wallet did and met', () => {
    expect(wallet?.wallet).toBe(ME);
    expect(wallet?.actions.map(({ action, isOwn }) => [action.direction, action.kind, action.party, action.amount, isOwn])).toEqual([
      ['in', 'coin', address(1), 25n * 10n ** 17n, false],
      ['out', 'coin', address(2), 10n ** 21n + 1n, true],
      ['out', 'call', address(3), 5n * 10n ** 17n, true],
      ['out', 'coin', address(2), 7n * 10n ** 18n, false],
      ['out', 'call', TOKEN, 0n, true],
      ['out', 'token', address(4), 125n * 10n ** 17n, true],
      ['in', 'token', address(5), 3n * 10n ** 18n, false],
      ['out', 'token', address(66), 0n, false],
    ]);
    expect(wallet?.actions[0]?.action).toMatchObject({ atMs: 1_700_003_600_000, asset: 'coin', decimals: 18 });
    expect(wallet?.actions[5]?.action.asset).toBe(TOKEN);
    expect(wallet?.actions[2]?.action.method).toBe('swap exact');
  });

  it('does not take what anybody can make a token say for what the wallet did', () => {
    expect(wallet?.actions.find(({ action }) => action.party === address(66))?.isOwn).toBe(false);
  });

  it('does not guess whose it is', () => {
    const text = [TRANSACTIONS, sent(1, ME, address(1), '0', '1')].join('\n');
    expect(() => one(text)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    const [named] = readExports([{ name: 'a.csv', text }], ME.toUpperCase().replace('0X', '0x'));
    expect(named).toMatchObject({ wallet: ME, actions: [{ isOwn: true }] });
  });
});

describe('the form of tonapi', () => {
  const [me, friend, jetton] = [`0:${'aa'.repeat(32)}`, `0:${'bb'.repeat(32)}`, `0:${'cc'.repeat(32)}`];
  const event = (id: string, ...actions: readonly object[]) => ({
    event_id: id,
    timestamp: 1_700_000_000,
    actions,
    lt: 5,
    in_progress: false,
  });
  const account = (of: string) => ({ address: of, is_scam: false });
  const events = [
    event('e1', {
      type: 'TonTransfer',
      status: 'ok',
      TonTransfer: { sender: account(me), recipient: account(friend), amount: 2_500_000_000 },
    }),
    event('e2', {
      type: 'JettonTransfer',
      status: 'ok',
      JettonTransfer: { sender: account(friend), recipient: account(me), amount: '7000000', jetton: { address: jetton, decimals: 6 } },
    }),
    event('e3', {
      type: 'SmartContractExec',
      status: 'failed',
      SmartContractExec: { executor: account(me), contract: account(jetton), ton_attached: 5, operation: 'Swap' },
    }),
    event('e4', { type: 'NftItemTransfer', status: 'ok', NftItemTransfer: {} }),
  ];
  const seen = [
    ['out', 'coin', friend, 'coin', 2_500_000_000n, 9, true],
    ['in', 'token', friend, jetton, 7_000_000n, 6, false],
  ];

  it('is read from answers of its account events', () => {
    const wallet = one(JSON.stringify({ events, next_from: 1 }));
    expect(wallet?.wallet).toBe(me);
    expect(
      wallet?.actions.map(({ action, isOwn }) => [
        action.direction,
        action.kind,
        action.party,
        action.asset,
        action.amount,
        action.decimals,
        isOwn,
      ]),
    ).toEqual([...seen, ['out', 'call', jetton, 'coin', 5n, 9, false]]);
    expect(one(JSON.stringify([{ events: events.slice(0, 1) }, { events: events.slice(1) }]))).toEqual(wallet);
  });

  it('is read from a table of its fields', () => {
    const rows = [
      'event_id,timestamp,type,status,sender,recipient,amount,jetton,decimals',
      `e1,1700000000,TonTransfer,ok,${me},${friend},2500000000,,`,
      `e2,1700000000,JettonTransfer,ok,${friend},${me},7000000,${jetton},6`,
    ].join('\n');
    const [wallet] = readExports([{ name: 'ton.csv', text: rows }], me);
    expect(
      wallet?.actions.map(({ action, isOwn }) => [
        action.direction,
        action.kind,
        action.party,
        action.asset,
        action.amount,
        action.decimals,
        isOwn,
      ]),
    ).toEqual(seen);
  });
});

describe('what is no export is refused by the number of its record', () => {
  it.each([
    ['an empty file', ''],
    ['another table', 'a,b\n1,2'],
    ['broken JSON', '{"events": ['],
    ['JSON of something else', '{"result": []}'],
    [
      'a negative amount',
      JSON.stringify({
        events: [
          {
            event_id: 'e',
            timestamp: 1,
            actions: [{ TonTransfer: { sender: { address: 'a' }, recipient: { address: 'b' }, amount: -1 } }],
          },
        ],
      }),
    ],
    ['a time that is none', `${TRANSACTIONS}\n${sent(1, ME, address(1), '0', '1').replace('1700003600', 'soon')}`],
    ['a value that is none', `${TRANSFERS}\n${moved(1, ME, address(1), '1e5')}`],
    ['a field too few', `${TRANSFERS}\n"a","b"`],
    ['a quote that never ends', `${TRANSFERS}\n"a`],
    ['a table of tonapi without decimals', 'event_id,timestamp,sender,recipient,amount,jetton\ne,1,a,b,5,j'],
  ])('%s', (_what, text) =>
    expect(() => readExports([{ name: 'x', text }], ME)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' })),
  );

  it('and names the record', () => {
    expect(() => readExports([{ name: 'x', text: `${TRANSFERS}\n${moved(1, ME, address(1), '1')}\n"a","b"` }])).toThrow(/Record 3 /);
  });
});

describe('comma-separated values', () => {
  it.each([
    ['a,b\n1,2\n', [{ a: '1', b: '2' }]],
    ['A, b \r\n"x,y","say ""hi"""\r\n', [{ a: 'x,y', b: 'say "hi"' }]],
    ['a,b\n"two\nlines",\n', [{ a: 'two\nlines', b: '' }]],
    ['a,\n1,2', [{ a: '1' }]],
    ['a\n\n1\n\n', [{ a: '1' }]],
    ['a,b', []],
  ])('%j', (text, expected) => expect(parseCsv(text, 'x')).toEqual(expected));
});
