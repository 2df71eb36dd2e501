export { type Gateway, type GatewayAgent, type GatewayOptions, openGateway, type UnauthorizedAttempt } from './gateway.ts';
