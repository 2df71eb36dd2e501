import type { CheckedSource } from '../list-source.ts';
import { lineReader } from './lines.ts';
import { brokenList, type ListReader, type RowSink } from './row.ts';

/** A record of the SDN list with hundreds of addresses is some 40,000 characters. */
const MAX_CHARS = 2 ** 20;
const MARK = /Digital\s+Currency\s+Address/gi;
/** `Digital Currency Address - <code> <address>;`, wrapped at any space. */
const ADDRESS = /Digital\s+Currency\s+Address\s+-\s+([A-Za-z0-9]{2,12})\s+([^\s;,]+?)(?=[.)]?(?:[\s;,]|$))/gi;

/** The SDN list of OFAC as text: records between empty lines, in which digital currency addresses stand among other facts. */
export function ofacReader({ assetCodes, chains }: CheckedSource, sink: RowSink): ListReader {
  let record: string[] = [];
  let length = 0;
  let began = 1;
  const flush = (): void => {
    const text = record.join('\n');
    record = [];
    length = 0;
    const marks = text.match(MARK)?.length ?? 0;
    let read = 0;
    for (const [whole, code = '', address = ''] of text.matchAll(ADDRESS)) {
      read += 1;
      const upper = code.toUpperCase();
      const isOurs = Object.hasOwn(assetCodes, upper);
      if (sink.isAddress(address)) sink.row({ address, chain: (isOurs ? assetCodes[upper] : chains)?.[0] }, began);
      else if (isOurs) sink.unread(whole, began);
      else sink.foreign(upper);
    }
    for (; read < marks; read += 1) sink.unread(text.slice(0, 200), began);
  };
  const lines = lineReader((line, number) => {
    if (line.trim() === '') return flush();
    if (record.length === 0) began = number;
    length += line.length + 1;
    if (length > MAX_CHARS) throw brokenList('a record is longer than 2^20 characters', began);
    record.push(line);
  });
  return {
    push: lines.push,
    end() {
      lines.end();
      flush();
    },
  };
}
