-- Whoever stands before a queue types a name as it sounds and as the keyboard has it: `Zoe` for `Zoë`, `Gross` for
-- `Groß`. And Unicode has two ways to write `é`, which look the same and are not. So names are searched in a plain
-- spelling: in lower case, without marks on letters, and with few letters beside the Latin ones. Other scripts stay.
-- Names in ASCII, which are most, are not taken apart: that costs ten times as much. The range is that of the marks, U+0300
-- to U+036F, in characters, so that a database in SQL_ASCII takes it too; there, names are found as they are written.
create function attendance.plain_spelling(spelling text) returns text
language sql immutable strict parallel safe
return case
  when octet_length(spelling) = length(spelling) then lower(spelling)
  else lower(replace(replace(replace(replace(replace(
    translate(regexp_replace(normalize(spelling, nfkd), '[̀-ͯ]', '', 'g'), 'øØłŁđĐıẞ', 'oollddiß'),
    'ß', 'ss'), 'æ', 'ae'), 'Æ', 'ae'), 'œ', 'oe'), 'Œ', 'oe'))
end;

-- The pattern for `like` that finds a text anywhere in a plain spelling; null, which finds nothing, of nothing but marks.
create function attendance.plain_pattern(search text) returns text
language sql immutable strict parallel safe
return '%' || regexp_replace(nullif(attendance.plain_spelling(search), ''), '([\\%_])', '\\\1', 'g') || '%';

alter table attendance.participants
  add column plain_name text not null generated always as (attendance.plain_spelling(name)) stored;
