import { ether, fee, OPEN, send } from '../authz/fixture.ts';

const NAMED = {
  file: 'test/authz/approval-quorums.test.ts',
  title: 'holds for the reasons or rules that it names, or for all where it names none',
} as const;
const above = (amount: number | string) => ({ ...OPEN, approvalQuorums: [{ above: amount, need: { approver: 2 } }] });

/** What quorums of approvals do. */
export const QUORUM_EFFECTS = {
  'approvalQuorums[].above': { effects: [fee(), send(ether('1'))], strict: above('0.9'), loose: above(1), code: 'approval_required' },
  'approvalQuorums[].reasons': { ...NAMED, word: 'reasons' },
  'approvalQuorums[].rules': { ...NAMED, word: 'rules' },
  'approvalQuorums[].need.owner': { ...NAMED, word: 'owner' },
  'approvalQuorums[].need.operator': { ...NAMED, word: 'operator' },
  'approvalQuorums[].need.approver': { ...NAMED, word: 'approver' },
} as const;
