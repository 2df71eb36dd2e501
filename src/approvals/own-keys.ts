import { type ApprovalRequest, accountKey, type ChainId, type RegisteredKey, readDocs, type Store } from '../core/index.ts';

/** Wallets of one agent that are looked at. */
const MAX_WALLETS = 256;
/** Chains whose accounts are EVM addresses. */
const EVM = 'eip155:';

/** What telling whose key it is needs. */
export interface OwnKeyParts {
  readonly store: Store;
  /** Chains on which an EVM address may be a wallet of ours. */
  readonly chains?: readonly ChainId[] | undefined;
}

/** Keys that attest for the manager: what they may sign has the form of an answer. */
const ATTESTATIONS = ['attestation/gate', 'attestation/log'];

/**
 * Whether an approver's key is one that custody holds, for whatever agent or for the manager itself: whoever can ask it to sign
 * would answer for a person. An EVM address is ours where a key of ours has it, or a wallet on one of `chains`.
 */
export async function isCustodyApprover(
  { store, chains = [] }: OwnKeyParts,
  { scheme, key }: Pick<RegisteredKey, 'scheme' | 'key'>,
): Promise<boolean> {
  const name = key.toLowerCase();
  const kept = `key-public/${name}`;
  if (scheme !== 'ed25519') {
    const wallets = chains.filter((chain) => chain.startsWith(EVM)).map((chain) => `wallet/${chain}:${name}`);
    return (await readDocs(store, [kept, ...wallets])).some((held) => held !== undefined);
  }
  const [held, ...attesting] = await readDocs(store, [kept, ...ATTESTATIONS]);
  return held !== undefined || attesting.some((doc) => attestationKeys(doc?.value).includes(name));
}

/** The public key of an attestation, and those that it had before. */
function attestationKeys(record: unknown): readonly unknown[] {
  const former = field(record, 'former');
  return [field(record, 'publicKey'), ...(Array.isArray(former) ? former.map((one) => field(one, 'publicKey')) : [])];
}

/**
 * Tells whether a registered key is the requesting agent itself: its id in whatever case, that of another agent, the address of
 * one of its wallets or of what signs for one, or a key that custody holds, whoever's it is. Nobody approves for himself, and no
 * machine for another.
 */
export async function isOwnKey(parts: OwnKeyParts, request: ApprovalRequest, approver: RegisteredKey): Promise<boolean> {
  const { store } = parts;
  if (approver.id.toLowerCase() === request.agent.toLowerCase()) return true;
  const [agent, ...namesakes] = await readDocs(
    store,
    [request.agent, approver.id, approver.id.toLowerCase()].map((id) => `agent/${id}`),
  );
  if (namesakes.some((namesake) => namesake !== undefined)) return true;
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
  if (await isCustodyApprover(parts, approver)) return true;
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
