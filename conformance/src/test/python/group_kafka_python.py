"""Reads a topic as a member of a group with kafka-python; arguments: servers, topic, group.

Prints a line whenever it owns other partitions, and one for each record that it has read and committed.
"""

import sys

from kafka import KafkaConsumer


def main(servers, topic, group):
    consumer = KafkaConsumer(
        topic,
        bootstrap_servers=servers,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        session_timeout_ms=6000,
        heartbeat_interval_ms=300,
    )
    owned = None
    while True:
        batches = consumer.poll(timeout_ms=100)
        now = sorted(one.partition for one in consumer.assignment())
        if now != owned:
            owned = now
            print("owns", *owned, flush=True)
        if batches:
            consumer.commit()
        for records in batches.values():
            for record in records:
                print("read", record.partition, record.value.decode(), flush=True)


main(*sys.argv[1:])
