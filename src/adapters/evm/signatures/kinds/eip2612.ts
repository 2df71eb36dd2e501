import { collectibleAsset } from '../../../../core/asset.ts';
import { allowanceAmount } from '../../decode/index.ts';
import type { Kind } from './kind.ts';
import { Members } from './members.ts';
import { anotherOwner, assetAt, callUnlessToken, endless, expiryMs, markAt } from './parts.ts';

/**
 * An allowance by signature. The deadline is the signature's: once it was used, the allowance has none.
 * @see https://eips.ethereum.org/EIPS/eip-2612
 */
export const EIP2612: Kind = {
  types: ['Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)'],
  read(order) {
    const message = new Members(order.chain, order.data.message);
    const [owner, spender] = [message.account('owner'), message.account('spender')];
    const amount = allowanceAmount(message.number('value'));
    const asset = assetAt(order, order.contract);
    const expiresAtMs = expiryMs(message.number('deadline'));
    return {
      standard: 'eip2612',
      found: [
        ...callUnlessToken(order),
        { kind: 'allowance', owner, spender, asset, amount, expiresAtMs: null },
        ...endless(order, expiresAtMs),
      ],
      ...anotherOwner(order, owner),
      expiresAtMs,
      mark: markAt(order.contract, 'nonce', { nonce: message.number('nonce') }),
      summary: `lets ${spender} take ${amount} of ${asset} (permit)`,
    };
  },
};

/**
 * The older form of DAI: all or nothing, and an expiry of 0 is none.
 * @see https://github.com/makerdao/developerguides/blob/master/dai/how-to-use-permit-function/how-to-use-permit-function.md
 */
export const DAI_PERMIT: Kind = {
  types: ['Permit(address holder,address spender,uint256 nonce,uint256 expiry,bool allowed)'],
  read(order) {
    const message = new Members(order.chain, order.data.message);
    const [owner, spender] = [message.account('holder'), message.account('spender')];
    const amount = message.flag('allowed') ? 'unlimited' : 0n;
    const asset = assetAt(order, order.contract);
    const expiry = message.number('expiry');
    const expiresAtMs = expiry === 0n ? null : expiryMs(expiry);
    return {
      standard: 'dai_permit',
      found: [
        ...callUnlessToken(order),
        { kind: 'allowance', owner, spender, asset, amount, expiresAtMs: null },
        ...endless(order, expiresAtMs),
      ],
      ...anotherOwner(order, owner),
      expiresAtMs,
      mark: markAt(order.contract, 'nonce', { nonce: message.number('nonce') }),
      summary: amount === 0n ? `takes from ${spender} what it may of ${asset} (permit)` : `lets ${spender} take all of ${asset} (permit)`,
    };
  },
};

/**
 * The same for one collectible. It names no owner: whoever holds the item.
 * @see https://eips.ethereum.org/EIPS/eip-4494
 */
export const ERC721_PERMIT: Kind = {
  types: ['Permit(address spender,uint256 tokenId,uint256 nonce,uint256 deadline)'],
  read(order) {
    const message = new Members(order.chain, order.data.message);
    const spender = message.account('spender');
    const asset = collectibleAsset(order.chain, 'erc721', order.contract, message.number('tokenId'));
    const expiresAtMs = expiryMs(message.number('deadline'));
    return {
      standard: 'erc721_permit',
      found: [
        ...callUnlessToken(order),
        { kind: 'allowance', owner: order.wallet, spender, asset, amount: 1n, expiresAtMs: null },
        ...endless(order, expiresAtMs),
      ],
      expiresAtMs,
      mark: null,
      summary: `lets ${spender} take ${asset} (permit)`,
    };
  },
};
