"""Sends records with kafka-python, reads them back, and compares; arguments: servers, topic."""

import sys

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

# Debian's package has no snappy, lz4 or zstd beside it.
CODECS = [None, "gzip"]
RECORDS = 1000


def main(servers, topic):
    admin = KafkaAdminClient(bootstrap_servers=servers)
    admin.create_topics([NewTopic(topic, len(CODECS), 1)])
    for partition, codec in enumerate(CODECS):
        producer = KafkaProducer(
            bootstrap_servers=servers, compression_type=codec, acks="all", retries=5
        )
        sent = [
            producer.send(topic, value(codec, i), key=str(i).encode(), partition=partition)
            for i in range(RECORDS)
        ]
        producer.flush(30)
        assert [one.get(30).offset for one in sent] == list(range(RECORDS))
        producer.close()
    consumer = KafkaConsumer(
        bootstrap_servers=servers, enable_auto_commit=False, consumer_timeout_ms=30_000
    )
    for partition, codec in enumerate(CODECS):
        where = TopicPartition(topic, partition)
        assert consumer.beginning_offsets([where])[where] == 0
        assert consumer.end_offsets([where])[where] == RECORDS
        consumer.assign([where])
        consumer.seek(where, 0)
        for i in range(RECORDS):
            record = next(consumer)
            assert record.offset == i, (record.offset, i)
            assert record.key == str(i).encode(), record.key
            assert record.value == value(codec, i), record.value
    consumer.close()
    admin.delete_topics([topic])
    print("all the same")


def value(codec, i):
    return f"{codec} record {i} of some text that repeats, and repeats".encode()


main(*sys.argv[1:])
