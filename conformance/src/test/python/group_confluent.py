"""Reads a topic as a member of a group with confluent-kafka; arguments: servers, topic, group.

Prints a line whenever it owns other partitions, and one for each record that it has read and committed.
"""

import sys

from confluent_kafka import Consumer


def main(servers, topic, group):
    consumer = Consumer(
        {
            "bootstrap.servers": servers,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "session.timeout.ms": 6000,
            "heartbeat.interval.ms": 300,
        }
    )
    consumer.subscribe([topic])
    owned = None
    while True:
        message = consumer.poll(0.1)
        now = sorted(one.partition for one in consumer.assignment())
        if now != owned:
            owned = now
            print("owns", *owned, flush=True)
        if message is not None:
            assert message.error() is None, message.error()
            consumer.commit(message, asynchronous=False)
            print("read", message.partition(), message.value().decode(), flush=True)


main(*sys.argv[1:])
