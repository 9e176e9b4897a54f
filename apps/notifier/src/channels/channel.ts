/** How a message can reach a person. */
export type ChannelName = 'email' | 'log';

/** One message to one person, ready to go out. Names and addresses live here and only here. */
export interface Message {
  deliveryId: string;
  /** The event it is about, by id. */
  messageId: string;
  eventId: string;
  /** Null when it is for the organizers. */
  enrollmentId: string | null;
  template: string;
  to: { name: string; address: string };
  subject: string;
  text: string;
}

/**
 * - `sent`: the channel has taken responsibility.
 * - `refused`: it answered no to this very message. Another try may go better, many won't.
 * - `unavailable`: it could not be asked, which says nothing about the message. Whether it went out may be unknown.
 *
 * `error` is kept and shown to operators, so it names no person and quotes no server.
 */
export type SendResult =
  | { outcome: 'sent' }
  | { outcome: 'refused'; error: string }
  | { outcome: 'unavailable'; error: string };

/** One mail, whatever it is about. */
export interface Mail {
  /** The same for each try: the receiver's mail program can tell by it. */
  id: string;
  /** The id of the event or the alert behind it. */
  about: string;
  to: { name: string; address: string };
  subject: string;
  text: string;
}

export interface Mailer {
  /** Never rejects, and settles within `longestSendMs`, or soon after `signal` is aborted. */
  sendMail(mail: Mail, signal: AbortSignal): Promise<SendResult>;
  readonly longestSendMs: number;
  /** Whether the server lets us in right now, asked without sending anything. Rejects when it does not. */
  answers(): Promise<boolean>;
}

export interface Channel {
  readonly name: ChannelName;
  /** Never rejects, and settles within `longestSendMs`, or soon after `signal` is aborted. */
  send(message: Message, signal: AbortSignal): Promise<SendResult>;
  readonly longestSendMs: number;
}
