export { type ConfiguredExemption, type ConfiguredList, listProblem } from './configured-list.ts';
export type { ScreeningConfig } from './desk-parts.ts';
export { createListDesk, type ListDesk, type LooksAtLists, NO_LISTS } from './list-desk.ts';
export { createScreeningRoom, type ListStatus, type ScreeningRoom } from './list-room.ts';
export { createScreeningFace } from './screening-face.ts';
export { listDropFacts, listExemptionFacts } from './screening-facts.ts';
