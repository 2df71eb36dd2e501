import { type ApprovalRequest, accountKey, type RegisteredKey, readDocs, type Store } from '../core/index.ts';

/** Wallets of one agent that are looked at. */
const MAX_WALLETS = 256;

/**
 * Tells whether a registered key is the requesting agent itself: its id, the address of one of its wallets, or a public
 * key that custody holds for one. Nobody approves for himself.
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
