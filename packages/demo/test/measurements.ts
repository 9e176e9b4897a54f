/**
 * What dashboards and alerts ask for, by service: series as `/metrics` shows them, with the values of labels that have
 * few. A histogram is named by its `_count`.
 */

const common = [
  /^http_server_request_duration_seconds_count\{method="GET",route="\/metrics",status="200",problem=""\} /m,
  /^http_server_request_duration_seconds_bucket\{.*le="2"\} /m,
  /^http_server_requests_unreadable_total\{problem="request_timeout"\} 0$/m,
  /^http_places_taken\b.* /m,
  /^nodejs_eventloop_lag_p99_seconds /m,
  /^nodejs_eventloop_lag_max_seconds /m,
  /^process_resident_memory_bytes /m,
  /^process_cpu_seconds_total /m,
  /^turnout_dependency_up\{dependency="postgres"\} 1$/m,
  /^turnout_dependency_up\{dependency="rabbitmq"\} 1$/m,
  /^turnout_dependency_up\{dependency="redis"\} 1$/m,
];

const pool = (name: string) => [
  new RegExp(`^postgres_pool_connections\\{pool="${name}",state="busy"\\} `, 'm'),
  new RegExp(`^postgres_pool_connections\\{pool="${name}",state="idle"\\} `, 'm'),
  new RegExp(`^postgres_pool_waiting\\{pool="${name}"\\} `, 'm'),
];
const waitedFor = (name: string) => [
  new RegExp(`^postgres_pool_wait_seconds_count\\{pool="${name}"\\} [1-9]`, 'm'),
];

const relay = [
  /^outbox_messages /m,
  /^outbox_oldest_message_age_seconds /m,
  /^outbox_relayed_total\{outcome="published"\} /m,
  /^outbox_relayed_total\{outcome="returned"\} /m,
];

export const measurements: Record<'checkin' | 'closure' | 'admin' | 'notifier', RegExp[]> = {
  checkin: [
    ...common,
    ...pool('checkin-service'),
    ...waitedFor('checkin-service'),
    ...relay,
    /^turnout_check_ins_total\{kind="check_in",outcome="first"\} [1-9]/m,
    /^turnout_check_ins_total\{kind="redemption",outcome="redeemed"\} 0$/m,
    /^turnout_scans_refused_total\{kind="check_in",refusal="order_unpaid"\} 0$/m,
    /^turnout_scans_refused_total\{kind="door_check",refusal="not_entitled"\} 0$/m,
    /^turnout_scans_replayed_total 0$/m,
    /^turnout_scan_batch_size_count [1-9]/m,
    /^turnout_stations_active /m,
  ],
  closure: [
    ...common,
    ...pool('closure-service'),
    ...pool('closure-service closing'),
    ...waitedFor('closure-service closing'),
    ...relay,
    /^turnout_closure_verdicts_total\{verdict="attended"\} [1-9]/m,
    /^turnout_closure_verdicts_total\{verdict="no_show"\} /m,
    /^turnout_closure_runs_total\{outcome="closed"\} [1-9]/m,
    /^turnout_closure_runs_total\{outcome="failed"\} 0$/m,
    /^turnout_closure_run_seconds_count\{outcome="closed"\} [1-9]/m,
    /^turnout_closure_batch_size_count [1-9]/m,
    /^turnout_closure_due_events /m,
    /^turnout_closure_lag_seconds /m,
    /^turnout_closure_lock_contended_total /m,
    /^turnout_closure_lock_skipped_total 0$/m,
  ],
  admin: [
    ...common,
    ...pool('admin-service'),
    ...pool('admin-service bulk'),
    ...pool('admin-service reports'),
    ...pool('admin-service models'),
    ...relay,
  ],
  notifier: [
    ...common,
    ...pool('notifier'),
    ...waitedFor('notifier'),
    /^turnout_inbox_messages_total\{result="new"\} [1-9]/m,
    /^turnout_inbox_messages_total\{result="duplicate"\} /m,
    /^turnout_inbox_batch_size_count [1-9]/m,
    /^turnout_inbox_delay_seconds_count [1-9]/m,
    /^turnout_delivery_attempts_total\{channel="email",status="sent"\} [1-9]/m,
    /^turnout_delivery_attempts_total\{channel="webhook",status="failed"\} 0$/m,
    /^turnout_delivery_delay_seconds_count\{channel="email"\} [1-9]/m,
    /^turnout_deliveries_waiting /m,
    /^turnout_delivery_oldest_age_seconds /m,
    /^turnout_dead_letters 0$/m,
    /^turnout_dependency_up\{dependency="smtp"\} 1$/m,
  ],
};
