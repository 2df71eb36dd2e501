import { type ApprovalRequest, accountKey, type RegisteredKey, readDocs, type Store } from '../core/index.ts';

/** Wallets of one agent that are looked at. */
const MAX_WALLETS = 256;

/** Whether an approver's key is one that custody holds: whoever can ask it to sign would answer for a person. An EVM address does not tell. */
export async function isCustodyApprover(store: Store, { scheme, key }: Pick<RegisteredKey, 'scheme' | 'key'>): Promise<boolean> {
  if (scheme !== 'ed25519') return false;
  const [held] = await readDocs(store, [`key-public/${key.toLowerCase()}`]);
  return held !== undefined;
}

/**
 * Tells whether a registered key is the requesting agent itself: its id, the address of one of its wallets or of what signs
 * for one, or a key that custody holds, whoever's it is. Nobody approves for himself.
 */
export async function isOwnKey(store: Store, request: ApprovalRequest, approver: RegisteredKey): Promise<boolean> {
  if (approver.id === request.agent) return true;
  const [agent] = await readDocs(store, [`agent/${request.agent}`]);
  const listed = field(agent?.value, 'wallets');
  const wallets = new Set<string>(
    [request.wallet, ...(Array.isArray(listed) ? listed.filter((wallet) => typeof wallet === 'string') : [])].slice(0, MAX_WALLETS),
  );
  const key = approver.key.toLowerCase();
  for (const wallet of wallets) if (accountKey(wallet as ApprovalRequest['wallet']).toLowerCase() === key) return true;
  const records = await readDocs(
    store,
    [...wallets].map((wallet) => `wallet/${wallet}`),
  );
  for (const record of records) {
    const sender = field(field(record?.value, 'smart'), 'sender');
    if (typeof sender === 'string' && accountKey(sender as ApprovalRequest['wallet']).toLowerCase() === key) return true;
  }
  if (await isCustodyApprover(store, approver)) return true;
  const keyIds = records.map((record) => field(record?.value, 'keyId')).filter((id) => typeof id === 'string');
  const keys = await readDocs(
    store,
    keyIds.map((id) => `key/${id}`),
  );
  return keys.some((record) => field(record?.value, 'publicKey') === key);
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
