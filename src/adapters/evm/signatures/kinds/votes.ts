import { purposeOf } from '../../../../core/effect.ts';
import type { Kind } from './kind.ts';
import { Members } from './members.ts';
import { callTo, endless, expiryMs, markAt } from './parts.ts';

/** Hands the voting power of a token to somebody; the tokens stay. @see https://eips.ethereum.org/EIPS/eip-5805 */
export const VOTES_DELEGATION: Kind = {
  types: ['Delegation(address delegatee,uint256 nonce,uint256 expiry)'],
  read(order) {
    const message = new Members(order.chain, order.data.message);
    const expiresAtMs = expiryMs(message.number('expiry'));
    return {
      standard: 'votes_delegation',
      found: [callTo(order, purposeOf('delegate')), ...endless(order, expiresAtMs)],
      expiresAtMs,
      mark: markAt(order.contract, 'nonce', { nonce: message.number('nonce') }),
      summary: `lets ${message.account('delegatee')} vote with the power of ${order.contract}`,
    };
  },
};

const VOTE = 'uint256 proposalId,uint8 support';

/** A vote on a proposal: it ends with the proposal. @see https://docs.openzeppelin.com/contracts/5.x/api/governance */
export const BALLOT: Kind = {
  types: [
    `Ballot(${VOTE})`,
    'Ballot(uint256 proposalId,bool support)',
    `Ballot(${VOTE},address voter,uint256 nonce)`,
    `ExtendedBallot(${VOTE},string reason,bytes params)`,
    `ExtendedBallot(${VOTE},address voter,uint256 nonce,string reason,bytes params)`,
  ],
  read(order) {
    const message = new Members(order.chain, order.data.message);
    const proposal = message.number('proposalId');
    return {
      standard: 'ballot',
      found: [callTo(order, purposeOf('vote'))],
      expiresAtMs: null,
      mark: markAt(order.contract, 'vote', { proposal }),
      summary: `votes on proposal ${proposal} of ${order.contract}`,
    };
  },
};
