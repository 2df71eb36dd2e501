export { delegationModel } from './delegation-model.ts';
