import { MOVES_NOTHING, methodsOf, sameEverywhere } from './protocol.ts';

/**
 * Governors in the forms of OpenZeppelin and of Compound. Nothing of the caller's moves; what a proposal will do once it is
 * executed is the governor's own doing. Value that goes along is a payment, whatever it is called.
 */
export const GOVERNOR = sameEverywhere('governor', () => {
  const add = methodsOf('governor', 'vote');
  const vote = 'uint256 proposalId,uint8 support';
  const actions = 'address[] targets,uint256[] values,bytes[] calldatas';
  const signature = 'uint8 v,bytes32 r,bytes32 s';
  const votes = [
    `castVote(${vote})`,
    `castVoteWithReason(${vote},string reason)`,
    `castVoteWithReasonAndParams(${vote},string reason,bytes params)`,
    `castVoteBySig(${vote},${signature})`,
    `castVoteBySig(${vote},address voter,bytes signature)`,
  ];
  const proposals = [
    `propose(${actions},string description)`,
    'propose(address[] targets,uint256[] values,string[] signatures,bytes[] calldatas,string description)',
    `cancel(${actions},bytes32 descriptionHash)`,
    'cancel(uint256 proposalId)',
  ];
  const executions = [
    `queue(${actions},bytes32 descriptionHash)`,
    'queue(uint256 proposalId)',
    `execute(${actions},bytes32 descriptionHash)`,
    'execute(uint256 proposalId)',
  ];
  return [
    ...votes.map((text) => add(text, MOVES_NOTHING)),
    ...proposals.map((text) => add(text, MOVES_NOTHING, 'propose')),
    ...executions.map((text) => add(text, MOVES_NOTHING, 'execute')),
  ];
});

/** Tokens that carry votes: their weight is lent to a delegate, and can be taken back; the tokens stay. */
export const VOTES = sameEverywhere('erc20-votes', () => {
  const add = methodsOf('erc20-votes', 'delegate');
  return [
    add('delegate(address delegatee)', MOVES_NOTHING),
    add('delegateBySig(address delegatee,uint256 nonce,uint256 expiry,uint8 v,bytes32 r,bytes32 s)', MOVES_NOTHING),
  ];
});
