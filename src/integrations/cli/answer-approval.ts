import { sha256Hex } from '../../core/digest.ts';
import { CastellanError } from '../../core/errors.ts';
import { type ApprovalAnswer, type ApprovalRecord, type ApprovalRequest, signApproval } from '../../index.ts';
import { type Call, type OptionSpec, textOption } from './command.ts';
import { readKeyFile } from './key-file.ts';
import { configOption } from './load-config.ts';
import { withManager } from './open-manager.ts';
import { type Outcome, UsageError } from './outcome.ts';
import { table, timeText } from './output.ts';

/** Options of both answers. */
export const answerOptions: Readonly<Record<string, OptionSpec>> = {
  ...configOption,
  key: { type: 'string', value: '<file>', about: 'key file of the approver' },
  yes: { type: 'boolean', about: 'do not ask; needed where no person sits at a terminal' },
};

/** Lists what waits for a person. */
export function listApprovals(call: Call): Promise<Outcome> {
  return withManager(call, async ({ security }) => {
    const open = (await security.approvals.list({ state: 'pending' })).map(({ request }) => request);
    const { quorum } = await security.approvals.approvers();
    const rows = open.map((request) => {
      const { id, agent, expiresAtMs, satisfies } = request;
      return [id, agent, `until ${timeText(expiresAtMs)}`, needText(request, quorum), satisfies.join(', ')];
    });
    return {
      exitCode: 0,
      data: { open },
      lines:
        open.length === 0 ? ['Nothing waits for approval.'] : table([['ID', 'AGENT', 'OPEN', 'NEEDS', 'WHY A PERSON IS ASKED'], ...rows]),
    };
  });
}

/**
 * Shows one request, asks, signs with the person's key, and hands the answer to the manager, which judges it. Exit code 2
 * where more approvers are needed, 1 where the request was closed otherwise.
 *
 * Fails closed when the text shown is not the one that the request binds, and when nobody said yes.
 * @throws UsageError, KEY_INVALID, APPROVAL_UNKNOWN, APPROVAL_INVALID
 */
export async function answerApproval(call: Call, id: string, verdict: ApprovalAnswer['verdict']): Promise<Outcome> {
  const path = textOption(call, 'key');
  if (path === undefined) throw new UsageError('Name the key file of the approver with --key.');
  const key = await readKeyFile(call, path);
  return withManager(call, async ({ security }) => {
    const record = await security.approvals.get(id);
    if (record === undefined)
      throw new CastellanError('APPROVAL_UNKNOWN', { message: 'There is no such request for approval.', details: { id } });
    const { request } = record;
    if (sha256Hex(request.rendered) !== request.effectsDigest)
      throw new CastellanError('APPROVAL_INVALID', { message: 'The stored text is not the one that was asked about.', details: { id } });
    // Anything else would be shown as code points: another text than the one that is signed.
    if (!/^[\x20-\x7e\n]*$/.test(request.rendered))
      throw new CastellanError('APPROVAL_INVALID', { message: 'The stored text cannot be shown as it is.', details: { id } });
    const { quorum } = await security.approvals.approvers();
    for (const line of describeRequest(record, quorum)) call.output.say(line);
    await confirm(call, verdict);
    const after = await security.approvals.answer(signApproval(key, request, verdict));
    return {
      exitCode: exitCodeOf(after.state, verdict),
      data: { id, verdict, approver: key.id, state: after.state, request },
      lines: [summary(after, key.id)],
    };
  });
}

function describeRequest({ request, state, answers }: ApprovalRecord, approvers: number): readonly string[] {
  return [
    ...table([
      ['approval', `${request.id} (${state})`],
      ['agent', `${request.agent}, request ${request.requestId}`],
      ['wallet', request.wallet],
      ['asked because', request.satisfies.join(', ')],
      ...(request.rules === undefined ? [] : [['by the rules', request.rules.join(', ')]]),
      ['needs', needText(request, approvers)],
      ['said yes', answers.map(({ approver }) => approver).join(', ') || 'nobody yet'],
      ['policy', request.policy],
      ['registry', request.registry],
      ['asked at', timeText(request.createdAtMs)],
      ['expires', timeText(request.expiresAtMs)],
    ]),
    '',
    ...request.rendered.split('\n'),
    '',
  ];
}

/** Whose yes it takes: `2 approver, 1 operator`. */
function needText({ quorum = {} }: ApprovalRequest, approvers: number): string {
  const need = { ...quorum, approver: Math.max(approvers, quorum.approver ?? 0) };
  return Object.entries(need)
    .map(([role, count]) => `${count} ${role}`)
    .join(', ');
}

async function confirm(call: Call, verdict: ApprovalAnswer['verdict']): Promise<void> {
  if (call.options['yes'] === true) return;
  if (!call.terminal.interactive || call.json) throw new UsageError('Nobody can be asked here: read the request, then pass --yes.');
  const said = await call.terminal.ask(`To ${verdict} this, type ${verdict}: `);
  if (said.trim() !== verdict) throw new CastellanError('APPROVAL_INVALID', { message: 'Nothing was signed: the answer was another.' });
}

/** A yes that counted may stand in a request that others closed meanwhile: that is no success. */
function exitCodeOf(state: ApprovalRecord['state'], verdict: ApprovalAnswer['verdict']): Outcome['exitCode'] {
  if (state === 'pending') return 2;
  const wanted: readonly ApprovalRecord['state'][] = verdict === 'approve' ? ['approved', 'used'] : ['rejected'];
  return wanted.includes(state) ? 0 : 1;
}

function summary({ state, answers, request }: ApprovalRecord, approver: string): string {
  if (state === 'pending') return `Signed by ${approver}; ${answers.length} said yes, and more approvers are needed.`;
  return `${request.id} is ${state}, signed by ${approver}.`;
}
