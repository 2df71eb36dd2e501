import { ROW_FIELDS, type RowField } from '../list-source.ts';

/** What columns are usually called, in lower case without `_`, `-` and spaces; the first that is there is taken. */
const USUAL: Readonly<Record<RowField, readonly string[]>> = {
  address: ['address', 'account', 'wallet', 'addr', 'walletaddress', 'contractaddress', 'contract'],
  chain: ['chain', 'chainid', 'network', 'blockchain'],
  kind: ['kind', 'category', 'type'],
  severity: ['severity', 'level', 'risk'],
  votes: ['votes', 'reports', 'reportcount'],
  expires: ['expires', 'expiresms', 'expiry', 'expiresat', 'validuntil'],
};

/** A name as columns are told apart by: in lower case without `_`, `-` and spaces. */
export const folded = (name: string): string => name.toLowerCase().replace(/[\s_-]/g, '');

/** Which of these names holds which field; the owner's names are taken to the letter. */
export function fieldsAmong(
  names: readonly string[],
  own: Readonly<Partial<Record<RowField, string>>>,
): Readonly<Partial<Record<RowField, string>>> {
  const usual = new Map(names.map((name) => [folded(name), name]));
  const found: Partial<Record<RowField, string>> = {};
  for (const field of ROW_FIELDS) {
    const named = own[field];
    const name = named === undefined ? USUAL[field].map((known) => usual.get(known)).find((known) => known !== undefined) : named;
    if (name !== undefined && names.includes(name)) found[field] = name;
  }
  return found;
}
