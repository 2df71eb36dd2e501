export { type ApprovalQuorumInput, approvalQuorumSchema, type CompiledQuorum, ESCALATIONS } from './approval-quorum-schema.ts';
export { quorumOf } from './approval-quorums.ts';
export type { CapInput, RateLimitingInput } from './cap-schema.ts';
export type { CapHolder, CapScope } from './cap-scope.ts';
export { compilePolicy } from './compile-policy.ts';
export type { CompiledRates, RateBounds } from './compile-rates.ts';
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
export type { CompiledRule } from './compiled-rule.ts';
export { describeRule } from './describe-rule.ts';
export { evaluateRules, type RuleFindings } from './evaluate.ts';
export { FIELDS, type FieldName, type RuleContext, type RuleItem } from './fields.ts';
export { lookUpCall, ruleItems } from './items.ts';
export { OPERATORS, type Operator } from './operators.ts';
export type { LeafPolicy, Permissions, PolicyTree, StrategyInput, TemplateName } from './permissions.ts';
export { DEFAULT_POLICY_BASE, type PolicyBase } from './policy-base.ts';
export type { ArgumentField, Condition, Consequence, Rule, When } from './rule.ts';
export { DEFAULT_TEMPLATES } from './templates.ts';
export { boundsAmounts, conditionsOf, isCondition } from './when.ts';
