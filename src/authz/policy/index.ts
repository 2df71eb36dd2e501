export type { CapInput, RateLimitingInput } from './caps/cap-schema.ts';
export type { CapHolder, CapScope } from './caps/cap-scope.ts';
export type { CompiledRates, RateBounds } from './caps/compile-rates.ts';
export { compilePolicy } from './compile-policy.ts';
export type {
  CapSpec,
  CompiledCap,
  CompiledPolicy,
  CompiledStrategy,
  CompiledTree,
  ContractEntry,
  ContractPins,
  TimeWindow,
} from './compiled-policy.ts';
export { lookUpCall, ruleItems } from './items/items.ts';
export { describeRule } from './language/describe-rule.ts';
export { evaluateRules, type RuleFindings } from './language/evaluate.ts';
export { FIELDS, type FieldName, type RuleContext, type RuleItem } from './language/fields.ts';
export { OPERATORS, type Operator } from './language/operators.ts';
export type { ArgumentField, Condition, Consequence, Rule, When } from './language/rule.ts';
export { boundsAmounts, conditionsOf, isCondition } from './language/when.ts';
export type { LeafPolicy, Permissions, PolicyTree, StrategyInput, TemplateName } from './permissions.ts';
export { DEFAULT_POLICY_BASE, type PolicyBase } from './policy-base.ts';
export { type ApprovalQuorumInput, approvalQuorumSchema, type CompiledQuorum, ESCALATIONS } from './quorums/approval-quorum-schema.ts';
export { quorumOf } from './quorums/approval-quorums.ts';
export { DEFAULT_TEMPLATES } from './templates.ts';
