-- Of an erased person's codes only the key stays by which a device without a network finds them on its roster, so that the
-- device hears that they are void; codes from before are taken away.
grant delete on attendance.withdrawn_codes to turnout_admin;
