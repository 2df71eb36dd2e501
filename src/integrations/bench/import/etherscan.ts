import { type CsvRecord, malformed } from './csv.ts';
import { baseUnitsOf, type Movement } from './imported.ts';

/** Exports name no decimals; what they write has no more digits than this. */
const DECIMALS = 18;

/** True for the head of an Etherscan export, of transactions or of token transfers; its sister explorers write the same. */
export function isEtherscan(record: CsvRecord): boolean {
  return record['from'] !== undefined && record['to'] !== undefined && record['unixtimestamp'] !== undefined;
}

/** Movements of an export: of `Value_IN(…)` and `Value_OUT(…)`, or of `TokenValue`. Allowances have no column of their own: they are calls. @throws CONFIG_INVALID */
export function readEtherscan(records: readonly CsvRecord[], name: string): readonly Movement[] {
  return records.map((record, at) => {
    const seconds = Number(record['unixtimestamp']);
    if (!Number.isSafeInteger(seconds) || seconds <= 0) throw malformed(name, at + 2, 'its UnixTimestamp is no time');
    const from = (record['from'] ?? '').toLowerCase();
    const contract = (record['contractaddress'] ?? '').toLowerCase();
    const to = (record['to'] ?? '').toLowerCase() || contract;
    if (from === '' || to === '') throw malformed(name, at + 2, 'it names no From or To');
    const id = record['transaction hash'] ?? record['txhash'] ?? '';
    const failed = /error|fail/i.test(record['status'] ?? '') || (record['errcode'] ?? '') !== '';
    const base = { atMs: seconds * 1_000, decimals: DECIMALS };
    const tokens = record['tokenvalue'];
    if (tokens !== undefined) {
      const amount = baseUnitsOf(tokens, DECIMALS);
      if (amount === undefined || contract === '') throw malformed(name, at + 2, 'its TokenValue or ContractAddress is none');
      return { id, from, to, failed, action: { ...base, kind: 'token', asset: contract, amount } };
    }
    const amount = (value(record, 'value_in(') ?? 0n) + (value(record, 'value_out(') ?? 0n);
    const method = record['method'] ?? '';
    const isPlain = method === '' || method.toLowerCase() === 'transfer';
    const how = isPlain && amount > 0n ? ({ kind: 'coin' } as const) : ({ kind: 'call', method: method.toLowerCase() } as const);
    return { id, from, to, failed, action: { ...base, ...how, asset: 'coin', amount } };
  });
}

/** The value of the column that begins so: its name ends with the coin's. */
function value(record: CsvRecord, begins: string): bigint | undefined {
  const column = Object.keys(record).find((name) => name.startsWith(begins));
  return column === undefined ? undefined : baseUnitsOf(record[column] ?? '', DECIMALS);
}
