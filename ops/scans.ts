/** The histogram of all requests. */
export const REQUESTS = 'http_server_request_duration_seconds';

/** Of those, single scans, for which people stand and wait. */
export const SCANS =
  'job="checkin-service",method="POST",route=~"/v1/events/:eventId/(check-ins|redemptions|door-checks)"';
