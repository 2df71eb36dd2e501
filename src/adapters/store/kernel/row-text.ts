import { CastellanError } from '../../../core/errors.ts';
import type { LedgerRow, WindowRow } from '../../../core/ledger.ts';
import type { RequestRow } from '../../../core/store.ts';
import { fromLedgerText, fromWindowText, toLedgerText, toWindowText } from './ledger-text.ts';
import { fromRequestText, toRequestText } from './request-text.ts';
import type { Row } from './rows.ts';

const REQUEST = 'request/';
const LEDGER = 'ledger/';
const WINDOW = 'window/';

/** The row under this key as a backend keeps it: JSON, and something shorter for the rows that most steps write. */
export function toRowText(key: string, row: Row): string {
  return toShortText(key, row) ?? JSON.stringify(row);
}

/** The row that {@link toRowText} was given, by this version or an earlier one. @throws STORE_CORRUPT */
export function fromRowText(key: string, text: string): Row {
  const row = text.startsWith('{') ? parseObject(text) : fromShortText(key, text);
  if (row !== undefined) return row;
  // With the key and without what the row holds.
  throw new CastellanError('STORE_CORRUPT', { message: 'A row of the store is damaged.', details: { key } });
}

function toShortText(key: string, row: Row): string | undefined {
  if (key.startsWith(REQUEST)) return toRequestText(key, row as RequestRow);
  if (key.startsWith(LEDGER)) return toLedgerText(row as LedgerRow);
  if (key.startsWith(WINDOW)) return toWindowText(row as WindowRow);
  return undefined;
}

function fromShortText(key: string, text: string): Row | undefined {
  if (key.startsWith(REQUEST)) return fromRequestText(key, text);
  if (key.startsWith(LEDGER)) return fromLedgerText(text);
  if (key.startsWith(WINDOW)) return fromWindowText(text);
  return undefined;
}

function parseObject(text: string): Row | undefined {
  try {
    return JSON.parse(text) as Row;
  } catch {
    return undefined;
  }
}
