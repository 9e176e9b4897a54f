-- Once, when the volume is new: who checks the data reads everything and writes nothing.
\set password `cat /secrets/reader-password`
create role reader login password :'password' in role pg_read_all_data;
