/** Files that are changed in small ways, one change at a time, and the quick tests that have to notice each. */
export interface Slice {
  readonly mutate: readonly string[];
  readonly tests: readonly string[];
}

/** What is quick and knows what policies come to: those of single parts, and those of whole judgements. */
const POLICY_TESTS = [
  'test/authz/policy/*.test.ts',
  'test/authz/!(replay|engine|monotone|intent-words|gas-buffer|diff-policies).test.ts',
  'test/limits/{compile-caps,caps,rates}.test.ts',
];

/** The slices by name; what stands before a dot is the group whose score they make. */
export const SLICES: Readonly<Record<string, Slice>> = {
  'engine.chain': {
    mutate: ['src/authz/{engine,layer,outcome,stricter,failed-judgement,judge-context,judge-settings,judge-state}.ts'],
    tests: ['test/authz/engine/*.test.ts'],
  },
  'engine.judge': {
    mutate: ['src/authz/{judge,judge-keys,judge-session,rule-findings}.ts'],
    tests: [
      'test/authz/engine/judge-*.test.ts',
      'test/authz/{engine,facts,exploits,protocol-policy,shared-limits,hidden-unknown}.test.ts',
      'test/limits/{charging,room}.test.ts',
    ],
  },
  'engine.layers': {
    mutate: ['src/authz/layers/{limits,rate-limit}.ts'],
    tests: ['test/limits/{charging,room,worth,rates}.test.ts'],
  },
  limits: {
    mutate: ['src/authz/limits/!(claims|held-claims).ts'],
    tests: ['test/limits/{charging,room,worth,ledger-names}.test.ts', 'test/authz/shared-limits.test.ts'],
  },
  'limits.claims': {
    mutate: ['src/authz/limits/{claims,held-claims}.ts'],
    tests: ['test/limits/claims.test.ts', 'test/attack/limits/stalled-claim.test.ts'],
  },
  'approvals.documents': {
    mutate: [
      'src/approvals/{approval-record,check-request,check-answer,registry-document,asset-text,plain-text,render-changes,render-effects}.ts',
      'src/approvals/{announce,waiters,own-keys,quorum,signed-by,stored-approvals}.ts',
    ],
    tests: [
      'test/approvals/{approval-record,check-request,registry-document,render-lines,render-effects,announce,waiters,own-keys,stored-approvals}.test.ts',
      'test/approvals/{signatures-count,role-quorums}.test.ts',
    ],
  },
  'approvals.inbox': {
    mutate: ['src/approvals/{inbox,open-approvals,authority,registry-chain,ed25519-verifier}.ts', 'src/approvals/providers/*.ts'],
    tests: ['test/approvals/{inbox,open-and-wait,at-once,role-quorums,authority,registry-chain}*.test.ts'],
  },
  'policy.forms': {
    mutate: ['src/authz/policy/*.ts', 'src/authz/policy/{caps,quorums,temporal,time}/*.ts'],
    tests: POLICY_TESTS,
  },
  'policy.rules': { mutate: ['src/authz/policy/{bounds,items,rules}/*.ts'], tests: POLICY_TESTS },
  'policy.language': { mutate: ['src/authz/policy/language/*.ts'], tests: POLICY_TESTS },
  'policy.judging': {
    mutate: [
      'src/authz/tree/*.ts',
      'src/authz/remembered.ts',
      'src/authz/temporal/{findings,meters,temporal-findings,temporal-rule,read-meters,outcome-figures}.ts',
      'src/authz/layers/policy.ts',
    ],
    tests: POLICY_TESTS,
  },
};
