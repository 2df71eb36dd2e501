import { randomBytes } from 'node:crypto';
import { authorizationStatement } from '../src/approvals/index.ts';
import { type AttestationKey, type Authorization, type Json, signStatement } from '../src/index.ts';

/** What Oscar signs to lift one stop: this one and no other, once, within a minute. */
export function authorize(key: AttestationKey, action: 'kill.lift' | 'agent.resume', facts: Json): Authorization {
  const nonce = randomBytes(16).toString('hex');
  const expiresAtMs = Date.now() + 60_000;
  const statement = authorizationStatement({ tenant: 'default', action, facts, nonce, expiresAtMs });
  return { nonce, expiresAtMs, signatures: [signStatement(key, statement)] };
}
