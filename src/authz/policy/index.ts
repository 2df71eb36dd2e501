export { compilePolicy } from './compile-policy.ts';
export type {
  CapSpec,
  CompiledPolicy,
  CompiledRule,
  CompiledStrategy,
  ContractEntry,
  ContractPins,
  TimeWindow,
} from './compiled-policy.ts';
export { evaluateRules, type RuleFindings } from './evaluate.ts';
export { FIELDS, type FieldName, type RuleContext, type RuleItem } from './fields.ts';
export { lookUpCall, ruleItems } from './items.ts';
export { OPERATORS, type Operator } from './operators.ts';
export type { Permissions, StrategyInput, TemplateName } from './permissions.ts';
export { DEFAULT_POLICY_BASE, type PolicyBase } from './policy-base.ts';
export type { Condition, Consequence, Rule } from './rule.ts';
export { DEFAULT_TEMPLATES } from './templates.ts';
