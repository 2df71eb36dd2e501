import type { ApprovalReply, ReplyAnswer } from '../adapters/notify/index.ts';
import { approvalBytes, isCustodyApprover } from '../approvals/index.ts';
import type { ApprovalAnswer, ApprovalRecord, ApprovalRequest, Approvals, SignedStatement } from '../core/approval.ts';
import { toHex } from '../core/digest.ts';
import { CastellanError } from '../core/errors.ts';
import type { RegisteredKey, Registry, RegistrySignature } from '../core/registry.ts';
import type { House } from './boot.ts';
import type { Lifecycle } from './lifecycle.ts';

/** A person or service that may say yes. */
export interface ApproverInput {
  /** 1–64 of `A-Za-z0-9_.@-`; no agent's own id. */
  readonly id: string;
  /** Ed25519 public key as 64 hex digits, or an EVM address. */
  readonly key: string;
  /** Default: `eip712` for an address, else `ed25519`. */
  readonly scheme?: RegisteredKey['scheme'];
}

/** What goes with a change of approvers. */
export interface ApproverChangeOptions {
  /** How many distinct approvers must say yes from now on. Default: as before. */
  readonly quorum?: number;
  /** Of the present owners, over the statement that `proposeApprovers` tells; needed once the deployment is owned. */
  readonly signatures?: readonly RegistrySignature[];
}

/** Signs in this process, or asks a device to: an attestation key is one of these. */
export interface ApprovalSigner {
  readonly id: string;
  readonly scheme?: ApprovalAnswer['scheme'];
  /** `bytes` is what an Ed25519 key signs; an EVM key signs `approvalTypedData(asked.request, asked.verdict)`. Hex or bytes. */
  sign(
    bytes: Uint8Array,
    asked: { readonly request: ApprovalRequest; readonly verdict: ApprovalAnswer['verdict'] },
  ): Uint8Array | string | Promise<Uint8Array | string>;
}

/** A signature that was made elsewhere, such as by `signApproval`. */
export interface ReadySignature {
  /** Id that the approver is registered under. */
  readonly by: string;
  /** Hex. */
  readonly signature: string;
  readonly scheme?: ApprovalAnswer['scheme'];
}

/** People's decisions, and who may make them. */
export interface ApprovalsFace extends Approvals {
  /**
   * Lets somebody approve. Every approval that is open, or given and not used, is void by it: it was bound to the registry of
   * its moment. Idempotent by id and key.
   * @throws AUTHORITY_REQUIRED, SIGNATURE_INVALID once owned; CONFIG_INVALID, REQUEST_INVALID
   */
  register(approver: ApproverInput, options?: ApproverChangeOptions): Promise<RegisteredKey>;
  /**
   * Takes the right to approve away; what this approver answered before counts no more.
   * @throws REQUEST_INVALID where nobody has the id; CONFIG_INVALID where the quorum could not be reached any more;
   * AUTHORITY_REQUIRED, SIGNATURE_INVALID once owned
   */
  remove(approverId: string, options?: ApproverChangeOptions): Promise<void>;
  /** Who may approve now, and how many it takes. */
  approvers(): Promise<{ readonly keys: readonly RegisteredKey[]; readonly quorum: number }>;
  /** What owners sign for a change of approvers, on the registry as it is now. @throws CONFIG_INVALID, REQUEST_INVALID */
  proposeApprovers(
    change: { readonly register: ApproverInput; readonly quorum?: number } | { readonly remove: string; readonly quorum?: number },
  ): Promise<{ readonly registry: Registry; readonly digest: string; readonly statement: SignedStatement }>;
  /** Says yes to a request as it stands in the store. @throws APPROVAL_INVALID, APPROVAL_UNKNOWN */
  approve(approvalId: string, by: ApprovalSigner | ReadySignature): Promise<ApprovalRecord>;
  /** Judges a reply to a webhook of approvals, as any HTTP server has it; never throws, and answers what to send back. */
  handleReply(reply: ApprovalReply): Promise<ReplyAnswer>;
  /** Says no. A no without a signature is taken, too: refusing needs none. @throws APPROVAL_INVALID, APPROVAL_UNKNOWN */
  reject(approvalId: string, by: ApprovalSigner | ReadySignature | { readonly by: string }): Promise<ApprovalRecord>;
}

type Body = Pick<Registry, 'keys' | 'quorums'>;

const invalid = (field: string, message: string, reason?: string): CastellanError =>
  new CastellanError('REQUEST_INVALID', { message, details: { field, ...(reason === undefined ? {} : { reason }) } });

