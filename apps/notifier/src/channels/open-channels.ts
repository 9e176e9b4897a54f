import type { Logger } from '@turnout/runtime/logger';
import type { EmailConfig } from '../config.ts';
import type { Channel, ChannelName } from './channel.ts';
import { openEmailChannel } from './email.ts';
import { logChannel } from './log.ts';

/** The channels of this process. */
export interface Channels extends AsyncDisposable {
  readonly names: readonly ChannelName[];
  /** What stands in for e-mail: e-mail, or the log where no mail server is configured. */
  readonly emailOrLog: ChannelName;
  readonly longestSendMs: number;
  /** Throws for a channel that is not among `names`. */
  channel(name: ChannelName): Channel;
}

export function openChannels(email: EmailConfig | null, logger: Logger): Channels {
  const opened = new AsyncDisposableStack();
  const channels: Channel[] = [logChannel(logger)];
  if (email) channels.push(opened.use(openEmailChannel(email)));
  return {
    names: channels.map(({ name }) => name),
    emailOrLog: email ? 'email' : 'log',
    longestSendMs: Math.max(...channels.map(({ longestSendMs }) => longestSendMs)),
    channel(name) {
      const found = channels.find((channel) => channel.name === name);
      if (!found) throw new Error(`no channel ${name} is open`);
      return found;
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
