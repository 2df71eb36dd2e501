import { parsePermitId } from '../../../core/permit.ts';
import type { Command, RequestRow, Step } from '../../../core/store.ts';
import { storeKey } from '../../../core/store.ts';
import { HEAD_KEY } from '../kernel/log.ts';
import { TIME_KEY } from '../kernel/store-time.ts';

/**
 * Keys that these steps will most likely read, so that one round trip brings them all. Only a guess: what is missing is noticed
 * and fetched when a step asks for it, and what a malformed command names is left out.
 */
export function likelyKeys(steps: readonly Step[]): ReadonlySet<string> {
  const keys = new Set([TIME_KEY, HEAD_KEY, storeKey.halt()]);
  for (const step of steps) {
    try {
      for (const command of step.commands) addKeys(keys, command);
    } catch {
      // The kernel says what is wrong with it.
    }
  }
  return keys;
}

function addKeys(keys: Set<string>, command: Command): void {
  switch (command.kind) {
    case 'ledger.reserve':
      addRequest(keys, command.request);
      for (const { account, windows } of command.caps) {
        for (const { windowMs } of windows) if (windowMs !== null && windowMs > 0) keys.add(storeKey.ledgerWindow(account, windowMs));
      }
      break;
    case 'ledger.note':
      addRequest(keys, command.request);
      break;
    case 'permit.issue':
      keys.add(storeKey.request(command.agent, command.requestId));
      keys.add(storeKey.doc(`policy/${command.agent}`));
      keys.add(storeKey.doc('registry'));
      break;
    case 'permit.redeem':
      addPermit(keys, command.permitId, command.keyId);
      break;
    case 'ledger.settle':
    case 'ledger.expire':
      keys.add(storeKey.request(command.agent, command.requestId));
      keys.add(storeKey.open(command.agent, command.requestId));
      break;
    case 'slot.take':
      keys.add(storeKey.slots(command.wallet));
      break;
    case 'rate.take':
      keys.add(storeKey.rate(command.key));
      break;
    case 'doc.put':
      keys.add(storeKey.doc(command.key));
      break;
    default:
      break;
  }
}

function addRequest(keys: Set<string>, request: RequestRow): void {
  keys.add(storeKey.request(request.agent, request.requestId));
  for (const { account } of request.lines) keys.add(storeKey.ledger(account));
}

function addPermit(keys: Set<string>, permitId: string, keyId: string): void {
  const parts = parsePermitId(permitId);
  if (parts === undefined) return;
  keys.add(storeKey.request(parts.agent, parts.requestId));
  keys.add(storeKey.open(parts.agent, parts.requestId));
  keys.add(storeKey.doc(`policy/${parts.agent}`));
  keys.add(storeKey.doc('registry'));
  keys.add(storeKey.doc(`key/${keyId}`));
}
