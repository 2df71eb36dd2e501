export { safeModel } from './safe-model.ts';
