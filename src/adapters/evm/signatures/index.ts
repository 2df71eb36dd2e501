export { assembleSignature } from './assemble-signature.ts';
export { describedTypes } from './described.ts';
export { readSignature, type SignatureFacts } from './read-signature.ts';
export { finalBlock } from './status/read-view.ts';
export { readSignatureStatus } from './status/signature-status.ts';
