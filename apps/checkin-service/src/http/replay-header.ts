/** How an answer says that the scan was seen before; for the documents. */
export const replayHeader = {
  'Idempotent-Replayed':
    '`true` if this scanId was answered before: status and body are those of the first answer.',
};
