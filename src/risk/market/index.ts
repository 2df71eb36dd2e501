export type { AgreedPrice } from './agreed-price.ts';
export { type Worth, worthOf } from './depeg.ts';
export { excerptMarket } from './excerpt-market.ts';
export { type Followed, type FollowTerms, followMarket, type MarketTrack, parseMarketTrack } from './follow-market.ts';
export { readReading } from './read-reading.ts';
