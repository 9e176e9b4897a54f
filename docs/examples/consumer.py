"""A complete consumer of Turnout's events: keeps for each enrollment whether a certificate is due.

AMQP_URL=amqp://… DATABASE_FILE=certificates.db python3 consumer.py     (needs pika: apt install python3-pika)
"""

import json
import os
import signal
import sqlite3
import sys

import pika

QUEUE = "certificates"
DEAD = QUEUE + ".dead"
VERDICTS = {
    "turnout.participant.attended.v1": True,
    "turnout.participant.no-show.v1": False,
}

SCHEMA = """
create table if not exists handled_events (event_id text primary key);
create table if not exists certificates (
  enrollment_id text primary key check (length(enrollment_id) = 36),
  due boolean not null, sequence integer not null, changes integer not null default 1);
"""


def change_of(body):
    """What an event means here; None for what doesn't concern us. Raises when it can't be read."""
    event = json.loads(body)
    due = VERDICTS.get(event["type"])
    if due is None:
        return None  # a type from later than this program
    if not isinstance(event["data"], dict):
        raise ValueError("this is not an event of version 1")
    return str(event["id"]), str(event["subject"]), due, int(event["sequence"])


def store(change):
    """The effect and the note that it was done, in one transaction: a second delivery of the same event finds the note."""
    event_id, enrollment_id, due, sequence = change
    database = sqlite3.connect(os.environ["DATABASE_FILE"], timeout=1)
    try:
        with database:  # commits, or rolls back when something is raised
            noted = database.execute("insert or ignore into handled_events values (?)", (event_id,))
            if noted.rowcount == 1:
                # An older event that comes again must not undo a newer one.
                database.execute(
                    """insert into certificates (enrollment_id, due, sequence) values (?, ?, ?)
                       on conflict (enrollment_id) do update
                       set due = excluded.due, sequence = excluded.sequence, changes = changes + 1
                       where sequence < excluded.sequence""",
                    (enrollment_id, due, sequence),
                )
    finally:
        database.close()


def receive(connection, channel, tag, body):
    try:
        change = change_of(body)
    except (ValueError, KeyError, TypeError, AttributeError):
        channel.basic_reject(tag, requeue=False)  # nobody will ever read it: to the dead letters
        return
    while change:
        try:
            store(change)
            break
        except sqlite3.OperationalError as error:  # locked, full or not there: trying again later may help
            print(error, file=sys.stderr)
            # Held, not given back: giving back would use up the deliveries of a message that is all right.
            connection.sleep(1)  # and heartbeats go on
            if stopping:
                return
        except sqlite3.Error as error:
            print(error, file=sys.stderr)
            channel.basic_reject(tag, requeue=True)  # again, up to the delivery limit, and then to the dead letters
            return
    channel.basic_ack(tag)  # only now: what is not acknowledged comes again


stopping = False


def stop(*_):
    global stopping
    stopping = True


def main():
    signal.signal(signal.SIGTERM, stop)
    database = sqlite3.connect(os.environ["DATABASE_FILE"])
    database.executescript(SCHEMA)
    database.close()

    parameters = pika.URLParameters(os.environ["AMQP_URL"])
    parameters.heartbeat = 5
    connection = pika.BlockingConnection(parameters)  # when it breaks, this program ends, and whoever runs it starts it again
    channel = connection.channel()
    channel.queue_declare(DEAD, durable=True, arguments={"x-queue-type": "quorum"})
    channel.queue_declare(
        QUEUE,
        durable=True,
        arguments={
            "x-queue-type": "quorum",
            "x-delivery-limit": 20,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": DEAD,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        },
    )
    channel.queue_bind(QUEUE, "turnout.events", "turnout.participant.*.v1")
    channel.basic_qos(prefetch_count=50)
    for method, _properties, body in channel.consume(QUEUE, inactivity_timeout=0.5):
        if method is not None:
            receive(connection, channel, method.delivery_tag, body)
        if stopping:
            break
    connection.close()


main()
