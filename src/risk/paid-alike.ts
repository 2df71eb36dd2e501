import { type AccountId, type AgentId, displayForms, type Json } from '../core/index.ts';

/** Accounts kept of those that share their ends; the one added longest ago is forgotten first. By chance no two accounts of a wallet do. */
const MOST_ALIKE = 16;
/** Characters at each end that accounts which read alike share at least; see `findLookalike`. */
const SHARED = 2;

/** The ends of what people see of an account, one for each form: whoever reads like it shares one of them. */
export function alikeEnds(account: AccountId): readonly string[] {
  return displayForms(account).map((form, variant) => `${variant}/${form.slice(0, SHARED)}${form.slice(-SHARED)}`);
}

/** Document key of the accounts with these ends that an agent paid: they outlast what its profile has room for. */
export function alikeKey(agent: AgentId, end: string): string {
  return `paid-alike/${agent}/${end}`;
}

/** Reads such a document; none where there is no document. Fails closed: undefined for what is malformed. */
export function readAlike(json: Json | undefined): readonly AccountId[] | undefined {
  if (json === undefined || json === null) return [];
  if (!Array.isArray(json) || json.length > MOST_ALIKE || !json.every((account: Json) => typeof account === 'string')) return undefined;
  return json as unknown as readonly AccountId[];
}

/** The accounts with `account` among them; the same array where it is already. */
export function addAlike(accounts: readonly AccountId[], account: AccountId): readonly AccountId[] {
  return accounts.includes(account) ? accounts : [...accounts, account].slice(-MOST_ALIKE);
}
