import type { Changes } from '../kernel/group.ts';
import { toRowText } from '../kernel/row-text.ts';
import { encodeText, joinList } from './text-list.ts';

/** Who commits, over which state, and under which name. */
export interface CommitTicket {
  readonly base: string;
  readonly writer: string;
  readonly number: number;
  readonly stamp: string;
}

/** The parameters of the statement `commit`, in its order. */
export function commitValues(ticket: CommitTicket, changes: Changes, isNew: (key: string) => boolean): readonly unknown[] {
  const added: { readonly keys: string[]; readonly values: string[] } = { keys: [], values: [] };
  const put: { readonly keys: string[]; readonly values: string[] } = { keys: [], values: [] };
  const gone: string[] = [];
  for (const [key, row] of changes.rows) {
    if (row === null) {
      gone.push(encodeText(key));
      continue;
    }
    // What is known to be new needs no look for what it would replace.
    const list = isNew(key) ? added : put;
    list.keys.push(encodeText(key));
    list.values.push(toRowText(key, row));
  }
  const { entries, dropped } = changes;
  const [first] = entries;
  return [
    ticket.base,
    ticket.writer,
    ticket.number,
    ticket.stamp,
    joinList(added.keys),
    joinList(added.values),
    joinList(put.keys),
    joinList(put.values),
    joinList(gone),
    first?.index ?? 0,
    first?.atMs ?? 0,
    joinList(entries.map(({ epoch }) => String(epoch))),
    joinList(entries.map(({ id }) => encodeText(id))),
    joinList(entries.map(({ entry }) => encodeText(entry))),
    joinList(entries.map(({ leaf }) => leaf)),
    joinList(entries.map(({ chain }) => chain)),
    dropped?.from ?? 0,
    dropped?.to ?? 0,
  ];
}
