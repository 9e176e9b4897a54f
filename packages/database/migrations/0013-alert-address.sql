-- An organization says itself where it wants to hear of failures.
grant insert, delete on notifier.alert_addresses to turnout_notifier;
grant update (email) on notifier.alert_addresses to turnout_notifier;
