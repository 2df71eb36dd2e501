export { describedCall } from './described-call.ts';
export { describedMethods } from './described-methods.ts';
export type { DescribedDeployment, DescribedField, DescribedFormat, Descriptor, FieldFormat } from './descriptor.ts';
export { readDescriptor } from './read-descriptor.ts';
