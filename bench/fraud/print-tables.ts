import { type ProtocolTable, tableLines } from '../../src/integrations/bench/index.ts';
import { table } from '../../src/integrations/cli/output.ts';

/** Tables of the protocol as text. */
export function tablesText(tables: readonly ProtocolTable[]): string {
  return tables
    .map((one) => [`${one.task}: ${one.title}`, ...table(tableLines(one)), ...one.notes.map((note) => `- ${note}`)].join('\n'))
    .join('\n\n');
}

/** Prints them. */
export function printTables(tables: readonly ProtocolTable[]): void {
  process.stdout.write(`${tablesText(tables)}\n`);
}
