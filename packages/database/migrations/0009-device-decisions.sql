-- A device that heard no answer decides by itself, and says so when it sends the scan again: the answer stays, what the
-- device did is added.
grant update (device_decision) on attendance.scans, attendance.reused_scans to turnout_checkin;
grant update (turned_away) on attendance.check_ins to turnout_checkin;
