import type { Cell } from '@ton/core';
import { Cell as CellClass, loadMessage } from '@ton/core';
import { type AccountId, type AgentSigningPort, accountChain, CastellanError } from '../../../core/index.ts';

/** Length of a signature. */
export const BITS_OF_SIGNATURE = 512;

/** The signature in an external message, where what stands beside it is exactly the cell that was to be signed. */
function signatureIn(raw: Uint8Array, asked: Cell): Buffer | undefined {
  const { body } = loadMessage(CellClass.fromBoc(Buffer.from(raw))[0]?.beginParse() ?? new CellClass().beginParse());
  const beside = body.bits.length - BITS_OF_SIGNATURE;
  if (beside < 0) return undefined;
  // Wallets of version 5 carry the signature behind what is signed, earlier ones before it.
  for (const start of [beside, 0]) {
    const rest = start === 0 ? body.bits.substring(BITS_OF_SIGNATURE, beside) : body.bits.substring(0, beside);
    const signed = new CellClass({ bits: rest, refs: body.refs });
    if (signed.hash().equals(asked.hash()))
      return body
        .beginParse()
        .skip(start)
        .loadBuffer(BITS_OF_SIGNATURE / 8);
  }
  return undefined;
}

/**
 * The `signer` form of the wallets of `@ton/ton`: `wallet.createTransfer({ …, signer })`. The cell is judged by its effects
 * and signed as it stands: its seqno must be the wallet's next free one.
 *
 * Fails closed when the gate says no, or hands back anything but a signature over this very cell. Its room stays taken until
 * the chain has spoken: a signature that is handed out counts as sent.
 *
 * @param agent - of `security.agent(id)`
 * @param wallet - of the agent, as `createWallet` gives it
 * @throws REQUEST_DENIED with the decision's `verdict`, `reason` and `decisionId` in `details`; SIGNATURE_INVALID
 * @example
 * ```ts
 * import { internal, SendMode, toNano } from '@ton/core';
 * import { TonClient, WalletContractV5R1 } from '@ton/ton';
 * import { createSecurityManager } from 'castellan';
 * import { startTonDevChain } from 'castellan/testing';
 * import { ton } from 'castellan/ton';
 * import { toGuardedSigner } from 'castellan/wallets/ton';
 *
 * const chain = await startTonDevChain();
 * const shop = `0:${'71'.repeat(32)}`;
 * const security = createSecurityManager({
 *   chains: [ton({ chain: 'ton:-3', endpoint: chain.url })],
 *   agents: { a1: { template: 'balanced', limits: { unit: 'TON', perTransaction: 1, daily: 5 }, allowedDestinations: [shop] } },
 * });
 * const wallet = await security.custody.createWallet('owner', 'a1');
 * await chain.fund(wallet.address, toNano('10'));
 * const publicKey = Buffer.from(wallet.publicKey ?? '', 'hex');
 * const contract = new TonClient({ endpoint: chain.url }).open(WalletContractV5R1.create({ publicKey, walletId: { networkGlobalId: -3 } }));
 * const transfer = await contract.createTransfer({
 *   seqno: await contract.getSeqno(),
 *   messages: [internal({ to: shop, value: toNano('0.5'), bounce: false })],
 *   sendMode: SendMode.PAY_GAS_SEPARATELY + SendMode.IGNORE_ERRORS,
 *   signer: toGuardedSigner(security.agent('a1'), wallet),
 * });
 * await contract.send(transfer);
 * console.log(await chain.balance(shop)); // 500000000n
 * await security.shutdown();
 * await chain.close();
 * ```
 */
export function toGuardedSigner(
  agent: AgentSigningPort,
  { account: wallet }: { readonly account: AccountId },
): (cell: Cell) => Promise<Buffer> {
  return async (cell) => {
    const bytes = new Uint8Array(cell.toBoc({ idx: false, crc32: false }));
    const { raw } = await agent.signTransaction({ chain: accountChain(wallet), wallet, bytes });
    const signature = signatureIn(raw, cell);
    if (signature === undefined)
      throw new CastellanError('SIGNATURE_INVALID', {
        message: 'Another cell than this one was signed.',
        details: { agent: agent.agentId },
      });
    return signature;
  };
}
