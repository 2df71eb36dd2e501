import { type Found, movedItem } from '../found.ts';
import { type MethodCall, type MethodEntry, type MethodReading, methodEntry } from '../method-entry.ts';
import { asFlag, asInteger, asList } from '../values.ts';

/** What a listed ERC-20 would do under a method of collectibles, nobody knows. */
function item(call: MethodCall, effects: () => readonly Found[] | null): MethodReading {
  if (call.listed) return { unknown: 'a method of collectibles at a contract that is listed as an ERC-20' };
  const found = effects();
  return found === null ? { unknown: 'lists of unequal length' } : { effects: found };
}

const erc721 = (call: MethodCall): MethodReading =>
  item(call, () => {
    const [from, to, id] = call.values;
    return movedItem(call.frame.chain, 'erc721', call.contract, {
      from: call.account(from),
      to: call.account(to),
      id: asInteger(id),
      pieces: 1n,
    });
  });

const erc1155 = (call: MethodCall, ids: readonly bigint[], amounts: readonly bigint[]): MethodReading =>
  item(call, () => {
    if (ids.length !== amounts.length) return null;
    const [from, to] = [call.account(call.values[0]), call.account(call.values[1])];
    return ids.flatMap((id, index) =>
      movedItem(call.frame.chain, 'erc1155', call.contract, { from, to, id, pieces: amounts[index] as bigint }),
    );
  });

/** ERC-721 and ERC-1155, but for what they share with ERC-20. */
export const COLLECTIBLE_METHODS: readonly MethodEntry[] = [
  methodEntry('safeTransferFrom(address from,address to,uint256 id)', erc721),
  methodEntry('safeTransferFrom(address from,address to,uint256 id,bytes data)', erc721),
  methodEntry('safeTransferFrom(address from,address to,uint256 id,uint256 amount,bytes data)', (call) =>
    erc1155(call, [asInteger(call.values[2])], [asInteger(call.values[3])]),
  ),
  methodEntry('safeBatchTransferFrom(address from,address to,uint256[] ids,uint256[] amounts,bytes data)', (call) =>
    erc1155(call, asList(call.values[2]).map(asInteger), asList(call.values[3]).map(asInteger)),
  ),
  methodEntry('setApprovalForAll(address operator,bool approved)', (call) => ({
    effects: [
      {
        kind: 'operator',
        owner: call.frame.sender,
        operator: call.account(call.values[0]),
        collection: call.contract,
        approved: asFlag(call.values[1]),
      },
    ],
  })),
];
