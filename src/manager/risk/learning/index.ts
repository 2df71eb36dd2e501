export { type FeedbackParts, type FeedbackResult, giveFeedback } from './feedback.ts';
export { feedbackFacts } from './feedback-facts.ts';
export { type FeedbackVerdict, feedbackKey, type KeptFeedback, parseFeedback } from './kept-feedback.ts';
export { scoreCommands } from './learn-scores.ts';
export type { RiskLearning } from './learning-face.ts';
export { type ModelShadowReport, readShadowReport, type ShadowCells } from './shadow-counts.ts';
export { tiredAgents } from './tired-agents.ts';
