-- Dead letters stay as a record when they were replayed or dropped, and what is looked for is those that were not.
create index dead_letters_open on notifier.dead_letters (organization_id, letter_id) where status = 'dead';
