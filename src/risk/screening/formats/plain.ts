import { lineReader } from './lines.ts';
import type { ListReader, RowSink } from './row.ts';

const COMMENT = /^(?:#|\/\/|;)/;
/** The account, and a comment behind it. */
const ROW = /^(\S+)(?:\s+(?:#|\/\/|;).*)?$/;

/** One account a line; `#`, `//` and `;` begin comments. */
export function plainReader(sink: RowSink): ListReader {
  return lineReader((line, number) => {
    const text = line.trim();
    if (text === '' || COMMENT.test(text)) return;
    const address = ROW.exec(text)?.[1];
    if (address === undefined) sink.unread(text, number);
    else sink.row({ address }, number);
  });
}
