import type { Logger } from '@turnout/runtime/logger';
import type { Channel } from './channel.ts';

/** Says in the log that a message would have gone out. Ids only: a log is no place for names. */
export function logChannel(logger: Logger): Channel {
  return {
    name: 'log',
    longestSendMs: 0,
    async send({ deliveryId, messageId, eventId, enrollmentId, template }) {
      logger.info({ deliveryId, messageId, eventId, enrollmentId, template }, 'notification');
      return { outcome: 'sent' };
    },
  };
}
