export type { ListUpdate } from './apply-updates.ts';
export type { BodyDigest } from './body-digest.ts';
export { digestBody } from './body-digest.ts';
export type { ScreeningEntry, ScreeningKind, ScreeningSeverity } from './entry.ts';
export { isListed, parseScreening, SCREENING_KINDS, SCREENING_SEVERITIES, screenKey } from './entry.ts';
export type { Exemption, OwnExemption } from './exemption.ts';
export { readExemptions } from './exemptions.ts';
export type { HopOptions, HopRisk, Hops, SeenPayment } from './hops.ts';
export { createHops } from './hops.ts';
export type { ListBytes } from './list-bytes.ts';
export {
  createListLook,
  type LackingList,
  type ListLook,
  type ListLookParts,
  readListLook,
  type ScreenedAccount,
} from './list-look.ts';
export type { ListReport } from './list-report.ts';
export type { ListBasis, ListFormat, ListSource, ListTrust } from './list-source.ts';
export { checkSource } from './list-source.ts';
export type { ListState, ListUpdateCheck, ListUpdateHeader, ListUpdateRefusal, SignedListUpdate } from './list-update.ts';
export { signListUpdate, verifyListUpdate } from './list-update.ts';
export type { Screening, ScreeningOptions } from './screening.ts';
export { createScreening } from './screening.ts';
export type { ScreeningFinding, ScreeningHit } from './verdict.ts';
export { toScreeningEntry } from './verdict.ts';
export type { ListVersion, RecordList, ScreeningView, ScreenOptions } from './view.ts';
