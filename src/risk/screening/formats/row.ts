import { CastellanError } from '../../../core/index.ts';
import type { RowField } from '../list-source.ts';

/** A row of a list as it is written. */
export type ListRow = { readonly [Field in RowField]?: string | undefined } & { readonly address: string };

/** Where a reader puts what it finds. `line` counts from 1; in JSON it counts elements. */
export interface RowSink {
  row(row: ListRow, line: number): void;
  /** Something that should have been a row. */
  unread(text: string, line: number): void;
  /** A row that the source does not ask for. */
  skipped(): void;
  /** An address of an asset on a chain that is none of ours. */
  foreign(code: string): void;
  /** Whether a text is an address, in any spelling. */
  isAddress(text: string): boolean;
}

/** Takes the text of a list piece by piece, cut anywhere. */
export interface ListReader {
  push(text: string): void;
  /** Says that nothing follows. */
  end(): void;
}

/** The list as a whole is not what its format says. */
export function brokenList(problem: string, line: number, cause?: unknown): CastellanError {
  return new CastellanError('REQUEST_INVALID', { message: 'The list cannot be read.', details: { problem, line }, cause });
}
