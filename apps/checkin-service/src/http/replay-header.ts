/** How an answer says that the scan was seen before; for the documents. */
export const replayHeader = {
  'Idempotent-Replayed':
    '`true` where this scanId was answered before: the status and the body are those of that time.',
};
