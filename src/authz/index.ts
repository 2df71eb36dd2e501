export { decodedExposure, type Exposure, exposureOf } from './exposure.ts';
export { createJudge, type Judge, type JudgeInput, type Judgement, type JudgeOptions } from './judge.ts';
export { judgeKeys, type JudgeKeysInput } from './judge-keys.ts';
export { DEFAULT_JUDGE_SETTINGS, type JudgeSettings } from './judge-settings.ts';
export type { JudgeRows, JudgeState, Simulate } from './judge-state.ts';
export type { Layer, LayerAnswer, LayerContext } from './layer.ts';
export { STANDARD_LAYERS } from './layers/index.ts';
export * from './policy/index.ts';
export type { ActionValidator, ValidatorAnswer, ValidatorContext } from './validator.ts';
