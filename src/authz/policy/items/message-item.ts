import type { ActionRequest, ChainId, SignatureReading } from '../../../core/index.ts';
import type { RuleItem } from '../language/fields.ts';

/**
 * The item of words that are signed: a login, plain text, or typed data that says something and does nothing. It needs no
 * capability, for it moves nothing; whatever else the reading found has items of its own.
 */
export function messageItems(
  action: ActionRequest['action'],
  signature: Pick<SignatureReading, 'site' | 'effects'> | null,
  chain: ChainId,
): readonly RuleItem[] {
  if (signature === null || action.kind !== 'signature') return [];
  const { effects, site } = signature;
  const isWords = action.order.kind === 'message' || (effects.length > 0 && effects.every(({ kind }) => kind === 'message'));
  if (!isWords) return [];
  return [
    {
      effect: 'message',
      capability: null,
      chain,
      asset: null,
      amount: null,
      destination: null,
      contract: null,
      selector: null,
      listed: false,
      hazard: null,
      site: site?.toLowerCase() ?? null,
    },
  ];
}