/** Creates the room's door. */
export function createApprovalsFace(admit: Lifecycle['admit']): ApprovalsFace {
  const inHouse = <T>(work: (house: House) => Promise<T> | T): Promise<T> => admit(({ house }) => work(house));

  async function answer(approvalId: string, verdict: ApprovalAnswer['verdict'], given: ApprovalSigner | ReadySignature) {
    const isSigner = typeof (given as Partial<ApprovalSigner> | undefined)?.sign === 'function';
    const approver = isSigner ? (given as ApprovalSigner).id : (given as ReadySignature | undefined)?.by;
    const { record, scheme } = await inHouse(async (house) => {
      await house.authority.refresh();
      const registered = house.authority.registry().keys.find(({ id }) => id === approver);
      return { record: await house.approvals.get(approvalId), scheme: given?.scheme ?? registered?.scheme ?? 'ed25519' };
    });
    const isDone = record?.answers.some((kept) => kept.approver === approver && kept.verdict === verdict) === true;
    // Nobody is asked to sign what is decided already; the inbox says what became of it.
    const isOpen = record?.state === 'pending' || (record?.state === 'approved' && verdict === 'reject');
    if (record !== undefined && isDone && record.state !== 'expired') return record;
    const signature =
      !isSigner || record === undefined || !isOpen
        ? ((given as ReadySignature | undefined)?.signature ?? '00')
        : await signed(given as ApprovalSigner, record.request, verdict);
    const hex = String(signature).replace(/^0x/, '');
    return inHouse((house) => house.approvals.answer({ approvalId, verdict, approver: approver as string, scheme, signature: hex }));
  }

  return Object.freeze<ApprovalsFace>({
    open: (request) => inHouse((house) => house.approvals.open(request)),
    get: (id) => inHouse((house) => house.approvals.get(id)),
    list: (filter) => inHouse((house) => house.approvals.list(filter)),
    answer: (given) => inHouse((house) => house.approvals.answer(given)),
    wait: (id, timeoutMs) => inHouse((house) => house.approvals.wait(id, timeoutMs)),
    register: (approver, options = {}) =>
      inHouse(async (house) => {
        const key = toKey(approver);
        const body = await withApprover(house, key, options.quorum);
        if (body !== undefined) await house.authority.change(body, options.signatures);
        return house.authority.key(key.id, 'approver') ?? key;
      }),
    remove: (approverId, options = {}) =>
      inHouse(async (house) => {
        await house.authority.change(await withoutApprover(house, approverId, options.quorum), options.signatures);
      }),
    approvers: () =>
      inHouse(async (house) => {
        await house.authority.refresh();
        const { keys, quorums } = house.authority.registry();
        return { keys: keys.filter(({ roles }) => roles.includes('approver')), quorum: quorums.approver };
      }),
    proposeApprovers: (change) =>
      inHouse(async (house) => {
        const body =
          'remove' in change
            ? await withoutApprover(house, change.remove, change.quorum)
            : await withApprover(house, toKey(change.register), change.quorum);
        return house.authority.propose(body ?? house.authority.registry());
      }),
    handleReply: (reply) => inHouse((house) => house.approvalDesk.handleReply(reply)),
    approve: (approvalId, by) => answer(approvalId, 'approve', by),
    async reject(approvalId, by) {
      const given = (by ?? {}) as Partial<ApprovalSigner & ReadySignature>;
      if (given.sign !== undefined || given.signature !== undefined) return answer(approvalId, 'reject', by as ReadySignature);
      return inHouse((house) => house.approvals.reject(approvalId, given.by ?? 'unspecified'));
    },
  });
}

async function signed(signer: ApprovalSigner, request: ApprovalRequest, verdict: ApprovalAnswer['verdict']): Promise<string> {
  const signature = await signer.sign(approvalBytes(request, verdict), { request, verdict });
  return signature instanceof Uint8Array ? toHex(signature) : String(signature);
}

function toKey({ id, key, scheme }: ApproverInput): RegisteredKey {
  if (typeof id !== 'string' || typeof key !== 'string') throw invalid('approver', 'An approver has an id and a key.');
  return { id, scheme: scheme ?? (key.startsWith('0x') ? 'eip712' : 'ed25519'), key: key.toLowerCase(), roles: ['approver'] };
}

const withQuorum = ({ keys, quorums }: Body, quorum: number | undefined): Body => ({
  keys,
  quorums: quorum === undefined ? quorums : { ...quorums, approver: quorum },
});

/** The registry with this approver; undefined where it says so already. */
async function withApprover(
  { authority, store, chains }: House,
  key: RegisteredKey,
  quorum: number | undefined,
): Promise<Body | undefined> {
  await authority.refresh();
  const { keys, quorums } = authority.registry();
  const held = keys.find(({ id }) => id === key.id);
  if (held !== undefined && (held.key !== key.key || held.scheme !== key.scheme))
    throw invalid('approver.id', 'Another key is registered under this id; remove it first.');
  if (await isCustodyApprover({ store, chains: chains.ids }, key))
    throw invalid('approver.key', 'Custody holds this key: it is an agent’s, and nobody approves for himself.', 'approver_is_agent');
  const isSame = held?.roles.includes('approver') === true && (quorum === undefined || quorum === quorums.approver);
  if (isSame) return undefined;
  const added: RegisteredKey = held === undefined ? key : { ...held, roles: [...new Set([...held.roles, 'approver' as const])] };
  return withQuorum({ keys: [...keys.filter(({ id }) => id !== key.id), added], quorums }, quorum);
}

/** The registry without this approver; other roles of the same key stay. */
async function withoutApprover({ authority }: House, approverId: string, quorum: number | undefined): Promise<Body> {
  await authority.refresh();
  const { keys, quorums } = authority.registry();
  const held = authority.key(approverId, 'approver');
  if (held === undefined) throw invalid('approverId', 'No approver is registered under this id.', 'approver_unknown');
  const roles = held.roles.filter((role) => role !== 'approver');
  const others = keys.filter(({ id }) => id !== approverId);
  return withQuorum({ keys: roles.length === 0 ? others : [...others, { ...held, roles }], quorums }, quorum);
}
