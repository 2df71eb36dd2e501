export { type ApprovalWebhookConfig, approvalWebhookSchema, areApart } from './approval-endpoints.ts';
export { type ApprovalReply, judgeReply, MAX_REPLY_BYTES, type ReplyAnswer } from './approval-reply.ts';
export { type ApprovalWebhook, type ApprovalWebhookHealth, createApprovalWebhook } from './approval-webhook.ts';
export { createEmailNotifier, type EmailOptions } from './email.ts';
export {
  createNotifiers,
  type NotificationEndpoint,
  type NotifiersOptions,
  notificationEndpointSchema,
  type SmtpConfig,
  smtpSchema,
} from './endpoints.ts';
export type { NotifiableType } from './flood.ts';
export type { SmtpSettings } from './mail-transport.ts';
export { signApprovalWebhook, verifyApprovalWebhook } from './nonce-signature.ts';
export { createNotificationOutbox, type NotificationOutbox, type OutboxHealth, type OutboxOptions } from './outbox.ts';
export type { Lookup } from './ssrf.ts';
export { createWebhookNotifier, type WebhookOptions } from './webhook.ts';
export { SIGNATURE_HEADER, verifyWebhook, type WebhookCheck } from './webhook-signature.ts';
