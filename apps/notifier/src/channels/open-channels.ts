import type { Logger } from '@turnout/runtime/logger';
import type { EmailConfig } from '../config.ts';
import type { Channel, Mailer } from './channel.ts';
import { openEmailChannel } from './email.ts';
import { logChannel } from './log.ts';

/** The channels of this process. */
export interface Channels extends AsyncDisposable {
  readonly open: readonly Channel[];
  /** What stands in for e-mail: e-mail, or the log where no mail server is configured. */
  readonly emailOrLog: 'email' | 'log';
  /** For mails that are no deliveries; null where no mail server is configured. */
  readonly mailer: Mailer | null;
}

/**
 * Opens e-mail where a mail server is configured, and the log always. Disposing closes the connections to the mail
 * server.
 */
export function openChannels(email: EmailConfig | null, logger: Logger): Channels {
  const opened = new AsyncDisposableStack();
  const channels: Channel[] = [logChannel(logger)];
  const mailer = email && opened.use(openEmailChannel(email));
  if (mailer) channels.push(mailer);
  return {
    open: channels,
    emailOrLog: email ? 'email' : 'log',
    mailer,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
